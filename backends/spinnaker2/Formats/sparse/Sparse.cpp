//===- Sparse.cpp - A word per synapse ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/sparse/Sparse.h"

#include "backends/spinnaker2/Formats/Fields.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"

#include <bit>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

IndexLayout::IndexLayout(std::span<const Range> sourceSlices) {
  for (const Range &slice : sourceSlices) {
    // The shared entry is the last one so far; an odd start would break the
    // 4-byte rule, so that slice repeats the entry.
    uint64_t start = entries == 0 ? 0 : entries - 1;
    start += start % 2;
    first.push_back(uint32_t(start));
    entries = start + slice.size() + 1;
  }
}

/// A record of so many sources.
static uint64_t recordBytes(uint64_t sources) {
  return sizeof(uint32_t) + align4((sources + 1) * sizeof(uint16_t));
}

GroupedIndex::GroupedIndex(std::span<const Range> sourceSlices) {
  static_assert(kRecord == 4 + (kSources + 1) * 2 + 2);
  for (const Range &slice : sourceSlices) {
    first.push_back(uint32_t(bytes));
    bytes += slice.size() / kSources * uint64_t(kRecord);
    if (uint32_t rest = slice.size() % kSources)
      bytes += recordBytes(rest);
  }
}

namespace {
/// One synapse: without a delay field, with one that is a number together with
/// the index (joins), with one of its own.
constexpr double kSynapseCycles = 6.8, kJoinedCycles = 8.5, kDelayCycles = 13;
/// A row beyond CycleCosts::packet: its ends are in the index.
constexpr double kRowCycles = 16;

/// One synaptic word; nothing when a field is too narrow.
std::optional<uint32_t> pack(const SparseFields &fields, uint32_t target,
                             uint32_t delay, int32_t weight) {
  if (uint64_t(target) >> fields.indexBits ||
      uint64_t(delay) >> fields.delayBits ||
      !fitsSigned(weight, fields.weightBits))
    return std::nullopt;
  uint64_t mask = (uint64_t(1) << fields.weightBits) - 1;
  return uint32_t(target | uint64_t(delay) << fields.indexBits |
                  (uint64_t(uint32_t(weight)) & mask)
                      << (fields.indexBits + fields.delayBits));
}

IntSynapse unpack(const SparseFields &fields, uint32_t word,
                  uint32_t minDelay) {
  auto field = [&](unsigned at, unsigned bits) {
    return uint32_t(uint64_t(word) >> at & ((uint64_t(1) << bits) - 1));
  };
  unsigned weightAt = fields.indexBits + fields.delayBits;
  return {field(0, fields.indexBits),
          signExtend(field(weightAt, fields.weightBits), fields.weightBits),
          minDelay + field(fields.indexBits, fields.delayBits)};
}

class SparseWriter : public BlockWriter {
public:
  SparseWriter(const SparseFields &fields, const BlockBytes<std::byte> &block)
      : fields(fields), block(block), layout(block.sourceSlices),
        groups(block.sourceSlices), width(fields.word / 8) {}

  bool add(RowPlace place, std::span<const IntSynapse> row) override {
    uint32_t number = place.source - block.sourceSlices[place.slice].begin;
    if (fields.fetched)
      beginGrouped(place.slice, number);
    else if (number == 0) {
      entry = layout.first[place.slice];
      store(block.index, 2 * entry, uint32_t(words), 2);
    }
    if (!fields.repeats && repeatsAny(row))
      return false;
    for (const IntSynapse &synapse : row) {
      auto word = pack(fields, synapse.target - block.targets.begin,
                       synapse.delay - block.minDelay, synapse.weight);
      if (!word || (words + 1) * width > block.rows.size())
        return false;
      store(block.rows, words++ * width, *word, width);
    }
    if (words - base > UINT16_MAX)
      return false;
    store(block.index, 2 * ++entry, uint32_t(words - base), 2);
    return true;
  }
  bool end() override { return block.rows.size() == align4(words * width); }

private:
  /// Source `number` of its slice: a record for every 32. An entry's number
  /// counts u16 from the start of the index.
  void beginGrouped(size_t slice, uint32_t number) {
    if (number % GroupedIndex::kSources)
      return;
    base = words;
    uint64_t record = groups.first[slice] + uint64_t(number) /
                                                GroupedIndex::kSources *
                                                GroupedIndex::kRecord;
    store(block.index, record, uint32_t(words), 4);
    entry = record / 2 + 2;
    store(block.index, 2 * entry, 0, 2);
  }
  static bool repeatsAny(std::span<const IntSynapse> row) {
    for (size_t i = 0, end; i < row.size(); i = end) {
      for (end = i + 1; end < row.size() && row[end].target == row[i].target;)
        ++end;
      if (repeatsDelay(row.subspan(i, end - i)))
        return true;
    }
    return false;
  }

