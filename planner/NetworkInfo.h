//===- NetworkInfo.h - A Normalized network as dense ids --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What mapping needs to know about a network, read once from the snn ops:
// nodes (inputs and populations) and edges (projections) with integer ids.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_NETWORKINFO_H
#define SNNC_PLANNER_NETWORKINFO_H

#include "compiler/Fabric/Belongings.h"
#include "compiler/Fabric/NeuronOrder.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/SNN/SNN.h"
#include "planner/CorePlanner.h"
#include "planner/NeuronCycles.h"
#include "planner/NodeDrive.h"
#include "planner/NodeNoise.h"

#include "llvm/ADT/StringMap.h"

namespace snnc::fabric {

/// An snn.input or an snn.population.
struct NetworkNode {
  mlir::Operation *op = nullptr;
  std::string name;
  bool isInput = false;
  uint32_t size = 0;      ///< neurons or channels
  uint32_t receptors = 1; ///< of the neuron model; populations only
  std::vector<std::string> states;
  std::vector<std::string> arrayParams; ///< not the same for every neuron
  /// Edges that end here, ascending; without those of `drives`.
  std::vector<uint32_t> incoming;
  std::vector<NodeDrive> drives; ///< drawn by its own cores
  std::vector<NodeNoise> noises; ///< parameters that they draw
  bool parallel = false;         ///< its `paradigm` says so
  uint32_t batch = 1;            ///< ticks per matrix product
  /// As parallel, it may have batches that nobody asked for yet: it is driven
  /// from outside of its feedback loops only and has weights of 8 bits.
  bool mayBatch = false;
  /// Several PEs multiply parts of its sources (snn.population's row_split).
  bool rowSplit = false;
  bool mayRowSplit = false; ///< as parallel, it may be so
  /// A projection into it is NetworkEdge::isNear.
  bool hasNear = false;
  NeuronOrder order; ///< of the places that slices, keys and rows count
  /// Expected spikes per neuron or channel and tick, of an input in its
  /// busiest tick.
  double rate = 0.05;
  /// The same of all ticks.
  double meanRate = 0.05;
  /// Largest rate of one channel of a Poisson input in any tick.
  double mostRate = 0;
  bool rateStated = false; ///< by the network, not our default
  bool isDrawn = false;    ///< an input that cores draw: no packets, no keys
  NeuronCycles cycles;     ///< of one neuron; populations only
  /// An input whose spikes are known (listed, or given to `run`): most spikes
  /// of all channels, and of one, in any tick.
  std::optional<uint64_t> mostSpikes;
  uint64_t mostOfChannel = 0;

