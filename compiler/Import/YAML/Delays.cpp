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

/// {dist: uniform_int, low, high} or {dist: normal, mean, std, min, max}.
bool Importer::readDelayDraw(const Node &given, Delay &delay) {
  NodePtr kindNode = reader.need(given, "dist", "delay");
  std::string kind =
      kindNode ? reader.text(*kindNode, "dist").value_or("") : "";
  bool bell = kind == "normal";
  if (!bell && kind != "uniform_int") {
    if (kindNode)
      reader.unknown(*kindNode, "distribution of delays", kind,
                     {"uniform_int", "normal"});
    return false;
  }
  if (bell ? !reader.map(given, "delay", {"dist", "mean", "std", "min", "max"})
           : !reader.map(given, "delay", {"dist", "low", "high"}))
    return false;
  auto ticks = [&](const char *key, std::optional<double> missing) {
    NodePtr value =
        missing ? given.find(key) : reader.need(given, key, "delay");
    if (!value)
      return missing;
    if (!bell && !reader.hasUnit(*value)) {
      auto whole = reader.whole(*value, key, 0, 65535);
      return whole ? std::optional(double(*whole)) : std::nullopt;
    }
    auto number = delayTicks(*value, key);
    bool rounds = number && key != llvm::StringRef("mean") &&
                  key != llvm::StringRef("std");
    return rounds ? std::optional(std::nearbyint(*number)) : number;
  };
  if (!bell) {
    auto low = ticks("low", {}), high = ticks("high", {});
    if (!low || !high)
      return false;
    if (*low > *high) {
      reader.error(given, "SNN1006",
                   fmt::format("delay: the least value {:g} of a distribution "
                               "is above the largest, {:g}",
                               *low, *high));
      return false;
    }
    delay.base = *low;
    if (*high > *low)
      delay.extra = snn::DistAttr::get(context, snn::DistKind::UniformInt,
                                       ArrayRef<double>{0, *high - *low});
    return true;
  }
  auto mean = ticks("mean", {}), deviation = ticks("std", {});
  if (!mean || !deviation)
    return false;
  // A draw is at most 6.4 deviations off (32 random bits).
  double far = std::min(65535.0, std::ceil(*mean + 6.4 * *deviation));
  auto least = ticks("min", 1.0);
  auto most = least ? ticks("max", std::max(far, *least)) : std::nullopt;
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
