//===- Encoding.cpp - Synapses as bytes of a core -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Encoding.h"

#include "compiler/Fabric/Fabric.h"
#include "compiler/Fabric/NeuronOrder.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

using snnc::snn::IntSynapse;

namespace snnc::fabric {

//===----------------------------------------------------------------------===//
// Views and names
//===----------------------------------------------------------------------===//

namespace {
class ProjectionView : public SynapseView {
public:
  ProjectionView(std::unique_ptr<snn::IntConnectivity> connectivity,
                 std::optional<ConvShape> shape, NeuronOrder sources,
                 NeuronOrder targets)
      : base(std::move(connectivity)), shape(shape),
        sources(std::move(sources)), targets(std::move(targets)) {}
  uint32_t numSources() const override { return base->numSources(); }
  uint32_t numTargets() const override { return base->numTargets(); }
  uint32_t minDelay() const override { return base->minDelay(); }
  uint32_t maxDelay() const override { return base->maxDelay(); }
  std::optional<ConvShape> conv() const override { return shape; }
  void row(uint32_t source, std::vector<IntSynapse> &row) const override {
    base->row(sources.neuronAt(source), row);
    if (targets.isIdentity())
      return;
    for (IntSynapse &synapse : row)
      synapse.target = targets.placeOf(synapse.target);
    std::stable_sort(row.begin(), row.end(),
                     [](const IntSynapse &a, const IntSynapse &b) {
                       return a.target < b.target;
                     });
  }

private:
  std::unique_ptr<snn::IntConnectivity> base;
  std::optional<ConvShape> shape;
  NeuronOrder sources, targets;
};

/// Channels first or last in both, as `shape` then says. Where there is one
/// channel or one place both are the same.
bool standsAsConv(snn::ProjectionOp projection, ConvShape &shape) {
  bool first = true, last = true;
  auto look = [&](mlir::Operation *node, const std::array<uint32_t, 3> &map) {
    if (map[0] == 1 || uint64_t(map[1]) * map[2] == 1)
      return !isa_and_nonnull<mlir::DenseI32ArrayAttr>(
          node->getAttr(kOrderName));
    mlir::Attribute order = node->getAttr(kOrderName);
    first &= !order;
    last &= isa_and_nonnull<ChannelsLastAttr>(order);
    auto type = cast<mlir::ShapedType>(node->getResult(0).getType());
    return !order || llvm::equal(type.getShape(), map);
  };
  bool plain = look(projection.getSource().getDefiningOp(), shape.source) &&
               look(projection.getTarget().getDefiningOp(), shape.out);
  shape.channelsLast = !first;
  return plain && (first || last);
}

} // namespace

std::optional<ConvShape> convOf(snn::ProjectionOp projection) {
  auto conv = dyn_cast<snn::ConvAttr>(projection.getWeights());
  if (!conv || conv.getDilation()[0] != 1 || conv.getDilation()[1] != 1)
    return std::nullopt;
  ConvShape shape;
  auto in = conv.getIn(), out = conv.getOut();
  llvm::ArrayRef<int64_t> kernel;
  if (auto ref = dyn_cast<snn::ParamRefAttr>(conv.getWeights()))
    kernel = ref.getType().getShape();
  else if (auto dense = dyn_cast<mlir::DenseElementsAttr>(conv.getWeights()))
    kernel = dense.getType().getShape();
  else
    return std::nullopt;
  for (unsigned i = 0; i < 3; ++i) {
    shape.source[i] = uint32_t(in[i]);
    shape.out[i] = uint32_t(out[i]);
  }
  for (unsigned i = 0; i < 2; ++i) {
    shape.in[i] = uint32_t(in[i + 1]);
    shape.kernel[i] = uint32_t(kernel[i + 2]);
    shape.stride[i] = uint32_t(conv.getStride()[i]);
    shape.padding[i] = uint32_t(conv.getPadding()[i]);
  }
  shape.groups = uint32_t(conv.getGroups());
  snn::PoolAttr pool = projection.getPoolAttr();
  for (unsigned i = 0; pool && i < 2; ++i) {
    if (pool.getKernel()[i] != pool.getStride()[i] || pool.getPadding()[i] != 0)
      return std::nullopt;
    shape.pool[i] = uint32_t(pool.getStride()[i]);
    shape.source[i + 1] = uint32_t(pool.getIn()[i + 1]);
  }
  if (!standsAsConv(projection, shape))
    return std::nullopt;
  return shape;
}

std::unique_ptr<SynapseView> viewOf(snn::ProjectionOp projection) {
  auto source = NeuronOrder::of(projection.getSource().getDefiningOp());
  auto target = NeuronOrder::of(projection.getTarget().getDefiningOp());
  if (failed(source) || failed(target))
    return nullptr;
  auto connectivity = snn::IntConnectivity::create(projection);
  return connectivity ? std::make_unique<ProjectionView>(
                            std::move(connectivity), convOf(projection),
                            std::move(*source), std::move(*target))
                      : nullptr;
}

std::string toText(const RowEncoding &encoding) {
  if (encoding.kind == RowEncoding::Kind::Dense)
    return fmt::format("dense<{}>", encoding.word);
  if (encoding.kind == RowEncoding::Kind::Conv)
    return fmt::format("conv<{}>", encoding.word);
  return fmt::format("sparse<{}, index = {}, delay = {}, weight = {}{}>",
                     encoding.word, encoding.indexBits, encoding.delayBits,
                     encoding.weightBits,
                     encoding.repeats ? ", repeats = true" : "");
}

Range hull(Range a, Range b) {
  if (a.size() == 0 || b.size() == 0)
    return a.size() == 0 ? b : a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

std::vector<Range> clip(std::span<const Range> slices, Range range) {
  std::vector<Range> parts;
  for (const Range &slice : slices) {
    Range part{std::max(slice.begin, range.begin),
               std::min(slice.end, range.end)};
    if (part.begin < part.end)
      parts.push_back(part);
  }
  return parts;
}

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

//===----------------------------------------------------------------------===//
// Statistics
//===----------------------------------------------------------------------===//

static bool fitsSigned(int64_t value, unsigned bits) {
  int64_t limit = int64_t(1) << (bits - 1);
  return -limit <= value && value < limit;
}

/// Whether synapses of one source and target name a delay more than once.
static bool repeatsDelay(std::span<const IntSynapse> synapses) {
  if (synapses.size() < 2)
    return false;
  std::vector<uint32_t> delays;
  for (const IntSynapse &synapse : synapses)
    delays.push_back(synapse.delay);
  std::sort(delays.begin(), delays.end());
  return std::adjacent_find(delays.begin(), delays.end()) != delays.end();
}

void BlockStatistics::addRow(uint32_t source, std::span<const IntSynapse> row) {
  for (size_t i = 0; i < row.size();) {
    uint32_t target = row[i].target;
    reach[target] = hull(reach[target], {source, source + 1});
    int64_t sum = 0;
    size_t first = i;
    // Entry target + 1: the prefix sums are taken at the end of the scan.
    for (; i < row.size() && row[i].target == target; ++i) {
      sum += row[i].weight;
      ++prefix[Synapses][target + 1];
      prefix[WideWeight][target + 1] += !fitsSigned(row[i].weight, 8);
      prefix[HugeWeight][target + 1] += !fitsSigned(row[i].weight, 16);
    }
    prefix[WideSum][target + 1] += !fitsSigned(sum, 8);
    prefix[HugeSum][target + 1] += !fitsSigned(sum, 16);
    prefix[Repeats][target + 1] += repeatsDelay(row.subspan(first, i - first));
  }
}

/// Notes the row's weights as taps; a weight that contradicts them, or that no
/// tap explains, is none of a shared kernel.
void BlockStatistics::shareTaps(uint32_t source,
                                std::span<const IntSynapse> row) {
  for (const IntSynapse &synapse : row) {
    auto tap = shape->tap(source, synapse.target);
    if (!tap || (taps[*tap] != 0 && taps[*tap] != synapse.weight)) {
      shape.reset();
      return;
    }
    taps[*tap] = synapse.weight;
  }
}

/// Every synapse has its tap; are there synapses wherever a tap reaches?
/// Counted tap by tap from the pairs of coordinates that it joins.
void BlockStatistics::checkTaps() {
  auto pairs = [&](uint32_t reversed, unsigned axis) {
    uint64_t count = 0;
    int64_t k = int64_t(shape->kernel[axis]) - 1 - reversed;
    for (int64_t o = 0; o < shape->out[axis + 1]; ++o) {
      int64_t at = o * shape->stride[axis] + k - shape->padding[axis];
      if (0 <= at && at < shape->in[axis])
        count += shape->pool[axis];
    }
    return count;
  };
  uint64_t expected = 0;
  for (uint64_t tap = 0; tap < taps.size(); ++tap) {
    if (taps[tap] == 0)
      continue;
    uint64_t place = shape->channelsLast ? tap / shape->out[0] : tap;
    expected +=
        pairs(uint32_t(place / shape->kernel[1] % shape->kernel[0]), 0) *
        pairs(uint32_t(place % shape->kernel[1]), 1);
  }
  if (expected != prefix[Synapses].back())
    shape.reset();
}

BlockStatistics BlockStatistics::scan(const SynapseView &view) {
  BlockStatistics result;
  result.sources = view.numSources();
  result.leastDelay = view.minDelay();
  result.largestDelay = view.maxDelay();
  for (auto &column : result.prefix)
    column.assign(size_t(view.numTargets()) + 1, 0);
  result.reach.resize(view.numTargets());
  if (result.leastDelay == result.largestDelay)
    result.shape = view.conv();
  if (result.shape)
    result.taps.assign(result.shape->taps(), 0);
  std::vector<IntSynapse> row;
  for (uint32_t source = 0; source < view.numSources(); ++source) {
    view.row(source, row);
    result.addRow(source, row);
    if (result.shape)
      result.shareTaps(source, row);
  }
  for (auto &column : result.prefix)
    for (size_t t = 1; t < column.size(); ++t)
      column[t] += column[t - 1];
  result.keepTouched();
  if (result.shape)
    result.checkTaps();
  return result;
}

void BlockStatistics::keepTouched() {
  auto isTouched = [](const Range &sources) { return sources.size() != 0; };
  auto first = std::find_if(reach.begin(), reach.end(), isTouched);
  auto last = std::find_if(reach.rbegin(), reach.rend(), isTouched).base();
  last = std::max(first, last);
  touched = {uint32_t(first - reach.begin()), uint32_t(last - reach.begin())};
  for (auto &column : prefix)
    column = std::vector<uint64_t>(column.begin() + touched.begin,
                                   column.begin() + touched.end + 1);
  reach = std::vector<Range>(first, last);
}

Range BlockStatistics::sourcesOf(Range targets) const {
  Range all;
  uint32_t begin = std::max(targets.begin, touched.begin),
           end = std::min(targets.end, touched.end);
  for (uint32_t target = begin; target < end; ++target)
    all = hull(all, reach[target - touched.begin]);
  return all;
}

Range channelsOf(const ConvShape &shape, Range targets) {
  if (shape.channelsLast)
    return {0, shape.out[0]};
  return {targets.begin / shape.outPlane(),
          (targets.end + shape.outPlane() - 1) / shape.outPlane()};
}

uint64_t convBytes(const RowEncoding &encoding, Range targets) {
  return align4(channelsOf(encoding.conv, targets).size() *
                encoding.conv.channelTaps() * (encoding.word / 8));
}

static uint64_t sourcesIn(std::span<const Range> slices) {
  return slices.empty() ? 0 : slices.back().end - slices.front().begin;
}

std::optional<BlockSize>
BlockStatistics::size(const RowEncoding &encoding, Range targets,
                      std::span<const Range> sourceSlices) const {
  if (encoding.kind == RowEncoding::Kind::Dense) {
    Column tooWide = encoding.word == 8 ? WideSum : HugeSum;
    if (leastDelay != largestDelay || count(tooWide, targets) != 0)
      return std::nullopt;
    return BlockSize{sourcesIn(sourceSlices) * align4(targets.size()) *
                         (encoding.word / 8),
                     0};
  }
  if (encoding.kind == RowEncoding::Kind::Conv) {
    // Whole channels: the core reads only taps that reach into the slice, but
    // the others are written as well.
    Range channels = channelsOf(encoding.conv, targets);
    Range whole{channels.begin * encoding.conv.outPlane(),
                channels.end * encoding.conv.outPlane()};
    Column tooWide = encoding.word == 8 ? WideWeight : HugeWeight;
    if (shape != encoding.conv || count(tooWide, whole) != 0)
      return std::nullopt;
    return BlockSize{convBytes(encoding, targets), 0};
  }
  Column tooWide = encoding.weightBits < 16 ? WideWeight : HugeWeight;
  uint64_t words = count(Synapses, targets);
  if (uint64_t(targets.size() - 1) >> encoding.indexBits ||
      uint64_t(largestDelay - leastDelay) >> encoding.delayBits ||
      count(tooWide, targets) != 0 || words > UINT16_MAX ||
      (!encoding.repeats && count(Repeats, targets) != 0))
    return std::nullopt;
  return BlockSize{
      align4(words * (encoding.word / 8)),
      align4(IndexLayout(sourceSlices).entries * sizeof(uint16_t))};
}

std::optional<BlockStatistics::Choice>
BlockStatistics::choose(Range targets,
                        std::span<const Range> sourceSlices) const {
  std::vector<RowEncoding> candidates = {RowEncoding::dense(8),
                                         RowEncoding::dense(16)};
  unsigned delayBits = unsigned(std::bit_width(largestDelay - leastDelay));
  unsigned weightBits = count(WideWeight, targets) == 0 ? 8 : 16;
  bool repeats = count(Repeats, targets) != 0;
  // The widths add up to the word. Spare bits go to the index; with delays to
  // the weight, because an index just as wide as a ring slot makes index and
  // delay one number (passes/Program/RowLoops.cpp).
  unsigned indexBits = unsigned(std::bit_width(targets.size() - 1));
  for (unsigned word : {16u, 32u}) {
    if (delayBits + weightBits >= word)
      continue;
    unsigned index = word - delayBits - weightBits;
    if (word == 32 && delayBits != 0)
      index = std::min(index, std::max(1u, indexBits));
    candidates.push_back(RowEncoding::sparse(
        word, index, delayBits, word - index - delayBits, repeats));
  }
  std::optional<Choice> best;
  for (const RowEncoding &encoding : candidates)
    if (auto bytes = size(encoding, targets, sourceSlices))
      if (!best || bytes->total() < best->size.total())
        best = Choice{encoding, *bytes};
  if (shape)
    for (unsigned bits : {8u, 16u}) {
      RowEncoding encoding = RowEncoding::shared(bits, *shape);
      auto bytes = size(encoding, targets, sourceSlices);
      if (bytes && (!best || 2 * bytes->total() <= best->size.total())) {
        best = Choice{encoding, *bytes};
        break;
      }
    }
  return best;
}

//===----------------------------------------------------------------------===//
// Writing. Little endian, byte by byte: the host's order does not matter.
//===----------------------------------------------------------------------===//

static void store(std::span<std::byte> bytes, uint64_t at, uint32_t value,
                  unsigned width) {
  for (unsigned i = 0; i < width; ++i)
    bytes[at + i] = std::byte(value >> (8 * i));
}

static uint32_t fetch(std::span<const std::byte> bytes, uint64_t at,
                      unsigned width) {
  uint32_t value = 0;
  for (unsigned i = 0; i < width; ++i)
    value |= uint32_t(bytes[at + i]) << (8 * i);
  return value;
}

/// The part of an ascending row that ends in `targets`.
static std::span<const IntSynapse> within(const std::vector<IntSynapse> &row,
                                          Range targets) {
  auto below = [](const IntSynapse &synapse, uint32_t target) {
    return synapse.target < target;
  };
  auto first = std::lower_bound(row.begin(), row.end(), targets.begin, below);
  auto last = std::lower_bound(first, row.end(), targets.end, below);
  return {first, last};
}

/// One synaptic word; nothing when a field is too narrow.
static std::optional<uint32_t> pack(const RowEncoding &encoding,
                                    uint32_t target, uint32_t delay,
                                    int32_t weight) {
  if (uint64_t(target) >> encoding.indexBits ||
      uint64_t(delay) >> encoding.delayBits ||
      !fitsSigned(weight, encoding.weightBits))
    return std::nullopt;
  uint64_t mask = (uint64_t(1) << encoding.weightBits) - 1;
  return uint32_t(target | uint64_t(delay) << encoding.indexBits |
                  (uint64_t(uint32_t(weight)) & mask)
                      << (encoding.indexBits + encoding.delayBits));
}

namespace {
/// Fills one block row by row; every member function but words() returns
/// whether the bytes fit.
class RowWriter {
public:
  RowWriter(BlockOutput &block, const SynapseView &view)
      : block(block), layout(block.sourceSlices),
        width(block.encoding.word / 8), minDelay(view.minDelay()) {
    std::fill(block.rows.begin(), block.rows.end(), std::byte(0));
    std::fill(block.index.begin(), block.index.end(), std::byte(0));
  }

  bool begin(const SynapseView &view) const {
    if (block.targets.begin >= block.targets.end ||
        block.targets.end > view.numTargets() || !covers(view.numSources()))
      return false;
    if (isConv())
      return block.index.empty() && view.minDelay() == view.maxDelay() &&
             block.encoding.conv == view.conv() &&
             block.rows.size() == convBytes(block.encoding, block.targets);
    if (!isDense())
      return block.index.size() == align4(layout.entries * sizeof(uint16_t));
    return block.index.empty() && view.minDelay() == view.maxDelay() &&
           block.rows.size() == stride() * sourcesIn(block.sourceSlices);
  }
  bool add(uint32_t source, const std::vector<IntSynapse> &row) {
    auto part = within(row, block.targets);
    const auto &slices = block.sourceSlices;
    if (slice == slices.size() || source < slices[slice].begin)
      return part.empty(); // the range misses nothing
    if (source == slices[slice].begin && isSparse()) {
      entry = layout.first[slice];
      store(block.index, 2 * entry, uint32_t(words), 2);
    }
    slice += source + 1 == slices[slice].end;
    block.synapses += part.size();
    if (isConv())
      return addConv(source, part);
    return isDense() ? addDense(source - slices.front().begin, part)
                     : addSparse(part);
  }
  bool end() const {
    return !isSparse() || block.rows.size() == align4(words * width);
  }

private:
  bool isDense() const {
    return block.encoding.kind == RowEncoding::Kind::Dense;
  }
  bool isSparse() const {
    return block.encoding.kind == RowEncoding::Kind::Sparse;
  }
  bool isConv() const { return block.encoding.kind == RowEncoding::Kind::Conv; }
  uint64_t stride() const { return align4(block.targets.size()) * width; }

  /// The slices are [a, b), [b, c), ... inside the sources.
  bool covers(uint32_t sources) const {
    const auto &slices = block.sourceSlices;
    for (size_t i = 0; i < slices.size(); ++i)
      if (slices[i].end <= slices[i].begin || slices[i].end > sources ||
          (i > 0 && slices[i].begin != slices[i - 1].end))
        return false;
    return true;
  }

  bool addDense(uint32_t row, std::span<const IntSynapse> part) {
    for (size_t i = 0; i < part.size();) {
      uint32_t target = part[i].target;
      int64_t sum = 0;
      for (; i < part.size() && part[i].target == target; ++i)
        sum += part[i].weight;
      if (!fitsSigned(sum, block.encoding.word))
        return false;
      store(block.rows,
            row * stride() + uint64_t(target - block.targets.begin) * width,
            uint32_t(sum), width);
    }
    return true;
  }

  bool addConv(uint32_t source, std::span<const IntSynapse> part) {
    const ConvShape &shape = block.encoding.conv;
    uint64_t first = channelsOf(shape, block.targets).begin;
    for (const IntSynapse &synapse : part) {
      auto tap = shape.tap(source, synapse.target);
      if (!tap || !fitsSigned(synapse.weight, block.encoding.word))
        return false;
      store(block.rows, (*tap - first * shape.channelTaps()) * width,
            uint32_t(synapse.weight), width);
    }
    return true;
  }

  bool addSparse(std::span<const IntSynapse> part) {
    for (size_t i = 0, end; !block.encoding.repeats && i < part.size();
         i = end) {
      for (end = i + 1;
           end < part.size() && part[end].target == part[i].target;)
        ++end;
      if (repeatsDelay(part.subspan(i, end - i)))
        return false;
    }
    for (const IntSynapse &synapse : part) {
      auto word = pack(block.encoding, synapse.target - block.targets.begin,
                       synapse.delay - minDelay, synapse.weight);
      if (!word || (words + 1) * width > block.rows.size())
        return false;
      store(block.rows, words++ * width, *word, width);
    }
    if (words > UINT16_MAX)
      return false;
    store(block.index, 2 * ++entry, uint32_t(words), 2);
    return true;
  }

  BlockOutput &block;
  IndexLayout layout;
  unsigned width; ///< bytes of a weight or of a word
  uint32_t minDelay;
  size_t slice = 0; ///< of the next source
  uint64_t words = 0, entry = 0;
};
} // namespace

bool writeBlocks(const SynapseView &view, std::span<BlockOutput> blocks) {
  std::vector<RowWriter> writers;
  for (BlockOutput &block : blocks)
    if (!writers.emplace_back(block, view).begin(view))
      return false;
  std::vector<IntSynapse> row;
  for (uint32_t source = 0; source < view.numSources(); ++source) {
    view.row(source, row);
    for (RowWriter &writer : writers)
      if (!writer.add(source, row))
        return false;
  }
  return std::all_of(writers.begin(), writers.end(),
                     [](const RowWriter &writer) { return writer.end(); });
}

//===----------------------------------------------------------------------===//
// Reading back
//===----------------------------------------------------------------------===//

static int32_t signExtend(uint32_t value, unsigned bits) {
  return int32_t(value << (32 - bits)) >> (32 - bits);
}

static void readDenseRow(unsigned bits, uint32_t neurons, uint32_t delay,
                         std::span<const std::byte> rows, uint64_t begin,
                         std::vector<IntSynapse> &row) {
  for (uint32_t t = 0; t < neurons; ++t)
    if (int32_t weight = signExtend(
            fetch(rows, begin + uint64_t(t) * (bits / 8), bits / 8), bits))
      row.push_back({t, weight, delay});
}

static void readConvRow(const RowEncoding &encoding, Range targets,
                        uint32_t delay, uint32_t source,
                        std::span<const std::byte> rows,
                        std::vector<IntSynapse> &row) {
  const ConvShape &shape = encoding.conv;
  unsigned width = encoding.word / 8;
  uint64_t first = channelsOf(shape, targets).begin * shape.channelTaps();
  for (uint32_t target = targets.begin; target < targets.end; ++target)
    if (auto tap = shape.tap(source, target))
      if (int32_t weight = signExtend(
              fetch(rows, (*tap - first) * width, width), encoding.word))
        row.push_back({target - targets.begin, weight, delay});
}

static IntSynapse unpack(const RowEncoding &encoding, uint32_t word,
                         uint32_t minDelay) {
  auto field = [&](unsigned at, unsigned bits) {
    return uint32_t(uint64_t(word) >> at & ((uint64_t(1) << bits) - 1));
  };
  unsigned weightAt = encoding.indexBits + encoding.delayBits;
  return {field(0, encoding.indexBits),
          signExtend(field(weightAt, encoding.weightBits), encoding.weightBits),
          minDelay + field(encoding.indexBits, encoding.delayBits)};
}

std::vector<std::vector<IntSynapse>>
readBlock(const RowEncoding &encoding, Range targets, uint32_t minDelay,
          std::span<const Range> sourceSlices, std::span<const std::byte> rows,
          std::span<const std::byte> index) {
  std::vector<std::vector<IntSynapse>> result;
  IndexLayout layout(sourceSlices);
  unsigned width = encoding.word / 8;
  uint32_t neurons = targets.size();
  uint64_t stride = align4(neurons) * width;
  for (size_t s = 0; s < sourceSlices.size(); ++s)
    for (uint32_t i = 0; i < sourceSlices[s].size(); ++i) {
      auto &row = result.emplace_back();
      if (encoding.kind == RowEncoding::Kind::Dense) {
        readDenseRow(
            encoding.word, neurons, minDelay, rows,
            stride * (sourceSlices[s].begin + i - sourceSlices.front().begin),
            row);
        continue;
      }
      if (encoding.kind == RowEncoding::Kind::Conv) {
        readConvRow(encoding, targets, minDelay, sourceSlices[s].begin + i,
                    rows, row);
        continue;
      }
      uint64_t entry = 2 * (uint64_t(layout.first[s]) + i);
      uint32_t end = fetch(index, entry + 2, 2);
      for (uint32_t word = fetch(index, entry, 2); word < end; ++word)
        row.push_back(unpack(
            encoding, fetch(rows, uint64_t(word) * width, width), minDelay));
    }
  return result;
}

} // namespace snnc::fabric
