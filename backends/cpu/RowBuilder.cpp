//===- RowBuilder.cpp - A block while it is made --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/RowBuilder.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace snnc::cpu {

/// Numbers that will be written all over the place: large pages, where the
/// system has them, so that their addresses are found fast.
template <typename T>
static void resizeLarge(std::vector<T> &numbers, uint64_t count) {
  numbers.reserve(count);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uintptr_t page = uintptr_t(1) << 21;
  auto begin = reinterpret_cast<uintptr_t>(numbers.data());
  uintptr_t first = (begin + page - 1) / page * page,
            end = (begin + count * sizeof(T)) / page * page;
  if (end > first) // only a hint
    (void)madvise(reinterpret_cast<void *>(first), end - first, MADV_HUGEPAGE);
#endif
  numbers.resize(count);
}

RowBuilder::RowBuilder(uint32_t sources, std::pair<uint32_t, uint32_t> bounds,
                       uint64_t synapses, bool floats)
    : sources(sources), firstDelay(bounds.first), floats(floats) {
  uint64_t range = uint64_t(bounds.second) - bounds.first + 1;
  // Four bytes a cell, against two for the delay of each synapse.
  sorts = range > 1 && range * sources > std::max<uint64_t>(synapses, 4096);
  width = sorts ? 1 : size_t(range);
  cells.assign(size_t(sources) * width, 0);
}

void RowBuilder::countWeights(const EntryBatch &batch, size_t begin,
                              size_t end) {
  if (floats) {
    if (synapses == 0)
      first = batch.reals[begin];
    for (size_t i = begin; i < end; ++i)
      allEqual &= batch.reals[i] == first;
    return;
  }
  for (size_t i = begin; i < end; ++i) {
    lowest = std::min(lowest, batch.integers[i]);
    highest = std::max(highest, batch.integers[i]);
  }
}

void RowBuilder::count(const EntryBatch &batch, size_t begin, size_t end) {
  countWeights(batch, begin, end);
  uint32_t least = shortest, most = block.longestDelay;
  for (size_t i = begin; i < end; ++i) {
    least = std::min(least, batch.delay[i]);
    most = std::max(most, batch.delay[i]);
  }
  shortest = least;
  block.longestDelay = most;
  for (size_t i = begin; i < end; ++i)
    ++cells[cellOf(batch.source[i], batch.delay[i])];
  synapses += end - begin;
}

bool RowBuilder::layOut() {
  if (synapses == 0)
    return false;
  uint64_t all = 0;
  for (uint32_t s = 0; s < sources; ++s) {
    rowBegin.push_back(all);
    uint64_t row = 0;
    for (size_t c = s * width; c < (s + 1) * width; ++c) {
      uint32_t here = cells[c];
      cells[c] = uint32_t(row);
      row += here;
    }
    if (row > std::numeric_limits<uint32_t>::max())
      throw std::bad_alloc();
    all += row;
  }
  rowBegin.push_back(all);
  resizeLarge(block.targets, all);
  sorts = sorts && shortest != block.longestDelay;
  if (sorts)
    delays.resize(all);
  auto weights = [&]<typename T>(T) {
    resizeLarge(block.weights.emplace<std::vector<T>>(), all);
  };
  if (floats && allEqual)
    block.weights = first;
  else if (floats)
    weights(float());
  else if (lowest == highest)
    block.weights = lowest;
  else if (lowest >= -128 && highest <= 127)
    weights(int8_t());
  else
    weights(int16_t());
  return true;
}

/// Where entries of a batch go. All are known before the first is written, so
/// that memory is fetched for many at a time.
uint64_t *RowBuilder::place(const EntryBatch &batch, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    uint32_t source = batch.source[i];
    uint64_t at = rowBegin[source] + cells[cellOf(source, batch.delay[i])]++;
    places[i - begin] = at;
    __builtin_prefetch(&block.targets[at], 1);
  }
  return places;
}

void RowBuilder::add(const EntryBatch &batch, size_t begin, size_t end,
                     uint32_t shift) {
  const uint64_t *at = place(batch, begin, end);
  auto write = [&](auto &numbers, const auto *from) {
    using Number = std::remove_reference_t<decltype(numbers[0])>;
    for (size_t i = 0; i < end - begin; ++i)
      __builtin_prefetch(&numbers[at[i]], 1);
    for (size_t i = 0; i < end - begin; ++i)
      numbers[at[i]] = Number(from[begin + i]);
  };
  for (size_t i = 0; i < end - begin; ++i)
    block.targets[at[i]] = uint16_t(batch.target[begin + i] - shift);
  if (sorts)
    write(delays, batch.delay);
  if (auto *narrow = std::get_if<std::vector<int8_t>>(&block.weights))
    write(*narrow, batch.integers);
  else if (auto *wide = std::get_if<std::vector<int16_t>>(&block.weights))
    write(*wide, batch.integers);
  else if (auto *real = std::get_if<std::vector<float>>(&block.weights))
    write(*real, batch.reals);
}

