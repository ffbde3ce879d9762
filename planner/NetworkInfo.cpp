//===- NetworkInfo.cpp - A Normalized network as dense ids ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/NetworkInfo.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "planner/ProjectionView.h"
#include "planner/WeightDelayMap.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

using namespace mlir;

namespace snnc::fabric {

static bool fits32(int64_t value) { return 0 < value && value <= UINT32_MAX; }

/// States, parameters and receptors fit the core header's tables.
static LogicalResult checkLimits(snn::PopulationOp population,
                                 snn::NeuronOp model) {
  struct Limit {
    const char *what;
    unsigned have, most;
  } limits[] = {{"receptors", model.numReceptors(), SNNC_MAX_RECEPTORS},
                {"states", model.numStates(), SNNC_MAX_STATES},
                {"parameters", model.numParams(), SNNC_MAX_PARAMS}};
  for (const Limit &limit : limits)
    if (limit.have > limit.most) {
      InFlightDiagnostic diag = report(population, "SNN0352")
                                << "population '" << population.getName()
                                << "': its model '" << model.getSymName()
                                << "' has " << limit.have << " " << limit.what
                                << ", a core holds " << limit.most;
      attachHelp(diag) << "split the model or compute some of its "
                       << limit.what << " from others";
      return failure();
    }
  return success();
}

static LogicalResult readModel(snn::PopulationOp population,
                               NetworkNode &node) {
  snn::NeuronOp model = population.neuron();
  if (!model)
    return report(population, "SNN0351")
           << "population '" << population.getName() << "': neuron model '"
           << population.getModel() << "' does not exist";
  if (!population.getLatency())
    return report(population, "SNN0351")
           << "population '" << population.getName()
           << "' has no latency yet; run snn-retime before mapping";
  if (failed(checkLimits(population, model)))
    return failure();
  node.receptors = model.numReceptors();
  for (unsigned k = 0; k < model.numStates(); ++k)
    node.states.push_back(model.stateName(k).str());
  node.noises = noisesOf(population);
  for (unsigned j = 0; j < model.numParams(); ++j) {
    if (snn::drawnParam(population, model.paramName(j))) {
      node.arrayParams.push_back(model.paramName(j).str());
      continue;
    }
    auto values = snn::ParamValues::get(
        population.getParams().get(model.paramName(j)),
        size_t(population.numNeurons()), population.getContext());
    if (!values)
      return report(population, "SNN0351")
             << "population '" << population.getName() << "': parameter '"
             << model.paramName(j)
             << "' is missing or does not have one value or "
             << population.numNeurons() << " values";
    if (!values->uniform())
      node.arrayParams.push_back(model.paramName(j).str());
  }
  return success();
}

/// Most spikes of a listed input; false when its numbers are missing.
static bool countList(snn::SpikeListAttr list, NetworkNode &node) {
  auto count = size_t(list.getTicks().getType().getNumElements());
  auto ticks = snn::ParamValues::get(list.getTicks(), count, list.getContext());
  auto channels =
      snn::ParamValues::get(list.getChannels(), count, list.getContext());
  if (!ticks || !channels)
    return false;
  std::vector<std::pair<double, double>> spikes(count);
  for (size_t i = 0; i < count; ++i)
    spikes[i] = {ticks->at(i), channels->at(i)};
  std::sort(spikes.begin(), spikes.end());
  uint64_t inTick = 0, inChannel = 0, most = 0;
  for (size_t i = 0; i < count; ++i) {
    bool sameTick = i && spikes[i].first == spikes[i - 1].first;
    inTick = sameTick ? inTick + 1 : 1;
    inChannel = i && spikes[i] == spikes[i - 1] ? inChannel + 1 : 1;
    most = std::max(most, inTick);
    node.mostOfChannel = std::max(node.mostOfChannel, inChannel);
  }
  node.mostSpikes = most;
  double length = count ? spikes.back().first + 1 : 1;
  node.meanRate = double(count) / (length * node.size);
  return true;
}

uint64_t NetworkNode::drawnPackets(uint64_t senders) const {
  // Of the busiest channels, but not more than all channels have.
  double mean =
      std::min(double(size) * rate, double(senders) * std::max(rate, mostRate));
  return mean > 0 ? packetRoom(1, mean) : 0; // one of no rate is silent
}

uint64_t NetworkNode::mostPackets(uint64_t senders) const {
  if (!isInput || (!mostSpikes && !rateStated))
    return senders;
  return std::max(senders, *likelyPackets(senders));
}

std::optional<uint64_t> NetworkNode::likelyPackets(uint64_t senders) const {
  if (mostSpikes)
    return senders == 0 || mostOfChannel >= *mostSpikes / senders
               ? senders ? *mostSpikes : 0
               : senders * mostOfChannel;
  if (!rateStated)
    return std::nullopt;
  return isInput ? drawnPackets(senders)
                 : packetRoom(senders, std::max(0.0, rate));
}

/// A Poisson variable of that mean is larger with a probability of 1e-16.
static uint64_t poissonBound(double mean) {
  mean = std::clamp(mean, 0.0, 1e6);
  auto bound = uint64_t(mean);
  double term = -mean + double(bound) * std::log(std::max(mean, 1e-300)) -
                std::lgamma(double(bound) + 1); // of `bound`, a logarithm
  for (;; ++bound) {
    term += std::log(std::max(mean, 1e-300) / double(bound + 1));
    // What follows is a geometric series at most.
    double ratio = mean / double(bound + 2);
    if (ratio < 1 && term - std::log1p(-ratio) <= std::log(1e-16))
      return std::max<uint64_t>(1, bound);
  }
}

uint64_t NetworkNode::mostOfOne() const {
  constexpr uint64_t kLeast = 4; // of other spikes given to the same network
  if (!isInput)
    return 1;
  if (mostSpikes)
    return std::max(kLeast, mostOfChannel);
  return rateStated ? poissonBound(rate) : INT16_MAX;
}

/// Of a channel and tick of a table of rates.
static double meanOf(const snn::PoissonRates &rates, uint64_t ticks,
                     uint64_t channels) {
  double sum = 0;
  for (uint64_t tick = 0; tick < ticks; ++tick)
    for (uint64_t channel = 0; channel < channels; ++channel)
      sum += rates.at(tick, channel);
  return ticks ? sum / (double(ticks) * double(channels)) : 0;
}

/// Of one channel in any tick.
static double mostOf(const snn::PoissonRates &rates, uint64_t channels) {
  double most = 0;
  for (uint64_t tick = 0; tick < rates.length().value_or(1); ++tick)
    for (uint64_t channel = 0; channel < channels; ++channel)
      most = std::max(most, rates.at(tick, channel));
  return most;
}

/// What the user or the Decide stage said about how to compute a node.
static LogicalResult readChoices(Operation *op, NetworkNode &node) {
  if (auto input = dyn_cast<snn::InputOp>(op)) {
    if (auto poisson =
            dyn_cast_or_null<snn::PoissonAttr>(input.getDriveAttr())) {
      auto rates = snn::PoissonRates::get(poisson, node.size);
      if (!rates)
        return report(op, "SNN0351") << "input '" << node.name
                                     << "' has rates that are missing or none";
      node.rate = node.meanRate = rates->busiest();
      node.mostRate = mostOf(*rates, node.size);
      if (auto length = rates->length())
        node.meanRate = meanOf(*rates, *length, node.size);
      node.rateStated = true;
    }
    if (auto list = dyn_cast_or_null<snn::SpikeListAttr>(input.getDriveAttr()))
      countList(list, node);
    if (auto most = dyn_cast_or_null<DenseI64ArrayAttr>(
            input->getDiscardableAttr(kMostSpikesName));
        most && most.size() == 2) {
      node.mostSpikes = uint64_t(std::max<int64_t>(0, most[0]));
      node.mostOfChannel = uint64_t(std::max<int64_t>(0, most[1]));
    }
    if (auto mean = dyn_cast_or_null<FloatAttr>(
            input->getDiscardableAttr(kMeanSpikesName)))
      node.meanRate = mean.getValueAsDouble();
    return success();
  }
  auto population = cast<snn::PopulationOp>(op);
  node.parallel = population.getParadigm() == snn::Paradigm::Parallel;
  if (FloatAttr rate = population.getRateAttr()) {
    node.rate = node.meanRate = rate.getValueAsDouble();
    node.rateStated = true;
  }
  uint64_t batch = population.getBatch().value_or(1);
  if (batch == 0 || batch > 16 || !std::has_single_bit(batch) ||
      (batch > 1 && !node.parallel))
    return report(op, "SNN1103")
           << "population '" << population.getName() << "': batch "
           << int64_t(batch)
           << (node.parallel ? " is not 1, 2, 4, 8 or 16 ticks"
                             : ", but only a parallel population has batches");
  node.batch = uint32_t(batch);
  node.rowSplit = population.getRowSplit();
  if (node.rowSplit && (!node.parallel || batch > 1))
    return report(op, "SNN1103")
           << "population '" << population.getName()
           << "': only a parallel population without batches is split by "
              "sources";
  return success();
}

static LogicalResult addNode(NetworkInfo &info, Operation *op, StringRef name,
                             RankedTensorType type) {
  NetworkNode node;
  node.op = op;
  node.name = name.str();
  node.isInput = isa<snn::InputOp>(op);
  if (!type.hasStaticShape() || !fits32(type.getNumElements()))
    return report(op, "SNN0351")
           << "'" << name << "' has no fixed number of neurons below 2^32";
  node.size = uint32_t(type.getNumElements());
  auto &byName = node.isInput ? info.inputByName : info.populationByName;
  if (!byName.try_emplace(name, info.nodes.size()).second)
    return report(op, "SNN0351")
           << "two " << (node.isInput ? "inputs" : "populations")
           << " are named '" << name << "'; slices refer to names";
  if (auto population = dyn_cast<snn::PopulationOp>(op))
    if (failed(readModel(population, node)))
      return failure();
  if (failed(readChoices(op, node)))
    return failure();
  auto order = NeuronOrder::of(op);
  if (failed(order))
    return failure();
  node.order = std::move(*order);
  info.nodes.push_back(std::move(node));
  return success();
}

static LogicalResult addEdge(NetworkInfo &info, snn::ProjectionOp op,
                             const llvm::DenseMap<Value, uint32_t> &nodes) {
  auto source = nodes.find(op.getSource()), target = nodes.find(op.getTarget());
  if (source == nodes.end() || target == nodes.end() ||
      info.nodes[target->second].isInput)
    return report(op, "SNN0351")
           << "projection '" << op.getName()
           << "' does not lead from an input or a population "
           << "to a population";
  if (op.getQuantAttr() && op.getQuantAttr().getBits() != 8 &&
      op.getQuantAttr().getBits() != 16)
    return report(op, "SNN0351")
           << "projection '" << op.getName() << "' has weights of "
           << op.getQuantAttr().getBits() << " bits; a core stores 8 or 16";
  NetworkNode &node = info.nodes[target->second];
  if (op.getReceptor() >= node.receptors)
    return report(op, "SNN0352")
           << "projection '" << op.getName() << "' ends in receptor "
           << int64_t(op.getReceptor()) << ", but population '" << node.name
           << "' has " << node.receptors;
  auto id = uint32_t(info.edges.size());
  info.edges.push_back({op, source->second, target->second, isDrawn(op)});
  if (!isDrawn(op)) {
    node.incoming.push_back(id);
    return success();
  }
  auto drive = NodeDrive::read(op, id);
  if (!drive || node.drives.size() >= SNNC_MAX_DRIVES)
    return report(op, "SNN0351")
           << "projection '" << op.getName()
           << "' is marked as drawn by the cores, which cannot draw it";
  node.drives.push_back(std::move(*drive));
  info.nodes[source->second].isDrawn = true;
  return success();
}

/// One product of 16-bit weights takes all rows of the array: nothing to gain.
static bool mayBatch(const NetworkInfo &info, const NetworkNode &node,
                     ArrayRef<uint32_t> component) {
  auto population = dyn_cast<snn::PopulationOp>(node.op);
  if (!population || population.getBatchAttr() || node.rowSplit ||
      node.incoming.empty())
    return false;
  bool narrow = false;
  for (uint32_t id : node.incoming) {
    const NetworkEdge &edge = info.edges[id];
    if (component[edge.source] == component[edge.target])
      return false;
    snn::ProjectionOp op = edge.op;
    narrow |= op.getQuantAttr() && op.getQuantAttr().getBits() == 8;
  }
  return narrow;
}

static bool mayRowSplit(const NetworkNode &node) {
  auto population = dyn_cast<snn::PopulationOp>(node.op);
  return population && !node.incoming.empty() &&
         (!population.getBatchAttr() || node.rowSplit);
}

std::vector<uint32_t> NetworkInfo::components() const {
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  Graph graph(nodes.size());
  for (const NetworkEdge &edge : edges)
    boost::add_edge(edge.source, edge.target, graph);
  std::vector<uint32_t> component(nodes.size());
  boost::strong_components(
      graph, boost::make_iterator_property_map(
                 component.begin(), boost::get(boost::vertex_index, graph)));
  return component;
}

/// States of `population` that a run records: those it was asked for, those
/// its probes name, or all where nothing is said.
static unsigned recordedStates(snn::NetworkOp network,
                               const NetworkNode &node) {
  if (auto asked = dyn_cast_or_null<IntegerAttr>(
          node.op->getDiscardableAttr(kRecordedName)))
    return unsigned(asked.getInt());
  if (network.getOps<snn::ProbeOp>().empty())
    return unsigned(node.states.size());
  llvm::StringSet<> wanted;
  for (auto probe : network.getOps<snn::ProbeOp>())
    if (auto [name, variable] = probe.getName().rsplit(':'); name == node.name)
      wanted.insert(variable);
  return unsigned(llvm::count_if(
      node.states, [&](StringRef state) { return wanted.contains(state); }));
}

static void countCycles(NetworkInfo &info) {
  std::vector<bool> sends(info.nodes.size());
  for (const NetworkEdge &edge : info.edges)
    sends[edge.source] = true;
  for (auto [id, node] : llvm::enumerate(info.nodes)) {
    auto population = dyn_cast<snn::PopulationOp>(node.op);
    if (!population)
      continue;
    snn::NeuronOp model = population.neuron();
    llvm::SmallVector<bool> uniform;
    for (unsigned j = 0; j < model.numParams(); ++j)
      uniform.push_back(
          !llvm::is_contained(node.arrayParams, model.paramName(j)));
    node.cycles = neuronCycles(model, {uniform, node.rate, sends[id],
                                       recordedStates(info.network, node)});
    for (const NodeDrive &drive : node.drives)
      node.cycles += drive.cycles;
    for (size_t i = 0; i < node.noises.size(); ++i)
      node.cycles += noiseCycles();
  }
}

FailureOr<NetworkInfo> NetworkInfo::read(snn::NetworkOp network) {
  NetworkInfo info;
  info.network = network;
  llvm::DenseMap<Value, uint32_t> nodes;
  for (Operation &op : network.getBody().front()) {
    if (isa<snn::ProjectionOp, snn::ProbeOp>(op))
      continue;
    if (!isa<snn::InputOp, snn::PopulationOp>(op))
      return report(&op, "SNN0351")
             << "'" << op.getName()
             << "' is legal only before the Normalize stage "
             << "ends; run it before mapping";
    Value signal = op.getResult(0);
    nodes[signal] = uint32_t(info.nodes.size());
    if (failed(addNode(info, &op, op.getAttrOfType<StringAttr>("name"),
                       cast<RankedTensorType>(signal.getType()))))
      return failure();
  }
  for (auto projection : network.getOps<snn::ProjectionOp>())
    if (failed(addEdge(info, projection, nodes)))
      return failure();
  std::vector<uint32_t> component = info.components();
  for (NetworkNode &node : info.nodes) {
    node.mayBatch = mayBatch(info, node, component);
    node.mayRowSplit = mayRowSplit(node);
  }
  for (NetworkEdge &edge : info.edges) {
    edge.isNear =
        !edge.isDrawn && component[edge.source] == component[edge.target] &&
        snn::shortestDelay(edge.op).value_or(0) < double(snn::kRowSplitDelay);
    info.nodes[edge.target].hasNear |= edge.isNear;
  }
  // There is nothing to multiply without synapses.
  for (NetworkNode &node : info.nodes)
    if (node.incoming.empty()) {
      node.parallel = node.rowSplit = false;
      node.batch = 1;
    }
  countCycles(info);
  return info;
}

FailureOr<NetworkInfo> NetworkInfo::read(MachineOp machine) {
  auto network = SymbolTable::lookupNearestSymbolFrom<snn::NetworkOp>(
      machine->getParentOp(), machine.getNetworkAttr());
  if (!network)
    return report(machine, "SNN0350") << "maps '@" << machine.getNetwork()
                                      << "', but there is no such network";
  return read(network);
}

bool NetworkInfo::sharesKeys(uint32_t node) const {
  llvm::SmallDenseSet<uint32_t> sources;
  return llvm::any_of(nodes[node].incoming, [&](uint32_t edge) {
    return !sources.insert(edges[edge].source).second;
  });
}

uint64_t NetworkInfo::sourcesOf(const NetworkNode &node) const {
  llvm::SmallDenseSet<uint32_t> sources;
  uint64_t sum = 0;
  for (uint32_t edge : node.incoming)
    if (sources.insert(edges[edge].source).second)
      sum += nodes[edges[edge].source].size;
  return sum;
}

CoreDemand NetworkInfo::demand(const NetworkNode &node,
                               uint32_t neurons) const {
  CoreDemand demand;
  demand.neurons = neurons;
  demand.receptors = node.receptors;
  demand.states = node.states;
  demand.arrayParams = node.arrayParams;
  for (const NodeDrive &drive : node.drives)
    demand.driveBytes += drive.bytes(neurons);
  demand.driveBytes += noiseBytes(node.noises.size());
  return demand;
}

FailureOr<std::vector<BlockStatistics>> NetworkInfo::scan() const {
  std::vector<BlockStatistics> result;
  for (const NetworkEdge &edge : edges) {
    auto view = viewOf(edge.op);
    if (!view)
      return failure();
    result.push_back(BlockStatistics::scan(*view, formats()));
  }
  return result;
}

/// As many slices from the `i`th on as `run` can hold.
static size_t extend(KeyRun &run, llvm::ArrayRef<SliceInfo> senders, size_t i) {
  const SliceInfo &first = senders[i];
  size_t end = i + 1;
  if (end == senders.size())
    return end;
  uint64_t apart = uint64_t(*senders[end].key) - *first.key;
  uint64_t size = first.size();
  if (*senders[end].key <= *first.key || !llvm::isPowerOf2_64(apart) ||
      apart < size || apart - size > UINT16_MAX)
    return end;
  for (; end < senders.size(); ++end) {
    uint64_t number = end - i;
    if (*senders[end].key != *first.key + number * apart ||
        senders[end].begin != first.begin + number * size ||
        senders[end].size() > size || senders[end - 1].size() != size)
      break;
  }
  if (end > i + 1) {
    run.shift = llvm::Log2_64(apart);
    run.gap = uint32_t(apart - size);
  }
  return end;
}

std::vector<KeyRun> keyRunsOf(const Belongings &belongings, BlockOp block) {
  llvm::ArrayRef<SliceInfo> senders = belongings.sourcesOf(block);
  Range known = belongings.knownBy(block);
  if (senders.empty())
    return {};
  if (!llvm::all_of(senders, [](auto &sender) { return sender.key; }))
    return {KeyRun{}};
  std::vector<KeyRun> runs;
  for (size_t i = 0, end; i < senders.size(); i = end) {
    const SliceInfo &sender = senders[i];
    KeyRun run;
    run.origin = *sender.key;
    run.first = sender.begin - known.begin;
    run.keyFirst =
        run.origin + std::max(sender.begin, known.begin) - sender.begin;
    end = extend(run, senders, i);
    const SliceInfo &final = senders[end - 1];
    run.keyCount = *final.key + std::min(final.end, known.end) - final.begin -
                   run.keyFirst;
    runs.push_back(run);
  }
  return runs;
}

std::optional<BlockSize> sizeOf(BlockOp block, Range known) {
  auto rows = dyn_cast<RowsAttr>(block.getEncoding());
  uint64_t index =
      rows ? rows.getFormat()->indexBytes(rows.getFields(), known) : 0;
  if (block.getBytes() < index)
    return std::nullopt;
  return BlockSize{block.getBytes() - index, index};
}

} // namespace snnc::fabric
