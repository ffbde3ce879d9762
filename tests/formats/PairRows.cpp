//===- PairRows.cpp - A row format that only the tests have ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/formats/PairRows.h"

#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"
#include "compiler/Tick/RowContext.h"

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::tests {

namespace {
constexpr uint32_t kPairBytes = 8;

class PairWriter : public BlockWriter {
public:
  explicit PairWriter(const BlockBytes<std::byte> &block) : block(block) {}
  bool add(uint32_t source, std::span<const IntSynapse> row) override {
    if (bytes + row.size() * kPairBytes > block.rows.size())
      return false;
    for (const IntSynapse &synapse : row) {
      uint32_t place = (synapse.target - block.targets.begin) |
                       (synapse.delay - block.minDelay) << 16;
      store(block.rows, bytes, place, 4);
      store(block.rows, bytes + 4, uint32_t(synapse.weight), 4);
      bytes += kPairBytes;
    }
    uint32_t number = source - block.sources.begin;
    store(block.index, 4 * (uint64_t(number) + 1), uint32_t(bytes), 4);
    return true;
  }
  bool end() override { return bytes == block.rows.size(); }

private:
  BlockBytes<std::byte> block;
  uint64_t bytes = 0; ///< written
};

class PairRows : public RowFormat {
public:
  StringRef name() const override { return "pairs"; }
  std::string body(ArrayRef<uint32_t> fields) const override {
    return std::to_string(fields[0]);
  }
  FailureOr<RowFields> parse(AsmParser &parser) const override {
    RowFields fields(1);
    if (parser.parseInteger(fields[0]))
      return failure();
    return fields;
  }
  LogicalResult verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<uint32_t> fields) const override {
    if (fields[0] != kPairBytes)
      return emitError() << "a pair has 8 bytes, not " << fields[0];
    return success();
  }

  void propose(const BlockStatistics &, fabric::Range, fabric::Range,
               fabric::RowsIn place,
               SmallVectorImpl<RowEncoding> &to) const override {
    if (place == fabric::RowsIn::Sram)
      to.push_back({this, {kPairBytes}});
  }
  std::optional<BlockSize> size(ArrayRef<uint32_t> fields,
                                const BlockStatistics &statistics,
                                fabric::Range targets,
                                fabric::Range sources) const override {
    if (targets.size() > 65536 ||
        statistics.maxDelay() - statistics.minDelay() > 65535)
      return std::nullopt;
    return BlockSize{statistics.synapses(targets) * kPairBytes,
                     indexBytes(fields, sources)};
  }
  uint64_t indexBytes(llvm::ArrayRef<uint32_t>,
                      fabric::Range sources) const override {
    return 4 * (uint64_t(sources.size()) + 1);
  }
  bool isBetter(double, double) const override { return true; }

  std::unique_ptr<BlockWriter> write(ArrayRef<uint32_t> fields,
                                     const BlockBytes<std::byte> &block,
                                     const SynapseView &) const override {
    if (block.index.size() != indexBytes(fields, block.sources))
      return nullptr;
    return std::make_unique<PairWriter>(block);
  }
  void read(ArrayRef<uint32_t>, const BlockBytes<const std::byte> &block,
            uint32_t source, std::vector<IntSynapse> &row) const override {
    uint64_t number = source - block.sources.begin;
    uint32_t end = fetch(block.index, 4 * number + 4, 4);
    for (uint32_t at = fetch(block.index, 4 * number, 4); at < end;
         at += kPairBytes) {
      uint32_t place = fetch(block.rows, at, 4);
      if (int32_t weight = int32_t(fetch(block.rows, at + 4, 4)))
        row.push_back({place & 0xffff, weight, block.minDelay + (place >> 16)});
    }
  }

  double cycles(ArrayRef<uint32_t>, const RowWork &work) const override {
    return 20 * work.synapses * work.rate;
  }

  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t>,
                const tick::RowContext &row) const override {
    Value index = e.add(row.field(e, offsetof(SnncTableEntry, index_base)),
                        e.shl(row.source, 2));
    Value first = e.load(index), last = e.load(e.add(index, 4));
    Value at = e.add(row.field(e, offsetof(SnncTableEntry, rows_base)), first);
    Value delay = row.field(e, offsetof(SnncTableEntry, delay));
    Value target = row.field(e, offsetof(SnncTableEntry, target));
    e.forLoop(e.lshr(e.sub(last, first), 3), {at}, [&](Value, ValueRange from) {
      Value place = e.load(from[0]);
      Value slot = row.slotAddress(e, e.add(delay, e.lshr(place, 16)));
      Value cell = e.add(target, e.bitAnd(place, 0xffff));
      Value sum = e.add(slot, e.shl(cell, 2));
      e.store(sum, e.add(e.load(sum), e.load(e.add(from[0], 4))));
      return llvm::SmallVector<Value>{e.add(from[0], kPairBytes)};
    });
  }
  void fill(ArrayRef<uint32_t>, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    entry.rows_base = place.rows;
    entry.index_base = place.index;
  }
};
} // namespace

const RowFormat &pairRows() {
  static const PairRows format;
  return format;
}

} // namespace snnc::tests
