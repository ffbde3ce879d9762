//===- RowCheck.cpp - Serial rows against the network ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/RowCheck.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/Support/Report.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Text.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

using fabric::Range; // not mlir::Range

/// splitmix64's mixer of a place.
static uint64_t numberOf(const SynapsePlace &at) {
  uint64_t x = (uint64_t(at.key) << 32 | at.accumulator) +
               at.delay * uint64_t(0x9E3779B97F4A7C15);
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

static uint64_t termOf(const SynapsePlace &at, int32_t weight) {
  return uint64_t(int64_t(weight)) * numberOf(at);
}

RowCheck::RowCheck(MachineOp op, const NetworkInfo &info,
                   const Belongings &belongings)
    : op(op), info(info), belongings(belongings), edges(info.edges.size()) {
  for (Operation &part : op.getBody().front()) {
    if (!isa<InputOp, SliceOp>(part))
      continue;
    SliceInfo slice = infoOf(part.getResult(0));
    auto owner = dyn_cast<SliceOp>(part);
    auto &byName = owner ? info.populationByName : info.inputByName;
    auto node = byName.find(slice.name);
    if (slice.key && node != byName.end() && !(owner && owner.getSubordinate()))
      senders.push_back({*slice.key, slice.begin, slice.end, node->second});
  }
  llvm::sort(senders, [](const Sender &a, const Sender &b) {
    return std::tie(a.key, a.node, a.begin) < std::tie(b.key, b.node, b.begin);
  });
  for (BlockOp block : op.getOps<BlockOp>())
    if (block.getProjection() < edges.size() &&
        isa<RowsAttr>(block.getEncoding()))
      edges[block.getProjection()].targets.push_back(
          block.getTarget().getDefiningOp<SliceOp>());
}

//===----------------------------------------------------------------------===//
// The network
//===----------------------------------------------------------------------===//

LogicalResult RowCheck::forEachSynapse(
    uint32_t edge, ArrayRef<SliceOp> targets,
    llvm::function_ref<void(size_t, SynapsePlace, int32_t)> visit) {
  const NetworkEdge &self = info.edges[edge];
  snn::ProjectionOp projection = self.op;
  auto view = snn::IntConnectivity::create(projection);
  if (!view)
    return failure();
  const NetworkNode &from = info.nodes[self.source],
                    &to = info.nodes[self.target];
  std::vector<uint32_t> keys(view->numSources()); // by neuron
  for (const Sender &sender : senders)
    if (sender.node == self.source)
      for (uint32_t place = sender.begin;
           place < std::min<uint32_t>(sender.end, keys.size()); ++place)
        keys[from.order.neuronAt(place)] = sender.key + place - sender.begin;
  struct Target {
    uint32_t slice = UINT32_MAX, accumulator = 0;
  };
  std::vector<Target> places(view->numTargets()); // by neuron
  for (auto [i, target] : llvm::enumerate(targets)) {
    SliceOp slice = target;
    uint32_t receptor = uint32_t(projection.getReceptor()) *
                        uint32_t(align4(slice.numNeurons()));
    for (uint32_t place = uint32_t(slice.getBegin());
         place < std::min<uint64_t>(slice.getEnd(), places.size()); ++place)
      places[to.order.neuronAt(place)] = {
          uint32_t(i), receptor + place - uint32_t(slice.getBegin())};
  }
  view->forEach([&](uint32_t source, const snn::IntSynapse &synapse) {
    if (to.rowSplit && synapse.delay >= snn::kRowSplitDelay)
      return; // multiplied by a subordinate
    if (const Target &target = places[synapse.target];
        target.slice != UINT32_MAX)
      visit(target.slice, {keys[source], target.accumulator, synapse.delay},
            synapse.weight);
  });
  return success();
}

LogicalResult RowCheck::expect(ArrayRef<uint32_t> wanted, unsigned jobs) {
  std::vector<uint32_t> left;
  for (uint32_t edge : wanted)
    if (!std::exchange(edges[edge].isExpected, true))
      left.push_back(edge);
  std::vector<std::vector<uint64_t>> sums(left.size());
  std::vector<char> done(left.size());
  parallelFor(jobs, left.size(), [&](size_t i) {
    ArrayRef<SliceOp> targets = edges[left[i]].targets;
    sums[i].assign(targets.size(), 0);
    done[i] = succeeded(forEachSynapse(
        left[i], targets, [&](size_t slice, SynapsePlace at, int32_t weight) {
          sums[i][slice] += termOf(at, weight);
        }));
  });
  for (size_t i = 0; i < left.size(); ++i)
    for (auto [target, sum] : llvm::zip_equal(edges[left[i]].targets, sums[i]))
      expected[target] += sum;
  return success(llvm::all_of(done, [](char each) { return each != 0; }));
}

//===----------------------------------------------------------------------===//
// The image
//===----------------------------------------------------------------------===//

namespace {

/// A block of a slice and its bytes in the image.
struct StoredBlock {
  RowEncoding encoding;
  uint32_t kind = 0;
  BlockBytes<const std::byte> bytes;
  SnncTableEntry filled = {}; ///< what its format says of the place
};

class ImageReader {
public:
  ImageReader(SliceOp slice, const Belongings &belongings,
              const CoreImage &image)
      : belongings(belongings), image(image),
        encodings(rowEncodingsOf(belongings.of(slice))) {
    const Belongings::Of &own = belongings.of(slice);
    for (BufferOp buffer : own.buffers)
      if (buffer.getBlock())
        buffers[{buffer.getName().str(), *buffer.getBlock()}] = buffer;
    for (BlockOp block : own.blocks)
      if (isa<RowsAttr>(block.getEncoding()))
        blocks.push_back(read(block));
  }

  std::vector<SnncTableEntry> table() const {
    SnncCoreHeader header;
    std::vector<SnncTableEntry> entries;
    if (image.bytes.size() < sizeof header)
      return entries;
    std::memcpy(&header, image.bytes.data(), sizeof header);
    auto bytes = at(header.table_base,
                    uint64_t(header.table_count) * sizeof(SnncTableEntry));
    entries.resize(bytes.size() / sizeof(SnncTableEntry));
    if (!entries.empty())
      std::memcpy(entries.data(), bytes.data(), bytes.size());
    return entries;
  }
  bool isRows(const SnncTableEntry &entry) const {
    return entry.kind < encodings.size() &&
           isa<RowsAttr>(encodings[entry.kind]);
  }
  /// The block whose rows `entry` leads to; null: none.
  const StoredBlock *find(const SnncTableEntry &entry) const {
    for (const StoredBlock &block : blocks)
      if (block.kind == entry.kind &&
          block.filled.rows_base == entry.rows_base &&
          block.filled.index_base == entry.index_base &&
          block.filled.length == entry.length)
        return &block;
    return nullptr;
  }

private:
  /// Empty where the image has no such bytes.
  std::span<const std::byte> at(uint64_t address, uint64_t bytes) const {
    for (auto [base, all] : {std::pair(image.base, std::span(image.bytes)),
                             std::pair(image.dramBase, std::span(image.dram))})
      if (address >= base && address - base <= all.size() &&
          bytes <= all.size() - (address - base))
        return all.subspan(address - base, bytes);
    return {};
  }
  std::span<const std::byte> bytesOf(const char *name, uint64_t projection,
                                     uint32_t &address) const {
    auto buffer = buffers.find({name, projection});
    if (buffer == buffers.end())
      return {};
    BufferOp found = buffer->second;
    if (!found.getBytes())
      return {};
    address = uint32_t(found.getAt().value_or(0));
    return at(address, found.getBytes());
  }
  StoredBlock read(BlockOp block) const {
    auto rows = cast<RowsAttr>(block.getEncoding());
    StoredBlock stored;
    stored.encoding = encodingOf(rows);
    stored.kind = uint32_t(llvm::find(encodings, loopEncodingOf(block)) -
                           encodings.begin());
    RowFormat::EntryPlace place;
    stored.bytes.rows = bytesOf("rows", block.getProjection(), place.rows);
    stored.bytes.index = bytesOf("index", block.getProjection(), place.index);
    SliceInfo target = infoOf(block.getTarget());
    place.targets = {target.begin, target.end};
    place.sources = belongings.knownBy(block);
    stored.bytes.targets = place.targets;
    stored.bytes.sources = place.sources;
    rows.getFormat()->fill(rows.getFields(), place, stored.filled);
    return stored;
  }

  const Belongings &belongings;
  const CoreImage &image;
  llvm::SmallVector<Attribute> encodings;
  std::map<std::pair<std::string, uint64_t>, BufferOp> buffers;
  std::vector<StoredBlock> blocks;
};

} // namespace

/// The last sender that begins at `key` or before it, else the first.
std::vector<RowCheck::Sender>::const_iterator
RowCheck::firstUpTo(uint32_t key) const {
  auto next = std::upper_bound(
      senders.begin(), senders.end(), key,
      [](uint32_t k, const Sender &sender) { return k < sender.key; });
  return next == senders.begin() ? next : std::prev(next);
}

LogicalResult RowCheck::readBack(SliceOp slice, const CoreImage &image,
                                 Visit visit) {
  ImageReader reader(slice, belongings, image);
  std::vector<snn::IntSynapse> row;
  for (const SnncTableEntry &entry : reader.table()) {
    if (!reader.isRows(entry))
      continue;
    const StoredBlock *block = reader.find(entry);
    if (!block)
      return report(slice, "SNN0382")
             << "a table entry of population '" << slice.getPopulation()
             << "' leads to rows of none of its blocks";
    BlockBytes<const std::byte> bytes = block->bytes;
    bytes.minDelay = entry.delay + 1;
    // Whatever is sent with a key of the entry.
    uint64_t end = uint64_t(entry.key_first) + entry.key_count;
    for (auto sender = firstUpTo(entry.key_first);
         sender != senders.end() && sender->key < end; ++sender)
      for (uint64_t key = std::max(sender->key, entry.key_first);
           key < std::min<uint64_t>(end, uint64_t(sender->key) + sender->end -
                                             sender->begin);
           ++key) {
        uint32_t k = uint32_t(key) - entry.origin;
        uint32_t source = bytes.sources.begin + k -
                          (k >> entry.shift) * entry.gap + entry.first;
        if (source < bytes.sources.begin || source >= bytes.sources.end)
          return report(slice, "SNN0382")
                 << "a table entry of population '" << slice.getPopulation()
                 << "' makes row " << source << " of key " << hex(key)
                 << ", which its block does not have";
        row.clear();
        block->encoding.format->read(block->encoding.fields, bytes, source,
                                     row);
        for (const snn::IntSynapse &synapse : row)
          visit({uint32_t(key), entry.target + synapse.target, synapse.delay},
                synapse.weight);
      }
  }
  return success();
}

LogicalResult RowCheck::check(SliceOp slice, const CoreImage &image) {
  uint64_t found = 0;
  if (failed(readBack(slice, image, [&](SynapsePlace at, int32_t weight) {
        found += termOf(at, weight);
      })))
    return failure();
  return expected.lookup(slice) == found ? success() : explain(slice, image);
}

/// Once more, synapse by synapse.
LogicalResult RowCheck::explain(SliceOp slice, const CoreImage &image) {
  std::map<SynapsePlace, int64_t> wanted, found;
  for (uint32_t edge = 0; edge < edges.size(); ++edge)
    if (llvm::is_contained(edges[edge].targets, slice) &&
        failed(forEachSynapse(edge, {slice},
                              [&](size_t, SynapsePlace at, int32_t weight) {
                                wanted[at] += weight;
                              })))
      return failure();
  if (failed(readBack(slice, image, [&](SynapsePlace at, int32_t weight) {
        found[at] += weight;
      })))
    return failure();
  for (auto &[at, weight] : wanted)
    found.try_emplace(at, 0);
  for (auto &[at, weight] : found)
    if (int64_t said = wanted[at]; said != weight)
      return report(slice, "SNN0382")
             << "population '" << slice.getPopulation() << "', neurons ["
             << int64_t(slice.getBegin()) << ", " << int64_t(slice.getEnd())
             << "): with key " << hex(at.key) << " accumulator "
             << at.accumulator << " gets " << weight << " after " << at.delay
             << " ticks, the network says " << said;
  return success();
}

} // namespace snnc::s2
