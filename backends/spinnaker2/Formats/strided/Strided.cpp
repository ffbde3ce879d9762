//===- Strided.cpp - Rows at equal distances ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/strided/Strided.h"

#include "backends/spinnaker2/Formats/Fields.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"
#include "compiler/Tick/RowContext.h"

#include <cmath>
#include <fmt/format.h>

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

using fabric::Range; // not mlir::Range

namespace {
constexpr size_t kStride = WordFields::kCount; ///< the field; then the length

/// A row beyond CycleCosts::packet: in SRAM beside rowCycles(), where it has
/// delays; in DRAM beside kFetchCycles, of one length and with a number before
/// it.
constexpr double kDelaysCycles = -8, kEqualCycles = -6, kHeadCycles = 7;
/// A chunk beyond the first, which is waited for: what the core does, and what
/// the transfer takes beside its bytes, in bytes of a busy chip's DRAM.
constexpr double kChunkCycles = 60;
constexpr double kTransferWorth = 24;

uint64_t wholeUnits(uint64_t bytes) {
  return (bytes + kTransferUnit - 1) / kTransferUnit * kTransferUnit;
}

/// Chunks of `room` words that a row takes on average, of rows as random
/// synapses make them (Poisson): 1 + P(more than room) + P(more than 2 room)...
double expectedChunks(double mean, uint64_t room) {
  double chunks = 1;
  // Each of `room` and more words, until hardly any has as many.
  for (uint64_t words = room; words < 1 << 16; words += room) {
    double above = (double(words) + 0.5 - mean) / std::sqrt(mean + 1e-9);
    double tail = 0.5 * std::erfc(above / std::sqrt(2.0));
    if (mean < 30) { // small numbers one by one
      double p = std::exp(-mean), sum = p;
      for (uint64_t k = 1; k <= words; ++k)
        sum += p *= mean / double(k);
      tail = std::max(0.0, 1 - sum);
    }
    chunks += tail;
    if (tail < 1e-6)
      break;
  }
  return chunks;
}

/// The chunks behind the rows.
uint64_t moreChunks(const StridedFields &fields, uint64_t words,
                    uint64_t longest) {
  return fields.length || longest <= fields.room() ? 0 : words / fields.room();
}

class StridedWriter : public BlockWriter {
public:
  StridedWriter(const StridedFields &fields, const BlockBytes<std::byte> &block)
      : fields(fields), block(block), next(block.sources.size()) {}

  bool add(uint32_t source, std::span<const IntSynapse> row) override {
    if ((!fields.repeats && repeatsAny(row)) ||
        (fields.length && row.size() != fields.length))
      return false;
    uint64_t at = uint64_t(source - block.sources.begin) * fields.stride;
    while (row.size() > fields.room()) {
      uint64_t chunk = next++;
      uint64_t number = chunk - block.sources.size() + 1;
      if (number >> (32 - StridedFields::kCountBits) ||
          !put(at, row.first(fields.room()), uint32_t(number)))
        return false;
      row = row.subspan(fields.room());
      at = chunk * fields.stride;
    }
    return put(at, row, 0);
  }

private:
  /// One chunk at byte `at`.
  bool put(uint64_t at, std::span<const IntSynapse> part, uint32_t more) {
    if (at + fields.stride > block.rows.size())
      return false;
    if (!fields.length) {
      store(block.rows, at,
            uint32_t(part.size()) | more << StridedFields::kCountBits, 4);
      at += StridedFields::kHead;
    }
    for (const IntSynapse &synapse : part) {
      auto word = pack(fields, synapse.target - block.targets.begin,
                       synapse.delay - block.minDelay, synapse.weight);
      if (!word)
        return false;
      store(block.rows, at, *word, fields.bytes());
      at += fields.bytes();
    }
    return true;
  }

  StridedFields fields;
  BlockBytes<std::byte> block;
  uint64_t next; ///< chunk
};

class StridedRows : public RowFormat {
public:
  StringRef name() const override { return "strided"; }
  std::string body(ArrayRef<uint32_t> fields) const override {
    auto strided = StridedFields::of(fields);
    return fmt::format("{}, stride = {}, length = {}{}{}", bodyOf(strided),
                       strided.stride, strided.length,
                       strided.repeats ? ", repeats = true" : "",
                       strided.fetched ? ", dram = true" : "");
  }
  FailureOr<RowFields> parse(AsmParser &parser) const override {
    RowFields fields(WordFields::kCount + 3);
    uint32_t flags[2];
    if (parseWord(parser, fields) || parseField(parser, "stride", fields[5]) ||
        parseField(parser, "length", fields[6]) ||
        parseFlags(parser, {"repeats", "dram"}, flags))
      return failure();
    fields[4] = flags[0];
    fields[7] = flags[1];
    return fields;
  }
  LogicalResult verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<uint32_t> fields) const override;

