//===- RouteWalker.cpp - Where packets really go --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/RouteWalker.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <set>

namespace snnc::map {

std::string describe(const RouteWalk &walk) {
  std::string chip = toText(walk.where);
  switch (walk.fault.value_or(RouteFault::Miss)) {
  case RouteFault::Miss:
    return chip + " has no route for it";
  case RouteFault::DeadLink:
    return fmt::format("{} sends it to the {}, where no live link is", chip,
                       kLinkNames[walk.link]);
  case RouteFault::Loop:
    return "it comes to " + chip + " twice";
  case RouteFault::Stray:
    return "the router of " + chip + " names a core of another chip";
  }
  return {};
}

RouteWalker::RouteWalker(
    const MachineModel &machine,
    const std::map<ChipCoordinate, std::vector<RouterEntry>> &tables,
    std::vector<ChipCoordinate> chipOfCore)
    : machine(machine), chipOfCore(std::move(chipOfCore)) {
  for (const auto &[chip, entries] : tables) {
    routers.emplace(chip, Router{&entries, RouterLookup(entries)});
    for (const RouterEntry &entry : entries)
      stepBits = std::min(stepBits, unsigned(std::countr_zero(entry.mask)));
  }
}

RouteWalk RouteWalker::walk(uint32_t key, ChipCoordinate from) const {
  RouteWalk way;
  auto fail = [&](RouteFault fault, ChipCoordinate where, unsigned link = 0) {
    if (!way.fault) {
      way.fault = fault;
      way.where = where;
      way.link = link;
    }
  };
  std::set<ChipCoordinate> visited = {from};
  std::vector<ChipCoordinate> underWay = {from};
  for (size_t i = 0; i < underWay.size(); ++i) {
    ChipCoordinate chip = underWay[i];
    auto router = routers.find(chip);
    int64_t found =
        router == routers.end() ? -1 : router->second.lookup.find(key);
    if (found < 0) {
      fail(RouteFault::Miss, chip);
      continue;
    }
    const RouterEntry &entry = (*router->second.entries)[size_t(found)];
    for (uint32_t core : entry.targets) {
      if (core >= chipOfCore.size() || chipOfCore[core] != chip)
        fail(RouteFault::Stray, chip);
      way.cores.push_back(core);
    }
    for (unsigned link = 0; link < kLinksPerChip; ++link) {
      if (!(entry.links >> link & 1))
        continue;
      auto other = machine.neighbour(chip, link);
      if (!other) {
        fail(RouteFault::DeadLink, chip, link);
        continue;
      }
      way.links.push_back({chip, uint8_t(link)});
      if (visited.insert(*other).second)
        underWay.push_back(*other);
      else
        fail(RouteFault::Loop, *other);
    }
  }
  std::sort(way.cores.begin(), way.cores.end());
  return way;
}

} // namespace snnc::map
