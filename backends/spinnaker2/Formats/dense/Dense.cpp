//===- Dense.cpp - A weight for every source and target -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/dense/Dense.h"

#include "backends/spinnaker2/Formats/Fields.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

namespace {
/// Turns of 16 weights of a row and of the last of 4, also zeros.
constexpr double kTurn16Cycles = 61.7, kTurn4Cycles = 19;
/// A row beyond CycleCosts::packet: there is no index.
constexpr double kRowCycles = -12;

/// The numbers of the attribute.
struct DenseFields {
  unsigned bits = 8;
  bool fetched = false;
  static DenseFields of(ArrayRef<uint32_t> fields) {
    return {fields[0], fields[1] != 0};
  }
  uint64_t stride(Range targets) const {
    uint64_t bytes = align4(targets.size()) * (bits / 8);
    return fetched ? (bytes + kTransferUnit - 1) / kTransferUnit * kTransferUnit
                   : bytes;
  }
};

class DenseWriter : public BlockWriter {
public:
  DenseWriter(DenseFields fields, const BlockBytes<std::byte> &block)
      : fields(fields), block(block) {}
  bool add(uint32_t source, std::span<const IntSynapse> row) override {
    unsigned bits = fields.bits;
    uint64_t begin =
        fields.stride(block.targets) * (source - block.sources.begin);
    for (size_t i = 0; i < row.size();) {
      uint32_t target = row[i].target;
      int64_t sum = 0;
      for (; i < row.size() && row[i].target == target; ++i)
        sum += row[i].weight;
      if (!fitsSigned(sum, bits))
        return false;
      store(block.rows,
            begin + uint64_t(target - block.targets.begin) * (bits / 8),
            uint32_t(sum), bits / 8);
    }
    return true;
  }

private:
  DenseFields fields;
  BlockBytes<std::byte> block;
};

class DenseRows : public RowFormat {
public:
  StringRef name() const override { return "dense"; }
  std::string body(ArrayRef<uint32_t> fields) const override {
    return std::to_string(fields[0]) + (fields[1] ? ", dram = true" : "");
  }
  FailureOr<RowFields> parse(AsmParser &parser) const override {
    RowFields fields(2);
    if (parser.parseInteger(fields[0]) ||
        parseFlags(parser, {"dram"},
                   llvm::MutableArrayRef(fields).drop_front(1)))
      return failure();
    return fields;
  }
  LogicalResult verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<uint32_t> fields) const override {
    if (fields[0] != 8 && fields[0] != 16)
      return emitError() << "dense rows hold 8 or 16 bits, not " << fields[0];
    return success();
  }

  void propose(const BlockStatistics &, Range, Range, RowsIn place,
               SmallVectorImpl<RowEncoding> &to) const override {
    for (unsigned bits : {8u, 16u})
      to.push_back(dense(bits, place == RowsIn::Dram));
  }
  std::optional<BlockSize> size(ArrayRef<uint32_t> fields,
                                const BlockStatistics &statistics,
                                Range targets, Range sources) const override {
    if (!statistics.oneDelay() || statistics.wideSums(fields[0], targets) != 0)
      return std::nullopt;
    return BlockSize{sources.size() * DenseFields::of(fields).stride(targets),
                     0};
  }
  bool isFetched(ArrayRef<uint32_t> fields) const override {
    return fields[1] != 0;
  }
  uint64_t longestTransfer(ArrayRef<uint32_t> fields, const BlockStatistics &,
                           Range targets) const override {
    return DenseFields::of(fields).stride(targets);
  }
  RowTransfers transfers(ArrayRef<uint32_t> fields,
                         const RowWork &work) const override {
    double count = work.sources * work.rate;
    return {count,
            count * double(DenseFields::of(fields).stride({0, work.targets}))};
  }
  std::optional<BlockEstimate>
  estimate(const BlockShape &shape) const override {
    if (!shape.oneDelay)
      return std::nullopt;
    return BlockEstimate{
        dense(shape.bits),
        shape.rows * double(align4(shape.neurons)) * shape.bits / 8, 0};
  }

  std::unique_ptr<BlockWriter> write(ArrayRef<uint32_t> fields,
                                     const BlockBytes<std::byte> &block,
                                     const SynapseView &view) const override {
    if (!block.index.empty() || view.minDelay() != view.maxDelay() ||
        block.rows.size() != DenseFields::of(fields).stride(block.targets) *
                                 block.sources.size())
      return nullptr;
    return std::make_unique<DenseWriter>(DenseFields::of(fields), block);
  }
  void read(ArrayRef<uint32_t> fields, const BlockBytes<const std::byte> &block,
            uint32_t source, std::vector<IntSynapse> &row) const override {
    unsigned bits = fields[0], width = bits / 8;
    uint64_t begin = DenseFields::of(fields).stride(block.targets) *
                     (source - block.sources.begin);
    for (uint32_t t = 0; t < block.targets.size(); ++t)
      if (int32_t weight = signExtend(
              fetch(block.rows, begin + uint64_t(t) * width, width), bits))
        row.push_back({t, weight, block.minDelay});
  }

  double cycles(ArrayRef<uint32_t> fields, const RowWork &work) const override {
    double row = fields[1] ? kRowCycles + kFetchCycles : kRowCycles;
    uint64_t weights = align4(work.targets);
    double turns = kTurn16Cycles * double(weights / 16) +
                   kTurn4Cycles * double(weights / 4 % 4);
    return (turns + row) * work.sources * work.rate;
  }
  bool holdsZeros() const override { return true; }

  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                const tick::RowContext &row) const override {
    emitDenseRow(e, fields[0], row);
  }
  fabric::FetchedRow emitFind(tick::LoopEmitter &e, ArrayRef<uint32_t>,
                              const tick::RowContext &row) const override {
    return findDenseRow(e, row);
  }
  /// `index_base` is the stride of rows, `length` the weights of one.
  void fill(ArrayRef<uint32_t> fields, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    entry.index_base = uint32_t(DenseFields::of(fields).stride(place.targets));
    entry.rows_base = place.rows;
    entry.length = uint32_t(align4(place.targets.size()));
  }
};
} // namespace

const RowFormat &denseRows() {
  static const DenseRows format;
  return format;
}

} // namespace snnc::s2