  void propose(const BlockStatistics &statistics, Range targets, Range sources,
               RowsIn place, SmallVectorImpl<RowEncoding> &to) const override;
  std::optional<BlockSize> size(ArrayRef<uint32_t> fields,
                                const BlockStatistics &statistics,
                                Range targets, Range sources) const override;
  bool isFetched(ArrayRef<uint32_t> fields) const override {
    return StridedFields::of(fields).fetched;
  }
  uint64_t longestTransfer(ArrayRef<uint32_t> fields, const BlockStatistics &,
                           Range) const override {
    return StridedFields::of(fields).stride;
  }
  RowTransfers transfers(ArrayRef<uint32_t> fields,
                         const RowWork &work) const override {
    auto strided = StridedFields::of(fields);
    double count = chunks(strided, work) * work.rate;
    return {count, count * strided.stride};
  }

  std::unique_ptr<BlockWriter> write(ArrayRef<uint32_t> fields,
                                     const BlockBytes<std::byte> &block,
                                     const SynapseView &) const override {
    auto strided = StridedFields::of(fields);
    uint64_t rows = uint64_t(block.sources.size()) * strided.stride;
    bool whole = strided.length ? block.rows.size() == align4(rows)
                                : block.rows.size() >= rows &&
                                      block.rows.size() % strided.stride == 0;
    if (!whole || !block.index.empty())
      return nullptr;
    return std::make_unique<StridedWriter>(strided, block);
  }
  void read(ArrayRef<uint32_t> fields, const BlockBytes<const std::byte> &block,
            uint32_t source, std::vector<IntSynapse> &row) const override;

  double cycles(ArrayRef<uint32_t> fields, const RowWork &work) const override {
    auto strided = StridedFields::of(fields);
    double more = chunks(strided, work) - work.sources;
    return (synapseCycles(strided, work.ring) * work.synapses +
            rowCycles(strided, work) * work.sources + kChunkCycles * more) *
           work.rate;
  }

  RowFields forLoop(ArrayRef<uint32_t> fields) const override {
    RowFields loop(fields);
    loop[kStride] = 0;
    loop[kStride + 1] = fields[kStride + 1] != 0;
    return loop;
  }
  FetchedRow emitFind(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                      const tick::RowContext &row) const override;
  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                const tick::RowContext &row) const override;
  FetchedRow emitRest(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                      const tick::RowContext &row) const override;
  bool hasRest(ArrayRef<uint32_t> fields) const override {
    return !StridedFields::of(fields).length;
  }
  bool joins(ArrayRef<uint32_t> fields, uint64_t slots,
             uint64_t slotBytes) const override {
    return joinsWords(WordFields::of(fields), slots, slotBytes);
  }
  /// `index_base` is the stride; `length` the words of a row, or where chunk 0
  /// would stand.
  void fill(ArrayRef<uint32_t> fields, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    auto strided = StridedFields::of(fields);
    entry.rows_base = place.rows;
    entry.index_base = strided.stride;
    entry.length = strided.length
                       ? strided.length
                       : place.rows + place.sources.size() * strided.stride -
                             strided.stride;
  }

private:
  static double rowCycles(const StridedFields &fields, const RowWork &work) {
    if (!fields.fetched)
      return s2::rowCycles(work) + (fields.delayBits ? kDelaysCycles : 0);
    return kFetchCycles + (fields.length ? kEqualCycles : kHeadCycles);
  }
  static double chunks(const StridedFields &fields, const RowWork &work) {
    if (fields.length || work.sources <= 0)
      return work.sources;
    return work.sources *
           expectedChunks(work.synapses / work.sources, fields.room());
  }
};

LogicalResult
StridedRows::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                    ArrayRef<uint32_t> fields) const {
  auto strided = StridedFields::of(fields);
  if (failed(verifyWord(emitError, strided)))
    return failure();
  if (!strided.stride) // forLoop
    return success();
  uint64_t least = strided.length ? uint64_t(strided.length) * strided.bytes()
                                  : StridedFields::kHead + strided.bytes();
  if (strided.stride < least)
    return emitError() << "a stride of " << strided.stride
                       << " B holds no row of " << least << " B";
  if (strided.fetched && strided.stride % kTransferUnit)
    return emitError() << "rows in DRAM begin at multiples of " << kTransferUnit
                       << " B, which a stride of " << strided.stride
                       << " B is not";
  if (!strided.fetched && !strided.length)
    return emitError() << "rows in SRAM have one length";
  if (strided.stride % strided.bytes())
    return emitError() << "a stride of " << strided.stride
                       << " B is no number of words of " << strided.word
                       << " bits";
  if (!strided.length && strided.room() >> StridedFields::kCountBits)
    return emitError() << "a row of " << strided.room()
                       << " words is longer than its number can say";
  return success();
}

