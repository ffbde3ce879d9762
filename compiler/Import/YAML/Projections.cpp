//===- Projections.cpp - What leads where ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace mlir;

namespace snnc::yaml {

static int64_t elements(Value signal) {
  return cast<RankedTensorType>(signal.getType()).getNumElements();
}
llvm::SmallVector<int64_t, 3> Importer::Ends::shape() const {
  return pool ? pool.pooledShape()
              : llvm::SmallVector<int64_t, 3>(
                    cast<RankedTensorType>(from.value.getType()).getShape());
}
int64_t Importer::Ends::sources() const {
  return ShapedType::getNumElements(shape());
}
int64_t Importer::Ends::targets() const { return elements(to.value); }

std::optional<int64_t> Importer::readReceptor(const Node &node,
                                              const Ends &ends) {
  NodePtr given = node.find("receptor");
  if (!given)
    return std::nullopt;
  std::vector<std::string> known;
  snn::PopulationOp target = ends.to.population;
  for (auto name : target.neuron().getReceptors().getAsValueRange<StringAttr>())
    known.push_back(name.str());
  std::string name = reader.text(*given, "receptor").value_or("");
  auto it = std::find(known.begin(), known.end(), name);
  if (it == known.end())
    reader.unknown(*given, "receptor", name, known);
  return it - known.begin();
}

/// What `from` names: an input or a population that spikes.
std::optional<Importer::Signal> Importer::readSource(const Node &node,
                                                     const std::string &name) {
  if (inputs.isBroken(name) || populations.isBroken(name))
    return std::nullopt;
  auto input = inputs.signals.find(name);
  auto population = populations.signals.find(name);
  if (input != inputs.signals.end() && population != populations.signals.end())
    reader.warn(node, "SNN0970",
                fmt::format("'{}' is an input and a population: the input is "
                            "meant",
                            name),
                {fmt::format("say so with `from: {{input: {0}}}`, or write "
                             "`from: {{population: {0}}}` for the other",
                             name)});
  if (input != inputs.signals.end())
    return input->second;
  if (population != populations.signals.end())
    return population->second;
  std::vector<std::string> known = inputs.names();
  for (std::string &other : populations.names())
    known.push_back(std::move(other));
  reader.unknown(node, "input or population", name, known);
  return std::nullopt;
}

/// A name, or {input: name} or {population: name}, at the `key` of a projection
/// or drive.
std::optional<Importer::Signal> Importer::readEnd(const Node &owner,
                                                  const char *what,
                                                  const char *key,
                                                  std::string &name) {
  NodePtr node = reader.need(owner, key, what);
  if (!node)
    return std::nullopt;
  bool isSource = key == std::string_view("from");
  const char *kind = isSource ? nullptr : "population";
  if (node->isMap()) {
    kind = isSource && node->find("input") ? "input" : "population";
    NodePtr given;
    if (!reader.map(*node, key, {kind}) ||
        !(given = reader.need(*node, kind, key)))
      return std::nullopt;
    node = given;
  }
  auto text = reader.text(*node, key);
  if (!text)
    return std::nullopt;
  name = *text;
  std::optional<Signal> end;
  if (!kind) {
    end = readSource(*node, name);
  } else {
    const Names &among =
        kind == std::string_view("input") ? inputs : populations;
    auto it = among.signals.find(name);
    if (it != among.signals.end())
      end = it->second;
    else if (!isSource && inputs.declared.count(name) && !among.isBroken(name))
      reader.error(
          *node, "SNN1008",
          fmt::format("'{}' is an input, nothing can lead there", name),
          {fmt::format("known: {}", fmt::join(among.names(), ", "))});
    else if (!among.isBroken(name))
      reader.unknown(*node, kind, name, among.names());
  }
  if (end && isSource && end->population &&
      !end->population.neuron().isSpiking()) {
    reader.error(*node, "SNN1012",
                 fmt::format("'{}' never spikes, nothing can leave it", name));
    return std::nullopt;
  }
  return end;
}

void Importer::readProjection(const Node &node, size_t index) {
  if (!reader.map(node, "a projection",
                  {"name", "from", "to", "connector", "weight", "delay",
                   "receptor", "seed", "autapses", "multapses", "pool"}))
    return;
  Ends ends;
  std::string names[2];
  for (auto [key, signal, name] : {std::tuple("from", &ends.from, &names[0]),
                                   std::tuple("to", &ends.to, &names[1])}) {
    auto end = readEnd(node, "a projection", key, *name);
    if (!end)
      return;
    *signal = *end;
  }
  if (NodePtr pool = node.find("pool"); pool && !readPool(*pool, ends))
    return;
  ends.name = names[0] + "_" + names[1];
  if (NodePtr given = node.find("name")) {
    auto name = reader.name(*given, "name");
    if (!name)
      return;
    ends.name = *name;
    if (projectionNames.count(ends.name))
      return reader.error(
          *given, "SNN1007",
          fmt::format("two projections are named '{}'", ends.name),
          {fmt::format("name this one '{}_2'", ends.name)});
  }
  unsigned count = ++projectionNames[ends.name];
  if (count > 1) {
    std::string plain = ends.name;
    do
      ends.name = fmt::format("{}_{}", plain, count++);
    while (projectionNames.count(ends.name));
    projectionNames[ends.name] = 1;
  }
  readSynapses(node, ends,
               [&](Delay &delay) { return readConnector(node, ends, delay); });
}

void Importer::readSynapses(const Node &node, Ends &ends,
                            llvm::function_ref<Attribute(Delay &)> connect) {
  unsigned before = reader.errors();
  Delay delay;
  bool hasDelay = readDelay(node, delay);
  Attribute weights = connect(delay);
  std::optional<int64_t> given = readReceptor(node, ends);
  if (!hasDelay || !weights || reader.errors() > before)
    return;
  int64_t receptor =
      ends.to.cell ? cellReceptor(node, ends, *ends.to.cell, weights, given)
                   : given.value_or(0);
  if (reader.errors() > before)
    return;
  builder.create<snn::ProjectionOp>(
      at(node), builder.getStringAttr(ends.name), ends.from.value,
      ends.to.value, weights, ends.pool, builder.getF64FloatAttr(delay.base),
      builder.getI64IntegerAttr(receptor), snn::QuantAttr());
}

} // namespace snnc::yaml