  SparseFields fields;
  BlockBytes<std::byte> block;
  IndexLayout layout;
  GroupedIndex groups;
  unsigned width; ///< bytes of a word
  uint64_t words = 0, entry = 0;
  uint64_t base = 0; ///< first word of the group; 0 in SRAM
};

class SparseRows : public RowFormat {
public:
  StringRef name() const override { return "sparse"; }
  std::string body(ArrayRef<uint32_t> fields) const override {
    auto sparse = SparseFields::of(fields);
    return fmt::format("{}, index = {}, delay = {}, weight = {}{}{}",
                       sparse.word, sparse.indexBits, sparse.delayBits,
                       sparse.weightBits,
                       sparse.repeats ? ", repeats = true" : "",
                       sparse.fetched ? ", dram = true" : "");
  }
  FailureOr<RowFields> parse(AsmParser &parser) const override {
    RowFields fields(6);
    if (parser.parseInteger(fields[0]) ||
        parseField(parser, "index", fields[1]) ||
        parseField(parser, "delay", fields[2]) ||
        parseField(parser, "weight", fields[3]) ||
        parseFlags(parser, {"repeats", "dram"},
                   llvm::MutableArrayRef(fields).drop_front(4)))
      return failure();
    return fields;
  }
  LogicalResult verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<uint32_t> fields) const override;

  void propose(const BlockStatistics &statistics, Range targets,
               SmallVectorImpl<RowEncoding> &to) const override;
  std::optional<BlockSize>
  size(ArrayRef<uint32_t> fields, const BlockStatistics &statistics,
       Range targets, std::span<const Range> sourceSlices) const override;
  uint64_t indexBytes(ArrayRef<uint32_t> fields,
                      std::span<const Range> sourceSlices) const override {
    if (SparseFields::of(fields).fetched)
      return GroupedIndex(sourceSlices).bytes;
    return align4(IndexLayout(sourceSlices).entries * sizeof(uint16_t));
  }
  bool isFetched(ArrayRef<uint32_t> fields) const override {
    return SparseFields::of(fields).fetched;
  }
  std::optional<RowFields> fetched(ArrayRef<uint32_t> fields) const override {
    RowFields there(fields);
    there[5] = 1;
    return there;
  }
  uint64_t longestTransfer(ArrayRef<uint32_t> fields,
                           const BlockStatistics &statistics,
                           Range targets) const override {
    unsigned width = SparseFields::of(fields).word / 8;
    uint64_t most = statistics.longestRow(targets) * width;
    // It may begin with the last word of a transfer's first unit.
    return (most + 2 * kTransferUnit - width - 1) / kTransferUnit *
           kTransferUnit;
  }
  RowTransfers transfers(ArrayRef<uint32_t> fields,
                         const RowWork &work) const override;
  std::optional<BlockEstimate> estimate(const BlockShape &shape) const override;

  std::unique_ptr<BlockWriter> write(ArrayRef<uint32_t> fields,
                                     const BlockBytes<std::byte> &block,
                                     const SynapseView &) const override {
    if (block.index.size() != indexBytes(fields, block.sourceSlices))
      return nullptr;
    return std::make_unique<SparseWriter>(SparseFields::of(fields), block);
  }
  void read(ArrayRef<uint32_t> fields, const BlockBytes<const std::byte> &block,
            RowPlace place, std::vector<IntSynapse> &row) const override {
    auto sparse = SparseFields::of(fields);
    unsigned width = sparse.word / 8;
    uint32_t number = place.source - block.sourceSlices[place.slice].begin;
    uint64_t entry, base = 0;
    if (sparse.fetched) {
      GroupedIndex groups(block.sourceSlices.first(place.slice + 1));
      uint64_t record = groups.first[place.slice] + uint64_t(number) /
                                                        GroupedIndex::kSources *
                                                        GroupedIndex::kRecord;
      base = fetch(block.index, record, 4);
      entry = record + 4 + 2 * (number % GroupedIndex::kSources);
    } else {
      IndexLayout layout(block.sourceSlices.first(place.slice + 1));
      entry = 2 * (uint64_t(layout.first[place.slice]) + number);
    }
    uint64_t end = base + fetch(block.index, entry + 2, 2);
    for (uint64_t word = base + fetch(block.index, entry, 2); word < end;
         ++word)
      row.push_back(unpack(sparse, fetch(block.rows, word * width, width),
                           block.minDelay));
  }

