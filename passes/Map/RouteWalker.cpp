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
    : machine(machine) {
  for (const auto &[chip, entries] : tables) {
    Router router{&entries, RouterLookup(entries), {}};
    for (const RouterEntry &entry : entries) {
      stepBits = std::min(stepBits, unsigned(std::countr_zero(entry.mask)));
      router.strays.push_back(
          std::ranges::any_of(entry.targets, [&](uint32_t core) {
            return core >= chipOfCore.size() || chipOfCore[core] != chip;
          }));
    }
    routers.emplace(chip, std::move(router));
  }
}

RouteWalk RouteWalker::walk(uint32_t key, ChipCoordinate from) const {
  RouteWalk way = follow(key, from);
  way.cores = coresOf(way);
  return way;
}

std::vector<uint32_t> RouteWalker::coresOf(const RouteWalk &way) const {
  std::vector<uint32_t> cores;
  for (const RouteWalk::Match &match : way.matches) {
    const auto &targets =
        (*routers.at(match.chip).entries)[match.entry].targets;
    cores.insert(cores.end(), targets.begin(), targets.end());
  }
  std::sort(cores.begin(), cores.end());
  return cores;
}

RouteWalk RouteWalker::follow(uint32_t key, ChipCoordinate from) const {
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
    way.matches.push_back({chip, uint32_t(found)});
    if (router->second.strays[size_t(found)])
      fail(RouteFault::Stray, chip);
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
  return way;
}

} // namespace snnc::map
