//===- ChipPlacement.cpp - Slices to chips as a problem -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/ChipPlacement.h"

#include "passes/Map/ChipAnnealer.h"
#include "passes/Map/GroupOrder.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace snnc::map {

namespace {

/// Makes parts of populations out of slices, and slices out of placed parts.
class ChipPlacer {
public:
  ChipPlacer(const ChipGrid &grid, const ChipProblem &problem)
      : grid(grid), problem(problem), free(problem.room),
        result(problem.group.size()) {}

  ChipPlacement run() {
    makeParts();
    if (movable <= free[0]) {
      for (uint32_t part = 0; part < parts.size(); ++part)
        if (!parts[part].isPinned)
          put(part, 0, parts[part].slices.size());
    } else {
      makeNets();
      chooseChips();
      layOut();
      ChipAnnealer annealer(grid, nets, pieces, isPinned(), free);
      annealer.run();
      pieces = annealer.pieces();
    }
    assign();
    return std::move(result);
  }

private:
  /// The slices of a population that may move, or those pinned to a chip.
  struct Part {
    std::vector<uint32_t> slices;
    bool isPinned = false;
  };

  void put(uint32_t part, uint32_t chip, size_t count) {
    pieces[part].push_back({chip, uint32_t(count)});
    free[chip] -= uint32_t(count);
  }

  void makeParts() {
    // The movable part of a population first, then one for each pinned chip.
    std::map<std::pair<uint32_t, uint64_t>, uint32_t> ids;
    partOf.resize(problem.group.size());
    for (uint32_t slice = 0; slice < problem.group.size(); ++slice) {
      const auto &pin = problem.pinned[slice];
      auto [at, isNew] =
          ids.try_emplace({problem.group[slice], pin ? uint64_t(*pin) + 1 : 0},
                          uint32_t(parts.size()));
      if (isNew)
        parts.push_back({{}, pin.has_value()});
      parts[at->second].slices.push_back(slice);
      partOf[slice] = at->second;
      movable += !pin;
    }
    pieces.resize(parts.size());
    for (const auto &[key, part] : ids)
      if (parts[part].isPinned)
        put(part, uint32_t(key.second - 1), parts[part].slices.size());
  }

  std::vector<bool> isPinned() const {
    std::vector<bool> pinned;
    for (const Part &part : parts)
      pinned.push_back(part.isPinned);
    return pinned;
  }

  /// Traffic between parts: sources of a part that reach the same parts are one
  /// net of their packets.
  void makeNets() {
    std::map<std::pair<uint32_t, std::vector<uint32_t>>, double> weights;
    for (const Traffic &traffic : problem.traffic) {
      std::vector<uint32_t> targets;
      for (uint32_t slice : traffic.targets)
        if (targets.empty() || targets.back() != partOf[slice])
          targets.push_back(partOf[slice]);
      std::sort(targets.begin(), targets.end());
      targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
      if (targets.empty())
        continue;
      if (traffic.sources.empty())
        weights[{ChipNet::host, targets}] += double(traffic.weight);
      for (uint32_t slice : traffic.sources) {
        uint32_t part = partOf[slice];
        weights[{part, targets}] +=
            double(traffic.weight) / double(parts[part].slices.size());
      }
    }
    for (const auto &[ends, weight] : weights)
      nets.push_back({ends.first, ends.second, weight});
  }

  /// The chips nearest to the host's that have room for all, and some to spare.
  void chooseChips() {
    std::vector<uint32_t> kept(grid.size());
    uint64_t room = 0;
    for (uint32_t chip : grid.outward()) {
      if (room >= movable)
        break;
      room += kept[chip] = free[chip];
    }
    free = std::move(kept);
  }

  void layOut() {
    std::vector<uint64_t> sizes;
    for (const Part &part : parts)
      sizes.push_back(part.slices.size());
    std::vector<GroupEdge> edges;
    for (const ChipNet &net : nets)
      for (uint32_t target : net.targets)
        if (net.source != ChipNet::host)
          edges.push_back({net.source, target,
                           uint64_t(net.weight * double(sizes[net.source]))});
    uint32_t chip = 0;
    for (uint32_t part : orderByBisection(sizes, edges)) {
      if (parts[part].isPinned)
        continue;
      for (size_t left = sizes[part]; left > 0;) {
        while (free[chip] == 0)
          ++chip;
        size_t count = std::min<size_t>(left, free[chip]);
        put(part, chip, count);
        left -= count;
      }
    }
  }

  /// Slices in their order on the chips in theirs, so that few masks cover what
  /// a chip has of a population.
  void assign() {
    for (uint32_t part = 0; part < parts.size(); ++part) {
      std::vector<ChipPiece> placed = pieces[part];
      std::sort(placed.begin(), placed.end(),
                [](const auto &a, const auto &b) { return a.chip < b.chip; });
      auto slice = parts[part].slices.begin();
      for (const ChipPiece &piece : placed)
        for (uint32_t i = 0; i < piece.count; ++i)
          result[*slice++] = piece.chip;
    }
  }

  const ChipGrid &grid;
  const ChipProblem &problem;
  std::vector<uint32_t> free;
  std::vector<uint32_t> partOf; ///< of each slice
  std::vector<Part> parts;
  std::vector<std::vector<ChipPiece>> pieces; ///< of each part
  std::vector<ChipNet> nets;
  size_t movable = 0;
  ChipPlacement result;
};

} // namespace

ChipPlacement placeOnChips(const ChipGrid &grid, const ChipProblem &problem) {
  return ChipPlacer(grid, problem).run();
}

} // namespace snnc::map
