//===- MapImage.cpp - The weight-delay maps of a population ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/CoreImage.h"

#include "compiler/Support/Report.h"
#include "planner/CycleModel.h"
#include "planner/LayerPlanner.h"
#include "planner/ProjectionView.h"

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

/// The format that the blocks and the cut of `slices` ask for.
static MapFormat formatOf(ArrayRef<SliceOp> slices, const NetworkNode &node,
                          const MacArray &mac) {
  MapFormat format;
  format.batch = node.batch;
  format.arrayColumns = std::max(1u, mac.columns);
  format.maxColumns = 4 * format.arrayColumns;
  format.tileNeurons = format.arrayColumns;
  for (SliceOp slice : slices) {
    if (slice.getBegin() % format.arrayColumns != 0)
      format.tileNeurons = SliceOp(slices.front()).numNeurons();
    for (BlockOp block : blocksOf(slice))
      if (auto rows = dyn_cast<MapRowsAttr>(block.getEncoding()))
        format.weightBits = std::max(format.weightBits, rows.getBits());
  }
  return format;
}

/// Whether the buffers that fabric-slice sized have exactly these sizes.
static LogicalResult checkSizes(SliceOp slice, const MapLayout &layout) {
  for (auto &[name, bytes] : mapBuffers(fabric::demandOf(layout))) {
    uint64_t planned = UINT64_MAX;
    for (Operation *user : slice.getSlice().getUsers())
      if (auto buffer = dyn_cast<BufferOp>(user))
        if (buffer.getName() == name && !buffer.getBlock())
          planned = buffer.getBytes();
    if (planned != bytes)
      return report(slice, "SNN1106")
             << "the weight-delay map of population '" << slice.getPopulation()
             << "' needs a buffer '" << name << "' of exactly "
             << int64_t(bytes) << " B";
  }
  return success();
}

/// The sources of each projection that a subordinate's blocks know.
static std::vector<Range> partOf(SliceOp slice, const NetworkNode &node) {
  std::vector<Range> sources(node.incoming.size());
  for (BlockOp block : blocksOf(slice))
    for (auto [i, edge] : llvm::enumerate(node.incoming))
      for (Range part : rangesOf(block))
        if (edge == block.getProjection())
          sources[i] = hull(sources[i], part);
  return sources;
}

LogicalResult CoreImageBuilder::encodeMaps(const NetworkNode &node) {
  llvm::SmallVector<SliceOp> slices;
  for (SliceOp slice : op.getOps<SliceOp>())
    if (slice.getPopulation() == node.name && slice.getParallel())
      slices.push_back(slice);
  MapFormat format = formatOf(slices, node, machine.mac);
  std::vector<std::unique_ptr<SynapseView>> views;
  for (uint32_t edge : node.incoming) {
    views.push_back(viewOf(info.edges[edge].op));
    if (!views.back())
      return failure();
  }
  auto scan = [&](ArrayRef<Range> sources) {
    MapStatistics statistics(format, node.size, node.receptors);
    for (auto [i, edge] : llvm::enumerate(node.incoming)) {
      snn::ProjectionOp projection = info.edges[edge].op;
      statistics.add(*views[i], uint32_t(projection.getReceptor()),
                     info.edges[edge].source, info.inputRate(edge), sources[i]);
    }
    return statistics;
  };
  std::vector<Range> all;
  for (uint32_t edge : node.incoming)
    all.push_back({0, info.nodes[info.edges[edge].source].size});
  std::optional<MapStatistics> whole;
  std::vector<MapWriter> writers;
  std::vector<std::vector<Range>> sources; ///< per slice and projection
  for (SliceOp slice : slices) {
    SliceInfo at = infoOf(slice.getSlice());
    if (at.begin % format.tileNeurons != 0 || at.end > node.size ||
        (at.end % format.tileNeurons != 0 && at.end != node.size))
      return report(slice, "SNN1106") << "parallel slices begin and end at "
                                         "multiples of "
                                      << format.tileNeurons << " neurons";
    std::optional<MapStatistics> part;
    sources.push_back(all);
    if (slice.getSubordinate()) {
      sources.back() = partOf(slice, node);
      part.emplace(format, node.size, node.receptors);
      part->setLead(snn::kRowSplitDelay); // fabric-verify-mapping: none is less
      part->merge(scan(sources.back()), {at.begin, at.end}, sources.back());
    } else if (!whole) {
      whole = scan(all);
    }
    const MapStatistics &statistics = part ? *part : *whole;
    MapLayout layout = statistics.layout({at.begin, at.end});
    if (failed(checkSizes(slice, layout)))
      return failure();
    SliceMap &result = encodedMaps[slice];
    for (uint32_t i = 0; i < node.incoming.size(); ++i)
      result.rows.push_back(
          statistics.positionsOf(i, layout, {at.begin, at.end}));
    for (bool worst : {false, true}) {
      CoreWork work;
      for (auto [i, edge] : llvm::enumerate(node.incoming)) {
        double rate = info.nodes[info.edges[edge].source].rate;
        work.positions +=
            double(result.rows[i]) * (worst ? std::max(1.0, rate) : rate);
      }
      partialSums[slice][worst] =
          expectedSums(work, slice.numNeurons(), node.receptors, layout, worst);
    }
    writers.emplace_back(std::move(layout), Range{at.begin, at.end});
  }
  std::vector<snn::IntSynapse> row;
  for (auto [i, view] : llvm::enumerate(views)) {
    snn::ProjectionOp projection = info.edges[node.incoming[i]].op;
    for (uint32_t source = 0; source < view->numSources(); ++source) {
      view->row(source, row);
      for (auto [writer, known] : llvm::zip_equal(writers, sources))
        if (source >= known[i].begin && source < known[i].end)
          writer.add(uint32_t(i), source, uint32_t(projection.getReceptor()),
                     row);
    }
  }
  for (auto [slice, writer] : llvm::zip(slices, writers)) {
    auto map = writer.finish();
    if (!map)
      return report(slice, "SNN1106")
             << "the weight-delay map of population '" << slice.getPopulation()
             << "' does not have the planned rows";
    encodedMaps[slice].map = std::move(*map);
  }
  return success();
}

FailureOr<CoreImageBuilder::Sums>
CoreImageBuilder::sumsOf(SliceOp slice, const NetworkNode &node) {
  if (!partialSums.contains(slice) && failed(encodeMaps(node)))
    return failure();
  return partialSums.lookup(slice);
}

FailureOr<CoreImageBuilder::SliceMap>
CoreImageBuilder::takeMap(SliceOp slice, const NetworkNode &node) {
  if (!encodedMaps.contains(slice) && failed(encodeMaps(node)))
    return failure();
  SliceMap map = std::move(encodedMaps[slice]);
  encodedMaps.erase(slice);
  return map;
}

} // namespace snnc::s2
