//===- Estimator.h - One paradigm in closed form ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Behind LayerEstimate.h: the search for the slices of a layer, on top of what
// a core of so many neurons takes in either paradigm.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_ESTIMATOR_H
#define SNNC_PLANNER_ESTIMATOR_H

#include "planner/LayerEstimate.h"

#include <cmath>
#include <memory>

namespace snnc::fabric {

/// One core with `neurons` neurons.
struct EstimatedCore {
  double bytes = 0;
  CycleEstimate cycles;
  double macs = 0, mapRows = 0, mapColumns = 0, denseShare = 0, sums = 0;
};

/// One of the shape's figures for slices of `n` targets.
double forSlice(const std::array<double, kReaches> &figures, uint32_t n);
/// Sources of the range that reaches a slice of `n` targets.
double sourcesInReach(const EdgeShape &edge, uint32_t n, bool heaviest);
/// Channels of an input that a core gets beside the `reached` ones that it
/// knows (routedKeys).
double missedBy(const EdgeShape &edge, double reached);

/// What both paradigms share: the search for the slices.
class Estimator {
public:
  Estimator(const LayerShape &layer, const MachineModel &machine,
            double tickCycles, double room)
      : layer(layer), machine(machine), tickCycles(tickCycles),
        available(room * double(availableBytes(machine.sram))) {
    available -= std::fmod(available, std::max(4u, machine.sram.alignment));
  }
  virtual ~Estimator() = default;

  /// With packet rings that hold a packet of every source, or shorter ones.
  std::optional<LayerEstimate> run(bool fullRing);
  /// Those where they fit at all.
  std::optional<LayerEstimate> run() {
    auto found = run(true);
    return found ? found : run(false);
  }

  /// The fullest core of so many: its bytes (or cycles) over those it has.
  double fillOf(uint64_t pes) const {
    EstimatedCore fullest = core(chunkFor(uint32_t(pes)));
    double busy = tickCycles > 0 ? fullest.cycles.peak / tickCycles : 0;
    return std::max(busy, fullest.bytes / available);
  }
  double cyclesOf(uint64_t pes) const {
    return core(chunkFor(uint32_t(pes))).cycles.expected;
  }
  /// Whether the length of a tick has ruled anything out so far.
  bool timeMattered() const { return late; }

protected:
  /// The heaviest or the mean core with `neurons` neurons.
  virtual EstimatedCore core(uint32_t neurons, bool heaviest = true) const = 0;
  virtual uint32_t unit() const = 0;
  virtual uint32_t leastSlice() const = 0;
  virtual bool isParallel() const = 0;
  double commonBytes(uint32_t neurons) const;
  /// As planCore aligns every buffer.
  double aligned(double bytes) const {
    double unit = std::max<double>(4, machine.sram.alignment);
    return std::ceil(bytes / unit) * unit;
  }

  const LayerShape &layer;
  const MachineModel &machine;

private:
  bool fits(const EstimatedCore &core) const {
    if (core.bytes > available)
      return false;
    bool inTime = tickCycles <= 0 || core.cycles.peak <= tickCycles;
    late |= !inTime;
    return inTime;
  }
  uint32_t chunkFor(uint32_t count) const {
    uint32_t size = uint32_t(layer.neurons);
    uint32_t even = (size + count - 1) / count;
    return std::min(size, (even + unit() - 1) / unit() * unit());
  }
  uint32_t largestChunk() const;
  LayerEstimate describe(uint32_t chunk) const;

  double tickCycles, available;
  bool fullRing = true;
  mutable bool late = false; ///< timeMattered()
};

/// `room`: share of a core's bytes that may be used. All keep references.
std::unique_ptr<Estimator> serialEstimator(const LayerShape &layer,
                                           const MachineModel &machine,
                                           double tickCycles, double room);
/// `sumDigits`: of a subordinate of a row split, which has no neurons and sends
/// its sums as so many digits; 0: it is none.
std::unique_ptr<Estimator> parallelEstimator(const LayerShape &layer,
                                             const MachineModel &machine,
                                             double tickCycles, double room,
                                             uint32_t sumDigits = 0);

/// A row split where it takes fewer cores than `columns`, the fewest by columns
/// (null: there is no plan by columns). `late` is set where the length of a
/// tick has ruled something out.
std::optional<LayerEstimate> fewerByRows(const LayerShape &layer,
                                         const MachineModel &machine,
                                         double tickCycles, double roomShare,
                                         const LayerPlan *columns, bool &late);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_ESTIMATOR_H
