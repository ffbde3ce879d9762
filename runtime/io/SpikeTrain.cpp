//===- SpikeTrain.cpp - Input spikes of one run ---------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/SpikeTrain.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::runtime {

static bool endsWith(const std::vector<uint64_t> &shape,
                     std::span<const uint32_t> tail) {
  return shape.size() >= tail.size() &&
         std::equal(tail.rbegin(), tail.rend(), shape.rbegin());
}

std::optional<size_t> leadingAxes(const NdArray &array,
                                  const ChannelShape &channels) {
  if (!channels.shape.empty() && endsWith(array.shape, channels.shape))
    return array.shape.size() - channels.shape.size();
  if (endsWith(array.shape, std::span(&channels.channels, 1)))
    return array.shape.size() - 1;
  // What frameworks write for one neuron: a row of ticks.
  if (channels.channels == 1 && array.shape.size() == 1)
    return 1;
  return std::nullopt;
}

static Diagnostic shapeError(const NdArray &array, const ChannelShape &input) {
  std::string flat = fmt::format("{}", input.channels);
  std::string wanted = fmt::format("ticks x {}", flat);
  if (input.shape.size() > 1)
    wanted += fmt::format(" or ticks x {}", fmt::join(input.shape, " x "));
  std::vector<std::string> hints;
  size_t rank = array.shape.size();
  // Its axes are right, and one of them is empty.
  if (auto leading = leadingAxes(array, input);
      leading && rank > 1 && *leading > 0 && *leading < 3 && input.channels > 0)
    return makeError(
        "SNN0411", {"", input.name, 0, 0},
        fmt::format("the input array is {}: it has no {}",
                    shapeText(array.shape),
                    array.shape[*leading - 1] == 0 ? "tick" : "sample"),
        {fmt::format("give a row for each tick, of zeros where nothing spikes; "
                     "in Python: x = numpy.zeros((100, {}), 'uint8')",
                     flat)});
  if (rank > 1 && rank < 4 && array.shape[rank - 2] == input.channels)
    hints.push_back("--layout channels-first reads it as channels x ticks");
  if (rank == 2 && array.shape[0] == input.channels)
    hints.push_back("or put the ticks in the first axis; in Python: x = x.T");
  else
    hints.push_back("put the ticks in the first axis; several samples go in "
                    "one more axis before it");
  return makeError("SNN0411", {"", input.name, 0, 0},
                   fmt::format("the input array is {}, expected {}",
                               shapeText(array.shape), wanted),
                   hints);
}

static Diagnostic valueError(const NdArray &array, uint64_t index,
                             const ChannelShape &input) {
  double value = array.at(index);
  uint64_t row = index / input.channels, channel = index % input.channels;
  // Infinity and values that no run is long enough for are no counts at all.
  bool whole = std::floor(value) == value && std::abs(value) < 0x1p32;
  std::string what = !(std::floor(value) == value) || std::isinf(value)
                         ? "is not an integer; inputs are spike counts"
                     : value < 0
                         ? "is negative; inputs are spike counts"
                         : "exceeds the limit of 65535 spikes in one tick";
  std::vector<std::string> hints;
  if (value >= 0 && whole)
    hints.push_back(fmt::format(
        "spread the spikes over several ticks or channels; in Python, over {0} "
        "ticks: x = numpy.repeat(x // {0}, {0}, axis={1})",
        uint64_t(value / 65535) + 1, array.shape.size() > 2 ? 1 : 0));
  else if (value < 0)
    hints.push_back("turn analog values into spikes with an encoder: --encode "
                    "delta");
  else
    hints.push_back("turn analog values into spikes with an encoder: --encode "
                    "rate, --encode latency or --encode delta");
  if (value < 0)
    hints.push_back("give negative events channels of their own, in a network "
                    "that has them, or no sign; in Python: x = abs(x)");
  return makeError("SNN0412", {"", input.name, 0, 0},
                   fmt::format("the value {} at row {}, channel {} {}", value,
                               row, channel, what),
                   hints);
}

/// Copies integers from 0 to 65535; stops at the first other value.
template <typename T>
static std::optional<uint64_t> copyCounts(std::span<const T> from,
                                          std::span<uint16_t> to) {
  for (size_t i = 0; i < to.size(); ++i) {
    // Written so that NaN fails as well.
    if (!(from[i] >= T(0)) || double(from[i]) > 65535 ||
        T(uint16_t(from[i])) != from[i])
      return i;
    to[i] = uint16_t(from[i]);
  }
  return std::nullopt;
}

/// All counts of the array, or the index of the first value that is none.
static std::optional<uint64_t> convert(const NdArray &array,
                                       std::span<uint16_t> to) {
  switch (array.dtype) {
  case DType::U8:
  case DType::Bool:
    return copyCounts(array.as<uint8_t>(), to);
  case DType::I8:
    return copyCounts(array.as<int8_t>(), to);
  case DType::U16:
    return copyCounts(array.as<uint16_t>(), to);
  case DType::I16:
    return copyCounts(array.as<int16_t>(), to);
  case DType::I32:
    return copyCounts(array.as<int32_t>(), to);
  case DType::U32:
    return copyCounts(array.as<uint32_t>(), to);
  case DType::I64:
    return copyCounts(array.as<int64_t>(), to);
  case DType::U64:
    return copyCounts(array.as<uint64_t>(), to);
  case DType::F32:
    return copyCounts(array.as<float>(), to);
  case DType::F64:
    return copyCounts(array.as<double>(), to);
  }
  return 0;
}

Expected<SpikeInput> toSpikeInput(const NdArray &array,
                                  const ChannelShape &input) {
  std::optional<size_t> leading = leadingAxes(array, input);
  if (!leading || *leading < 1 || *leading > 2)
    return shapeError(array, input);
  std::vector<uint16_t> counts(array.size());
  if (std::optional<uint64_t> bad = convert(array, counts))
    return valueError(array, *bad, input);
  SpikeInput result;
  result.hasSamplesAxis = *leading == 2;
  uint64_t samples = result.hasSamplesAxis ? array.shape[0] : 1;
  uint64_t ticks = array.shape[*leading - 1];
  // Without ticks or channels the bytes do not bound the number of samples.
  if (samples == 0 || ticks == 0)
    return shapeError(array, input);
  uint64_t each = ticks * input.channels;
  for (uint64_t s = 0; s < samples; ++s) {
    auto begin = counts.begin() + ptrdiff_t(s * each);
    result.samples.push_back(
        {ticks, input.channels, {begin, begin + ptrdiff_t(each)}});
  }
  return result;
}

} // namespace snnc::runtime
