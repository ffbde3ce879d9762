//===- Inputs.cpp - Inputs and rates --------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"
#include "compiler/Import/YAML/TextTable.h"
#include "compiler/SNN/ParamValues.h"
#include "runtime/support/Random.h"

#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

/// {per_tick: x}: x and true; else the node, which counts per unit of dt.
static std::pair<const Node *, bool> unitOfRate(const Node &node,
                                                Reader &reader) {
  if (!node.isMap() || node.find("file"))
    return {&node, false};
  NodePtr rate;
  if (!reader.map(node, "rate", {"per_tick"}) ||
      !(rate = reader.need(node, "per_tick", "rate")))
    return {nullptr, true};
  return {rate.get(), true};
}

/// What a population is expected to do, spikes a tick.
std::optional<double> Importer::readRate(const Node &node) {
  auto [where, perTick] = unitOfRate(node, reader);
  auto rate = !where ? std::nullopt
              : perTick
                  ? reader.number(*where, "rate", 0)
                  : reader.quantity(*where, "rate", snn::Dimension::Rate, 0);
  if (!rate)
    return rate;
  double value =
      (perTick ? *rate : *rate * reader.timesPerDt() * dt) + 0.0; // no -0
  if (value <= 1)
    return value;
  reader.warn(*where, "SNN1006",
              fmt::format("rate is {:g} spikes a tick, a neuron has at most "
                          "one: planned for one",
                          value),
              {fmt::format("a plain rate counts per unit of dt (a tick is "
                           "{:g}); write {{per_tick: x}} for spikes a tick",
                           dt * reader.timesPerDt())});
  return 1;
}

/// Of a Poisson input: a number, one per channel, or ticks x channels.
Attribute Importer::readRates(const std::string &name, const Node &node,
                              int64_t channels, double sources) {
  auto [where, perTick] = unitOfRate(node, reader);
  if (!where)
    return nullptr;
  double unit = sources * (perTick ? 1 : dt * reader.timesPerDt());
  auto possible = [](double rate) { return rate >= 0 && rate <= 100; };
  auto tooMuch = [&](const std::string &whose, double rate) {
    if (possible(rate * unit))
      return false;
    std::vector<std::string> hints;
    if (possible(rate))
      hints = {"a plain rate counts per unit of dt; write {per_tick: x}"};
    else if (rate * unit > 0 && rate * unit < 1e9)
      hints = {fmt::format("give each of {:.0f} channels a part of it",
                           std::ceil(rate * unit / 100))};
    reader.error(*where, "SNN1006",
                 fmt::format("rate{} is {:g} spikes a tick and channel, "
                             "possible are 0 to 100",
                             whose, rate * unit),
                 std::move(hints));
    return true;
  };
  if (where->isScalar()) {
    auto rate = perTick
                    ? reader.number(*where, "rate", 0)
                    : reader.quantity(*where, "rate", snn::Dimension::Rate, 0);
    if (!rate || tooMuch("", *rate))
      return nullptr;
    return builder.getF64FloatAttr(*rate * unit + 0.0);
  }
  auto array = reader.array(*where, "rate");
  if (!array)
    return nullptr;
  size_t rank = array->shape.size();
  if (rank < 1 || rank > 2 || array->size() == 0 ||
      array->shape.back() != uint64_t(channels)) {
    reader.error(*where, "SNN1014",
                 fmt::format("rate is {}, needs {} (channels) or ticks x {}",
                             runtime::shapeText(array->shape), channels,
                             channels));
    return nullptr;
  }
  std::vector<double> rates;
  for (double rate : array->as<double>()) {
    uint64_t i = rates.size(), channel = i % uint64_t(channels);
    if (tooMuch(rank == 1 ? fmt::format(" of channel {}", channel)
                          : fmt::format(" of tick {}, channel {}",
                                        i / uint64_t(channels), channel),
                rate))
      return nullptr;
    rates.push_back(rate * unit + 0.0);
  }
  std::vector<int64_t> shape(array->shape.begin(), array->shape.end());
  return snn::addParam(context, name + ".rates",
                       ParameterBlob::of(std::move(shape), std::move(rates)));
}

Attribute Importer::readPoisson(const std::string &name, const Node &node,
                                int64_t channels, double sources) {
  NodePtr rate =
      reader.need(node, "rate", "a Poisson input", "{per_tick: 0.01}");
  Attribute rates =
      rate ? readRates(name, *rate, channels, sources) : Attribute();
  if (!rates)
    return nullptr;
  int64_t own = seed;
  if (NodePtr given = node.find("seed"))
    own = readSeed(*given);
  return snn::PoissonAttr::get(context, rates, own,
                               int64_t(streamOf(name) & INT64_MAX));
}

