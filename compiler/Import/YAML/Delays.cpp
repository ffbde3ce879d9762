//===- Delays.cpp - Delays of projections ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

/// Ticks: a plain number, or a time over dt.
std::optional<double> Importer::delayTicks(const Node &node, const char *what) {
  constexpr double most = 65535;
  if (!reader.hasUnit(node))
    return reader.number(node, what, 0, most);
  double tick = dt * reader.timesPerDt();
  auto time = reader.quantity(node, what, snn::Dimension::Time, 0, most * tick);
  return time ? std::optional(*time / tick) : std::nullopt;
}

/// A bound in whole ticks; nothing given: `missing`, or SNN1004 without one.
std::optional<double> Importer::wholeDelay(const Node &map, const char *key,
                                           std::optional<double> missing) {
  NodePtr value = missing ? map.find(key) : reader.need(map, key, "delay");
  if (!value)
    return missing;
  if (reader.hasUnit(*value)) {
    auto ticks = delayTicks(*value, key);
    return ticks ? std::optional(std::nearbyint(*ticks)) : std::nullopt;
  }
  auto whole = reader.whole(*value, key, 0, 65535);
  return whole ? std::optional(double(*whole)) : std::nullopt;
}

/// {dist: uniform_int, low, high}
bool Importer::readUniformDelay(const Node &given, Delay &delay) {
  if (!reader.map(given, "delay", {"dist", "low", "high"}))
    return false;
  auto low = wholeDelay(given, "low", {}), high = wholeDelay(given, "high", {});
  if (!low || !high)
    return false;
  if (*low > *high) {
    reader.error(given, "SNN1006",
                 fmt::format("delay: the least value {:g} of a distribution is "
                             "above the largest, {:g}",
                             *low, *high));
    return false;
  }
  delay.base = *low;
  if (*high > *low)
    delay.extra = snn::DistAttr::get(context, snn::DistKind::UniformInt,
                                     ArrayRef<double>{0, *high - *low});
  return true;
}

/// {dist: normal, mean, std, min, max}: rounded, at least a tick where no min
/// is given.
bool Importer::readNormalDelay(const Node &given, Delay &delay) {
  if (!reader.map(given, "delay", {"dist", "mean", "std", "min", "max"}))
    return false;
  NodePtr meanNode = reader.need(given, "mean", "delay");
  NodePtr deviationNode = reader.need(given, "std", "delay");
  if (!meanNode || !deviationNode)
    return false;
  auto mean = delayTicks(*meanNode, "mean");
  auto deviation = delayTicks(*deviationNode, "std");
  auto least = wholeDelay(given, "min", 1.0);
  if (!mean || !deviation || !least)
    return false;
  // A draw is at most 6.4 deviations off (32 random bits).
  double far = std::min(65535.0, std::ceil(*mean + 6.4 * *deviation));
  auto most = wholeDelay(given, "max", std::max(far, *least));
  if (!most)
    return false;
  if (*least > *most) {
    reader.error(given, "SNN1006",
                 fmt::format("delay: min is {:g} ticks, above max, {:g}",
                             *least, *most));
    return false;
  }
  delay.base = *least;
  if (*most > *least)
    delay.extra = snn::DistAttr::get(
        context, snn::DistKind::NormalInt,
        ArrayRef<double>{*mean - *least, *deviation, 0, *most - *least});
  return true;
}

bool Importer::readDelayDraw(const Node &given, Delay &delay) {
  NodePtr kindNode = reader.need(given, "dist", "delay", "uniform_int");
  std::string kind =
      kindNode ? reader.text(*kindNode, "dist").value_or("") : "";
  if (kind == "normal")
    return readNormalDelay(given, delay);
  if (kind == "uniform_int")
    return readUniformDelay(given, delay);
  if (kindNode)
    reader.unknown(*kindNode, "distribution of delays", kind,
                   {"uniform_int", "normal"});
  return false;
}

/// A number of ticks, a time, or a distribution. The smallest delay goes to the
/// projection, what comes on top to the synapses: so retiming sees the delay
/// that every synapse has at least.
bool Importer::readDelay(const Node &node, Delay &delay) {
  delay.extra = constant(0);
  NodePtr given = node.find("delay");
  if (!given)
    return true;
  if (reader.hasUnit(*given)) {
    auto ticks = delayTicks(*given, "delay");
    if (!ticks)
      return false;
    delay.base = std::nearbyint(*ticks);
    if (std::abs(*ticks - delay.base) > 1e-3)
      reader.warn(*given, "SNN0334",
                  fmt::format("delay {} is {:g} ticks, rounded to {:g}",
                              given->text, *ticks, delay.base));
    return true;
  }
  if (given->isScalar() && !given->quoted &&
      given->text.find_first_of(".eE") != std::string::npos) {
    // 2.0 is whole; 1.5 is none.
    auto ticks = reader.number(*given, "delay", 0, 65535);
    if (ticks && *ticks != std::floor(*ticks)) {
      reader.error(*given, "SNN1005",
                   fmt::format("delay is {}, which is no whole number of ticks",
                               given->text),
                   {fmt::format("delays count ticks of {:g} (dt of the file); "
                                "write {:g} or {:g}",
                                dt, std::floor(*ticks), std::ceil(*ticks))});
      return false;
    }
    delay.base = ticks.value_or(1);
    return ticks.has_value();
  }
  if (!given->isMap()) {
    auto ticks = reader.whole(*given, "delay", 0, 65535);
    delay.base = double(ticks.value_or(1));
    return ticks.has_value();
  }
  return readDelayDraw(*given, delay);
}

} // namespace snnc::yaml
