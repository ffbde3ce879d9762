//===- Cells.cpp - Populations of cell types, drives ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"
#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "runtime/support/Random.h"

#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

using snn::CellParam;
using snn::Dimension;

/// One number or one per neuron.
static double pick(const std::vector<double> &column, size_t neuron) {
  return column.size() == 1 ? column[0] : column[neuron];
}

std::optional<std::vector<double>>
Importer::readCellParam(const Node &node, const std::string &name,
                        const CellParam &param, size_t count) {
  auto numbers = numbersOf(node, name + "." + param.name, count, param.name,
                           param.dimension);
  if (!numbers)
    return std::nullopt;
  for (double &value : *numbers) {
    if (param.dimension == Dimension::Time)
      value *= *reader.unitMs;
    if (!(value >= param.low && value <= param.high)) {
      reader.error(node, "SNN1006",
                   fmt::format("{} is {:g} {}, possible are {:g} to {:g}",
                               param.name, value,
                               snn::canonicalUnit(param.dimension), param.low,
                               param.high));
      return std::nullopt;
    }
  }
  return numbers;
}

/// The values of all parameters of the cell type, in its order and units.
std::optional<std::vector<std::vector<double>>>
Importer::readCellValues(const Node &node, const std::string &name,
                         const snn::CellType &cell, size_t count) {
  NodePtr given = node.find("params");
  if (given && !given->isMap()) {
    reader.error(*given, "SNN1005",
                 "params is a map from names to values, found " +
                     given->describe());
    return std::nullopt;
  }
  std::vector<std::string> known;
  for (const CellParam &param : cell.params)
    known.push_back(param.name);
  unsigned before = reader.errors();
  for (size_t i = 0; given && i < given->mapSize(); ++i)
    if (!llvm::is_contained(known, given->key(i).text))
      reader.unknown(given->key(i), "parameter", given->key(i).text, known);
  std::vector<std::vector<double>> columns;
  for (const CellParam &param : cell.params) {
    NodePtr value = given ? given->find(param.name) : nullptr;
    auto numbers = value ? readCellParam(*value, name, param, count)
                         : std::optional(std::vector<double>{param.missing});
    columns.push_back(numbers.value_or(std::vector<double>{param.missing}));
  }
  return reader.errors() == before ? std::optional(std::move(columns))
                                   : std::nullopt;
}

/// A cell that is reset to its threshold or above fires for ever.
bool Importer::resetsBelowThreshold(const Node &node, const snn::CellType &cell,
                                    llvm::ArrayRef<double> values) {
  std::optional<double> reset, threshold;
  const char *limit = "V_th";
  for (auto [param, value] : llvm::zip(cell.params, values)) {
    llvm::StringRef name = param.name;
    if (name == "V_reset")
      reset = value;
    else if (name == "V_peak" || (name == "V_th" && !threshold)) {
      threshold = value;
      limit = param.name;
    }
  }
  if (!reset || !threshold || *reset < *threshold)
    return true;
  reader.error(node, "SNN1006",
               fmt::format("V_reset is {:g} mV, not below {} = {:g} mV: the "
                           "neuron would fire in every tick",
                           *reset, limit, *threshold),
               {fmt::format("give a V_reset below {:g} mV", *threshold)});
  return false;
}

DictionaryAttr Importer::readCell(const Node &node, const std::string &name,
                                  Model &model, size_t count,
                                  NamedAttrList &initial) {
  const snn::CellType &cell = *model.cell;
  NodePtr modelNode = node.find("model");
  if (!reader.needsTimeUnit(*modelNode, cell.name))
    return nullptr;
  auto columns = readCellValues(node, name, cell, count);
  if (!columns)
    return nullptr;
  bool uniform = llvm::all_of(
      *columns, [](const auto &column) { return column.size() == 1; });
  double tick = dt * 1000; // ms: dt is in seconds where its unit is known
  std::vector<std::vector<double>> out;
  std::vector<double> rest, values(columns->size());
  for (size_t n = 0; n < (uniform ? 1 : count); ++n) {
    for (auto [value, column] : llvm::zip(values, *columns))
      value = pick(column, n);
    if (!resetsBelowThreshold(node, cell, values))
      return nullptr;
    auto step = cell.step(values, tick);
    out.resize(step.params.size());
    for (auto [column, value] : llvm::zip(out, step.params))
      column.push_back(value);
    rest.push_back(step.rest);
  }
  NamedAttrList params;
  for (auto [param, column] :
       llvm::zip(model.op.getParams().getAsValueRange<StringAttr>(), out))
    params.set(param,
               snn::makeParam(context, name + "." + param.str(), column));
  cellValues[name] = std::move(*columns);
  if (llvm::any_of(rest, [](double v) { return v != 0; }))
    initial.set("v", snn::makeParam(context, name + ".initial.rest", rest));
  return params.getDictionary(context);
}