Attribute Importer::readInputDrive(const std::string &name, const Node &node,
                                   int64_t channels, const std::string &kind) {
  if (kind == "poisson")
    return readPoisson(name, node, channels, 1);
  NodePtr spikes =
      reader.need(node, "spikes", "a spike list", "[[3, 0], [10, 1]]");
  auto table = spikes ? reader.table(*spikes, "spikes", dt) : std::nullopt;
  if (!table)
    return nullptr;
  const runtime::NdArray &array = table->numbers;
  std::string why;
  size_t width = array.shape.size() == 2 ? array.shape[1] : 0;
  auto places = placeColumns(table->columns, width,
                             {Column::Tick, Column::Channel}, 2, why);
  if (!places) {
    reader.error(*spikes, "SNN1017", "spikes: " + why);
    return nullptr;
  }
  if (!table->columns.empty())
    warnOfTimes(*spikes, "spikes", table->columns[size_t((*places)[0])],
                Column::Tick);
  bool empty = array.size() == 0;
  if (!empty && (array.shape.size() != 2 || array.shape[1] != 2)) {
    reader.error(*spikes, "SNN1014",
                 fmt::format("spikes are rows of tick and channel, found {}",
                             runtime::shapeText(array.shape)));
    return nullptr;
  }
  std::vector<uint32_t> ticks, indices;
  for (uint64_t i = 0; i + 1 < array.size(); i += 2) {
    double tick = array.at(i + uint64_t((*places)[0]));
    double channel = array.at(i + uint64_t((*places)[1]));
    if (!(tick >= 0 && tick < 1e9 && tick == std::floor(tick)) ||
        !(channel >= 0 && channel < double(channels) &&
          channel == std::floor(channel))) {
      reader.error(
          *spikes, "SNN1006",
          fmt::format("spike {} is in tick {} on channel {}; ticks are whole "
                      "numbers from 0 to 1e9, channels from 0 to {}",
                      i / 2, tick, channel, channels - 1));
      return nullptr;
    }
    ticks.push_back(uint32_t(tick));
    indices.push_back(uint32_t(channel));
  }
  int64_t n = int64_t(ticks.size());
  auto numbers = [&](const char *part, std::vector<uint32_t> values) {
    return snn::addParam(context, name + part,
                         ParameterBlob::of({n}, std::move(values)));
  };
  return snn::SpikeListAttr::get(context, numbers(".ticks", std::move(ticks)),
                                 numbers(".channels", std::move(indices)));
}

/// Inputs and drives have their names in common.
bool Importer::declareInput(const Node &key, const std::string &name) {
  if (inputs.declared.insert(name).second)
    return true;
  reader.error(key, "SNN1007",
               fmt::format("an input is named '{}' already", name),
               {fmt::format("name this one '{}_2'", name)});
  return false;
}

void Importer::readInput(const Node &key, const Node &node) {
  auto name = reader.name(key, "an input's name");
  if (!name || !declareInput(key, *name) ||
      !reader.map(node, "an input",
                  {"size", "shape", "kind", "rate", "seed", "spikes"}))
    return;
  auto shape = shapeOf(node, "an input");
  std::string kind = "array";
  const Node *where = &node;
  NodePtr given = node.find("kind");
  if (given) {
    kind = reader.text(*given, "kind").value_or("");
    where = given.get();
  }
  if (kind != "array" && kind != "poisson" && kind != "spike_list")
    return reader.unknown(*where, "kind of input", kind,
                          {"array", "poisson", "spike_list"});
  for (auto [field, owner] : {std::pair("rate", "poisson"),
                              {"seed", "poisson"},
                              {"spikes", "spike_list"}})
    if (NodePtr extra = node.find(field); extra && kind != owner)
      return reader.error(*extra, "SNN1003",
                          fmt::format("'{}' belongs to kind: {}, this input is "
                                      "of kind {}",
                                      field, owner, kind));
  if (!shape)
    return;
  auto type = RankedTensorType::get(*shape, builder.getF32Type());
  Attribute drive;
  if (kind != "array" &&
      !(drive = readInputDrive(*name, node, type.getNumElements(), kind)))
    return;
  auto op = builder.create<snn::InputOp>(at(key), type,
                                         builder.getStringAttr(*name), drive);
  inputs.signals[*name] = {op.getSignal(), nullptr};
}

} // namespace snnc::yaml
