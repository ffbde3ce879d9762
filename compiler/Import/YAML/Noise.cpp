//===- Noise.cpp - Normal numbers that neurons take in each tick ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"
#include "compiler/SNN/NeuronLibrary.h"
#include "compiler/SNN/ParamValues.h"
#include "runtime/support/Random.h"

using namespace mlir;

namespace snnc::yaml {

/// Streams have a point in their name, which inputs and projections have not.
snn::NormalAttr Importer::normal(const Node &node, const std::string &stream) {
  NodePtr own = node.find("seed");
  return snn::NormalAttr::get(context, own ? readSeed(*own) : seed,
                              int64_t(streamOf(stream) & INT64_MAX));
}

/// I_e of a cell type: the one number of the region that it is part of, and
/// what 1 pA adds to that.
Importer::NoiseTarget Importer::currentOf(const snn::CellType &cell,
                                          const std::string &population,
                                          size_t count) {
  const auto &columns = cellValues.at(population);
  bool uniform = llvm::all_of(
      columns, [](const auto &column) { return column.size() == 1; });
  NoiseTarget target{"", snn::Dimension::Current, {}};
  std::vector<double> values(columns.size());
  for (size_t n = 0; n < (uniform ? 1 : count); ++n) {
    auto stepOf = [&](double current) {
      for (auto [value, column, param] :
           llvm::zip(values, columns, cell.params)) {
        llvm::StringRef name = param.name;
        value = column.size() == 1 ? column[0] : column[n];
        // A potential of 0 at rest leaves the current alone.
        value = name == "I_e" ? current : name == "E_L" ? 0 : value;
      }
      return cell.step(values, dt * 1000).params;
    };
    auto with = stepOf(1), without = stepOf(0);
    for (size_t j = 0; j < with.size(); ++j)
      if (with[j] != without[j]) {
        snn::PopulationOp of = populations.signals.at(population).population;
        target.name = of.neuron().paramName(unsigned(j)).str();
        target.gain.push_back(with[j]);
      }
  }
  return target;
}

std::optional<Importer::NoiseTarget>
Importer::noiseTarget(const Node &node, const Ends &ends,
                      const std::string &population) {
  snn::PopulationOp op = ends.to.population;
  snn::NeuronOp model = op.neuron();
  const snn::CellType *cell = ends.to.cell;
  NodePtr given = node.find("parameter");
  if (!given) {
    auto receptor = unsigned(readReceptor(node, ends).value_or(0));
    if (receptor >= model.numReceptors())
      return std::nullopt;
    return NoiseTarget{cast<StringAttr>(model.getReceptors()[receptor]).str(),
                       cell ? cell->weight : snn::Dimension::None};
  }
  if (NodePtr other = node.find("receptor")) {
    reader.error(*other, "SNN1007",
                 "noise goes into a receptor or into a parameter, not both",
                 {"leave 'receptor' out"});
    return std::nullopt;
  }
  std::string name = reader.text(*given, "parameter").value_or("");
  std::vector<std::string> known;
  if (cell)
    known = {"I_e"};
  else // what equations and other noise draw is nobody's to name
    for (auto param : model.getParams().getAsValueRange<StringAttr>())
      if (!param.contains('.'))
        known.push_back(param.str());
  if (!llvm::is_contained(known, name)) {
    reader.unknown(*given, "parameter", name, known);
    return std::nullopt;
  }
  if (cell)
    return currentOf(*cell, population, size_t(op.numNeurons()));
  return NoiseTarget{name};
}

/// A drive of kind noise: one more term of its population's model.
void Importer::readNoise(const Node &node, const std::string &name) {
  if (!reader.map(
          node, "a drive of kind noise",
          {"to", "kind", "mean", "std", "receptor", "parameter", "seed"}))
    return;
  std::string to;
  Ends ends;
  auto end = readEnd(node, "a drive", "to", to);
  NodePtr spread = reader.need(node, "std", "a drive of kind noise", "1.0");
  if (!end || !spread)
    return;
  ends.to = *end;
  unsigned before = reader.errors();
  auto target = noiseTarget(node, ends, to);
  if (!target || reader.errors() > before)
    return;
  snn::PopulationOp population = ends.to.population;
  auto count = size_t(population.numNeurons());
  auto read = [&](const Node &value, const char *what) {
    auto numbers =
        numbersOf(value, name + "." + what, count, what, target->dimension)
            .value_or(std::vector<double>{0});
    if (target->gain.size() > numbers.size())
      numbers.resize(count, numbers[0]);
    for (size_t i = 0; i < numbers.size(); ++i)
      numbers[i] *= target->gain[target->gain.size() == 1 ? 0 : i];
    return numbers;
  };
  NodePtr given = node.find("mean");
  std::vector<double> mean = given ? read(*given, "mean") : std::vector{0.0};
  std::vector<double> deviation = read(*spread, "std");
  if (llvm::any_of(deviation, [](double value) { return value < 0; }))
    reader.error(*spread, "SNN1006",
                 "std is a deviation, 0 or more, found a negative one",
                 {"leave the sign out, the noise is the same"});
  snn::NormalAttr draw = normal(node, name + ".noise");
  if (reader.errors() > before)
    return;
  auto noise = snn::addNoise(*module, population.neuron(), target->name);
  NamedAttrList params(population.getParams());
  params.set(noise.mean, snn::makeParam(context, name + ".mean", mean));
  params.set(noise.deviation,
             snn::makeParam(context, name + ".std", deviation));
  params.set(noise.normal, draw);
  population.setParamsAttr(params.getDictionary(context));
  population.setModel(noise.model.getSymName());
}

} // namespace snnc::yaml
