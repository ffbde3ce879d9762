//===- Drive.cpp - Inputs that are drawn where they are used --------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Drive.h"

#include <algorithm>

namespace snnc::runtime {

/// Tables of means are worth their while where many channels share one.
static constexpr size_t kMostTables = 64;

PoissonDrive::PoissonDrive(PhiloxKey key, uint32_t channels,
                           std::vector<double> given, bool hasTicks)
    : key(key), count(channels), means(std::move(given)) {
  for (double mean : means)
    if (mean > 0 && tables.size() < kMostTables)
      tables.try_emplace(mean, mean);
  if (hasTicks)
    return;
  for (size_t c = 0; c < means.size(); ++c) {
    if (constant.empty() || constant.back().mean != means[c])
      constant.push_back(groupOf(means[c]));
    constant.back().end = means.size() == 1 ? channels : uint32_t(c + 1);
  }
  means = {};
}

PoissonDrive::Group PoissonDrive::groupOf(double mean) const {
  auto table = tables.find(mean);
  return {0, mean, table == tables.end() ? nullptr : &table->second};
}

void PoissonDrive::drawGroup(const Group &group, uint64_t tick, uint64_t sample,
                             uint32_t first, std::span<uint16_t> counts,
                             VectorSet vectors) const {
  if (group.mean == 0) {
    std::ranges::fill(counts, uint16_t(0));
    return;
  }
  if (group.table)
    return drawPoisson(*group.table, key, tick, uint32_t(sample), first, counts,
                       vectors);
  PhiloxCounter words{}, others{};
  for (uint32_t i = 0; i < counts.size(); ++i) {
    uint32_t channel = first + i;
    if (i == 0 || channel % kFirstChannels == 0)
      words = firstWords(key, channel / kFirstChannels, tick, uint32_t(sample));
    if (i == 0 || channel % kOtherChannels == 0)
      others =
          otherWords(key, channel / kOtherChannels, tick, uint32_t(sample));
    uint64_t bits = uniformBits(firstBits(words, channel),
                                others[channel % kOtherChannels]);
    counts[i] = poissonCount(group.mean, uniformOf(bits));
  }
}

void PoissonDrive::draw(uint64_t tick, uint64_t sample, uint32_t first,
                        std::span<uint16_t> counts, VectorSet vectors) const {
  uint32_t at = first, end = first + uint32_t(counts.size());
  auto drawTo = [&](const Group &group, uint32_t to) {
    drawGroup(group, tick, sample, at, counts.subspan(at - first, to - at),
              vectors);
    at = to;
  };
  auto group = std::ranges::upper_bound(constant, first, {}, &Group::end);
  for (; at < end && group != constant.end(); ++group)
    drawTo(*group, std::min(group->end, end));
  if (tick >= means.size() / std::max<uint32_t>(1, count)) { // of a table
    std::ranges::fill(counts.subspan(at - first), uint16_t(0));
    return;
  }
  const double *row = means.data() + tick * count;
  while (at < end) {
    uint32_t to = at + 1;
    while (to < end && row[to] == row[at])
      ++to;
    drawTo(groupOf(row[at]), to);
  }
}

} // namespace snnc::runtime
