//===- Bitmap.cpp - Few rows of many sources ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/bitmap/Bitmap.h"

#include "backends/spinnaker2/Formats/Fields.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"
#include "compiler/Tick/RowContext.h"

#include <bit>
#include <cmath>

using namespace mlir;
using namespace snnc::fabric;
using arith::CmpIPredicate;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

using fabric::Range; // not mlir::Range

namespace {
constexpr size_t kRows = WordFields::kCount; ///< the field

/// Beyond CycleCosts::packet: a source without a row; a row.
constexpr double kNoneCycles = -20, kRowCycles = 31;

constexpr uint64_t kGroup = 32; ///< sources of a word of the bitmap

/// Where the parts of an index of so many sources are.
struct IndexShape {
  explicit IndexShape(uint64_t sources)
      : groups((sources + kGroup - 1) / kGroup) {}
  uint64_t groups;
  uint64_t bitBytes() const { return groups * sizeof(uint32_t); }
  /// With room for `rows` rows; a u16 has to number them.
  std::optional<uint64_t> bytes(uint64_t rows) const {
    uint64_t places = groups + rows + 1;
    if (groups == 0)
      return 0;
    if (places > UINT16_MAX)
      return std::nullopt;
    return bitBytes() + align4(places * sizeof(uint16_t));
  }
};

class BitmapWriter : public BlockWriter {
public:
  BitmapWriter(const WordFields &fields, const BlockBytes<std::byte> &block)
      : fields(fields), block(block), shape(block.sources.size()),
        place(shape.groups) {}

  bool add(uint32_t source, std::span<const IntSynapse> row) override {
    uint32_t number = source - block.sources.begin;
    uint64_t group = number / kGroup;
    if (number % kGroup == 0)
      store(block.index, placeAt(group), uint32_t(place), 2);
    if (row.empty())
      return true;
    if (!fields.repeats && repeatsAny(row))
      return false;
    bits = number % kGroup == 0 || group != bitsOf ? 0 : bits;
    bitsOf = group;
    bits |= 1u << (number % kGroup);
    store(block.index, group * 4, bits, 4);
    for (const IntSynapse &synapse : row) {
      auto word = pack(fields, synapse.target - block.targets.begin,
                       synapse.delay - block.minDelay, synapse.weight);
      if (!word || (words + 1) * fields.bytes() > block.rows.size())
        return false;
      store(block.rows, words++ * fields.bytes(), *word, fields.bytes());
    }
    if (words > UINT16_MAX || placeAt(place + 2) > block.index.size())
      return false;
    store(block.index, placeAt(++place), uint32_t(words), 2);
    return true;
  }
  bool end() override {
    return block.rows.size() == align4(words * fields.bytes());
  }

private:
  uint64_t placeAt(uint64_t number) const {
    return shape.bitBytes() + 2 * number;
  }

  WordFields fields;
  BlockBytes<std::byte> block;
  IndexShape shape;
  uint64_t place;     ///< of the next row, whose first word is written there
  uint64_t words = 0; ///< written
  uint64_t bitsOf = 0;
  uint32_t bits = 0; ///< of group `bitsOf`
};

/// The bits that are set in `x`.
Value population(tick::LoopEmitter &e, Value x) {
  auto part = [&](Value v, uint32_t mask) { return e.bitAnd(v, mask); };
  x = e.sub(x, part(e.lshr(x, 1), 0x55555555));
  x = e.add(part(x, 0x33333333), part(e.lshr(x, 2), 0x33333333));
  x = part(e.add(x, e.lshr(x, 4)), 0x0f0f0f0f);
  return e.lshr(e.mul(x, e.constant(0x01010101)), 24);
}

class BitmapRows : public RowFormat {
public:
  StringRef name() const override { return "bitmap"; }
  std::string body(ArrayRef<uint32_t> fields) const override {
    auto word = WordFields::of(fields);
    return bodyOf(word) + ", rows = " + std::to_string(fields[kRows]) +
           (word.repeats ? ", repeats = true" : "");
  }
  FailureOr<RowFields> parse(AsmParser &parser) const override {
    RowFields fields(kRows + 1);
    if (parseWord(parser, fields) ||
        parseField(parser, "rows", fields[kRows]) ||
        parseFlag(parser, "repeats", fields[4]))
      return failure();
    return fields;
  }
  LogicalResult verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<uint32_t> fields) const override {
    return verifyWord(emitError, WordFields::of(fields));
  }

