//===- History.h - Who spiked in the last ticks -----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_HISTORY_H
#define SNNC_BACKENDS_CPU_HISTORY_H

#include "runtime/host/NetworkEngine.h"

#include <algorithm>

namespace snnc::cpu {

/// The spikes of one tick of an input, or of one partition of a population.
struct Volley {
  std::vector<uint32_t> sources; ///< ascending; numbers in the whole signal
  std::vector<uint16_t> counts;  ///< one each; empty: 1
  uint64_t total = 0;            ///< spikes
  uint16_t most = 0;             ///< of one source
  /// The counts of all channels of an input; empty: silent, or a population.
  runtime::CountRows row;
  uint32_t rowFirst = 0;      ///< channel of row[0]
  std::vector<uint16_t> kept; ///< of `row`, where its batch is over

  void clear() {
    sources.clear();
    counts.clear();
    total = 0;
    most = 0;
    row = {};
  }
  uint32_t countOf(size_t i) const { return counts.empty() ? 1 : counts[i]; }
};

/// A ring of ticks, each with a volley a part. Written by the part's thread,
/// read by all once they have met.
class History {
public:
  void resize(uint64_t ticks, size_t parts) {
    perTick = parts;
    ring.resize(ticks * parts);
  }
  uint64_t ticks() const { return ring.size() / perTick; }
  Volley &at(uint64_t tick, size_t part) {
    return ring[tick % ticks() * perTick + part];
  }
  std::span<const Volley> at(uint64_t tick) const {
    return std::span(ring).subspan(tick % ticks() * perTick, perTick);
  }
  std::span<Volley> all(uint64_t tick) {
    return std::span(ring).subspan(tick % ticks() * perTick, perTick);
  }
  void clear() {
    for (Volley &volley : ring)
      volley.clear();
  }

private:
  size_t perTick = 1;
  std::vector<Volley> ring = std::vector<Volley>(1);
};

/// From one byte a neuron, 0 or 1: most are 0.
inline void collectSpikes(std::span<const uint8_t> spikes, uint32_t first,
                          Volley &volley) {
  volley.clear();
  size_t n = 0;
  for (; n + 32 <= spikes.size(); n += 32) {
    uint64_t words[4];
    __builtin_memcpy(words, spikes.data() + n, sizeof words);
    if ((words[0] | words[1] | words[2] | words[3]) == 0)
      continue;
    for (size_t i = n; i < n + 32; ++i)
      if (spikes[i])
        volley.sources.push_back(uint32_t(first + i));
  }
  for (; n < spikes.size(); ++n)
    if (spikes[n])
      volley.sources.push_back(uint32_t(first + n));
  volley.total = volley.sources.size();
  volley.most = volley.total ? 1 : 0;
}

/// From the counts of a tick. `sparse`: the list is read too.
inline void collectCounts(runtime::CountRows row, bool sparse, Volley &volley) {
  volley.clear();
  volley.row = row;
  uint64_t total = 0;
  uint16_t most = 0;
  for (uint16_t count : row) {
    total += count;
    most = std::max(most, count);
  }
  volley.total = total;
  volley.most = most;
  if (total == 0)
    volley.row = {};
  for (uint32_t c = 0; sparse && total > 0 && c < row.size(); ++c)
    if (row[c]) {
      volley.sources.push_back(c);
      if (most > 1)
        volley.counts.push_back(row[c]);
    }
}

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_HISTORY_H
