//===- Compare.cpp - The first place where two runs differ ----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Compare.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::runtime {

std::string toText(const Divergence &d) {
  std::string text = d.sample == 0 ? "" : fmt::format("sample {}, ", d.sample);
  return text + fmt::format("tick {}, population '{}', neuron {}, {}: {} "
                            "against {}",
                            d.tick, d.population, d.neuron, d.variable, d.a,
                            d.b);
}

static bool equalAt(const NdArray &a, const NdArray &b, uint64_t i) {
  size_t item = itemBytes(a.dtype);
  if (std::memcmp(a.bytes.data() + i * item, b.bytes.data() + i * item, item) ==
      0)
    return true;
  return std::isnan(a.at(i)) && std::isnan(b.at(i));
}

/// Index of the first element below `end` that differs. Blocks that are equal
/// byte by byte are skipped whole.
static std::optional<uint64_t> firstUnequal(const NdArray &a, const NdArray &b,
                                            uint64_t end) {
  constexpr uint64_t block = 4096;
  size_t item = itemBytes(a.dtype);
  for (uint64_t begin = 0; begin < end; begin += block) {
    uint64_t stop = std::min(begin + block, end);
    if (std::memcmp(a.bytes.data() + begin * item,
                    b.bytes.data() + begin * item, (stop - begin) * item) == 0)
      continue;
    for (uint64_t i = begin; i < stop; ++i)
      if (!equalAt(a, b, i))
        return i;
  }
  return std::nullopt;
}

static Diagnostic incomparable(const std::string &name, std::string message) {
  return makeError("SNN0430", {"", name, 0, 0}, std::move(message),
                   {"run both with the same inputs, ticks, alignment and "
                    "recording requests"});
}

const Divergence *Comparison::first() const {
  auto earliest = std::ranges::min_element(layers, {}, [](const Divergence &d) {
    return std::pair(d.sample, d.tick);
  });
  return earliest == layers.end() ? nullptr : &*earliest;
}

Expected<Comparison> compareRuns(const Manifest &manifest, const ArrayMap &a,
                                 const ArrayMap &b) {
  Comparison result;
  for (const RecordRequest &request : everyRequest(manifest)) {
    auto left = a.find(request.name()), right = b.find(request.name());
    if (left == a.end() || right == b.end())
      continue;
    const NdArray &x = left->second, &y = right->second;
    if (x.shape != y.shape || x.dtype != y.dtype || x.shape.size() < 2)
      return incomparable(request.name(),
                          fmt::format("cannot compare {} {} with {} {}",
                                      name(x.dtype), shapeText(x.shape),
                                      name(y.dtype), shapeText(y.shape)));
    ++result.arrays;
    uint64_t neurons = x.shape.back(), ticks = x.shape[x.shape.size() - 2];
    uint64_t rows = neurons ? x.size() / neurons : 0;
    Divergence *known =
        !result.layers.empty() &&
                result.layers.back().population == request.population
            ? &result.layers.back()
            : nullptr;
    // Earlier variables win within one row, so only earlier rows count now.
    if (known)
      rows = std::min(rows, known->sample * ticks + known->tick);
    std::optional<uint64_t> at = firstUnequal(x, y, rows * neurons);
    if (!at)
      continue;
    uint64_t row = *at / neurons;
    Divergence found{row / ticks,   row % ticks,      request.population,
                     *at % neurons, request.variable, x.at(*at),
                     y.at(*at)};
    if (known)
      *known = std::move(found);
    else
      result.layers.push_back(std::move(found));
  }
  if (result.arrays == 0)
    return incomparable("", "the two runs have no recording in common");
  return result;
}

Expected<std::optional<Divergence>> firstDivergence(const Manifest &manifest,
                                                    const ArrayMap &a,
                                                    const ArrayMap &b) {
  Expected<Comparison> comparison = compareRuns(manifest, a, b);
  if (!comparison)
    return comparison.takeError();
  const Divergence *first = comparison->first();
  return first ? std::optional(*first) : std::nullopt;
}

Expected<std::optional<Divergence>> firstDivergence(const Manifest &manifest,
                                                    const RunResult &a,
                                                    const RunResult &b) {
  return firstDivergence(manifest, a.arrays, b.arrays);
}

} // namespace snnc::runtime
