//===- Synapses.cpp - Rows of synapses in this computer's memory ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Synapses.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::cpu {

namespace {

/// A synapse in either precision; `delay` in ticks, at least 1.
struct Entry {
  uint32_t target, delay;
  int32_t integer;
  float real;
};

/// The synapses of a projection, as often as needed.
class Walk {
public:
  /// False after an error at the op.
  bool open(ProjectionOp projection, target::Precision precision);
  void forEach(llvm::function_ref<void(uint32_t, const Entry &)> visit) const;

private:
  std::unique_ptr<IntConnectivity> integers;
  std::unique_ptr<Connectivity> reals;
  std::vector<uint32_t> delays; ///< of `reals`: one, or one for each source
};

bool Walk::open(ProjectionOp projection, target::Precision precision) {
  if (precision == target::Precision::Quantized) {
    integers = IntConnectivity::create(projection);
    return integers != nullptr;
  }
  reals = Connectivity::create(projection);
  if (!reals)
    return false;
  auto values = ParamValues::get(projection.getDelay(), reals->numSources(),
                                 projection.getContext());
  size_t count = values && !values->uniform() ? reals->numSources() : 1;
  for (size_t s = 0; values && s < count; ++s) {
    double ticks = values->at(s);
    if (!(ticks >= 1 && ticks <= 65535) || ticks != std::floor(ticks))
      break;
    delays.push_back(uint32_t(ticks));
  }
  if (delays.size() == count &&
      *std::max_element(delays.begin(), delays.end()) +
              reals->maxExtraDelay() <=
          65535)
    return true;
  report(projection, "SNN0304")
      << "delays are missing or not whole numbers of 1 "
         "to 65535 ticks; run snn-retime";
  return false;
}

void Walk::forEach(
    llvm::function_ref<void(uint32_t, const Entry &)> visit) const {
  if (integers)
    return integers->forEach([&](uint32_t source, const IntSynapse &s) {
      visit(source, {s.target, s.delay, s.weight, 0});
    });
  reals->forEach([&](uint32_t source, const Synapse &s) {
    uint32_t delay = delays[delays.size() == 1 ? 0 : source];
    visit(source, {s.target, delay + s.delay, 0, s.weight});
  });
}

/// Orders `values[begin...]` as `order`, which holds places from begin on.
template <typename T>
void permute(std::vector<T> &values, uint64_t begin,
             const std::vector<uint32_t> &order, std::vector<T> &scratch) {
  scratch.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    scratch[i] = values[begin + order[i]];
  std::copy(scratch.begin(), scratch.end(), values.begin() + int64_t(begin));
}

/// A block while it is made.
class Builder {
public:
  /// Every synapse of the block once, before layOut().
  void count(uint32_t source, const Entry &entry);
  /// After the count: room for all of it.
  void layOut();
  /// Every synapse again, in the same order.
  void add(uint32_t source, const Entry &entry);
  /// Rows become segments.
  void finish();

  RowBlock block;
  bool floats = false;
  uint32_t firstNeuron = 0;
  std::vector<uint64_t> degrees; ///< per source, then where its next one goes
  bool empty() const { return synapses == 0; }

private:
  void sortRow(uint64_t begin, uint64_t end);
  void addSegments(uint64_t begin, uint64_t end);
  int64_t largestSum(uint64_t begin, uint64_t end) const;

