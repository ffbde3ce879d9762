//===- MapImage.cpp - The weight-delay maps of a population ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/SynapseCheck.h"

#include "compiler/Support/Report.h"
#include "planner/CycleModel.h"
#include "planner/LayerPlanner.h"
#include "planner/ProjectionView.h"
#include "planner/SumDigits.h"

#include <map>
#include <set>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

/// The format that the blocks and the cut of `slices` ask for.
static MapFormat formatOf(ArrayRef<SliceOp> slices,
                          const Belongings &belongings, const NetworkNode &node,
                          const MacArray &mac) {
  MapFormat format;
  format.batch = node.batch;
  format.arrayColumns = std::max(1u, mac.columns);
  format.maxColumns = 4 * format.arrayColumns;
  format.tileNeurons = format.arrayColumns;
  for (SliceOp slice : slices) {
    if (slice.getBegin() % format.arrayColumns != 0)
      format.tileNeurons = SliceOp(slices.front()).numNeurons();
    for (BlockOp block : belongings.of(slice).blocks)
      if (auto rows = dyn_cast<MapRowsAttr>(block.getEncoding()))
        format.weightBits = std::max(format.weightBits, rows.getBits());
  }
  return format;
}

/// Whether the buffers that fabric-slice sized have exactly these sizes.
static LogicalResult checkSizes(SliceOp slice, ArrayRef<BufferOp> buffers,
                                const MapLayout &layout) {
  for (auto &[name, bytes] : mapBuffers(fabric::demandOf(layout))) {
    uint64_t planned = UINT64_MAX;
    for (BufferOp buffer : buffers)
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
static std::vector<Range> partOf(SliceOp slice, const Belongings &belongings,
                                 const NetworkNode &node) {
  std::vector<Range> sources(node.incoming.size());
  for (BlockOp block : belongings.of(slice).blocks)
    for (auto [i, edge] : llvm::enumerate(node.incoming))
      if (edge == block.getProjection())
        sources[i] = hull(sources[i], belongings.knownBy(block));
  return sources;
}

/// Makes the maps of all slices of one population; lives as long as one
/// CoreImageBuilder::encodeMaps.
class MapEncoder {
public:
  MapEncoder(CoreImageBuilder &builder, const NetworkNode &node)
      : b(builder), node(node) {
    for (SliceOp slice : b.op.getOps<SliceOp>())
      if (slice.getPopulation() == node.name && slice.getParallel())
        slices.push_back(slice);
    format = formatOf(slices, b.belongings, node, b.machine.mac);
    for (uint32_t edge : node.incoming)
      all.push_back({0, b.info.nodes[b.info.edges[edge].source].size});
  }

  LogicalResult run() {
    for (uint32_t edge : node.incoming) {
      // The dominant cores have the others as rows.
      bool near = node.rowSplit && b.info.edges[edge].isNear;
      views.push_back(viewOf(b.info.edges[edge].op, std::nullopt,
                             near ? Delays::Far : Delays::All));
      if (!views.back())
        return failure();
    }
    if (failed(b.check->expect(node.incoming, b.jobs)))
      return failure();
    scanPieces();
    for (SliceOp slice : slices)
      if (failed(plan(slice)))
        return failure();
    pieces.clear();
    write();
    return finish();
  }

private:
  unsigned receptorOf(size_t i) const {
    snn::ProjectionOp projection = b.info.edges[node.incoming[i]].op;
    return unsigned(projection.getReceptor());
  }
  /// Neighbouring sources of one population that the same subordinates know.
  struct Piece {
    uint32_t origin = 0; ///< node
    Range sources;
    MapStatistics statistics;
  };
  MapStatistics scan(ArrayRef<Range> sources) const;
  void scanPieces();
  template <typename Visit>
  void forPieces(ArrayRef<Range> sources, Visit visit) const;
  MapStatistics mergePart(Range targets, ArrayRef<Range> sources) const;
  LogicalResult limitCounts(SliceOp slice, ArrayRef<Range> sources);
  LogicalResult plan(SliceOp slice);
  void countSums(SliceOp slice, const MapStatistics &statistics,
                 const MapLayout &layout);
  void write();
  LogicalResult finish();

  CoreImageBuilder &b;
  const NetworkNode &node;
  llvm::SmallVector<SliceOp> slices;
  MapFormat format;
  std::vector<std::unique_ptr<SynapseView>> views; ///< per projection
  std::vector<Range> all;                          ///< sources of each
  std::optional<MapStatistics> whole;              ///< of all sources
  std::vector<Piece> pieces;               ///< of what subordinates know
  std::vector<MapWriter> writers;          ///< per slice
  std::vector<std::vector<Range>> sources; ///< per slice and projection
};

MapStatistics MapEncoder::scan(ArrayRef<Range> sources) const {
  MapStatistics statistics(format, node.size, node.receptors);
  for (auto [i, edge] : llvm::enumerate(node.incoming))
    statistics.add(*views[i], receptorOf(i), b.info.edges[edge].source,
                   b.info.inputRate(edge), sources[i]);
  return statistics;
}

/// Cuts the sources of each population wherever a subordinate begins or ends to
/// know them, and reads each piece once: subordinates are merged from pieces.
void MapEncoder::scanPieces() {
  std::map<uint32_t, std::set<uint32_t>> cuts; // by origin
  for (SliceOp slice : slices)
    if (slice.getSubordinate())
      for (auto [i, known] : llvm::enumerate(partOf(slice, b.belongings, node)))
        if (known.size())
          cuts[b.info.edges[node.incoming[i]].source].insert(
              {known.begin, known.end});
  for (const auto &[origin, at] : cuts)
    for (auto cut = at.begin(); std::next(cut) != at.end(); ++cut) {
      Range here{*cut, *std::next(cut)};
      std::vector<Range> ranges;
      for (uint32_t edge : node.incoming)
        ranges.push_back(b.info.edges[edge].source == origin ? here : Range{});
      pieces.push_back({origin, here, scan(ranges)});
    }
}

/// The pieces of `sources`, ranges by projection.
template <typename Visit>
void MapEncoder::forPieces(ArrayRef<Range> sources, Visit visit) const {
  for (const Piece &piece : pieces)
    for (auto [i, edge] : llvm::enumerate(node.incoming))
      if (b.info.edges[edge].source == piece.origin &&
          sources[i].begin <= piece.sources.begin &&
          piece.sources.end <= sources[i].end) {
        visit(piece);
        break; // projections from one origin know the same sources
      }
}

/// Of a subordinate.
MapStatistics MapEncoder::mergePart(Range targets,
                                    ArrayRef<Range> sources) const {
  MapStatistics part(format, targets, node.receptors);
  part.setLead(snn::kRowSplitDelay); // fabric-verify-mapping: none is less
  forPieces(sources,
            [&](const Piece &piece) { part.merge(piece.statistics, sources); });
  return part;
}

/// How often an input channel may spike in a tick for the sums of a subordinate
/// to stay within its digits; its neurons spike at most once.
LogicalResult MapEncoder::limitCounts(SliceOp slice, ArrayRef<Range> sources) {
  Range at{uint32_t(slice.getBegin()), uint32_t(slice.getEnd())};
  size_t cells = size_t(at.size()) * node.receptors;
  std::vector<SumRange> fixed(cells), counted(cells);
  forPieces(sources, [&](const Piece &piece) {
    bool isInput = b.info.nodes[piece.origin].isInput;
    piece.statistics.addSums(at, 1, isInput ? counted : fixed);
  });
  SumsAttr attr = sumsOf(slice);
  SumDigits digits{attr.getDigits(), attr.getBits()};
  uint64_t most = UINT32_MAX;
  auto limit = [&](uint64_t all, uint64_t fixed, uint64_t counted) {
    if (fixed > all)
      most = 0;
    else if (counted)
      most = std::min(most, (all - fixed) / counted);
  };
  for (auto [own, times] : llvm::zip_equal(fixed, counted)) {
    limit(digits.most(), own.plus, times.plus);
    limit(digits.least(), own.minus, times.minus);
  }
  if (most == 0)
    return report(slice, "SNN1109")
           << "the sums of a subordinate of population '"
           << slice.getPopulation() << "' do not fit " << attr;
  b.encodedMaps[slice].mostCount = uint32_t(most);
  return success();
}

LogicalResult MapEncoder::plan(SliceOp slice) {
  SliceInfo info = infoOf(slice.getSlice());
  Range at{info.begin, info.end};
  if (at.begin % format.tileNeurons != 0 || at.end > node.size ||
      (at.end % format.tileNeurons != 0 && at.end != node.size))
    return report(slice, "SNN1106") << "parallel slices begin and end at "
                                       "multiples of "
                                    << format.tileNeurons << " neurons";
  std::optional<MapStatistics> part;
  sources.push_back(all);
  if (slice.getSubordinate()) {
    sources.back() = partOf(slice, b.belongings, node);
    part = mergePart(at, sources.back());
    if (!sumsOf(slice))
      return report(slice, "SNN1109")
             << "nobody gathers the sums of a subordinate of population '"
             << slice.getPopulation() << "'";
    if (failed(limitCounts(slice, sources.back())))
      return failure();
  } else if (!whole) {
    whole = scan(all);
  }
  const MapStatistics &statistics = part ? *part : *whole;
  MapLayout layout = statistics.layout(at);
  if (failed(checkSizes(slice, b.belongings.of(slice).buffers, layout)))
    return failure();
  CoreImageBuilder::SliceMap &result = b.encodedMaps[slice];
  for (uint32_t i = 0; i < node.incoming.size(); ++i)
    result.rows.push_back(statistics.positionsOf(i, layout, at));
  countSums(slice, statistics, layout);
  writers.emplace_back(std::move(layout), at);
  return success();
}

void MapEncoder::countSums(SliceOp slice, const MapStatistics &statistics,
                           const MapLayout &layout) {
  SumsAttr attr = sumsOf(slice);
  if (!attr)
    return;
  SumDigits digits{attr.getDigits(), attr.getBits()};
  Range at{uint32_t(slice.getBegin()), uint32_t(slice.getEnd())};
  SumSpread spread(at.size(), node.receptors);
  std::vector<double> silent;
  for (auto [i, edge] : llvm::enumerate(node.incoming)) {
    const NetworkNode &source = b.info.nodes[b.info.edges[edge].source];
    MapStatistics::Weights weights = statistics.weightsOf(uint32_t(i), at);
    spread.add(receptorOf(i), layout.sourcesOf[i].size(), weights.sum,
               weights.square, source.meanRate, source.variability());
    silent.push_back(source.silence());
  }
  b.partialSums[slice] = {
      statistics.sumsOf(at, layout.sourcesOf, silent, spread.beyondOne(digits)),
      double(at.size()) * node.receptors * digits.digits};
}

/// Each row is made once, for all slices.
void MapEncoder::write() {
  std::vector<snn::IntSynapse> row;
  for (auto [i, view] : llvm::enumerate(views))
    for (uint32_t source = 0; source < view->numSources(); ++source) {
      view->row(source, row);
      for (auto [writer, known] : llvm::zip_equal(writers, sources))
        if (source >= known[i].begin && source < known[i].end)
          writer.add(uint32_t(i), source, receptorOf(i), row);
    }
}

LogicalResult MapEncoder::finish() {
  for (auto [slice, writer] : llvm::zip(slices, writers)) {
    auto map = writer.finish();
    if (!map)
      return report(slice, "SNN1106")
             << "the weight-delay map of population '" << slice.getPopulation()
             << "' does not have the planned rows";
    b.encodedMaps[slice].map = std::move(*map);
  }
  return success();
}

LogicalResult CoreImageBuilder::encodeMaps(const NetworkNode &node) {
  return MapEncoder(*this, node).run();
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
