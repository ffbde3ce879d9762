//===- NirFields.cpp - The fields of each primitive -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The descriptor says which fields a primitive has, which may be missing and
// what they then are; one pass checks presence, type, range and finiteness.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirReport.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <span>

namespace snnc::nir {

//===----------------------------------------------------------------------===//
// Missing fields
//===----------------------------------------------------------------------===//

static void addMissing(Node &node, const FieldRule &rule, Reporter &reporter,
                       std::vector<std::string> &defaults) {
  bool isReal = rule.role == FieldRole::Real;
  auto fill = [&](int64_t value) {
    node.fields[rule.name] = isReal ? Tensor::scalar(double(value))
                                    : Tensor({}, std::vector<int64_t>{value});
    defaults.push_back(fmt::format("{} = {}", rule.name, value));
  };
  switch (rule.missing) {
  case FieldMissing::Refuse:
    return reporter.error(
        "SNN0220", node.path,
        fmt::format("{} has no field '{}'", node.kind->name(), rule.name),
        {"the export may have been aborted: export the model again"});
  case FieldMissing::Zero:
    return fill(0);
  case FieldMissing::One:
    return fill(1);
  case FieldMissing::MinusOne:
    return fill(-1);
  case FieldMissing::LeaveOut:
    return;
  case FieldMissing::Kernel:
    if (node.has("kernel_size")) {
      node.fields[rule.name] = node.fields["kernel_size"];
      defaults.push_back("stride = kernel_size");
    }
    return;
  }
}

static void noteUnknown(Node &node, std::span<const FieldRule> rules,
                        Reporter &reporter) {
  for (auto it = node.fields.begin(); it != node.fields.end();) {
    bool known = std::any_of(rules.begin(), rules.end(), [&](auto &rule) {
      return it->first == rule.name;
    });
    // Old writers stored name and shapes with the node; they say nothing new.
    if (!known)
      reporter.note("SNN0227", node.path,
                    fmt::format("{} has no field '{}' in NIR: it is ignored",
                                node.kind->name(), it->first));
    it = known ? std::next(it) : node.fields.erase(it);
  }
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

/// The values as integers, or an error: not a number, a fraction, too many.
static std::optional<std::vector<int64_t>>
toIntegers(const Tensor &tensor, int64_t low, unsigned maxCount) {
  constexpr int64_t high = std::numeric_limits<int32_t>::max();
  if (tensor.shape().size() > 1 || (maxCount && tensor.size() > maxCount) ||
      tensor.size() > 16)
    return std::nullopt;
  std::vector<int64_t> values;
  for (uint64_t i = 0; i < tensor.size(); ++i) {
    double value = tensor.at(i);
    if (!(value >= double(low) && value <= double(high)) ||
        value != std::floor(value))
      return std::nullopt;
    values.push_back(int64_t(value));
  }
  return values;
}

static void checkIntegers(Node &node, const FieldRule &rule,
                          Reporter &reporter) {
  Field &field = node.fields[rule.name];
  if (const auto *text = std::get_if<std::string>(&field)) {
    bool isMode = rule.role == FieldRole::ModalPadding &&
                  (*text == "same" || *text == "valid");
    if (!isMode)
      reporter.error("SNN0222", node.path,
                     fmt::format("'{}' must be a number", rule.name),
                     {"the padding of a convolution may also be \"same\" or "
                      "\"valid\""});
    return;
  }
  auto &tensor = std::get<Tensor>(field);
  constexpr int64_t lowest = std::numeric_limits<int32_t>::min();
  bool isPadding =
      rule.role == FieldRole::Padding || rule.role == FieldRole::ModalPadding;
  int64_t low = rule.role == FieldRole::Extent ? 1 : isPadding ? 0 : lowest;
  // Four paddings are what inferShapes() makes of "same".
  unsigned maxCount = isPadding && tensor.size() == 4 ? 4 : rule.maxCount;
  std::optional<std::vector<int64_t>> values =
      toIntegers(tensor, low, maxCount);
  bool mayBeEmpty = rule.role == FieldRole::Shape;
  if (!values || (values->empty() && !mayBeEmpty)) {
    std::string count = rule.role == FieldRole::Shape
                            ? "up to 16"
                            : fmt::format("1 to {}", maxCount);
    return reporter.error(
        "SNN0222", node.path,
        fmt::format("'{}' must be {} integers from {} to 2147483647; it has "
                    "shape {}{}",
                    rule.name, count, low, toString(tensor.shape()),
                    tensor.size() > 0
                        ? fmt::format(" and starts with {}", tensor.at(0))
                        : ""),
        {"export the model again"});
  }
  Shape shape = tensor.shape();
  tensor = Tensor(std::move(shape), std::move(*values), tensor.storedAs());
}

//===----------------------------------------------------------------------===//
// Real numbers
//===----------------------------------------------------------------------===//

namespace {
struct RealScan {
  uint64_t bad = 0, firstBad = 0; ///< NaN, or too large for a float32
  uint64_t low = 0, firstLow = 0; ///< below what the role allows
  uint64_t infinite = 0;          ///< +inf where it is legal
};
} // namespace

static RealScan scan(const Tensor &tensor, FieldRole role) {
  RealScan result;
  for (uint64_t i = 0, size = tensor.size(); i < size; ++i) {
    double value = tensor.at(i);
    if (role == FieldRole::Tau &&
        value == std::numeric_limits<double>::infinity()) {
      ++result.infinite;
    } else if (std::isnan(value) ||
               (std::abs(value) > std::numeric_limits<float>::max() &&
                role != FieldRole::Tau)) {
      if (result.bad++ == 0)
        result.firstBad = i;
    } else if ((role == FieldRole::Tau && value <= 0) ||
               (role == FieldRole::Delay && value < 0)) {
      if (result.low++ == 0)
        result.firstLow = i;
    }
  }
  return result;
}

static void reportReal(const Node &node, const FieldRule &rule,
                       const Tensor &tensor, const RealScan &found,
                       Reporter &reporter) {
  auto count = [&](uint64_t n) {
    return fmt::format("{} of {} elements", n, tensor.size());
  };
  if (found.bad)
    reporter.error(
        "SNN0223", node.path,
        fmt::format("'{}' is {}: {}, first element {} = {}", rule.name,
                    std::isfinite(tensor.at(found.firstBad)) ? "beyond float32"
                                                             : "not finite",
                    count(found.bad), found.firstBad,
                    tensor.at(found.firstBad)),
        {"the training may have diverged: train again with a smaller learning "
         "rate, and export again"});
  if (found.low && rule.role == FieldRole::Delay)
    reporter.error("SNN0224", node.path,
                   fmt::format("'{}' is negative: {}, first element {} = {}",
                               rule.name, count(found.low), found.firstLow,
                               tensor.at(found.firstLow)),
                   {fmt::format("a delay or a refractory period is 0 or more; "
                                "in Python: {0}.{1} = abs({0}.{1})",
                                inPython(node.path), rule.name)});
  else if (found.low)
    reporter.error(
        "SNN0224", node.path,
        fmt::format("'{}' must be positive: {} are not, first element {} = {}",
                    rule.name, count(found.low), found.firstLow,
                    tensor.at(found.firstLow)),
        {"exporters write tau = dt/(1 - beta): a decay beta of 1 or more has "
         "no time constant; clamp beta below 1 and train or export again"});
  if (found.infinite)
    reporter.note("SNN0225", node.path,
                  fmt::format("'{}' is infinite in {}: nothing leaks there",
                              rule.name, count(found.infinite)));
}

static void checkReal(Node &node, const FieldRule &rule, Reporter &reporter,
                      std::vector<std::string> &integers) {
  const auto *tensor = std::get_if<Tensor>(&node.fields[rule.name]);
  if (!tensor || tensor->size() == 0)
    return reporter.error("SNN0222", node.path,
                          fmt::format("'{}' must be numbers; it is {}",
                                      rule.name, tensor ? "empty" : "a text"),
                          {"export the model again"});
  if (tensor->kind() == ElementKind::I64)
    integers.push_back(rule.name);
  reportReal(node, rule, *tensor, scan(*tensor, rule.role), reporter);
}

/// A reset at or above the threshold spikes in every step: legal, but hardly
/// meant.
static void checkThreshold(const Node &node, Reporter &reporter) {
  if (!node.kind->isSpiking())
    return;
  const Tensor &threshold = node.tensor("v_threshold");
  const Tensor &reset = node.tensor("v_reset");
  uint64_t size = std::max(threshold.size(), reset.size());
  bool comparable = (threshold.size() == size || threshold.size() == 1) &&
                    (reset.size() == size || reset.size() == 1);
  for (uint64_t i = 0; comparable && i < size; ++i)
    if (threshold.at(i) <= reset.at(i))
      return reporter.warning(
          "SNN0229", node.path,
          fmt::format("v_threshold = {} is not above v_reset = {} (element "
                      "{}): the neuron cannot come to rest after a spike",
                      threshold.at(i), reset.at(i), i),
          {"correct v_threshold or v_reset in the framework, and export "
           "again"});
}

static void noteUnits(const Node &node, Reporter &reporter) {
  for (const char *name : {"tau", "tau_mem", "tau_syn"}) {
    const Tensor &tau = node.tensor(name);
    for (uint64_t i = 0; i < tau.size(); ++i)
      if (tau.at(i) >= 1 && std::isfinite(tau.at(i)))
        return reporter.note(
            "SNN0228", node.path,
            fmt::format("{} = {} s is unusually long: the file may count in "
                        "milliseconds or time steps",
                        name, tau.at(i)),
            {fmt::format("milliseconds become seconds (or give --dt in their "
                         "unit); in Python: {0}.{1} = {0}.{1} / 1000",
                         inPython(node.path), name)});
  }
}

void checkFields(Node &node, Reporter &reporter) {
  std::span<const FieldRule> rules = node.kind->fields();
  std::vector<std::string> defaults, integers;
  adoptForeignFields(node, reporter);
  for (const FieldRule &rule : rules) {
    if (!node.has(rule.name))
      addMissing(node, rule, reporter, defaults);
    if (!node.has(rule.name))
      continue;
    if (rule.role == FieldRole::Real || rule.role == FieldRole::Tau ||
        rule.role == FieldRole::Delay)
      checkReal(node, rule, reporter, integers);
    else
      checkIntegers(node, rule, reporter);
  }
  noteUnknown(node, rules, reporter);
  if (!defaults.empty())
    reporter.note("SNN0221", node.path,
                  fmt::format("fields that the file does not store: {}",
                              fmt::join(defaults, ", ")));
  if (!integers.empty())
    reporter.note("SNN0226", node.path,
                  fmt::format("stored as integers, read as real numbers: {}",
                              fmt::join(integers, ", ")));
  if (!reporter.ok())
    return;
  checkThreshold(node, reporter);
  noteUnits(node, reporter);
}

} // namespace snnc::nir
