//===- Arrivals.h - Packets that reach a core -------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Routes copy whole slices of a population to a core that knows a neuron of
// them, and parts of an input; a subordinate gets parts of slices, too. What a
// core gets is counted here for a plan (LayerPlanner), for the mapping
// (fabric-plan-memory) and for a core's image alike.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_ARRIVALS_H
#define SNNC_PLANNER_ARRIVALS_H

#include "planner/CycleModel.h"
#include "planner/NetworkInfo.h"

namespace snnc::fabric {

/// The slices of a source that hold neurons which a core knows.
struct SlicesMet {
  Range first, last; ///< where these begin and end
  uint64_t count = 0;
  uint32_t unit = 0; ///< of routedKeys(); 0: routes copy whole slices
};

/// What a core gets of one source.
struct Arrival {
  uint32_t source = 0; ///< node
  Range known;         ///< of its neurons or channels, by the core
  uint64_t keys = 0;   ///< whose packets reach the core, known or not
  uint64_t slices = 0; ///< that they are of
  uint32_t copies = 0; ///< projections into the core
};

/// The keys, counted from that of `slice`'s first neuron, that routes copy to a
/// core which knows the sources `known` and gets parts of slices: those of its
/// sources, in whole multiples of `unit`, so that few routes tell them apart.
Range routedKeys(Range slice, Range known, uint32_t unit = kRouteUnit);

/// Keys of slices behind each other whose packets reach a core that knows
/// `known` of them. `unit`: as of routedKeys(); 0: whole slices.
uint64_t keysSent(const SlicesMet &met, Range known, uint32_t unit);

/// What reaches the core of `slice`, source by source in the order of its
/// blocks.
std::vector<Arrival> arrivalsAt(SliceOp slice, const NetworkInfo &info,
                                const Belongings &belongings);

/// The same of projections, each with its source and what the core knows of it.
/// `meet`: the slices of a source that hold these neurons.
std::vector<Arrival>
arrivalsOf(llvm::ArrayRef<std::pair<uint32_t, Range>> projections,
           llvm::function_ref<SlicesMet(uint32_t source, Range known)> meet);

/// Says of a core how many senders it has, how many packets these send at most,
/// and how many by what is known of their rates.
void addPackets(CoreDemand &demand, std::span<const Arrival> arrivals,
                const NetworkInfo &info);

/// Adds to the work of a tick what the core's table takes to find them in:
/// where it is parallel it has an entry a slice, else one a source.
void addArrivals(CoreWork &work, std::span<const Arrival> arrivals,
                 const NetworkInfo &info, bool parallel, bool worst);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_ARRIVALS_H
