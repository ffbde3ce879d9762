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

namespace {

/// One recording of a run: an array, or a list of spikes.
struct Recorded {
  const NdArray *array = nullptr;
  const SpikeList *list = nullptr;

  Recorded(const ArrayMap &arrays, const SpikeLists &lists,
           const std::string &name) {
    if (auto found = lists.find(name); found != lists.end())
      list = &found->second;
    else if (auto found = arrays.find(name); found != arrays.end())
      array = &found->second;
  }
  explicit operator bool() const { return array || list; }
  DType dtype() const { return list ? DType::U8 : array->dtype; }
  const std::vector<uint64_t> &shape() const {
    return list ? list->shape : array->shape;
  }
  /// As a list; `made` holds it where it is none.
  const SpikeList &asList(SpikeList &made) const {
    return list ? *list : made = listOf(*array);
  }
};

/// Where a neuron's value in a row of all samples' ticks differs.
struct Place {
  uint64_t row, neuron;
  double a, b;
};

} // namespace

static std::optional<Place> firstPlace(const NdArray &a, const NdArray &b,
                                       uint64_t rows) {
  uint64_t neurons = a.shape.back();
  std::optional<uint64_t> at = firstUnequal(a, b, rows * neurons);
  if (!at)
    return std::nullopt;
  return Place{*at / neurons, *at % neurons, a.at(*at), b.at(*at)};
}

static std::optional<Place> firstPlace(const SpikeList &a, const SpikeList &b,
                                       uint64_t rows) {
  for (uint64_t s = 0; s < a.samples(); ++s) {
    auto x = a.ofSample(s), y = b.ofSample(s);
    auto [i, j] = std::ranges::mismatch(x, y);
    if (i == x.end() && j == y.end())
      continue;
    RecordedSpike spike = i == x.end()   ? *j
                          : j == y.end() ? *i
                                         : std::min(*i, *j);
    uint64_t row = s * a.ticks() + spike.tick;
    auto count = [&](auto spikes) {
      auto [from, to] = std::ranges::equal_range(spikes, spike);
      return double(to - from);
    };
    return row < rows
               ? std::optional(Place{row, spike.neuron, count(x), count(y)})
               : std::nullopt;
  }
  return std::nullopt;
}

static std::optional<Place> firstPlace(const Recorded &a, const Recorded &b,
                                       uint64_t rows) {
  if (a.array && b.array)
    return firstPlace(*a.array, *b.array, rows);
  SpikeList left, right;
  return firstPlace(a.asList(left), b.asList(right), rows);
}

Expected<Comparison> compareRuns(const Manifest &manifest, const ArrayMap &a,
                                 const SpikeLists &listsOfA, const ArrayMap &b,
                                 const SpikeLists &listsOfB) {
  Comparison result;
  for (const RecordRequest &request : everyRequest(manifest)) {
    Recorded x(a, listsOfA, request.name()), y(b, listsOfB, request.name());
    if (!x || !y)
      continue;
    const std::vector<uint64_t> &shape = x.shape();
    if (shape != y.shape() || x.dtype() != y.dtype() || shape.size() < 2)
      return incomparable(request.name(),
                          fmt::format("cannot compare {} {} with {} {}",
                                      name(x.dtype()), shapeText(shape),
                                      name(y.dtype()), shapeText(y.shape())));
    ++result.arrays;
    uint64_t neurons = shape.back(), ticks = shape[shape.size() - 2];
    uint64_t rows = neurons ? *elementCount(shape) / neurons : 0;
    Divergence *known =
        !result.layers.empty() &&
                result.layers.back().population == request.population
            ? &result.layers.back()
            : nullptr;
    // Earlier variables win within one row, so only earlier rows count now.
    if (known)
      rows = std::min(rows, known->sample * ticks + known->tick);
    std::optional<Place> at = firstPlace(x, y, rows);
    if (!at)
      continue;
    Divergence found{at->row / ticks,
                     at->row % ticks,
                     request.population,
                     at->neuron,
                     request.variable,
                     at->a,
                     at->b};
    if (known)
      *known = std::move(found);
    else
      result.layers.push_back(std::move(found));
  }
  if (result.arrays == 0)
    return incomparable("", "the two runs have no recording in common");
  return result;
}

Expected<Comparison> compareRuns(const Manifest &manifest, const ArrayMap &a,
                                 const ArrayMap &b) {
  return compareRuns(manifest, a, {}, b, {});
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