/// Orders `values[begin...]` as `order`, which holds places from begin on.
template <typename T>
static void permute(std::vector<T> &values, uint64_t begin,
                    const std::vector<uint32_t> &order,
                    std::vector<T> &scratch) {
  scratch.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    scratch[i] = values[begin + order[i]];
  std::copy(scratch.begin(), scratch.end(), values.begin() + int64_t(begin));
}

/// By delay; in a delay the order of the row, on which S4.4 depends.
void RowBuilder::sortRow(uint64_t begin, uint64_t end) {
  auto delayOf = [&](uint32_t i) { return delays[begin + i]; };
  order.resize(end - begin);
  for (uint32_t i = 0; i < order.size(); ++i)
    order[i] = i;
  if (std::is_sorted(delays.begin() + int64_t(begin),
                     delays.begin() + int64_t(end)))
    return;
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return delayOf(a) < delayOf(b);
  });
  permute(block.targets, begin, order, scratch16);
  permute(delays, begin, order, scratch16);
  if (auto *narrow = std::get_if<std::vector<int8_t>>(&block.weights))
    permute(*narrow, begin, order, scratchInt8);
  else if (auto *wide = std::get_if<std::vector<int16_t>>(&block.weights))
    permute(*wide, begin, order, scratchInt16);
  else if (auto *real = std::get_if<std::vector<float>>(&block.weights))
    permute(*real, begin, order, scratchFloat);
}

/// A repeated target stands beside itself: targets of a projection ascend.
int64_t RowBuilder::largestSum(uint64_t begin, uint64_t end) const {
  auto most = [&](auto weightAt) {
    int64_t most = 0, sum = 0;
    uint32_t last = std::numeric_limits<uint32_t>::max();
    for (uint64_t i = begin; i < end; ++i) {
      sum =
          (block.targets[i] == last ? sum : 0) + std::abs(int64_t(weightAt(i)));
      last = block.targets[i];
      most = std::max(most, sum);
    }
    return most;
  };
  if (auto *narrow = std::get_if<std::vector<int8_t>>(&block.weights))
    return most([&](uint64_t i) { return (*narrow)[i]; });
  return most([&](uint64_t i) { return block.weightAt(i); });
}

/// Of a row whose last synapse is in front of `end`.
void RowBuilder::addSegments(uint32_t source, uint64_t end) {
  auto add = [&](uint64_t begin, uint64_t next, uint32_t delay) {
    block.segments.push_back({begin, delay});
    block.largest = std::max(block.largest, largestSum(begin, next));
  };
  uint64_t at = rowBegin[source];
  if (!sorts) { // each cell was written to its end
    for (size_t c = 0; c < width; ++c)
      if (uint64_t next = rowBegin[source] + cells[source * width + c];
          next > at) {
        add(at, next, width == 1 ? shortest : firstDelay + uint32_t(c));
        at = next;
      }
    return;
  }
  for (uint64_t next; at < end; at = next) {
    next = at + 1;
    while (next < end && delays[next] == delays[at])
      ++next;
    add(at, next, delays[at]);
  }
}

void RowBuilder::finish() {
  block.shortestDelay = shortest;
  uint64_t used = 0; // of the segments, one for the end
  for (size_t c = 0; !sorts && c < cells.size(); ++c)
    used += cells[c] > (c % width ? cells[c - 1] : 0);
  block.segments.reserve(used + 1);
  block.segmentBegin.reserve(size_t(sources) + 1);
  for (uint32_t s = 0; s < sources; ++s) {
    block.segmentBegin.push_back(uint32_t(block.segments.size()));
    if (sorts)
      sortRow(rowBegin[s], rowBegin[s + 1]);
    addSegments(s, rowBegin[s + 1]);
  }
  // 34 GB of segments alone: as good as no memory.
  if (block.segments.size() > std::numeric_limits<uint32_t>::max())
    throw std::bad_alloc();
  block.segmentBegin.push_back(uint32_t(block.segments.size()));
  block.segments.push_back({rowBegin[sources], 0});
  block.segments.shrink_to_fit();
}

} // namespace snnc::cpu