//===----------------------------------------------------------------------===//
// Receptors
//===----------------------------------------------------------------------===//

/// -1: no weight is positive; 1: none is negative; 0: both signs occur.
int Importer::signOf(Attribute weights, const Ends &ends) {
  if (auto rule = dyn_cast<snn::ProceduralAttr>(weights)) {
    snn::DistAttr dist = rule.getWeight();
    // A normal distribution has the sign of its mean: tails are rare.
    bool bell = dist.getKind() == snn::DistKind::Normal;
    double low = bell ? dist.values()[0] : dist.least();
    double high = bell ? low : dist.largest();
    return low >= 0 ? 1 : high <= 0 ? -1 : 0;
  }
  std::string problem;
  auto rows =
      snn::Connectivity::create(weights, nullptr, uint32_t(ends.sources()),
                                uint32_t(ends.targets()), problem);
  bool above = false, below = false;
  if (rows)
    rows->forEach([&](uint32_t, const snn::Synapse &synapse) {
      above |= synapse.weight > 0;
      below |= synapse.weight < 0;
    });
  return above && below ? 0 : below ? -1 : 1;
}

int64_t Importer::cellReceptor(const Node &node, const Ends &ends,
                               const snn::CellType &cell, Attribute weights,
                               std::optional<int64_t> given) {
  snn::PopulationOp population = ends.to.population;
  bool bySign = !given && population.neuron().numReceptors() > 1;
  // A walk over all synapses where they are listed.
  int sign = bySign || cell.weight == Dimension::Conductance
                 ? signOf(weights, ends)
                 : 1;
  if (cell.weight == Dimension::Conductance && sign < 1)
    reader.error(node, "SNN1012",
                 fmt::format("projection '{}': weights of {} are conductances, "
                             "some are negative",
                             ends.name, cell.name),
                 {"give their size, and receptor: in where they inhibit"});
  if (!bySign)
    return given.value_or(0);
  if (sign == 0)
    reader.error(node, "SNN1004",
                 fmt::format("projection '{}' has positive and negative "
                             "weights, and {} has the receptors ex and in",
                             ends.name, cell.name),
                 {"give receptor: ex or in, or make it two projections"});
  return sign < 0 ? 1 : 0;
}

//===----------------------------------------------------------------------===//
// Drives
//===----------------------------------------------------------------------===//

void Importer::readDrive(const Node &key, const Node &node) {
  auto name = reader.name(key, "a drive's name");
  if (!name || !declareInput(key, *name))
    return;
  if (NodePtr kind = node.find("kind")) {
    auto text = reader.text(*kind, "kind");
    if (text && *text == "noise")
      return readNoise(node, *name);
    if (text && *text != "poisson")
      return reader.unknown(*kind, "kind of drive", *text,
                            {"poisson", "noise"});
  }
  if (!reader.map(node, "a drive",
                  {"to", "kind", "rate", "sources", "weight", "receptor",
                   "delay", "seed"}))
    return;
  std::string target;
  auto to = readEnd(node, "a drive", "to", target);
  NodePtr weight = reader.need(node, "weight", "a drive", "0.1");
  if (!to || !weight)
    return;
  Ends ends;
  ends.name = *name + "_" + target;
  ends.to = *to;
  int64_t sources = 1;
  if (NodePtr given = node.find("sources"))
    sources = reader.whole(*given, "sources", 1, 1 << 30).value_or(1);
  auto shape = cast<RankedTensorType>(ends.to.value.getType()).getShape();
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  Attribute drive =
      readPoisson(*name, node, type.getNumElements(), double(sources));
  if (!drive)
    return;
  Block &body = network.getBody().front();
  auto first =
      llvm::find_if(body, [](Operation &op) { return !isa<snn::InputOp>(op); });
  builder.setInsertionPoint(&body, first);
  auto input = builder.create<snn::InputOp>(
      at(key), type, builder.getStringAttr(*name), drive);
  builder.setInsertionPointToEnd(&body);
  inputs.signals[*name] = ends.from = {input.getSignal(), nullptr};
  projectionNames[ends.name] = 1;
  readSynapses(node, ends, [&](Delay &delay) -> Attribute {
    return readProcedural(node, *weight, snn::ConnectorKind::OneToOne, 1.0,
                          ends, delay);
  });
}

} // namespace snnc::yaml
