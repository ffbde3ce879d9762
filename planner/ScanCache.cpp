//===- ScanCache.cpp - What scans of projections found --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/ScanCache.h"

#include "compiler/SNN/ParamValues.h"

using namespace mlir;

namespace snnc::fabric {

/// Where neurons stand on the chip, if not in their own order.
static Attribute orderOf(Value signal) {
  Operation *op = signal.getDefiningOp();
  return op ? op->getDiscardableAttr("fabric.order") : Attribute();
}

std::optional<ScanCache::Projection>
ScanCache::Projection::of(snn::ProjectionOp op) {
  auto values = snn::ParamValues::get(op.getDelay(), size_t(op.numSources()),
                                      op.getContext());
  if (!values)
    return std::nullopt;
  Projection result;
  NamedAttrList rest(op->getAttrDictionary());
  rest.erase(op.getDelayAttrName());
  result.rest = rest.getDictionary(op.getContext());
  result.source = op.getSource().getType();
  result.target = op.getTarget().getType();
  result.sourceOrder = orderOf(op.getSource());
  result.targetOrder = orderOf(op.getTarget());
  for (size_t i = 0; i < values->size(); ++i)
    result.delays.push_back(values->at(i));
  return result;
}

std::optional<int64_t>
ScanCache::Projection::shiftTo(const Projection &later) const {
  if (rest != later.rest || source != later.source || target != later.target ||
      sourceOrder != later.sourceOrder || targetOrder != later.targetOrder ||
      delays.size() != later.delays.size() || delays.empty())
    return std::nullopt;
  double shift = later.delays[0] - delays[0];
  for (size_t i = 0; i < delays.size(); ++i)
    if (later.delays[i] - delays[i] != shift)
      return std::nullopt;
  return int64_t(shift);
}

std::optional<BlockStatistics>
ScanCache::rows(snn::ProjectionOp projection) const {
  auto key = Projection::of(projection);
  if (!key)
    return std::nullopt;
  for (auto &[known, statistics] : blocks)
    if (auto shift = known.shiftTo(*key)) {
      ++found;
      BlockStatistics moved = statistics;
      moved.moveDelays(*shift);
      return moved;
    }
  return std::nullopt;
}

void ScanCache::keep(snn::ProjectionOp projection, BlockStatistics statistics) {
  if (auto key = Projection::of(projection))
    blocks.emplace_back(std::move(*key), std::move(statistics));
}

std::optional<std::vector<MapStatistics>>
ScanCache::find(const NetworkInfo &info, uint32_t node, const MapFormat &format,
                std::optional<uint32_t> limit) const {
  const auto &incoming = info.nodes[node].incoming;
  std::vector<Projection> keys;
  for (uint32_t edge : incoming) {
    auto key = Projection::of(info.edges[edge].op);
    if (!key)
      return std::nullopt;
    keys.push_back(std::move(*key));
  }
  for (const Map &entry : maps) {
    if (entry.projections.size() != keys.size() || keys.empty() ||
        entry.limit != limit || !entry.statistics.front().sameTiles(format))
      continue;
    std::vector<int64_t> shifts;
    for (size_t i = 0; i < keys.size(); ++i)
      if (auto shift = entry.projections[i].shiftTo(keys[i]))
        shifts.push_back(*shift);
    if (shifts.size() != keys.size())
      continue;
    std::vector<MapStatistics> moved = entry.statistics;
    for (MapStatistics &statistics : moved) {
      for (size_t i = 0; i < keys.size(); ++i)
        statistics.moveDelays(uint32_t(i), shifts[i]);
      statistics.setBatch(format.batch);
    }
    ++found;
    return moved;
  }
  return std::nullopt;
}

void ScanCache::add(const NetworkInfo &info, uint32_t node,
                    std::vector<MapStatistics> statistics,
                    std::optional<uint32_t> limit) {
  Map entry;
  for (uint32_t edge : info.nodes[node].incoming) {
    auto key = Projection::of(info.edges[edge].op);
    if (!key)
      return;
    entry.projections.push_back(std::move(*key));
  }
  entry.statistics = std::move(statistics);
  entry.limit = limit;
  maps.push_back(std::move(entry));
}

std::optional<MapStatistics> ScanCache::map(const NetworkInfo &info,
                                            uint32_t node,
                                            const MapFormat &format) const {
  auto known = find(info, node, format, std::nullopt);
  return known ? std::optional(std::move(known->front())) : std::nullopt;
}

void ScanCache::keep(const NetworkInfo &info, uint32_t node,
                     MapStatistics statistics) {
  add(info, node, {std::move(statistics)}, std::nullopt);
}

std::optional<std::vector<MapStatistics>>
ScanCache::grains(const NetworkInfo &info, uint32_t node,
                  const MapFormat &format, uint32_t limit) const {
  return find(info, node, format, limit);
}

void ScanCache::keep(const NetworkInfo &info, uint32_t node,
                     std::vector<MapStatistics> statistics, uint32_t limit) {
  if (!statistics.empty())
    add(info, node, std::move(statistics), limit);
}

} // namespace snnc::fabric
