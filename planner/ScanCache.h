//===- ScanCache.h - What scans of projections found ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Making all synapses of a network is most of a compilation's time, so the pass
// that chooses paradigms leaves what it found to the passes behind it. An entry
// is found again by what the projection says: name, weights, scales, sizes and
// order of its neurons. Delays may have moved as a whole in between (batches
// need longer ones); the statistics move along.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_SCANCACHE_H
#define SNNC_PLANNER_SCANCACHE_H

#include "planner/NetworkInfo.h"
#include "planner/WeightDelayMap.h"

#include <vector>

namespace snnc::fabric {

/// Not thread safe; its statistics are a few bytes per neuron and tile.
class ScanCache {
public:
  /// Of the serial paradigm.
  std::optional<BlockStatistics> rows(snn::ProjectionOp projection) const;
  void keep(snn::ProjectionOp projection, BlockStatistics statistics);

  /// Of the parallel paradigm: all projections into a population. The batch is
  /// that of `format`, all else of it has to agree.
  std::optional<MapStatistics> map(const NetworkInfo &info, uint32_t node,
                                   const MapFormat &format) const;
  void keep(const NetworkInfo &info, uint32_t node, MapStatistics statistics);

  /// The same of ranges of the sources, cut for at most `limit` sources a core.
  std::optional<std::vector<MapStatistics>> grains(const NetworkInfo &info,
                                                   uint32_t node,
                                                   const MapFormat &format,
                                                   uint32_t limit) const;
  void keep(const NetworkInfo &info, uint32_t node,
            std::vector<MapStatistics> statistics, uint32_t limit);

  uint64_t hits() const { return found; }

private:
  /// Everything that its synapses depend on.
  struct Projection {
    mlir::Attribute rest; ///< attributes but for the delays
    mlir::Type source, target;
    mlir::Attribute sourceOrder, targetOrder;
    std::vector<double> delays; ///< per source, or one for all

    static std::optional<Projection> of(snn::ProjectionOp op);
    /// By how many ticks `later` has longer delays; nothing when there is
    /// another difference.
    std::optional<int64_t> shiftTo(const Projection &later) const;
  };
  struct Map {
    std::vector<Projection> projections;
    /// One of all sources, or of ranges of them for `limit`.
    std::vector<MapStatistics> statistics;
    std::optional<uint32_t> limit;
  };
  std::optional<std::vector<MapStatistics>>
  find(const NetworkInfo &info, uint32_t node, const MapFormat &format,
       std::optional<uint32_t> limit) const;
  void add(const NetworkInfo &info, uint32_t node,
           std::vector<MapStatistics> statistics,
           std::optional<uint32_t> limit);

  std::vector<std::pair<Projection, BlockStatistics>> blocks;
  std::vector<Map> maps;
  mutable uint64_t found = 0;
};

} // namespace snnc::fabric

#endif // SNNC_PLANNER_SCANCACHE_H