void StridedRows::propose(const BlockStatistics &statistics, Range targets,
                          Range sources, RowsIn place,
                          SmallVectorImpl<RowEncoding> &to) const {
  uint64_t words = statistics.synapses(targets),
           longest = statistics.longestRow(targets);
  if (sources.size() == 0 || words == 0)
    return;
  bool equal = words == longest * sources.size();
  for (const WordFields &word : proposeWords(statistics, targets)) {
    uint64_t width = word.bytes();
    if (equal && place == RowsIn::Sram)
      to.push_back(
          strided(word, uint32_t(longest * width), uint32_t(longest), false));
    if (place == RowsIn::Sram)
      continue;
    if (equal) {
      to.push_back(strided(word, uint32_t(wholeUnits(longest * width)),
                           uint32_t(longest), true));
      continue;
    }
    // The stride that takes fewest bytes of transfers.
    double mean = double(words) / sources.size(), best = 0;
    uint32_t stride = 0;
    for (uint64_t bytes = kTransferUnit;; bytes += kTransferUnit) {
      uint64_t room = (bytes - StridedFields::kHead) / width;
      if (room >> StridedFields::kCountBits)
        break;
      double chunks = room >= longest ? 1 : expectedChunks(mean, room);
      double cost = chunks * (double(bytes) + kTransferWorth);
      if (!stride || cost < best) {
        best = cost;
        stride = uint32_t(bytes);
      }
      if (room >= longest || chunks < 1.001)
        break;
    }
    to.push_back(strided(word, stride, 0, true));
  }
}

std::optional<BlockSize> StridedRows::size(ArrayRef<uint32_t> fields,
                                           const BlockStatistics &statistics,
                                           Range targets, Range sources) const {
  auto strided = StridedFields::of(fields);
  uint64_t words = statistics.synapses(targets),
           longest = statistics.longestRow(targets);
  if (!holds(strided, statistics, targets) ||
      (strided.length &&
       (longest != strided.length || words != longest * sources.size())))
    return std::nullopt;
  uint64_t chunks = moreChunks(strided, words, longest);
  if (chunks >> (32 - StridedFields::kCountBits))
    return std::nullopt;
  return BlockSize{align4((sources.size() + chunks) * strided.stride), 0};
}

void StridedRows::read(ArrayRef<uint32_t> fields,
                       const BlockBytes<const std::byte> &block,
                       uint32_t source, std::vector<IntSynapse> &row) const {
  auto strided = StridedFields::of(fields);
  uint64_t chunk = source - block.sources.begin;
  for (uint64_t left = block.rows.size() / strided.stride + 1; left; --left) {
    uint64_t at = chunk * strided.stride, count = strided.length, more = 0;
    if (at + strided.stride > block.rows.size())
      return;
    if (!count) {
      uint32_t head = fetch(block.rows, at, 4);
      count = std::min<uint64_t>(head & ((1u << StridedFields::kCountBits) - 1),
                                 strided.room());
      more = head >> StridedFields::kCountBits;
      at += StridedFields::kHead;
    }
    for (; count; --count, at += strided.bytes())
      row.push_back(unpack(strided, fetch(block.rows, at, strided.bytes()),
                           block.minDelay));
    if (!more)
      return;
    chunk = block.sources.size() + more - 1;
  }
}

FetchedRow StridedRows::emitFind(tick::LoopEmitter &e, ArrayRef<uint32_t>,
                                 const tick::RowContext &row) const {
  Value stride = row.field(e, offsetof(SnncTableEntry, index_base));
  Value from = e.add(row.field(e, offsetof(SnncTableEntry, rows_base)),
                     e.mul(row.source, stride));
  return {from, stride, stride};
}

void StridedRows::emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                           const tick::RowContext &row) const {
  auto strided = StridedFields::of(fields);
  Value at = row.fetched;
  if (!strided.length) {
    Value count = e.bitAnd(e.load(at), (1u << StridedFields::kCountBits) - 1);
    return emitWords(e, strided, row, e.add(at, StridedFields::kHead),
                     e.constant(0), count);
  }
  if (!at)
    at = emitFind(e, fields, row).from;
  emitWords(e, strided, row, at, e.lshr(at, 1),
            row.field(e, offsetof(SnncTableEntry, length)));
}

FetchedRow StridedRows::emitRest(tick::LoopEmitter &e, ArrayRef<uint32_t>,
                                 const tick::RowContext &row) const {
  Value stride = row.field(e, offsetof(SnncTableEntry, index_base));
  Value more = e.lshr(e.load(row.fetched), StridedFields::kCountBits);
  Value from = e.add(row.field(e, offsetof(SnncTableEntry, length)),
                     e.mul(more, stride));
  return {from, stride, more};
}
} // namespace

RowEncoding strided(const WordFields &word, uint32_t stride, uint32_t length,
                    bool fetched) {
  return {&stridedRows(),
          {word.word, word.indexBits, word.delayBits, word.weightBits,
           uint32_t(word.repeats), stride, length, uint32_t(fetched)}};
}

const RowFormat &stridedRows() {
  static const StridedRows format;
  return format;
}

} // namespace snnc::s2
