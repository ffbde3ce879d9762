//===- Placement.h - Slices to cores as a problem ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cores of a quad share one copy of a packet (facts A5: one flit carries
// four destination bits), so the cost of a flow is the number of quads it
// reaches. Among equal quads the one nearest to the chip's router is taken: a
// packet costs some 5 cycles a hop of the NoC (facts: boards and chips, 5.2,
// inferred). Dense integer ids, no IR.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_PLACEMENT_H
#define SNNC_PASSES_MAP_PLACEMENT_H

#include "runtime/machine/MachineModel.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace snnc::map {

struct PlacementProblem {
  /// From one source, or several whose packets all go to the same slices.
  struct Flow {
    uint64_t weight = 1;           ///< packets a tick at most, of each source
    std::vector<uint32_t> targets; ///< slices
    std::vector<uint32_t> sources = {}; ///< slices; none: the host
    uint64_t count() const { return std::max<uint64_t>(1, sources.size()); }
    uint64_t packets() const { return weight * count(); }
  };
  std::vector<CoreAddress> cores;   ///< usable, in allocation order
  std::vector<PeCoordinate> router; ///< its places on the NoC; may be empty
  std::vector<uint32_t> group;      ///< per slice: its population
  std::vector<Flow> flows;
  std::vector<std::optional<uint32_t>>
      pinned; ///< per slice: index into `cores`
};

/// Per slice: index into `cores`.
using Placement = std::vector<uint32_t>;

/// Why the problem has no solution or makes no sense; nothing when it is fine.
std::optional<std::string> check(const PlacementProblem &problem);

/// A solution of a problem that passed check(): populations by falling weight
/// of what they receive; each takes whole quads first, then the quad that
/// shares most of its flows, then the one nearest to the router.
/// Deterministic, O(groups * quads * flows).
Placement place(const PlacementProblem &problem);

/// Why `placement` is no solution; nothing when it is one.
std::optional<std::string> verify(const PlacementProblem &problem,
                                  const Placement &placement);

/// The cost: quads reached, summed over the flows, each times its weight when
/// `weighted`.
uint64_t quadsReached(const PlacementProblem &problem,
                      const Placement &placement, bool weighted = true);

/// Hops of the NoC, first in x and then in y, from the router's nearest place
/// to each quad reached, summed over the flows, each times its weight. 0 where
/// the router's place is not known.
uint64_t hopsFromRouter(const PlacementProblem &problem,
                        const Placement &placement);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_PLACEMENT_H
