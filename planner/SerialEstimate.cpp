//===- SerialEstimate.cpp - Synaptic rows in closed form -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/Estimator.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace snnc::fabric {

namespace {
/// The block of one projection.
struct Block {
  const EdgeShape *edge = nullptr;
  double reached = 0, synapses = 0;
  std::optional<BlockEstimate> rows; ///< nothing: no legal encoding
  double sram() const {              ///< as LayerPlanner::demandOf
    return rows ? rows->rows + rows->index : 4 * synapses;
  }
};

class SerialEstimator : public Estimator {
public:
  SerialEstimator(const LayerShape &layer, const MachineModel &machine,
                  double tickCycles, double room, bool mayFetch)
      : Estimator(layer, machine, tickCycles, room), mayFetch(mayFetch) {}

private:
  uint32_t unit() const override { return 4; }
  uint32_t leastSlice() const override { return 1; }
  bool isParallel() const override { return false; }
  EstimatedCore core(uint32_t neurons, bool heaviest) const override;

  Block block(const EdgeShape &edge, uint32_t neurons, bool heaviest) const;
  void moveToDram(EstimatedCore &core, std::vector<Block> &blocks, uint32_t n,
                  bool heaviest) const;
  BlockShape shapeOf(const Block &block, uint32_t n, bool heaviest) const;
  Block inDram(const Block &block, uint32_t n, bool heaviest) const;

  bool mayFetch; ///< rows that SRAM has no room for may be in DRAM
};

BlockShape SerialEstimator::shapeOf(const Block &block, uint32_t n,
                                    bool heaviest) const {
  const EdgeShape &edge = *block.edge;
  BlockShape shape;
  shape.neurons = n;
  shape.layerNeurons = uint32_t(layer.neurons);
  shape.bits = edge.bits;
  shape.oneDelay = edge.delays == 1;
  shape.delayBits =
      unsigned(std::bit_width(uint64_t(edge.longest - edge.shortest)));
  shape.rows = block.reached;
  shape.synapses = block.synapses;
  shape.heaviest = heaviest;
  shape.conv = &edge.conv;
  return shape;
}

Block SerialEstimator::block(const EdgeShape &edge, uint32_t n,
                             bool heaviest) const {
  Block block{&edge, sourcesInReach(edge, n, heaviest),
              edge.sources * edge.density * n *
                  (heaviest ? forSlice(edge.heavySynapses, n) : 1),
              {}};
  block.rows = layer.formats.estimate(shapeOf(block, n, heaviest));
  return block;
}

/// The same with its rows in DRAM; without rows where no format can. An index
/// there counts the words of few rows at a time, so that the block may be of
/// any size: it is measured in a part of its rows.
Block SerialEstimator::inDram(const Block &block, uint32_t n,
                              bool heaviest) const {
  BlockShape shape = shapeOf(block, n, heaviest);
  double part = std::min(1.0, UINT16_MAX / std::max(1.0, shape.synapses));
  shape.rows *= part;
  shape.synapses *= part;
  Block there = block;
  there.rows = layer.formats.estimate(shape);
  if (!there.rows)
    return there;
  RowEncoding &encoding = there.rows->encoding;
  auto fields = encoding.format->fetched(encoding.fields);
  if (!fields)
    return {block.edge, block.reached, block.synapses, {}};
  Range sources{0, uint32_t(block.reached)};
  encoding.fields = *fields;
  there.rows->rows /= part;
  there.rows->index = double(encoding.format->indexBytes(*fields, {&sources, 1}));
  return there;
}

/// A row buffer: a row of a few more bytes than the mean, in whole transfers.
static double bufferBytes(const Block &block) {
  double mean = block.rows->rows / std::max(1.0, block.reached);
  double most = block.rows->encoding.format->holdsZeros()
                    ? mean
                    : mean + 6 * std::sqrt(mean) + kTransferUnit;
  return std::ceil(most / kTransferUnit) * kTransferUnit;
}

/// As LayerPlanner::choices: the fewest blocks, those that free most first.
void SerialEstimator::moveToDram(EstimatedCore &core,
                                 std::vector<Block> &blocks, uint32_t n,
                                 bool heaviest) const {
  std::vector<std::pair<double, size_t>> freed;
  std::vector<Block> there;
  for (const Block &block : blocks) {
    there.push_back(inDram(block, n, heaviest));
    if (there.back().rows && there.back().rows->index < block.sram())
      freed.emplace_back(block.sram() - there.back().rows->index,
                         there.size() - 1);
  }
  llvm::sort(freed, [](const auto &a, const auto &b) {
    return std::pair(b.first, a.second) < std::pair(a.first, b.second);
  });
  double buffers = 0;
  for (auto [bytes, i] : freed) {
    if (fitsBytes(core.bytes))
      return;
    double buffer = std::max(buffers, aligned(2 * bufferBytes(there[i])));
    core.bytes += buffer - buffers + aligned(there[i].rows->index) -
                  aligned(blocks[i].sram());
    core.dramBytes += there[i].rows->rows;
    buffers = buffer;
    blocks[i] = there[i];
  }
}

EstimatedCore SerialEstimator::core(uint32_t n, bool heaviest) const {
  RingShape ring{ringSlots(uint64_t(layer.longestDelay())),
                 ringSlotBytes(n, layer.receptors)};
  EstimatedCore core;
  core.bytes =
      commonBytes(n) + aligned(double(ring.slots) * double(ring.slotBytes));
  std::vector<Block> blocks;
  for (const EdgeShape &edge : layer.edges) {
    blocks.push_back(block(edge, n, heaviest));
    const auto &rows = blocks.back().rows;
    core.bytes += rows ? aligned(rows->rows) + aligned(rows->index)
                       : aligned(blocks.back().sram());
  }
  if (mayFetch)
    moveToDram(core, blocks, n, heaviest);
  auto transfer = TransferCost::of(machine, double(machine.pes.size()));
  CoreWork work[2];
  double synapses = 0, dense = 0;
  for (const Block &block : blocks) {
    synapses += block.synapses;
    if (!block.rows)
      continue;
    const EdgeShape &edge = *block.edge;
    const RowEncoding &encoding = block.rows->encoding;
    dense += encoding.format->holdsZeros() ? block.synapses : 0;
    for (bool worst : {false, true})
      addRows(work[worst], encoding,
              {block.reached, n, block.synapses,
               worst ? edge.worstRate : edge.rate, ring},
              transfer);
  }
  work[0].neuronCycles = layer.cycles.expectedOf(n);
  work[1].neuronCycles = layer.cycles.worstOf(n);
  double cycles = serialCycles(work[0]);
  core.cycles = {cycles, serialCycles(work[1], CycleCosts::worst()), cycles};
  core.denseShare = synapses > 0 ? dense / synapses : 0;
  return core;
}
} // namespace

std::unique_ptr<Estimator> serialEstimator(const LayerShape &layer,
                                           const MachineModel &machine,
                                           double tickCycles, double room,
                                           bool mayFetch) {
  return std::make_unique<SerialEstimator>(layer, machine, tickCycles, room,
                                           mayFetch);
}

} // namespace snnc::fabric
