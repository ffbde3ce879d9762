//===- SynapseCheck.cpp - Finished images against the network -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/SynapseCheck.h"

#include "backends/spinnaker2/Image/MapReader.h"
#include "compiler/SNN/Connectivity.h"
#include "compiler/Support/Report.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Text.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <numeric>
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

SynapseCheck::SynapseCheck(MachineOp op, const NetworkInfo &info,
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
  for (BlockOp block : op.getOps<BlockOp>()) {
    if (block.getProjection() >= edges.size())
      continue;
    Target target{block.getTarget().getDefiningOp<SliceOp>()};
    if (target.slice.getSubordinate())
      target.sources = belongings.knownBy(block);
    if (!target.sources.size())
      continue; // other subordinates multiply it all
    edges[block.getProjection()].targets.push_back(target);
  }
}

//===----------------------------------------------------------------------===//
// The network
//===----------------------------------------------------------------------===//

class SynapseCheck::Holders {
public:
  struct Place {
    Range sources;
    uint32_t target = 0, accumulator = 0;
  };
  Holders(ArrayRef<Target> targets, const NeuronOrder &order, uint32_t neurons,
          uint32_t receptor, bool subordinate)
      : begin(neurons + 2) {
    auto forEachPlace = [&](auto visit) {
      for (auto [i, target] : llvm::enumerate(targets)) {
        SliceOp slice = target.slice;
        if (slice.getSubordinate().has_value() != subordinate)
          continue;
        uint32_t first = uint32_t(slice.getBegin()),
                 zero = receptor * uint32_t(align4(slice.numNeurons()));
        for (uint32_t place = first;
             place < std::min<uint64_t>(slice.getEnd(), neurons); ++place)
          visit(order.neuronAt(place),
                Place{target.sources, uint32_t(i), zero + place - first});
      }
    };
    forEachPlace([&](uint32_t neuron, Place) { ++begin[neuron + 2]; });
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    places.resize(begin.back());
    forEachPlace([&](uint32_t neuron, Place place) {
      places[begin[neuron + 1]++] = place;
    });
    for (uint32_t neuron = 0; neuron < neurons; ++neuron)
      std::sort(places.begin() + begin[neuron],
                places.begin() + begin[neuron + 1],
                [](const Place &x, const Place &y) {
                  return x.sources.begin < y.sources.begin;
                });
  }
  /// Null: none has a source at this place.
  const Place *find(uint32_t neuron, uint32_t source) const {
    auto first = places.begin() + begin[neuron],
         next = std::upper_bound(
             first, places.begin() + begin[neuron + 1], source,
             [](uint32_t s, const Place &p) { return s < p.sources.begin; });
    if (next == first || source >= std::prev(next)->sources.end)
      return nullptr;
    return &*std::prev(next);
  }

private:
  std::vector<uint32_t> begin; ///< by neuron, into `places`
  std::vector<Place> places;
};

LogicalResult SynapseCheck::forEachSynapse(
    uint32_t edge, ArrayRef<Target> targets,
    llvm::function_ref<void(size_t, SynapsePlace, int32_t)> visit) {
  const NetworkEdge &self = info.edges[edge];
  snn::ProjectionOp projection = self.op;
  auto view = snn::IntConnectivity::create(projection);
  if (!view)
    return failure();
  const NetworkNode &from = info.nodes[self.source],
                    &to = info.nodes[self.target];
  struct Source {
    uint32_t key = 0, place = 0;
  };
  std::vector<Source> sources(view->numSources()); // by neuron
  for (const Sender &sender : senders)
    if (sender.node == self.source)
      for (uint32_t place = sender.begin;
           place < std::min<uint32_t>(sender.end, sources.size()); ++place)
        sources[from.order.neuronAt(place)] = {
            sender.key + place - sender.begin, place};
  // Where sources are split, subordinates multiply all but what acts in the
  // next tick.
  auto receptor = uint32_t(projection.getReceptor());
  Holders holders(targets, to.order, view->numTargets(), receptor, false),
      parts(targets, to.order, view->numTargets(), receptor, true);
  view->forEach([&](uint32_t source, const snn::IntSynapse &synapse) {
    auto [key, place] = sources[source];
    bool far = to.rowSplit && synapse.delay >= snn::kRowSplitDelay;
    if (auto *at = (far ? parts : holders).find(synapse.target, place))
      visit(at->target, {key, at->accumulator, synapse.delay}, synapse.weight);
  });
  return success();
}

