//===- Placement.cpp - Slices to cores as a problem -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/Placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace snnc::map {

namespace {

struct Quads {
  std::vector<uint32_t> ofPe;               ///< quad of each core
  std::vector<std::vector<uint32_t>> cores; ///< of each quad
  std::vector<uint32_t> hops;               ///< of each quad from the router

  explicit Quads(const PlacementProblem &problem) {
    const std::vector<CoreAddress> &all = problem.cores;
    std::map<CoreAddress, uint32_t> ids; // by a quad's first core
    for (uint32_t i = 0; i < all.size(); ++i) {
      CoreAddress quad{all[i].chip, {all[i].pe.x, all[i].pe.y, 0}};
      auto [it, isNew] = ids.try_emplace(quad, uint32_t(cores.size()));
      if (isNew) {
        cores.emplace_back();
        hops.push_back(hopsBetween(problem.router, all[i].pe));
      }
      cores[it->second].push_back(i);
      ofPe.push_back(it->second);
    }
  }

private:
  static uint32_t hopsBetween(const std::vector<PeCoordinate> &router,
                              PeCoordinate quad) {
    uint32_t least = router.empty() ? 0 : UINT32_MAX;
    for (PeCoordinate place : router)
      least = std::min(least, uint32_t(std::abs(place.x - quad.x) +
                                       std::abs(place.y - quad.y)));
    return least;
  }
};

class GreedyPlacer {
public:
  explicit GreedyPlacer(const PlacementProblem &problem)
      : problem(problem), quads(problem), free(quads.cores),
        reached(problem.flows.size(), std::vector<bool>(quads.cores.size())),
        flowsOf(problem.group.size()), result(problem.group.size(), unplaced) {
    for (uint32_t f = 0; f < problem.flows.size(); ++f)
      for (uint32_t slice : problem.flows[f].targets)
        flowsOf[slice].push_back(f);
  }

  Placement run() {
    for (uint32_t slice = 0; slice < result.size(); ++slice)
      if (problem.pinned[slice])
        put(slice, *problem.pinned[slice]);
    for (const std::vector<uint32_t> &members : groupsByWeight())
      placeGroup(members);
    return std::move(result);
  }

private:
  static constexpr uint32_t unplaced = UINT32_MAX;

  void put(uint32_t slice, uint32_t pe) {
    uint32_t quad = quads.ofPe[pe];
    std::erase(free[quad], pe);
    result[slice] = pe;
    for (uint32_t flow : flowsOf[slice])
      reached[flow][quad] = true;
  }

  /// Slices that still need a core, by population; the population that
  /// receives most first.
  std::vector<std::vector<uint32_t>> groupsByWeight() const {
    std::map<uint32_t, std::vector<uint32_t>> members;
    std::map<uint32_t, uint64_t> weight;
    for (uint32_t slice = 0; slice < result.size(); ++slice) {
      if (result[slice] == unplaced)
        members[problem.group[slice]].push_back(slice);
      for (uint32_t flow : flowsOf[slice])
        weight[problem.group[slice]] += problem.flows[flow].packets();
    }
    std::vector<uint32_t> order;
    for (auto &[group, slices] : members)
      order.push_back(group);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return std::pair(weight[b], a) < std::pair(weight[a], b);
    });
    std::vector<std::vector<uint32_t>> groups;
    for (uint32_t group : order)
      groups.push_back(std::move(members[group]));
    return groups;
  }

  void placeGroup(const std::vector<uint32_t> &members) {
    std::vector<uint32_t> flows;
    for (uint32_t slice : members)
      flows.insert(flows.end(), flowsOf[slice].begin(), flowsOf[slice].end());
    std::sort(flows.begin(), flows.end());
    flows.erase(std::unique(flows.begin(), flows.end()), flows.end());
    for (size_t next = 0; next < members.size();) {
      uint32_t quad = bestQuad(members.size() - next, flows);
      size_t count = std::min(free[quad].size(), members.size() - next);
      for (size_t i = 0; i < count; ++i)
        put(members[next++], free[quad].front());
    }
  }

  /// The quad that takes most of `count` slices, then shares most of their
  /// flows, then wastes least, then is nearest to the router.
  uint32_t bestQuad(size_t count, const std::vector<uint32_t> &flows) const {
    std::tuple<size_t, uint64_t, size_t, int64_t> best;
    uint32_t bestId = unplaced;
    for (uint32_t quad = 0; quad < free.size(); ++quad) {
      if (free[quad].empty())
        continue;
      size_t taken = std::min(free[quad].size(), count);
      uint64_t shared = 0;
      for (uint32_t flow : flows)
        shared += reached[flow][quad] ? problem.flows[flow].packets() : 0;
      std::tuple score(taken, shared, quads.cores.size() - free[quad].size(),
                       -int64_t(quads.hops[quad]));
      if (bestId == unplaced || score > best) {
        best = score;
        bestId = quad;
      }
    }
    return bestId;
  }

  const PlacementProblem &problem;
  Quads quads;
  std::vector<std::vector<uint32_t>> free; ///< cores of each quad
  std::vector<std::vector<bool>> reached;  ///< [flow][quad]
  std::vector<std::vector<uint32_t>> flowsOf;
  Placement result;
};
} // namespace

