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

std::vector<Arrival> arrivalsAt(SliceOp slice, const NetworkInfo &info,
                                const Belongings &belongings) {
  llvm::SmallMapVector<uint32_t, Arrival, 8> bySource;
  for (BlockOp block : belongings.of(slice).blocks) {
    llvm::ArrayRef<SliceInfo> slices = belongings.sourcesOf(block);
    if (slices.empty() || block.getProjection() >= info.edges.size())
      continue;
    uint32_t id = info.edges[block.getProjection()].source;
    Arrival &all = bySource[id];
    all.source = id;
    ++all.copies;
    // All blocks from a source know the same of it.
    if (all.known.size())
      continue;
    all.known = belongings.knownBy(block);
    SlicesMet met{{slices.front().begin, slices.front().end},
                  {slices.back().begin, slices.back().end},
                  slices.size()};
    bool partly = slice.getSubordinate() || info.nodes[id].isInput;
    all.keys = keysSent(met, all.known, partly ? slices.front().unit : 0);
    all.slices = met.count;
  }
  std::vector<Arrival> arrivals;
  for (auto &[source, all] : bySource)
    arrivals.push_back(all);
  return arrivals;
}

uint64_t sendersOf(std::span<const Arrival> arrivals) {
  uint64_t sum = 0;
  for (const Arrival &each : arrivals)
    sum += each.keys;
  return sum;
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
              parallel, worst ? source.worstRate() : source.meanRate,
              worst ? 0 : source.scatter());
  }
}

} // namespace snnc::fabric
