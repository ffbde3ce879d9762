//===- ImageRows.cpp - Rows, maps and the table of one core --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/ImageWriter.h"

#include "backends/spinnaker2/Image/CountLimit.h"
#include "compiler/Support/Report.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

LogicalResult ImageWriter::writeRows(BlockOp block) {
  auto encoded = b.take(block);
  if (failed(encoded))
    return failure();
  FailureOr<Place> rows = Place{}, index = Place{};
  if (!encoded->rows.empty() && failed(rows = findRows(block)))
    return failure();
  if (!encoded->index.empty() &&
      failed(index = find("index", block.getProjection())))
    return failure();
  if (rows->bytes != encoded->rows.size() ||
      index->bytes != encoded->index.size())
    return report(block, "SNN0382")
           << "the buffers of projection '" << block.getName()
           << "' do not have the block's " << int64_t(block.getBytes()) << " B";
  bool fetched = isFetched(encodingOf(cast<RowsAttr>(block.getEncoding())));
  if (rows->bytes)
    std::ranges::copy(encoded->rows,
                      (fetched ? dramAt(*rows) : bytesAt(*rows)).begin());
  if (index->bytes)
    std::ranges::copy(encoded->index, bytesAt(*index).begin());
  image.summary.synapses += encoded->synapses;
  addEntries(block, *rows, *index, encoded->minDelay);
  RingShape shape{0, ringSlotBytes(slice.numNeurons(), node.receptors)};
  if (auto ring = find("ring"); succeeded(ring) && shape.slotBytes)
    shape.slots = std::bit_floor(ring->bytes / shape.slotBytes);
  addWork(block,
          [&](CoreWork &w, uint64_t sources, double rate, double scatter) {
            addRows(w, encodingOf(cast<RowsAttr>(block.getEncoding())),
                    {double(sources), slice.numNeurons(),
                     double(encoded->synapses), rate, shape},
                    b.transfer, scatter);
          });
  return success();
}

/// Weights, scatter table, positions and panels of a parallel core.
LogicalResult ImageWriter::writeMap() {
  auto map = b.takeMap(slice, node);
  if (failed(map))
    return failure();
  layout = map->map.layout;
  std::pair<const char *, std::span<const std::byte>> parts[] = {
      {"weights", map->map.weights},
      {"scatter", map->map.scatter},
      {"positions", map->map.positions}};
  for (auto &[name, bytes] : parts) {
    auto place = find(name);
    if (failed(place))
      return failure();
    std::ranges::copy(bytes, bytesAt(*place).begin());
  }
  image.summary.synapses += map->map.synapses;
  image.summary.largestCount =
      std::min(largestCount(map->map, b.machine.mac), map->mostCount);
  if (failed(addMapEntries(map->rows)))
    return failure();
  if (slice.getSubordinate()) {
    auto sums = b.sumsOf(slice, node);
    if (failed(sums))
      return failure();
    for (size_t i : {0, 1}) {
      work[i].cells = double(slice.numNeurons()) * node.receptors;
      work[i].sums = (*sums)[i];
    }
  }
  return writePanels(layout);
}

/// `rows`: by place in NetworkNode::incoming.
LogicalResult ImageWriter::addMapEntries(ArrayRef<uint64_t> rows) {
  for (BlockOp block : own.blocks) {
    auto edge = llvm::find(node.incoming, block.getProjection());
    if (edge == node.incoming.end())
      continue;
    uint32_t number = uint32_t(edge - node.incoming.begin());
    Range known = layout.sourcesOf[number];
    Range named = b.belongings.knownBy(block);
    if (known.size() != named.size() || (known.size() && known != named))
      return report(block, "SNN1106")
             << "the weight-delay map of population '" << slice.getPopulation()
             << "' knows sources [" << known.begin << ", " << known.end
             << ") of projection '" << block.getName() << "', the block others";
    for (const SliceInfo &sender : b.belongings.sourcesOf(block)) {
      uint32_t first = std::max(sender.begin, known.begin);
      SnncTableEntry entry = {};
      entry.key_first = sender.key.value_or(0) + first - sender.begin;
      entry.key_count = std::min(sender.end, known.end) - first;
      entry.target = layout.firstSource(number) + first - known.begin;
      entries.push_back(entry);
    }
    addWork(block,
            [&](CoreWork &w, uint64_t sources, double rate, double scatter) {
              addPositions(w, layout, double(sources), double(rows[number]),
                           rate, scatter);
            });
  }
  return success();
}

