//===- Conv.cpp - A convolution's kernel, kept once -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/conv/Conv.h"

#include "backends/spinnaker2/Formats/Fields.h"
#include "backends/spinnaker2/Formats/conv/KernelProbe.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

Range channelsOf(const ConvShape &shape, Range targets) {
  if (shape.channelsLast)
    return {0, shape.out[0]};
  return {targets.begin / shape.outPlane(),
          (targets.end + shape.outPlane() - 1) / shape.outPlane()};
}

uint64_t kernelBytes(const ConvShape &shape, unsigned bits, Range targets) {
  return align4(channelsOf(shape, targets).size() * shape.channelTaps() *
                (bits / 8));
}

namespace {
/// What the core does for a source beyond CycleCosts::packet (ConvLoop.cpp).
/// Channels last: a line of places is one run of outputs, with a stride or
/// groups one run a place; runs go in turns of 16, 4 and 1 outputs.
struct PlaceCycles {
  double source, line, run;
};
constexpr PlaceCycles kJoined{31, 0, 59}, kApart{-11, 125, 27};
constexpr double kTurn16 = 78.5, kTurn4 = 25.4, kTurn1 = 9.1;
/// Channels first.
constexpr double kSource = 100, kChannel = 25, kLine = 25, kTap = 4,
                 kTapApart = 8;

/// Lines of outputs that the mean source reaches.
double linesOf(const ConvShape &shape) {
  std::vector<uint32_t> down = shape.reachAlong(0);
  return std::accumulate(down.begin(), down.end(), 0.0) / double(down.size());
}

/// Of the mean source.
double placesCycles(const ConvShape &shape, double share) {
  std::vector<uint32_t> across = shape.reachAlong(1);
  bool joined = shape.stride[1] == 1 && shape.groups == 1;
  const PlaceCycles &costs = joined ? kJoined : kApart;
  double sum = 0; // of a line
  for (uint32_t reached : across) {
    uint32_t length = joined ? reached * shape.out[0] : shape.outPerGroup();
    double taps = kTurn16 * (length / 16) + kTurn4 * (length / 4 % 4) +
                  kTurn1 * (length % 4);
    sum += (joined ? 1 : reached) * (costs.run + share * taps);
  }
  return costs.source +
         linesOf(shape) * (costs.line + sum / double(across.size()));
}

double channelsCycles(const ConvShape &shape, double channels, double share) {
  std::vector<uint32_t> across = shape.reachAlong(1);
  double lines = linesOf(shape);
  double reached = 0, taps = 0; // along a line
  for (uint32_t outputs : across) {
    reached += outputs > 0;
    taps += outputs;
  }
  double tap = shape.stride[1] == 1 ? kTap : kTapApart;
  return kSource + channels *
                       (reached * (kChannel + lines * kLine) +
                        share * lines * taps * tap) /
                       double(across.size());
}

/// The numbers of the attribute, in its order.
struct ConvFields {
  uint32_t bits = 8;
  ConvShape shape;

  /// visit(key, numbers) of everything behind the bits but the flag.
  template <typename Visit> void each(Visit visit) {
    visit("source", MutableArrayRef(shape.source));
    visit("pool", MutableArrayRef(shape.pool));
    visit("in", MutableArrayRef(shape.in));
    visit("out", MutableArrayRef(shape.out));
    visit("kernel", MutableArrayRef(shape.kernel));
    visit("stride", MutableArrayRef(shape.stride));
    visit("padding", MutableArrayRef(shape.padding));
  }