std::optional<std::string> check(const PlacementProblem &problem) {
  if (problem.group.size() > problem.cores.size())
    return fmt::format("{} cores needed, the machine has {}",
                       problem.group.size(), problem.cores.size());
  if (problem.pinned.size() != problem.group.size())
    return "every slice needs an entry in `pinned`";
  std::vector<bool> used(problem.cores.size());
  for (auto pe : problem.pinned) {
    if (pe && (*pe >= used.size() || used[*pe]))
      return "a pinned core does not exist or is taken twice";
    if (pe)
      used[*pe] = true;
  }
  for (const auto &flow : problem.flows)
    for (uint32_t slice : flow.targets)
      if (slice >= problem.group.size())
        return "a flow has a target that does not exist";
  return std::nullopt;
}

Placement place(const PlacementProblem &problem) {
  return GreedyPlacer(problem).run();
}

std::optional<std::string> verify(const PlacementProblem &problem,
                                  const Placement &placement) {
  if (placement.size() != problem.group.size())
    return "not every slice has a core";
  std::vector<bool> used(problem.cores.size());
  for (uint32_t slice = 0; slice < placement.size(); ++slice) {
    uint32_t pe = placement[slice];
    if (pe >= used.size())
      return fmt::format("slice {} has no core", slice);
    if (used[pe])
      return fmt::format("slice {} shares its core", slice);
    used[pe] = true;
    if (problem.pinned[slice] && *problem.pinned[slice] != pe)
      return fmt::format("pinned slice {} was moved", slice);
  }
  return std::nullopt;
}

/// Sum over the flows of what `cost` says of each quad that a flow reaches.
template <typename Cost>
static uint64_t sumOverQuads(const PlacementProblem &problem,
                             const Placement &placement, const Quads &quads,
                             Cost cost) {
  uint64_t sum = 0;
  for (const auto &flow : problem.flows) {
    std::vector<bool> reached(quads.cores.size());
    for (uint32_t slice : flow.targets)
      reached[quads.ofPe[placement[slice]]] = true;
    for (uint32_t quad = 0; quad < reached.size(); ++quad)
      sum += reached[quad] ? cost(flow, quad) : 0;
  }
  return sum;
}

uint64_t quadsReached(const PlacementProblem &problem,
                      const Placement &placement, bool weighted) {
  Quads quads(problem);
  return sumOverQuads(problem, placement, quads,
                      [&](const PlacementProblem::Flow &flow, uint32_t) {
                        return weighted ? flow.packets() : flow.count();
                      });
}

uint64_t hopsFromRouter(const PlacementProblem &problem,
                        const Placement &placement) {
  Quads quads(problem);
  return sumOverQuads(problem, placement, quads,
                      [&](const PlacementProblem::Flow &flow, uint32_t quad) {
                        return flow.packets() * quads.hops[quad];
                      });
}

} // namespace snnc::map