  uint64_t synapses = 0;
  uint32_t shortest = std::numeric_limits<uint32_t>::max();
  int32_t lowest = std::numeric_limits<int32_t>::max(),
          highest = std::numeric_limits<int32_t>::min();
  float first = 0;
  bool allEqual = true;
  std::vector<uint16_t> delays; ///< per synapse; empty: all `shortest`
  std::vector<uint32_t> order;
  std::vector<uint16_t> scratch16;
  std::vector<int8_t> scratchInt8;
  std::vector<int16_t> scratchInt16;
  std::vector<float> scratchFloat;
};

void Builder::count(uint32_t source, const Entry &entry) {
  if (synapses++ == 0)
    first = entry.real;
  ++degrees[source];
  shortest = std::min(shortest, entry.delay);
  block.longestDelay = std::max(block.longestDelay, entry.delay);
  lowest = std::min(lowest, entry.integer);
  highest = std::max(highest, entry.integer);
  allEqual &= entry.real == first;
}

void Builder::layOut() {
  uint64_t sum = 0;
  for (uint64_t &degree : degrees)
    sum += std::exchange(degree, sum);
  block.targets.resize(sum);
  if (shortest != block.longestDelay)
    delays.resize(sum);
  if (floats && allEqual)
    block.weights = first;
  else if (floats)
    block.weights = std::vector<float>(sum);
  else if (lowest == highest)
    block.weights = lowest;
  else if (lowest >= -128 && highest <= 127)
    block.weights = std::vector<int8_t>(sum);
  else
    block.weights = std::vector<int16_t>(sum);
}

void Builder::add(uint32_t source, const Entry &entry) {
  uint64_t at = degrees[source]++;
  block.targets[at] = uint16_t(entry.target - firstNeuron);
  if (!delays.empty())
    delays[at] = uint16_t(entry.delay);
  if (auto *narrow = std::get_if<std::vector<int8_t>>(&block.weights))
    (*narrow)[at] = int8_t(entry.integer);
  else if (auto *wide = std::get_if<std::vector<int16_t>>(&block.weights))
    (*wide)[at] = int16_t(entry.integer);
  else if (auto *real = std::get_if<std::vector<float>>(&block.weights))
    (*real)[at] = entry.real;
}

/// By delay; in a delay the order of the row, on which S4.4 depends.
void Builder::sortRow(uint64_t begin, uint64_t end) {
  auto delayOf = [&](uint32_t i) { return delays[begin + i]; };
  order.resize(end - begin);
  for (uint32_t i = 0; i < order.size(); ++i)
    order[i] = i;
  if (std::is_sorted(delays.begin() + int64_t(begin),
                     delays.begin() + int64_t(end)))
    return;
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return delayOf(a) < delayOf(b);
  });
  permute(block.targets, begin, order, scratch16);
  permute(delays, begin, order, scratch16);
  if (auto *narrow = std::get_if<std::vector<int8_t>>(&block.weights))
    permute(*narrow, begin, order, scratchInt8);
  else if (auto *wide = std::get_if<std::vector<int16_t>>(&block.weights))
    permute(*wide, begin, order, scratchInt16);
  else if (auto *real = std::get_if<std::vector<float>>(&block.weights))
    permute(*real, begin, order, scratchFloat);
}

/// Targets ascend, so that a repeated one stands beside itself.
int64_t Builder::largestSum(uint64_t begin, uint64_t end) const {
  int64_t most = 0, sum = 0;
  for (uint64_t i = begin; i < end; ++i) {
    if (i == begin || block.targets[i] != block.targets[i - 1])
      sum = 0;
    sum += std::abs(int64_t(block.weightAt(i)));
    most = std::max(most, sum);
  }
  return most;
}

void Builder::addSegments(uint64_t begin, uint64_t end) {
  for (uint64_t at = begin; at < end;) {
    uint64_t next = at + 1;
    while (!delays.empty() && next < end && delays[next] == delays[at])
      ++next;
    if (delays.empty())
      next = end;
    block.segments.push_back({at, delays.empty() ? shortest : delays[at]});
    block.largest = std::max(block.largest, largestSum(at, next));
    at = next;
  }
}

void Builder::finish() {
  block.shortestDelay = shortest;
  uint64_t begin = 0;
  for (uint64_t end : degrees) { // each row was written to its end
    block.segmentBegin.push_back(uint32_t(block.segments.size()));
    if (!delays.empty())
      sortRow(begin, end);
    addSegments(begin, end);
    begin = end;
  }
  // 34 GB of segments alone: as good as no memory.
  if (block.segments.size() > std::numeric_limits<uint32_t>::max())
    throw std::bad_alloc();
  block.segmentBegin.push_back(uint32_t(block.segments.size()));
  block.segments.push_back({begin, 0});
  block.segments.shrink_to_fit();
  degrees = {};
  delays = {};
}

} // namespace

int32_t RowBlock::weightAt(uint64_t i) const {
  if (auto *common = std::get_if<int32_t>(&weights))
    return *common;
  if (auto *narrow = std::get_if<std::vector<int8_t>>(&weights))
    return (*narrow)[i];
  if (auto *wide = std::get_if<std::vector<int16_t>>(&weights))
    return (*wide)[i];
  return 0;
}

uint64_t RowBlock::bytes() const {
  uint64_t weightBytes = std::visit(
      [](const auto &held) -> uint64_t {
        if constexpr (requires { held.size(); })
          return held.size() * sizeof(held[0]);
        else
          return 0;
      },
      weights);
  return segmentBegin.size() * 4 + segments.size() * sizeof(Segment) +
         targets.size() * 2 + weightBytes;
}

RowMaker::RowMaker() = default;
RowMaker::RowMaker(RowMaker &&) noexcept = default;
RowMaker &RowMaker::operator=(RowMaker &&) noexcept = default;
RowMaker::~RowMaker() = default;

struct RowMaker::Parts {
  Walk walk;
  uint32_t neurons = 0;
  std::vector<Builder> builders;
};