  /// Most packets that so many of its neurons or channels send in a tick.
  /// Neurons spike at most once; a drawn input exceeds it in less than one of
  /// 1e12 ticks (historyRoom).
  uint64_t mostPackets(uint64_t senders) const;
  uint64_t mostPackets() const { return mostPackets(size); }
  /// The same of what is known of its rate; nothing where nothing is.
  std::optional<uint64_t> likelyPackets(uint64_t senders) const;
  /// Most of them of one neuron or channel. Where nothing is known of an input,
  /// what an operand of the MAC array counts, by far.
  uint64_t mostOfOne() const;
  /// Variance over mean of the spikes of a neuron or channel in a tick: those
  /// of a drawn input are Poisson, a neuron spikes once or not. 0 where the
  /// rate is only our default, of which nothing follows.
  double scatter() const { return rateStated ? variability() : 0; }
  /// The same, also of our default.
  double variability() const {
    return isInput ? 1 : std::max(0.0, 1 - meanRate);
  }
  /// The chance that a neuron or channel sends nothing in a tick.
  double silence() const {
    return isInput ? std::exp(-meanRate) : std::max(0.0, 1 - meanRate);
  }
  /// Spikes of each of so many neurons or channels in the worst tick: all of
  /// them send.
  double worstRate(uint64_t senders) const {
    return senders ? double(mostPackets(senders)) / double(senders) : 1;
  }
  double worstRate() const { return worstRate(size); }

private:
  /// A Poisson input's mostPackets.
  uint64_t drawnPackets(uint64_t senders) const;
};

/// Most spikes of an input in any tick, [of all channels, of one channel],
/// where they are known before the network is mapped.
inline constexpr const char *kMostSpikesName = "fabric.most_spikes";
/// Its spikes of a channel and tick, on average.
inline constexpr const char *kMeanSpikesName = "fabric.mean_spikes";
/// How many states of a population the run at hand records.
inline constexpr const char *kRecordedName = "fabric.recorded_states";

/// An snn.projection; its id is its place among the network's projections,
/// the number that fabric.block carries.
struct NetworkEdge {
  snn::ProjectionOp op;
  uint32_t source = 0, target = 0; ///< nodes
  bool isDrawn = false; ///< in NetworkNode::drives, not in its `incoming`
  /// Part of a feedback loop, with synapses whose delay is below
  /// snn::kRowSplitDelay and cannot be made longer: of a row split, the
  /// dominant cores keep these as serial rows.
  bool isNear = false;
};

struct NetworkInfo {
  snn::NetworkOp network;
  std::vector<NetworkNode> nodes; ///< in network order
  std::vector<NetworkEdge> edges;
  llvm::StringMap<uint32_t> inputByName, populationByName; ///< nodes

  /// Expected spikes per tick of a channel of the input that edge `id` comes
  /// from; 0 where it comes from a population.
  double inputRate(uint32_t id) const {
    const NetworkNode &source = nodes[edges[id].source];
    if (!source.isInput)
      return 0;
    return source.mostOfChannel > 1
               ? std::max(source.rate, double(source.mostOfChannel))
               : source.rate;
  }

  /// Emits an error and fails when the network is not Normalized (SNN0351), a
  /// model exceeds the core's tables or a receptor does not exist (SNN0352), or
  /// a `batch` is no power of two up to 16 (SNN1103), or an order is no
  /// permutation (SNN1107).
  static mlir::FailureOr<NetworkInfo> read(snn::NetworkOp network);
  /// The network that `machine` maps; an error (SNN0350) when there is none.
  static mlir::FailureOr<NetworkInfo> read(MachineOp machine);

  /// The row formats of its target.
  const RowFormats &formats() const {
    return rowFormatsOf(network->getContext());
  }
  /// Distinct neurons and channels that send to `node`.
  uint64_t sourcesOf(const NetworkNode &node) const;
  /// Two projections into it come from one source: its cores have several table
  /// entries with the same keys.
  bool sharesKeys(uint32_t node) const;
  /// A core of `neurons` neurons of `node` without its blocks, delays and
  /// packets (addPackets of Arrivals.h).
  CoreDemand demand(const NetworkNode &node, uint32_t neurons) const;
  /// The strongly connected component of every node.
  std::vector<uint32_t> components() const;
  /// Statistics of every edge, by one scan each; an error is emitted at the
  /// projection otherwise.
  mlir::FailureOr<std::vector<BlockStatistics>> scan() const;
};

/// Keys whose packets a core of serial rows tells apart with one table entry:
/// of slices of one size at equal distances (SnncTableEntry), which those of a
/// population are unless keys were pinned by hand.
struct KeyRun {
  uint32_t keyFirst = 0, keyCount = 0;
  uint32_t origin = 0; ///< key of neuron 0 of the first slice
  uint32_t first = 0;  ///< its number in the block, modulo 2^32
  uint32_t shift = 31, gap = 0;
};
/// Those of a block, in the order of its sources. As long as there are no keys,
/// one.
std::vector<KeyRun> keyRunsOf(const Belongings &belongings, BlockOp block);

/// Bytes of rows and index behind the total of a block that knows the sources
/// `known`. Nothing when the total is smaller than the index alone.
std::optional<BlockSize> sizeOf(BlockOp block, Range known);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_NETWORKINFO_H
