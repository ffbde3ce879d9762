//===- Slicer.h - Populations cut into slices that fit a core ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// planner/LayerPlanner.h knows the exact size of any slice, so the search only
// evaluates candidates. More source slices mean more table entries on the
// target's cores: slice counts therefore grow to a fixed point. Cores that are
// left over then leave room for ticks above the mean.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_SLICER_H
#define SNNC_PASSES_MAP_SLICER_H

#include "passes/Map/RealTime.h"
#include "passes/Map/SlicedLayers.h"
#include "passes/Map/Support.h"
#include "planner/LayerPlanner.h"

namespace snnc::map {

/// Chooses the slices of one network.
class Slicer {
public:
  Slicer(const fabric::NetworkInfo &info, const MachineModel &machine,
         fabric::CoreLimits most, llvm::StringRef elsewhere)
      : info(info), machine(machine), most(most), planner(info, machine, most),
        untimed(info.nodes.size()), room(machine.coreCount()),
        elsewhere(elsewhere) {}

  /// The tick's real time, seconds: the wished one or a longer one.
  /// `spread`: rows stay in SRAM as long as the machine, not one chip, has
  /// cores for that.
  mlir::FailureOr<double> solve(const RealTime &wish, bool spread);
  const fabric::LayerPlanner &plan() const { return planner; }
  /// What solve() came to: SlicedLayers::plans.
  SlicedLayers::Plans layers(uint64_t fetching);
  /// SlicedLayers::wanted, when solve() has failed.
  uint64_t wantedCores() const { return wanted; }

private:
  mlir::FailureOr<double> solveMean(const RealTime &wish, bool spread);
  mlir::FailureOr<double> solveOnce(const RealTime &wish);
  bool gather(double tick);
  bool attemptWithin(uint64_t limit, bool dram, double tick);
  /// Crowded: each slice by itself fits, but they are too many.
  enum class Outcome : uint8_t { Fits, Crowded, Slow, Refused };
  Outcome untilSettled(llvm::function_ref<Outcome(uint32_t)> look);
  Outcome cutWithin();
  Outcome moveToDram();
  mlir::LogicalResult scanAll();
  Outcome shrink(uint32_t node);
  Outcome cutAll(bool fullRings);
  Outcome attempt(double tick);
  Outcome keepTick(double tick);
  double tickThatFits(double tick, const Slowness &reason);
  void leaveRoom();
  bool cutFurther(double headroom);
  uint64_t coresOf(uint32_t node) const;
  uint64_t cores() const;

  // SliceErrors.cpp
  mlir::LogicalResult rejectHopeless();
  mlir::LogicalResult checkParallel(uint32_t node);
  mlir::LogicalResult refuseNeuron(uint32_t node);
  mlir::LogicalResult refuseMany(uint32_t node);
  mlir::LogicalResult refuseRows(uint32_t node);
  mlir::LogicalResult checkCores();
  mlir::LogicalResult checkFormats();

  const fabric::NetworkInfo &info;
  const MachineModel &machine;
  fabric::CoreLimits most;
  fabric::LayerPlanner planner;
  std::vector<bool> untimed; ///< nodes that are cut by bytes alone
  bool inDram = false;       ///< rows may be there
  uint64_t room;             ///< cores that the network is to take
  uint64_t wanted = 0;       ///< wantedCores()
  bool onlyFits = false;     ///< of what does not fit `room` no count is asked
  Slowness slow;             ///< why the last attempt was slow
  llvm::StringRef elsewhere; ///< help line of refusals
};

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_SLICER_H