LogicalResult SynapseCheck::expect(ArrayRef<uint32_t> wanted, unsigned jobs) {
  std::vector<uint32_t> left;
  for (uint32_t edge : wanted)
    if (!std::exchange(edges[edge].isExpected, true))
      left.push_back(edge);
  std::vector<std::vector<uint64_t>> sums(left.size());
  std::vector<char> done(left.size());
  parallelFor(jobs, left.size(), [&](size_t i) {
    ArrayRef<Target> targets = edges[left[i]].targets;
    sums[i].assign(targets.size(), 0);
    done[i] = succeeded(forEachSynapse(
        left[i], targets, [&](size_t slice, SynapsePlace at, int32_t weight) {
          sums[i][slice] += termOf(at, weight);
        }));
  });
  for (size_t i = 0; i < left.size(); ++i)
    for (auto [target, sum] : llvm::zip_equal(edges[left[i]].targets, sums[i]))
      expected[target.slice] += sum;
  return success(llvm::all_of(done, [](char each) { return each != 0; }));
}

//===----------------------------------------------------------------------===//
// Partial sums
//===----------------------------------------------------------------------===//

std::vector<SynapseCheck::SumKeys> SynapseCheck::sumsInto(SliceOp slice) const {
  std::vector<SumKeys> sums;
  GatherOp gather = belongings.of(slice).gather;
  auto node = info.populationByName.find(slice.getPopulation());
  if (!gather || node == info.populationByName.end())
    return sums;
  for (auto [i, part] : llvm::enumerate(gather.getSources())) {
    SliceInfo sender = infoOf(part);
    SumsAttr encoding = gather.encodingOf(i);
    sums.push_back({sender.key.value_or(0),
                    encoding.getDigits(),
                    encoding.getBits(),
                    info.nodes[node->second].receptors,
                    {sender.begin, sender.end}});
  }
  return sums;
}

/// Of `bits` bits: 1, -1, the largest and the smallest.
static std::array<uint32_t, 4> probes(uint32_t bits) {
  uint32_t all = (1u << bits) - 1;
  return {1, all, all >> 1, all - (all >> 1)};
}

/// The number that the lower `bits` bits of `digit` are, times 2^shift.
static int32_t valueOf(uint32_t digit, uint32_t bits, uint32_t shift) {
  uint32_t sign = digit & (1u << (bits - 1));
  uint32_t low = digit & ((1u << bits) - 1);
  return int32_t((low - 2 * sign) << shift);
}

void SynapseCheck::forEachDigit(SliceOp slice, Visit visit) const {
  auto padded = uint32_t(align4(slice.numNeurons()));
  for (const SumKeys &sums : sumsInto(slice)) {
    uint32_t key = sums.first;
    for (uint32_t receptor = 0; receptor < sums.receptors; ++receptor)
      for (uint32_t neuron : llvm::seq(sums.neurons.begin, sums.neurons.end))
        for (uint32_t place = 0; place < sums.digits; ++place) {
          uint32_t at = receptor * padded + neuron - uint32_t(slice.getBegin());
          for (uint32_t digit : probes(sums.bits))
            if (digit)
              visit({key + digit, at, 1},
                    valueOf(digit, sums.bits, place * sums.bits));
          key += 1u << sums.bits;
        }
  }
}

void SynapseCheck::readSums(SliceOp slice, const SnncTableEntry &entry,
                            SumsAttr encoding, Visit visit) const {
  uint32_t bits = encoding.getBits();
  if (!bits)
    bits = (32 - (entry.length & 31)) & 31;
  auto take = [&](uint32_t key) {
    uint32_t k = key - entry.origin;
    uint32_t source = k - (k >> (entry.shift & 31)) * entry.gap + entry.first;
    uint32_t cell = source >> bits, shift = 0;
    if (encoding.getDigits() == 2) {
      shift = cell % 2 * bits;
      cell /= 2;
    }
    int32_t value = bits ? valueOf(source, bits, shift) : int32_t(source);
    visit({key, entry.target + cell, entry.delay + 1}, value);
    return true;
  };
  forEachKey(entry, take);
  for (const SumKeys &sums : sumsInto(slice))
    for (uint64_t from = 0; from < sums.count(); from += 1u << sums.bits)
      for (uint32_t digit : probes(sums.bits)) {
        auto key = uint32_t(sums.first + from + digit);
        if (digit && key - entry.key_first < entry.key_count)
          take(key);
      }
}

