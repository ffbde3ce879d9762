//===- Sparse.cpp - Rows of words without gaps ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/sparse/Sparse.h"

#include "backends/spinnaker2/Formats/Fields.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"
#include "compiler/Tick/RowContext.h"

#include <cmath>

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

using fabric::Range; // not mlir::Range

uint64_t GroupedIndex::bytes(uint64_t sources) {
  static_assert(kRecord == 4 + (kSources + 1) * 2 + 2);
  uint64_t rest = sources % kSources;
  return sources / kSources * kRecord +
         (rest ? sizeof(uint32_t) + align4((rest + 1) * sizeof(uint16_t)) : 0);
}

namespace {
/// A row in DRAM beyond CycleCosts::packet and kFetchCycles: its ends are in
/// the index.
constexpr double kRowCycles = 16;

class SparseWriter : public BlockWriter {
public:
  SparseWriter(const SparseFields &fields, const BlockBytes<std::byte> &block)
      : fields(fields), block(block), width(fields.bytes()) {}

  bool add(uint32_t source, std::span<const IntSynapse> row) override {
    uint32_t number = source - block.sources.begin;
    if (fields.fetched && number % GroupedIndex::kSources == 0)
      beginGroup(number);
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
  /// An entry's number counts u16 from the start of the index.
  void beginGroup(uint32_t number) {
    base = words;
    uint64_t record =
        uint64_t(number) / GroupedIndex::kSources * GroupedIndex::kRecord;
    store(block.index, record, uint32_t(words), 4);
    entry = record / 2 + 2;
    store(block.index, 2 * entry, 0, 2);
  }

  SparseFields fields;
  BlockBytes<std::byte> block;
  unsigned width; ///< bytes of a word
  uint64_t words = 0, entry = 0;
  uint64_t base = 0; ///< first word of the group; 0 in SRAM
};

class SparseRows : public RowFormat {
public:
  StringRef name() const override { return "sparse"; }
  std::string body(ArrayRef<uint32_t> fields) const override {
    auto sparse = SparseFields::of(fields);
    return bodyOf(sparse) + (sparse.repeats ? ", repeats = true" : "") +
           (sparse.fetched ? ", dram = true" : "");
  }
  FailureOr<RowFields> parse(AsmParser &parser) const override {
    RowFields fields(6);
    if (parseWord(parser, fields) ||
        parseFlags(parser, {"repeats", "dram"},
                   llvm::MutableArrayRef(fields).drop_front(4)))
      return failure();
    return fields;
  }
  LogicalResult verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<uint32_t> fields) const override {
    return verifyWord(emitError, WordFields::of(fields));
  }

  void propose(const BlockStatistics &statistics, Range targets, Range,
               RowsIn place, SmallVectorImpl<RowEncoding> &to) const override {
    for (const WordFields &word : proposeWords(statistics, targets))
      to.push_back(sparse(word.word, word.indexBits, word.delayBits,
                          word.weightBits, word.repeats,
                          place == RowsIn::Dram));
  }
  std::optional<BlockSize> size(ArrayRef<uint32_t> fields,
                                const BlockStatistics &statistics,
                                Range targets, Range sources) const override;
  uint64_t indexBytes(ArrayRef<uint32_t> fields, Range sources) const override {
    if (SparseFields::of(fields).fetched)
      return GroupedIndex::bytes(sources.size());
    return sources.size() ? align4((uint64_t(sources.size()) + 1) * 2) : 0;
  }
  bool isFetched(ArrayRef<uint32_t> fields) const override {
    return SparseFields::of(fields).fetched;
  }
  uint64_t longestTransfer(ArrayRef<uint32_t> fields,
                           const BlockStatistics &statistics,
                           Range targets) const override {
    unsigned width = SparseFields::of(fields).bytes();
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
    if (block.index.size() != indexBytes(fields, block.sources))
      return nullptr;
    return std::make_unique<SparseWriter>(SparseFields::of(fields), block);
  }
  void read(ArrayRef<uint32_t> fields, const BlockBytes<const std::byte> &block,
            uint32_t source, std::vector<IntSynapse> &row) const override {
    auto sparse = SparseFields::of(fields);
    unsigned width = sparse.bytes();
    uint64_t number = source - block.sources.begin, entry = 2 * number,
             base = 0;
    if (sparse.fetched) {
      uint64_t record = number / GroupedIndex::kSources * GroupedIndex::kRecord;
      base = fetch(block.index, record, 4);
      entry = record + 4 + 2 * (number % GroupedIndex::kSources);
    }
    uint64_t end = base + fetch(block.index, entry + 2, 2);
    for (uint64_t word = base + fetch(block.index, entry, 2); word < end;
         ++word)
      row.push_back(unpack(sparse, fetch(block.rows, word * width, width),
                           block.minDelay));
  }

