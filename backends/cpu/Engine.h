//===- Engine.h - A network on this CPU --------------------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S1.2 in three steps a tick. A spike books its segments in
// the calendars of the partitions that they end in, under the tick of their
// arrival; a partition adds what is booked for the tick to one array of sums a
// receptor, and updates its neurons. Bookings of a tick stand in the order in
// which they were made, which is the order of arrival of S4.4.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_ENGINE_H
#define SNNC_BACKENDS_CPU_ENGINE_H

#include "backends/cpu/Regions.h"
#include "backends/cpu/Synapses.h"
#include "runtime/host/NetworkEngine.h"

namespace snnc::cpu {

/// Everything about a network that a run does not change.
struct Program {
  runtime::Manifest manifest;
  target::Precision precision = target::Precision::Quantized;
  std::vector<Population> populations;
  std::vector<std::vector<std::vector<double>>> scales; ///< [population][state]
  std::unique_ptr<Regions> regions;

  /// The rows of one projection.
  struct Edge {
    size_t target = 0; ///< population
    std::vector<RowBlock> blocks;
  };
  /// Per source, inputs before populations: in the order of the text.
  std::vector<std::vector<Edge>> edges;

  uint64_t synapses() const;
  uint64_t synapseBytes() const;
};

/// What is on its way to one partition, by tick of arrival.
class Calendar {
public:
  /// Bookings side by side that share a block and a count of spikes: most do,
  /// so that one takes 4 bytes.
  struct Group {
    const RowBlock *block;
    uint32_t count;
    size_t begin; ///< in Day::segments; the next group's is the end
  };
  struct Day {
    std::vector<Group> groups;
    std::vector<uint32_t> segments; ///< of the group's block

    void book(const RowBlock &block, uint32_t count, uint32_t segment) {
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

class Engine : public runtime::NetworkEngine {
public:
  explicit Engine(std::shared_ptr<const Program> program);

  const runtime::Manifest &manifest() const override {
    return program->manifest;
  }
  std::vector<double> scales(size_t population,
                             size_t variable) const override {
    return program->scales[population][variable];
  }
  void reset() override;
  Status run(uint64_t ticks, std::span<const runtime::CountRows> inputs,
             std::span<const runtime::Tape> tapes) override;
  uint64_t batchTicks() const override { return 64; }

private:
  struct State {
    std::vector<Column> states;
    std::vector<uint8_t> spikes;
    std::vector<Calendar> calendars; ///< one a partition
  };

  Status tick(std::span<const runtime::CountRows> inputs);
  Status updatePartition(size_t population, size_t partition);
  Status takeSums(size_t population, size_t partition, uint32_t neurons);
  template <typename Sum>
  Status addBookings(size_t population, size_t partition, uint32_t neurons);
  void sendPopulation(size_t population);
  void send(const Program::Edge &edge, uint32_t source, uint32_t count);
  void record(uint64_t tick, const runtime::Tape &tape) const;
  /// No sum of the tick can leave 32 bits, whatever stands where.
  bool isNarrow(const Calendar::Day &day) const;

  std::shared_ptr<const Program> program;
  std::vector<State> populations;
  uint64_t now = 0;
  std::vector<uint32_t> spiking;       ///< neurons, while their spikes are sent
  std::vector<std::byte> accumulators; ///< receptors x neurons of a partition
  std::vector<Column> sums;            ///< per receptor, of a partition
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_ENGINE_H
