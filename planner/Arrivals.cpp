//===- Arrivals.cpp - Packets that reach a core ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Arrivals.h"

#include "llvm/ADT/MapVector.h"

#include <algorithm>

namespace snnc::fabric {

Range routedKeys(Range slice, Range known, uint32_t unit) {
  uint32_t begin = std::max(slice.begin, known.begin),
           end = std::min(slice.end, known.end);
  if (begin >= end)
    return {};
  begin = (begin - slice.begin) / unit * unit;
  uint64_t last = (uint64_t(end) - slice.begin + unit - 1) / unit;
  return {begin, uint32_t(std::min<uint64_t>(last * unit, slice.size()))};
}

uint64_t keysSent(const SlicesMet &met, Range known, uint32_t unit) {
  if (met.count == 0 || known.size() == 0)
    return 0;
  if (unit == 0)
    return met.last.end - met.first.begin;
  uint64_t keys = routedKeys(met.first, known, unit).size();
  if (met.count > 1)
    keys += met.last.begin - met.first.end +
            routedKeys(met.last, known, unit).size();
  return keys;
}

std::vector<Arrival>
arrivalsOf(llvm::ArrayRef<std::pair<uint32_t, Range>> projections,
           llvm::function_ref<SlicesMet(uint32_t source, Range known)> meet) {
  llvm::SmallMapVector<uint32_t, Arrival, 8> bySource;
  for (auto &[source, known] : projections) {
    Arrival &all = bySource[source];
    all.source = source;
    all.known = hull(all.known, known);
    ++all.copies;
  }
  std::vector<Arrival> arrivals;
  for (auto &[source, all] : bySource) {
    SlicesMet met = meet(source, all.known);
    all.keys = keysSent(met, all.known, met.unit);
    all.slices = met.count;
    arrivals.push_back(all);
  }
  return arrivals;
}

std::vector<Arrival> arrivalsAt(SliceOp slice, const NetworkInfo &info,
                                const Belongings &belongings) {
  std::vector<std::pair<uint32_t, Range>> projections;
  llvm::SmallDenseMap<uint32_t, BlockOp> blockOf;
  for (BlockOp block : belongings.of(slice).blocks) {
    if (belongings.sourcesOf(block).empty() ||
        block.getProjection() >= info.edges.size())
      continue;
    uint32_t source = info.edges[block.getProjection()].source;
    blockOf.try_emplace(source, block); // all from a source know the same
    projections.emplace_back(source, belongings.knownBy(block));
  }
  return arrivalsOf(projections, [&](uint32_t source, Range) {
    llvm::ArrayRef<SliceInfo> slices =
        belongings.sourcesOf(blockOf.lookup(source));
    const SliceInfo &first = slices.front(), &last = slices.back();
    bool partly = slice.getSubordinate() || info.nodes[source].isInput;
    return SlicesMet{{first.begin, first.end},
                     {last.begin, last.end},
                     slices.size(),
                     partly ? first.unit : 0};
  });
}

void addPackets(CoreDemand &demand, std::span<const Arrival> arrivals,
                const NetworkInfo &info) {
  demand.sources = demand.morePackets = 0;
  demand.likelyPackets = 0;
  for (const Arrival &each : arrivals) {
    const NetworkNode &source = info.nodes[each.source];
    demand.sources += each.keys;
    demand.morePackets += source.mostPackets(each.keys) - each.keys;
    auto likely = source.likelyPackets(each.keys);
    if (likely && demand.likelyPackets)
      *demand.likelyPackets += *likely;
    else
      demand.likelyPackets.reset();
  }
}

void addArrivals(CoreWork &work, std::span<const Arrival> arrivals,
                 const NetworkInfo &info, bool parallel, bool worst) {
  for (const Arrival &each : arrivals) {
    const NetworkNode &source = info.nodes[each.source];
    double known = each.known.size();
    uint64_t entries = parallel ? each.slices : each.slices > 0;
    addSender(work,
              {known, std::max(0.0, double(each.keys) - known), double(entries),
               double(each.copies)},
              parallel,
              worst ? source.worstRate(each.known.size()) : source.meanRate,
              worst ? 0 : source.scatter());
  }
}

} // namespace snnc::fabric