  double cycles(ArrayRef<uint32_t> fields, const RowWork &work) const override {
    auto sparse = SparseFields::of(fields);
    double row = sparse.fetched ? kRowCycles + kFetchCycles : rowCycles(work);
    return (synapseCycles(sparse, work.ring) * work.synapses +
            row * work.sources) *
           work.rate;
  }

  fabric::FetchedRow emitFind(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                              const tick::RowContext &row) const override;
  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                const tick::RowContext &row) const override;
  bool joins(ArrayRef<uint32_t> fields, uint64_t slots,
             uint64_t slotBytes) const override {
    return joinsWords(WordFields::of(fields), slots, slotBytes);
  }
  void fill(ArrayRef<uint32_t>, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    entry.rows_base = place.rows;
    entry.index_base = place.index;
  }
};

std::optional<BlockSize> SparseRows::size(ArrayRef<uint32_t> fields,
                                          const BlockStatistics &statistics,
                                          Range targets, Range sources) const {
  auto sparse = SparseFields::of(fields);
  uint64_t words = statistics.synapses(targets), most = UINT16_MAX;
  if (sparse.fetched) // of a group
    most = GroupedIndex::kSources * statistics.longestRow(targets) > UINT16_MAX
               ? UINT16_MAX
               : UINT32_MAX / 4;
  if (!holds(sparse, statistics, targets) || words > most)
    return std::nullopt;
  return BlockSize{align4(words * sparse.bytes()), indexBytes(fields, sources)};
}

RowTransfers SparseRows::transfers(ArrayRef<uint32_t> fields,
                                   const RowWork &work) const {
  // Rows without a synapse are not fetched; the others are as random ones.
  double mean = work.synapses / std::max(1.0, work.sources);
  double count = work.sources * (1 - std::exp(-mean));
  double width = SparseFields::of(fields).bytes();
  return {count * work.rate,
          (work.synapses * width + count * (kTransferUnit - width)) *
              work.rate};
}

std::optional<BlockEstimate>
SparseRows::estimate(const BlockShape &shape) const {
  std::optional<BlockEstimate> best;
  if (shape.synapses > UINT16_MAX)
    return best;
  for (const WordFields &word : proposeWords(shape)) {
    BlockEstimate found{
        sparse(word.word, word.indexBits, word.delayBits, word.weightBits),
        4 * std::ceil(shape.synapses * word.word / 32),
        4 * std::ceil((shape.rows + 1) / 2)};
    if (!best || found.total() < best->total())
      best = std::move(found);
  }
  return best;
}

fabric::FetchedRow SparseRows::emitFind(tick::LoopEmitter &e,
                                        ArrayRef<uint32_t> fields,
                                        const tick::RowContext &row) const {
  unsigned shift = SparseFields::of(fields).word == 32 ? 2 : 1;
  Value record =
      e.add(row.field(e, offsetof(SnncTableEntry, index_base)),
            e.mul(e.lshr(row.source, 5), e.constant(GroupedIndex::kRecord)));
  Value place =
      e.add(record, e.shl(e.bitAnd(row.source, GroupedIndex::kSources - 1), 1));
  Value first = e.loadNarrow(e.add(place, 4), 16, false);
  Value last = e.loadNarrow(e.add(place, 6), 16, false);
  Value count = e.sub(last, first);
  Value from = e.add(row.field(e, offsetof(SnncTableEntry, rows_base)),
                     e.shl(e.add(e.load(record), first), shift));
  return {from, e.shl(count, shift), count};
}

void SparseRows::emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                          const tick::RowContext &row) const {
  auto sparse = SparseFields::of(fields);
  if (row.fetched) // as odd as the halfword's place in its word
    return emitWords(e, sparse, row, row.fetched, e.lshr(row.fetched, 1),
                     row.count);
  Value index = e.add(row.field(e, offsetof(SnncTableEntry, index_base)),
                      e.shl(row.source, 1));
  emitWordsAt(e, sparse, row, index);
}
} // namespace

const RowFormat &sparseRows() {
  static const SparseRows format;
  return format;
}

} // namespace snnc::s2