  void propose(const BlockStatistics &statistics, Range targets, Range sources,
               RowsIn place, SmallVectorImpl<RowEncoding> &to) const override {
    uint64_t rows = mostRows(statistics, targets, sources);
    if (place == RowsIn::Sram && rows <= UINT16_MAX)
      for (const WordFields &word : proposeWords(statistics, targets))
        to.push_back(bitmap(word, uint32_t(rows)));
  }
  std::optional<BlockSize> size(ArrayRef<uint32_t> fields,
                                const BlockStatistics &statistics,
                                Range targets, Range sources) const override {
    auto word = WordFields::of(fields);
    uint64_t words = statistics.synapses(targets);
    auto index = IndexShape(sources.size()).bytes(fields[kRows]);
    if (!index || fields[kRows] < mostRows(statistics, targets, sources) ||
        words > UINT16_MAX || !holds(word, statistics, targets))
      return std::nullopt;
    return BlockSize{align4(words * word.bytes()), *index};
  }
  uint64_t indexBytes(ArrayRef<uint32_t> fields, Range sources) const override {
    return IndexShape(sources.size()).bytes(fields[kRows]).value_or(0);
  }
  RowFields forLoop(ArrayRef<uint32_t> fields) const override {
    RowFields loop(fields);
    loop[kRows] = 0;
    return loop;
  }
  std::optional<BlockEstimate> estimate(const BlockShape &shape) const override;

  std::unique_ptr<BlockWriter> write(ArrayRef<uint32_t> fields,
                                     const BlockBytes<std::byte> &block,
                                     const SynapseView &) const override {
    if (block.index.size() != indexBytes(fields, block.sources))
      return nullptr;
    return std::make_unique<BitmapWriter>(WordFields::of(fields), block);
  }
  void read(ArrayRef<uint32_t> fields, const BlockBytes<const std::byte> &block,
            uint32_t source, std::vector<IntSynapse> &row) const override {
    auto word = WordFields::of(fields);
    IndexShape shape(block.sources.size());
    uint32_t number = source - block.sources.begin;
    uint64_t group = number / kGroup;
    uint32_t bits = fetch(block.index, group * 4, 4),
             bit = 1u << (number % kGroup);
    if (!(bits & bit))
      return;
    auto placeAt = [&](uint64_t i) {
      return uint64_t(fetch(block.index, shape.bitBytes() + 2 * i, 2));
    };
    uint64_t place = placeAt(group) + uint64_t(std::popcount(bits & (bit - 1)));
    for (uint64_t at = placeAt(place), end = placeAt(place + 1); at < end; ++at)
      row.push_back(unpack(word,
                           fetch(block.rows, at * word.bytes(), word.bytes()),
                           block.minDelay));
  }

  double cycles(ArrayRef<uint32_t> fields, const RowWork &work) const override {
    double mean = work.synapses / std::max(1.0, work.sources);
    double rows = work.sources * (1 - std::exp(-mean));
    return (synapseCycles(WordFields::of(fields), work.ring) * work.synapses +
            kRowCycles * rows + kNoneCycles * (work.sources - rows)) *
           work.rate;
  }

  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                const tick::RowContext &row) const override;
  bool joins(ArrayRef<uint32_t> fields, uint64_t slots,
             uint64_t slotBytes) const override {
    return joinsWords(WordFields::of(fields), slots, slotBytes);
  }
  /// `index_base` is where the bits are, `length` the places.
  void fill(ArrayRef<uint32_t>, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    entry.rows_base = place.rows;
    entry.index_base = place.index;
    entry.length =
        place.index + uint32_t(IndexShape(place.sources.size()).bitBytes());
  }

private:
  static uint64_t mostRows(const BlockStatistics &statistics, Range targets,
                           Range sources) {
    return std::min<uint64_t>(statistics.synapses(targets), sources.size());
  }
};

std::optional<BlockEstimate>
BitmapRows::estimate(const BlockShape &shape) const {
  std::optional<BlockEstimate> best;
  double places =
      std::ceil(shape.rows / kGroup) + std::min(shape.rows, shape.synapses) + 1;
  if (shape.synapses > UINT16_MAX || places > UINT16_MAX)
    return best;
  for (const WordFields &word : proposeWords(shape)) {
    BlockEstimate found{
        bitmap(word, 0), 4 * std::ceil(shape.synapses * word.word / 32),
        4 * std::ceil(shape.rows / kGroup) + 4 * std::ceil(places / 2)};
    if (!best || found.total() < best->total())
      best = std::move(found);
  }
  return best;
}

void BitmapRows::emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                          const tick::RowContext &row) const {
  Value group = e.lshr(row.source, 5);
  Value bits = e.load(e.add(row.field(e, offsetof(SnncTableEntry, index_base)),
                            e.shl(group, 2)));
  Value bit = e.shlBy(e.constant(1), e.bitAnd(row.source, kGroup - 1));
  Value has = e.compare(CmpIPredicate::ne, e.bitAnd(bits, bit), e.constant(0));
  e.ifThen(has, [&] {
    Value before = population(e, e.bitAnd(bits, e.sub(bit, e.constant(1))));
    Value places = row.field(e, offsetof(SnncTableEntry, length));
    Value ofGroup = e.loadNarrow(e.add(places, e.shl(group, 1)), 16, false);
    Value place = e.add(places, e.shl(e.add(ofGroup, before), 1));
    emitWordsAt(e, WordFields::of(fields), row, place);
  });
}
} // namespace

const RowFormat &bitmapRows() {
  static const BitmapRows format;
  return format;
}

} // namespace snnc::s2