  RowFields fields() {
    RowFields numbers{bits};
    each([&](const char *, MutableArrayRef<uint32_t> values) {
      numbers.append(values.begin(), values.end());
    });
    numbers.push_back(shape.groups);
    numbers.push_back(shape.channelsLast);
    return numbers;
  }
  static ConvFields of(ArrayRef<uint32_t> numbers) {
    ConvFields fields;
    fields.bits = numbers.front();
    ArrayRef<uint32_t> rest = numbers.drop_front();
    fields.each([&](const char *, MutableArrayRef<uint32_t> values) {
      llvm::copy(rest.take_front(values.size()), values.begin());
      rest = rest.drop_front(values.size());
    });
    fields.shape.groups = rest[0];
    fields.shape.channelsLast = rest[1] != 0;
    return fields;
  }
};

class KernelWriter : public BlockWriter {
public:
  KernelWriter(const ConvFields &conv, const BlockBytes<std::byte> &block)
      : taps(conv.shape, block.targets.begin, block.targets.end),
        width(conv.bits / 8), block(block),
        first(channelsOf(conv.shape, block.targets).begin *
              conv.shape.channelTaps()) {}
  bool add(uint32_t source, std::span<const IntSynapse> row) override {
    taps.from(source);
    for (const IntSynapse &synapse : row) {
      auto tap = taps.tap(synapse.target);
      if (!tap || !fitsSigned(synapse.weight, width * 8))
        return false;
      store(block.rows, (*tap - first) * width, uint32_t(synapse.weight),
            width);
    }
    return true;
  }

private:
  TapFinder taps;
  unsigned width; ///< bytes of a tap
  BlockBytes<std::byte> block;
  uint64_t first; ///< tap
};

class ConvRows : public RowFormat {
public:
  StringRef name() const override { return "conv"; }
  std::string body(ArrayRef<uint32_t> fields) const override;
  std::string summary(ArrayRef<uint32_t> fields) const override {
    return std::to_string(fields[0]);
  }
  FailureOr<RowFields> parse(AsmParser &parser) const override;
  LogicalResult verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<uint32_t> fields) const override;

  std::unique_ptr<RowProbe> probe(const SynapseView &view) const override {
    auto shape = view.conv();
    if (!shape || view.minDelay() != view.maxDelay())
      return nullptr;
    return std::make_unique<KernelProbe>(*shape);
  }
  void propose(const BlockStatistics &statistics, Range, Range, RowsIn place,
               SmallVectorImpl<RowEncoding> &to) const override {
    auto *probe = static_cast<const KernelProbe *>(statistics.probeOf(*this));
    if (place == RowsIn::Dram || !probe || !probe->shape())
      return;
    to.push_back(conv(8, *probe->shape()));
    to.push_back(conv(16, *probe->shape()));
  }
  std::optional<BlockSize> size(ArrayRef<uint32_t> fields,
                                const BlockStatistics &statistics,
                                Range targets, Range sources) const override;
  /// An event costs more here.
  bool isBetter(double bytes, double best) const override {
    return 2 * bytes <= best;
  }
  std::optional<BlockEstimate> estimate(const BlockShape &shape) const override;

  std::unique_ptr<BlockWriter> write(ArrayRef<uint32_t> fields,
                                     const BlockBytes<std::byte> &block,
                                     const SynapseView &view) const override {
    auto conv = ConvFields::of(fields);
    if (!block.index.empty() || view.minDelay() != view.maxDelay() ||
        conv.shape != view.conv() ||
        block.rows.size() != kernelBytes(conv.shape, conv.bits, block.targets))
      return nullptr;
    return std::make_unique<KernelWriter>(conv, block);
  }
  void read(ArrayRef<uint32_t> fields, const BlockBytes<const std::byte> &block,
            uint32_t source, std::vector<IntSynapse> &row) const override {
    auto [bits, shape] = ConvFields::of(fields);
    unsigned width = bits / 8;
    uint64_t first =
        channelsOf(shape, block.targets).begin * shape.channelTaps();
    TapFinder taps(shape, block.targets.begin, block.targets.end);
    taps.from(source);
    for (uint32_t target = block.targets.begin; target < block.targets.end;
         ++target)
      if (auto tap = taps.tap(target))
        if (int32_t weight = signExtend(
                fetch(block.rows, (*tap - first) * width, width), bits))
          row.push_back({target - block.targets.begin, weight, block.minDelay});
  }

  double cycles(ArrayRef<uint32_t> fields, const RowWork &work) const override {
    const ConvShape shape = ConvFields::of(fields).shape;
    // Those in reach have more of their outputs here than a mean source has.
    double all = double(shape.out[0]) * shape.outPlane();
    double sources = double(shape.source[0]) * shape.source[1] *
                     shape.source[2] / std::max(1.0, work.sources);
    double share = std::min(1.0, work.targets / all * sources);
    double channels = shape.outPerGroup() * share;
    double each = shape.channelsLast
                      ? placesCycles(shape, share)
                      : channelsCycles(shape, std::max(1.0, channels),
                                       std::min(1.0, channels));
    return each * work.sources * work.rate;
  }

