//===- Layout.h - Which neurons are where ------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A partition is a range of neurons of a population. A group has a partition of
// every large population and some of the small ones, so that groups have about
// as much to do; it is what a thread takes at a time. The sums of a group's
// neurons stand side by side.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_LAYOUT_H
#define SNNC_BACKENDS_CPU_LAYOUT_H

#include "backends/cpu/CpuTarget.h"
#include "backends/cpu/Network.h"

namespace snnc::cpu {

struct Layout {
  struct Place {
    uint32_t group = 0;
    uint32_t offset = 0; ///< of the partition's first neuron in the group
  };
  struct Group {
    uint32_t neurons = 0; ///< with gaps: partitions begin at multiples of 64
  };

  std::vector<uint32_t> partitionNeurons; ///< per population; the last has less
  std::vector<std::vector<Place>> places; ///< [population][partition]
  std::vector<Group> groups;

  Layout() = default;
  /// Of groups that 16 bits can number where there is a choice, as many as
  /// `threads` or a multiple.
  Layout(const std::vector<Population> &populations, const Tuning &tuning,
         unsigned threads);

private:
  void place(const std::vector<Population> &populations, const Tuning &tuning,
             size_t wanted);
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_LAYOUT_H
