//===- RouteWalker.h - Where packets really go ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows keys over the links of a machine by the tables of its routers, as the
// hardware does, and knows nothing of how the tables came about. No IR.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_ROUTEWALKER_H
#define SNNC_PASSES_MAP_ROUTEWALKER_H

#include "passes/Map/Routing.h"
#include "runtime/machine/MachineModel.h"

#include <map>
#include <optional>
#include <string>

namespace snnc::map {

enum class RouteFault : uint8_t {
  Miss,     ///< a router has no entry for the key
  DeadLink, ///< an entry sends it where no live link is
  Loop,     ///< it comes to a chip a second time
  Stray,    ///< an entry names a core of another chip
};

/// What became of one packet.
struct RouteWalk {
  /// An entry that matched, by its place in its chip's table.
  struct Match {
    ChipCoordinate chip;
    uint32_t entry = 0;
  };
  std::vector<Match> matches;
  std::vector<uint32_t> cores; ///< that got it, ascending; twice if it got two
  std::vector<ChipLink> links; ///< that carried it
  std::optional<RouteFault> fault;
  ChipCoordinate where; ///< of the fault
  unsigned link = 0;    ///< of DeadLink
};

/// "chip 1.2 has no route for it", for messages.
std::string describe(const RouteWalk &walk);

class RouteWalker {
public:
  /// `chipOfCore`: by the numbers in RouterEntry::targets.
  RouteWalker(const MachineModel &machine,
              const std::map<ChipCoordinate, std::vector<RouterEntry>> &tables,
              std::vector<ChipCoordinate> chipOfCore);

  /// A packet with `key` that is sent on chip `from`.
  RouteWalk walk(uint32_t key, ChipCoordinate from) const;
  /// The same without `cores`: where each sends to each they are as many as
  /// there are, for every packet.
  RouteWalk follow(uint32_t key, ChipCoordinate from) const;
  /// That a way without them reaches.
  std::vector<uint32_t> coresOf(const RouteWalk &way) const;

  /// No entry tells the keys [n * step, (n + 1) * step) apart: one of them
  /// stands for all. A power of two.
  uint64_t step() const { return uint64_t(1) << stepBits; }

private:
  struct Router {
    const std::vector<RouterEntry> *entries;
    RouterLookup lookup;
    std::vector<bool> strays; ///< entries that name a core of another chip
  };
  const MachineModel &machine;
  std::map<ChipCoordinate, Router> routers;
  unsigned stepBits = 32;
};

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_ROUTEWALKER_H