  void emitLoop(tick::LoopEmitter &e, ArrayRef<uint32_t> fields,
                const tick::RowContext &row) const override {
    auto conv = ConvFields::of(fields);
    emitConvRow(e, conv.shape, conv.bits, row);
  }
  /// `index_base` is the first source, `length` the first target.
  void fill(ArrayRef<uint32_t>, const EntryPlace &place,
            SnncTableEntry &entry) const override {
    entry.rows_base = place.rows;
    entry.index_base = place.sources.begin;
    entry.length = place.targets.begin;
  }
};

std::string ConvRows::body(ArrayRef<uint32_t> fields) const {
  auto conv = ConvFields::of(fields);
  std::string text = std::to_string(conv.bits);
  conv.each([&](const char *key, ArrayRef<uint32_t> values) {
    text += fmt::format(", {} = [{}]", key, fmt::join(values, ", "));
  });
  return fmt::format("{}, groups = {}{}", text, conv.shape.groups,
                     conv.shape.channelsLast ? ", channels_last = true" : "");
}

FailureOr<RowFields> ConvRows::parse(AsmParser &parser) const {
  ConvFields conv;
  uint32_t last = 0;
  bool failed = bool(parser.parseInteger(conv.bits));
  conv.each([&](const char *key, MutableArrayRef<uint32_t> values) {
    failed = failed || parseField(parser, key, values);
  });
  if (failed || parseField(parser, "groups", conv.shape.groups) ||
      parseFlag(parser, "channels_last", last))
    return failure();
  conv.shape.channelsLast = last;
  return conv.fields();
}

LogicalResult
ConvRows::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                 ArrayRef<uint32_t> fields) const {
  auto conv = ConvFields::of(fields);
  if (conv.bits != 8 && conv.bits != 16)
    return emitError() << "a kernel holds 8 or 16 bits, not " << conv.bits;
  bool positive = true;
  conv.each([&](StringRef key, ArrayRef<uint32_t> values) {
    if (key != "padding")
      for (uint32_t n : values)
        positive &= 0 < n && n < 65536;
  });
  if (!positive)
    return emitError() << "extents, pool and stride are 1 to 65535";
  const ConvShape &shape = conv.shape;
  if (shape.groups == 0 || shape.source[0] % shape.groups ||
      shape.out[0] % shape.groups)
    return emitError() << "groups must divide the channels";
  return success();
}

/// Whole channels: the core reads only taps that reach into the slice, but the
/// others are written as well.
std::optional<BlockSize> ConvRows::size(ArrayRef<uint32_t> fields,
                                        const BlockStatistics &statistics,
                                        Range targets, Range) const {
  auto conv = ConvFields::of(fields);
  auto *probe = static_cast<const KernelProbe *>(statistics.probeOf(*this));
  Range channels = channelsOf(conv.shape, targets);
  Range whole{channels.begin * conv.shape.outPlane(),
              channels.end * conv.shape.outPlane()};
  if (!probe || probe->shape() != conv.shape ||
      statistics.wideWeights(conv.bits, whole) != 0)
    return std::nullopt;
  return BlockSize{kernelBytes(conv.shape, conv.bits, targets), 0};
}

/// Of the slice that meets most channels, or of the mean one.
std::optional<BlockEstimate> ConvRows::estimate(const BlockShape &block) const {
  if (!block.conv || !*block.conv || !block.oneDelay)
    return std::nullopt;
  const ConvShape &shape = **block.conv;
  uint32_t n = block.neurons, size = block.layerNeurons;
  auto bytes = [&](uint32_t begin, uint32_t end) {
    return double(kernelBytes(shape, block.bits, {begin, end}));
  };
  BlockEstimate found{conv(block.bits, shape)};
  if (shape.channelsLast || n >= size) {
    found.rows = bytes(0, std::min(n, size));
    return found;
  }
  double most = 0, sum = 0, count = 0;
  for (uint32_t begin = 0; begin < size; begin += n, ++count) {
    double slice = bytes(begin, std::min(size, begin + n));
    most = std::max(most, slice);
    sum += slice;
  }
  found.rows = block.heaviest ? most : sum / count;
  return found;
}
} // namespace

RowEncoding conv(unsigned bits, const ConvShape &shape) {
  return {&convRows(), ConvFields{bits, shape}.fields()};
}

const RowFormat &convRows() {
  static const ConvRows format;
  return format;
}

} // namespace snnc::s2