LogicalResult ImageWriter::writePanels(const MapLayout &layout) {
  auto place = find("panels"), weights = find("weights"),
       operand = find("operand"), output = find("output");
  if (failed(place) || failed(weights) || failed(operand) || failed(output))
    return failure();
  std::byte *out = bytesAt(*place).data();
  for (const MapPanel &panel : layout.panels) {
    SnncPanel entry = {};
    entry.operand =
        operand->at + uint32_t(panel.firstRow * layout.format.operandBytes());
    entry.rows = panel.rows;
    entry.weights = weights->at + uint32_t(panel.weights);
    entry.columns = panel.columns;
    entry.output = output->at + uint32_t(panel.output);
    entry.neuron_first = panel.neurons.begin;
    entry.neuron_end = panel.neurons.end;
    std::memcpy(out, &entry, sizeof entry);
    out += sizeof entry;
  }
  return success();
}

/// One table entry for all slices whose keys are evenly apart.
void ImageWriter::addEntries(BlockOp block, Place rows, Place index,
                             uint32_t minDelay) {
  auto encoding = cast<RowsAttr>(block.getEncoding());
  snn::ProjectionOp projection = b.info.edges[block.getProjection()].op;
  uint32_t padded = uint32_t(align4(slice.numNeurons()));
  RowFormat::EntryPlace place{
      rows.at,
      index.at,
      {uint32_t(slice.getBegin()), uint32_t(slice.getEnd())},
      b.belongings.knownBy(block)};
  for (const KeyRun &run : keyRunsOf(b.belongings, block)) {
    SnncTableEntry entry = {};
    entry.key_first = run.keyFirst;
    entry.key_count = run.keyCount;
    entry.origin = run.origin;
    entry.first = run.first;
    entry.shift = uint16_t(run.shift);
    entry.gap = uint16_t(run.gap);
    entry.kind = uint32_t(llvm::find(encodings, loopEncodingOf(block)) -
                          encodings.begin());
    entry.target = uint32_t(projection.getReceptor()) * padded;
    entry.delay = minDelay - 1;
    encoding.getFormat()->fill(encoding.getFields(), place, entry);
    entries.push_back(entry);
  }
}

/// Per subordinate and receptor, one table entry for the keys of its sums.
LogicalResult ImageWriter::addSums(GatherOp gather) {
  uint32_t padded = uint32_t(align4(slice.numNeurons()));
  for (auto [i, part] : llvm::enumerate(gather.getSources())) {
    SumsAttr digits = gather.encodingOf(i);
    SliceInfo sender = infoOf(part);
    for (uint32_t r = 0; r < node.receptors; ++r) {
      SnncTableEntry entry = {};
      entry.key_count = uint32_t(fabric::sumKeys(sender.size(), 1, digits));
      entry.key_first = sender.key.value_or(0) + r * entry.key_count;
      entry.origin = entry.key_first;
      entry.shift = 31;
      entry.length = 32 - digits.getBits();
      entry.kind =
          uint32_t(llvm::find_if(encodings,
                                 [&](Attribute each) {
                                   return each == digits ||
                                          each == loopEncodingOf(digits);
                                 }) -
                   encodings.begin());
      entry.target = r * padded + sender.begin - uint32_t(slice.getBegin());
      entries.push_back(entry);
    }
    auto sums = b.sumsOf(part.getDefiningOp<SliceOp>(), node);
    if (failed(sums))
      return failure();
    for (size_t i : {0, 1})
      fabric::addSums(work[i], (*sums)[i], node.receptors);
  }
  return success();
}

void ImageWriter::writeTable() {
  std::sort(entries.begin(), entries.end(),
            [](const SnncTableEntry &x, const SnncTableEntry &y) {
              return std::tie(x.key_first, x.rows_base, x.target) <
                     std::tie(y.key_first, y.rows_base, y.target);
            });
  if (!slice.getParallel())
    noteTable();
}

/// What the core's program has to expect of all packets.
void ImageWriter::noteTable() {
  bool gaps = llvm::any_of(entries, [](auto &entry) { return entry.gap != 0; });
  bool shared = std::ranges::adjacent_find(
                    entries, {}, &SnncTableEntry::key_first) != entries.end();
  fabric::GatherOp gather = own.gather;
  bool widths = gather && !llvm::all_equal(gather.getEncodings());
  for (CoreWork &each : work) {
    each.gaps = gaps;
    each.shared = shared;
    each.kinds = double(encodings.size());
    each.widths = widths;
  }
}

} // namespace snnc::s2
