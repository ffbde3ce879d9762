//===- Calendar.h - What is on its way --------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_CALENDAR_H
#define SNNC_BACKENDS_CPU_CALENDAR_H

#include "backends/cpu/Encodings.h"

#include <algorithm>
#include <span>

namespace snnc::cpu {

/// What is on its way to one group, by tick of arrival.
class Calendar {
public:
  /// Bookings side by side that share a block and a count of spikes: most do,
  /// so that one takes 4 bytes.
  struct Group {
    const Block *block; ///< with index rows
    uint32_t count;
    size_t begin; ///< in Day::segments; the next group's is the end
  };
  struct Day {
    std::vector<Group> groups;
    std::vector<uint32_t> segments; ///< of the group's block

    void book(const Block &block, uint32_t count, uint32_t segment) {
      if (groups.empty() || groups.back().block != &block ||
          groups.back().count != count)
        groups.push_back({&block, count, segments.size()});
      segments.push_back(segment);
    }
    std::span<const uint32_t> segmentsOf(size_t group) const {
      size_t begin = groups[group].begin, end = group + 1 < groups.size()
                                                    ? groups[group + 1].begin
                                                    : segments.size();
      return std::span(segments).subspan(begin, end - begin);
    }
    void clear() {
      groups.clear();
      segments.clear();
    }
  };

  void resize(uint32_t longestDelay) { days.resize(size_t(longestDelay) + 1); }
  uint32_t longestDelay() const { return uint32_t(days.size()) - 1; }
  Day &at(uint64_t tick) { return days[tick % days.size()]; }
  void clear();

private:
  std::vector<Day> days = std::vector<Day>(1);
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_CALENDAR_H