//===----------------------------------------------------------------------===//
// The image
//===----------------------------------------------------------------------===//

/// The population table; empty where the image does not have it.
static std::vector<SnncTableEntry> tableOf(const CoreImage &image) {
  SnncCoreHeader header;
  if (image.bytes.size() < sizeof header)
    return {};
  std::memcpy(&header, image.bytes.data(), sizeof header);
  auto bytes = image.at(header.table_base,
                        uint64_t(header.table_count) * sizeof(SnncTableEntry));
  std::vector<SnncTableEntry> entries(bytes.size() / sizeof(SnncTableEntry));
  if (!entries.empty())
    std::memcpy(entries.data(), bytes.data(), bytes.size());
  return entries;
}

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

  /// What `entry` leads to; null: its kind is none of the core's program.
  Attribute encodingOf(const SnncTableEntry &entry) const {
    return entry.kind < encodings.size() ? encodings[entry.kind] : nullptr;
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
  std::span<const std::byte> bytesOf(const char *name, uint64_t projection,
                                     uint32_t &address) const {
    auto buffer = buffers.find({name, projection});
    if (buffer == buffers.end())
      return {};
    BufferOp found = buffer->second;
    if (!found.getBytes())
      return {};
    address = uint32_t(found.getAt().value_or(0));
    return image.at(address, found.getBytes());
  }
  StoredBlock read(BlockOp block) const {
    auto rows = cast<RowsAttr>(block.getEncoding());
    StoredBlock stored;
    stored.encoding = fabric::encodingOf(rows);
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
std::vector<SynapseCheck::Sender>::const_iterator
SynapseCheck::firstUpTo(uint32_t key) const {
  auto next = std::upper_bound(
      senders.begin(), senders.end(), key,
      [](uint32_t k, const Sender &sender) { return k < sender.key; });
  return next == senders.begin() ? next : std::prev(next);
}

void SynapseCheck::forEachKey(
    const SnncTableEntry &entry,
    llvm::function_ref<bool(uint32_t key)> visit) const {
  uint64_t end = uint64_t(entry.key_first) + entry.key_count;
  for (auto sender = firstUpTo(entry.key_first);
       sender != senders.end() && sender->key < end; ++sender)
    for (uint64_t key = std::max(sender->key, entry.key_first);
         key < std::min<uint64_t>(end, uint64_t(sender->key) + sender->end -
                                           sender->begin);
         ++key)
      if (!visit(uint32_t(key)))
        return;
}

LogicalResult SynapseCheck::readBack(SliceOp slice, const CoreImage &image,
                                     Visit visit) {
  return slice.getParallel() ? readMap(slice, image, visit)
                             : readRows(slice, image, visit);
}

LogicalResult SynapseCheck::readRows(SliceOp slice, const CoreImage &image,
                                     Visit visit) {
  ImageReader reader(slice, belongings, image);
  std::vector<snn::IntSynapse> row;
  for (const SnncTableEntry &entry : tableOf(image)) {
    Attribute encoding = reader.encodingOf(entry);
    if (auto sums = dyn_cast_if_present<SumsAttr>(encoding)) {
      readSums(slice, entry, sums, visit);
      continue;
    }
    if (!encoding || !isa<RowsAttr>(encoding))
      continue;
    const StoredBlock *block = reader.find(entry);
    if (!block)
      return report(slice, "SNN0382")
             << "a table entry of population '" << slice.getPopulation()
             << "' leads to rows of none of its blocks";
    BlockBytes<const std::byte> bytes = block->bytes;
    bytes.minDelay = entry.delay + 1;
    LogicalResult result = success();
    forEachKey(entry, [&](uint32_t key) {
      uint32_t k = key - entry.origin;
      uint32_t source = bytes.sources.begin + k -
                        (k >> entry.shift) * entry.gap + entry.first;
      if (source < bytes.sources.begin || source >= bytes.sources.end) {
        result = report(slice, "SNN0382")
                 << "a table entry of population '" << slice.getPopulation()
                 << "' makes row " << source << " of key " << hex(key)
                 << ", which its block does not have";
        return false;
      }
      row.clear();
      block->encoding.format->read(block->encoding.fields, bytes, source, row);
      for (const snn::IntSynapse &synapse : row)
        visit({key, entry.target + synapse.target, synapse.delay},
              synapse.weight);
      return true;
    });
    if (failed(result))
      return failure();
  }
  return success();
}

LogicalResult SynapseCheck::readMap(SliceOp slice, const CoreImage &image,
                                    Visit visit) {
  MapReader::Program program;
  for (Attribute encoding : rowEncodingsOf(belongings.of(slice)))
    if (auto rows = dyn_cast<MapRowsAttr>(encoding))
      program.weightBits = rows.getBits();
  program.receptors =
      info.nodes[info.populationByName.lookup(slice.getPopulation())].receptors;
  if (slice.getSubordinate())
    program.lead = snn::kRowSplitDelay - 1;
  MapReader map(image, program);
  std::string fault = map.fault();
  for (const SnncTableEntry &entry : tableOf(image))
    forEachKey(entry, [&](uint32_t key) {
      if (fault.empty())
        fault =
            map.read(entry.target + key - entry.key_first,
                     [&](uint32_t accumulator, uint32_t delay, int32_t weight) {
                       visit({key, accumulator, delay}, weight);
                     });
      return fault.empty();
    });
  if (fault.empty())
    return success();
  return report(slice, "SNN1106")
         << "the weight-delay map of population '" << slice.getPopulation()
         << "', neurons [" << int64_t(slice.getBegin()) << ", "
         << int64_t(slice.getEnd()) << "), cannot be read: " << fault;
}

LogicalResult SynapseCheck::check(SliceOp slice, const CoreImage &image) {
  uint64_t found = 0;
  if (failed(readBack(slice, image, [&](SynapsePlace at, int32_t weight) {
        found += termOf(at, weight);
      })))
    return failure();
  uint64_t wanted = expected.lookup(slice);
  forEachDigit(slice, [&](SynapsePlace at, int32_t weight) {
    wanted += termOf(at, weight);
  });
  return wanted == found ? success() : explain(slice, image);
}

/// Once more, synapse by synapse.
LogicalResult SynapseCheck::explain(SliceOp slice, const CoreImage &image) {
  std::map<SynapsePlace, int64_t> wanted, found;
  for (uint32_t edge = 0; edge < edges.size(); ++edge)
    for (const Target &target : edges[edge].targets)
      if (target.slice == slice &&
          failed(forEachSynapse(edge, target,
                                [&](size_t, SynapsePlace at, int32_t weight) {
                                  wanted[at] += weight;
                                })))
        return failure();
  forEachDigit(slice,
               [&](SynapsePlace at, int32_t weight) { wanted[at] += weight; });
  if (failed(readBack(slice, image, [&](SynapsePlace at, int32_t weight) {
        found[at] += weight;
      })))
    return failure();
  for (auto &[at, weight] : wanted)
    found.try_emplace(at, 0);
  for (auto &[at, weight] : found)
    if (int64_t said = wanted[at]; said != weight)
      return report(slice, slice.getParallel() ? DiagnosticCode("SNN1106")
                                               : DiagnosticCode("SNN0382"))
             << "population '" << slice.getPopulation() << "', neurons ["
             << int64_t(slice.getBegin()) << ", " << int64_t(slice.getEnd())
             << "): with key " << hex(at.key) << " accumulator "
             << at.accumulator << " gets " << weight << " after " << at.delay
             << " ticks, the network says " << said;
  return report(slice, "SNN0382")
         << "population '" << slice.getPopulation() << "', neurons ["
         << int64_t(slice.getBegin()) << ", " << int64_t(slice.getEnd())
         << "): the sums over its synapses differ, none of them does";
}

} // namespace snnc::s2
