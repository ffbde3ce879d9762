//===- MapImage.cpp - The weight-delay maps of a population ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/CoreImage.h"

#include "compiler/Fabric/LayerPlanner.h"

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
      return slice.emitError("SNN1106: the weight-delay map of population '")
             << slice.getPopulation() << "' needs a buffer '" << name
             << "' of exactly " << int64_t(bytes) << " B";
  }
  return success();
}

LogicalResult CoreImageBuilder::encodeMaps(const NetworkNode &node) {
  llvm::SmallVector<SliceOp> slices;
  for (SliceOp slice : op.getOps<SliceOp>())
    if (slice.getPopulation() == node.name && slice.getParallel())
      slices.push_back(slice);
  MapFormat format = formatOf(slices, node, machine.mac);
  MapStatistics statistics(format, node.size, node.receptors);
  std::vector<std::unique_ptr<SynapseView>> views;
  for (uint32_t edge : node.incoming) {
    snn::ProjectionOp projection = info.edges[edge].op;
    auto view = viewOf(projection);
    if (!view)
      return failure();
    statistics.add(*view, uint32_t(projection.getReceptor()),
                   info.edges[edge].source, info.inputRate(edge));
    views.push_back(std::move(view));
  }
  std::vector<MapWriter> writers;
  for (SliceOp slice : slices) {
    SliceInfo at = infoOf(slice.getSlice());
    if (at.begin % format.tileNeurons != 0 || at.end > node.size ||
        (at.end % format.tileNeurons != 0 && at.end != node.size))
      return slice.emitError("SNN1106: parallel slices begin and end at "
                             "multiples of ")
             << format.tileNeurons << " neurons";
    MapLayout layout = statistics.layout({at.begin, at.end});
    if (failed(checkSizes(slice, layout)))
      return failure();
    SliceMap &result = encodedMaps[slice];
    for (uint32_t i = 0; i < node.incoming.size(); ++i)
      result.rows.push_back(
          statistics.positionsOf(i, layout, {at.begin, at.end}));
    writers.emplace_back(std::move(layout), Range{at.begin, at.end});
  }
  std::vector<snn::IntSynapse> row;
  for (auto [i, view] : llvm::enumerate(views)) {
    snn::ProjectionOp projection = info.edges[node.incoming[i]].op;
    for (uint32_t source = 0; source < view->numSources(); ++source) {
      view->row(source, row);
      for (MapWriter &writer : writers)
        writer.add(uint32_t(i), source, uint32_t(projection.getReceptor()),
                   row);
    }
  }
  for (auto [slice, writer] : llvm::zip(slices, writers)) {
    auto map = writer.finish();
    if (!map)
      return slice.emitError("SNN1106: the weight-delay map of population '")
             << slice.getPopulation() << "' does not have the planned rows";
    encodedMaps[slice].map = std::move(*map);
  }
  return success();
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