  double cycles(ArrayRef<uint32_t> fields, const RowWork &work) const override {
    double each = kSynapseCycles;
    if (SparseFields::of(fields).delayBits)
      each = !work.ring.slots ||
                     joins(fields, work.ring.slots, work.ring.slotBytes)
                 ? kJoinedCycles
                 : kDelayCycles;
    double row = SparseFields::of(fields).fetched ? kRowCycles + kFetchCycles
                                                  : kRowCycles;
    return (each * work.synapses + row * work.sources) * work.rate;
  }

  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                const tick::RowContext &row) const override {
    emitSparseRow(e, SparseFields::of(fields), row);
  }
  fabric::FetchedRow emitFind(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                              const tick::RowContext &row) const override {
    return findSparseRow(e, SparseFields::of(fields), row);
  }
  /// Index and delay field are one number where they are as wide as a slot has
  /// bytes and as the ring has slots.
  bool joins(ArrayRef<uint32_t> fields, uint64_t slots,
             uint64_t slotBytes) const override {
    auto sparse = SparseFields::of(fields);
    return sparse.delayBits > 0 && slots == uint64_t(1) << sparse.delayBits &&
           slotBytes == uint64_t(4) << sparse.indexBits;
  }
  void fill(ArrayRef<uint32_t> fields, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    entry.rows_base = place.rows;
    entry.index_base =
        place.index +
        (SparseFields::of(fields).fetched
             ? GroupedIndex(place.sourceSlices).first[place.slice]
             : 2 * IndexLayout(place.sourceSlices).first[place.slice]);
  }
};

LogicalResult
SparseRows::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                   ArrayRef<uint32_t> fields) const {
  auto sparse = SparseFields::of(fields);
  if (sparse.word != 16 && sparse.word != 32)
    return emitError() << "a synaptic word has 16 or 32 bits, not "
                       << sparse.word;
  if (sparse.weightBits < 8)
    return emitError() << "a synaptic weight has at least 8 bits, not "
                       << sparse.weightBits;
  if (uint64_t(sparse.indexBits) + sparse.delayBits + sparse.weightBits !=
      sparse.word)
    return emitError() << "index " << sparse.indexBits << ", delay "
                       << sparse.delayBits << " and weight "
                       << sparse.weightBits << " do not add up to the word's "
                       << sparse.word << " bits";
  return success();
}

void SparseRows::propose(const BlockStatistics &statistics, Range targets,
                         SmallVectorImpl<RowEncoding> &to) const {
  unsigned delayBits =
      unsigned(std::bit_width(statistics.maxDelay() - statistics.minDelay()));
  unsigned weightBits = statistics.wideWeights(8, targets) == 0 ? 8 : 16;
  bool repeats = statistics.repeats(targets) != 0;
  // The widths add up to the word. Spare bits go to the index; with delays to
  // the weight, because an index just as wide as a ring slot makes index and
  // delay one number (joins).
  unsigned indexBits = unsigned(std::bit_width(targets.size() - 1));
  for (unsigned word : {16u, 32u}) {
    if (delayBits + weightBits >= word)
      continue;
    unsigned index = word - delayBits - weightBits;
    if (word == 32 && delayBits != 0)
      index = std::min(index, std::max(1u, indexBits));
    to.push_back(
        sparse(word, index, delayBits, word - index - delayBits, repeats));
  }
}

std::optional<BlockSize>
SparseRows::size(ArrayRef<uint32_t> fields, const BlockStatistics &statistics,
                 Range targets, std::span<const Range> sourceSlices) const {
  auto sparse = SparseFields::of(fields);
  unsigned weight = sparse.weightBits < 16 ? 8 : 16;
  uint64_t words = statistics.synapses(targets), most = UINT16_MAX;
  if (sparse.fetched) // of a group
    most = GroupedIndex::kSources * statistics.longestRow(targets) > UINT16_MAX
               ? UINT16_MAX
               : UINT32_MAX / 4;
  if (uint64_t(targets.size() - 1) >> sparse.indexBits ||
      uint64_t(statistics.maxDelay() - statistics.minDelay()) >>
          sparse.delayBits ||
      statistics.wideWeights(weight, targets) != 0 || words > most ||
      (!sparse.repeats && statistics.repeats(targets) != 0))
    return std::nullopt;
  return BlockSize{align4(words * (sparse.word / 8)),
                   indexBytes(fields, sourceSlices)};
}

RowTransfers SparseRows::transfers(ArrayRef<uint32_t> fields,
                                   const RowWork &work) const {
  // Rows without a synapse are not fetched; the others are as random ones.
  double mean = work.synapses / std::max(1.0, work.sources);
  double count = work.sources * (1 - std::exp(-mean));
  double width = SparseFields::of(fields).word / 8;
  return {count * work.rate,
          (work.synapses * width + count * (kTransferUnit - width)) *
              work.rate};
}

std::optional<BlockEstimate>
SparseRows::estimate(const BlockShape &shape) const {
  std::optional<BlockEstimate> best;
  for (unsigned word : {16u, 32u}) {
    unsigned used = shape.delayBits + shape.bits;
    if (used >= word || uint64_t(shape.neurons - 1) >> (word - used) ||
        shape.synapses > UINT16_MAX)
      continue;
    BlockEstimate found{sparse(word, word - used, shape.delayBits, shape.bits),
                        4 * std::ceil(shape.synapses * word / 32),
                        4 * std::ceil((shape.rows + 1) / 2)};
    if (!best || found.total() < best->total())
      best = std::move(found);
  }
  return best;
}
} // namespace

const RowFormat &sparseRows() {
  static const SparseRows format;
  return format;
}

} // namespace snnc::s2
