//===- Dense.cpp - A weight for every source and target -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/dense/Dense.h"

#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

namespace {
/// One weight of a row, also a zero.
constexpr double kWeightCycles = 3.9;
/// A row beyond CycleCosts::packet: there is no index.
constexpr double kRowCycles = -11;

uint64_t strideOf(unsigned bits, Range targets) {
  return align4(targets.size()) * (bits / 8);
}

class DenseWriter : public BlockWriter {
public:
  DenseWriter(unsigned bits, const BlockBytes<std::byte> &block)
      : bits(bits), block(block) {}
  bool add(RowPlace place, std::span<const IntSynapse> row) override {
    uint64_t begin = strideOf(bits, block.targets) *
                     (place.source - block.sourceSlices.front().begin);
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
  unsigned bits;
  BlockBytes<std::byte> block;
};

class DenseRows : public RowFormat {
public:
  StringRef name() const override { return "dense"; }
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
    if (fields[0] != 8 && fields[0] != 16)
      return emitError() << "dense rows hold 8 or 16 bits, not " << fields[0];
    return success();
  }

  void propose(const BlockStatistics &, Range,
               SmallVectorImpl<RowEncoding> &to) const override {
    to.push_back(dense(8));
    to.push_back(dense(16));
  }
  std::optional<BlockSize>
  size(ArrayRef<uint32_t> fields, const BlockStatistics &statistics,
       Range targets, std::span<const Range> sourceSlices) const override {
    if (!statistics.oneDelay() || statistics.wideSums(fields[0], targets) != 0)
      return std::nullopt;
    return BlockSize{sourcesIn(sourceSlices) * strideOf(fields[0], targets), 0};
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
        block.rows.size() !=
            strideOf(fields[0], block.targets) * sourcesIn(block.sourceSlices))
      return nullptr;
    return std::make_unique<DenseWriter>(fields[0], block);
  }
  void read(ArrayRef<uint32_t> fields, const BlockBytes<const std::byte> &block,
            RowPlace place, std::vector<IntSynapse> &row) const override {
    unsigned bits = fields[0], width = bits / 8;
    uint64_t begin = strideOf(bits, block.targets) *
                     (place.source - block.sourceSlices.front().begin);
    for (uint32_t t = 0; t < block.targets.size(); ++t)
      if (int32_t weight = signExtend(
              fetch(block.rows, begin + uint64_t(t) * width, width), bits))
        row.push_back({t, weight, block.minDelay});
  }

  double cycles(ArrayRef<uint32_t>, const RowWork &work) const override {
    return (kWeightCycles * double(align4(work.targets)) + kRowCycles) *
           work.sources * work.rate;
  }
  bool holdsZeros() const override { return true; }

  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                const tick::RowContext &row) const override {
    emitDenseRow(e, fields[0], row);
  }
  /// `index_base` is the stride of rows, `length` the weights of one.
  void fill(ArrayRef<uint32_t> fields, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    entry.index_base = uint32_t(strideOf(fields[0], place.targets));
    entry.rows_base = place.rows + (place.sourceSlices[place.slice].begin -
                                    place.sourceSlices.front().begin) *
                                       entry.index_base;
    entry.length = uint32_t(align4(place.targets.size()));
  }
};
} // namespace

const RowFormat &denseRows() {
  static const DenseRows format;
  return format;
}

} // namespace snnc::s2