FailureOr<RowMaker> RowMaker::open(ProjectionOp projection,
                                   target::Precision precision,
                                   uint32_t neurons) {
  RowMaker maker;
  maker.parts = std::make_unique<Parts>();
  if (!maker.parts->walk.open(projection, precision))
    return failure();
  maker.parts->neurons = neurons;
  size_t targets = size_t(projection.numTargets());
  auto &builders = maker.parts->builders;
  builders.resize((targets + neurons - 1) / neurons);
  for (size_t p = 0; p < builders.size(); ++p) {
    builders[p].floats = precision == target::Precision::Float;
    builders[p].firstNeuron = uint32_t(p * neurons);
    builders[p].degrees.assign(size_t(projection.numSources()), 0);
    builders[p].block.partition = p;
    builders[p].block.receptor = unsigned(projection.getReceptor());
  }
  return maker;
}

std::vector<RowBlock> RowMaker::make() {
  auto &[walk, neurons, builders] = *parts;
  // A division for every synapse is what most projections can do without.
  bool isOne = builders.size() == 1;
  auto builderOf = [&](uint32_t target) -> Builder & {
    return builders[isOne ? 0 : target / neurons];
  };
  walk.forEach([&](uint32_t source, const Entry &entry) {
    builderOf(entry.target).count(source, entry);
  });
  for (Builder &builder : builders)
    builder.layOut();
  walk.forEach([&](uint32_t source, const Entry &entry) {
    builderOf(entry.target).add(source, entry);
  });
  std::vector<RowBlock> blocks;
  for (Builder &builder : builders) {
    if (builder.empty())
      continue;
    builder.finish();
    blocks.push_back(std::move(builder.block));
  }
  return blocks;
}

FailureOr<std::vector<RowBlock>> buildRows(ProjectionOp projection,
                                           target::Precision precision,
                                           uint32_t neurons) {
  auto maker = RowMaker::open(projection, precision, neurons);
  if (failed(maker))
    return failure();
  return maker->make();
}

/// Expected number of synapses, or at most so many where weights are stored.
static double expectedSynapses(ProjectionOp projection) {
  double sources = double(projection.numSources()),
         targets = double(projection.numTargets());
  Attribute weights = projection.getWeights();
  double perCell = 1; // windows that hold a source
  if (PoolAttr pool = projection.getPoolAttr()) {
    perCell = double(pool.getKernel()[0] * pool.getKernel()[1]);
    auto shape = pool.pooledShape();
    sources = double(shape[0] * shape[1] * shape[2]);
  }
  if (auto list = dyn_cast<ListAttr>(weights))
    return double(list.getSources().getType().getNumElements());
  if (auto rows = dyn_cast<CsrAttr>(weights))
    return double(rows.getTargets().getType().getNumElements());
  if (auto rule = dyn_cast<ProceduralAttr>(weights))
    return rule.expectedSynapses(sources, targets);
  if (isa<OneToOneAttr>(weights))
    return targets * perCell;
  if (auto conv = dyn_cast<ConvAttr>(weights))
    return double(elementsOf(conv.getWeights())) * perCell *
           double(conv.getOut()[1] * conv.getOut()[2]);
  return sources * targets * perCell;
}

/// Bytes of a weight where nothing was drawn yet.
static double weightBytes(ProjectionOp projection,
                          target::Precision precision) {
  auto rule = dyn_cast<ProceduralAttr>(projection.getWeights());
  bool isConstant = rule && rule.getWeight().getKind() == DistKind::Constant;
  if (precision == target::Precision::Float)
    return isConstant ? 0 : 4;
  QuantAttr quant = projection.getQuantAttr();
  auto scales = quant ? ParamValues::get(quant.getScales(),
                                         size_t(projection.numTargets()),
                                         projection.getContext())
                      : std::nullopt;
  if (isConstant && scales && scales->uniform())
    return 0;
  return quant && quant.getBits() == 16 ? 2 : 1;
}

RowEstimate estimateRows(ProjectionOp projection, target::Precision precision) {
  double synapses = expectedSynapses(projection);
  double sources = double(projection.numSources());
  double partitions =
      std::ceil(double(projection.numTargets()) / double(kPartitionNeurons));
  double delays = 1 + longestDelay(projection).value_or(1) -
                  shortestDelay(projection).value_or(1);
  double segments = std::min(synapses, sources * partitions * delays);
  RowEstimate estimate;
  estimate.held.name = projection.getName().str();
  estimate.held.synapses = uint64_t(synapses);
  estimate.held.bytes =
      uint64_t(synapses * (2 + weightBytes(projection, precision)) +
               segments * sizeof(Segment) + 4 * sources * partitions);
  // Delays until rows are ordered by them, or index rows until they are bits.
  bool isOneWeight = weightBytes(projection, precision) == 0;
  estimate.whileBuilt = delays > 1 || isOneWeight ? uint64_t(2 * synapses) : 0;
  return estimate;
}

} // namespace snnc::cpu
