//===- Capacity.cpp - Networks that no mapping can fit --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "planner/Capacity.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/Support/Report.h"
#include "planner/CorePlanner.h"
#include "planner/OtherMachines.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

using namespace mlir;

namespace snnc::fabric {

std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = int64_t(text.size()) - 3; at > 0; at -= 3)
    text.insert(size_t(at), ",");
  return text;
}

/// Fewest pairs of neurons behind `count` synapses: degrees drawn with
/// replacement name some pair twice. d draws among n give d (d - 1) / 2n
/// repetitions on average; twice that is far outside the spread.
static uint64_t leastPairs(snn::ProceduralAttr rule, uint64_t count,
                           double sources, double targets) {
  using snn::ConnectorKind;
  bool out = rule.getKind() == ConnectorKind::FixedOutDegree;
  bool total = rule.getKind() == ConnectorKind::FixedTotalNumber;
  if (!rule.getMultapses() ||
      (!out && !total && rule.getKind() != ConnectorKind::FixedInDegree))
    return count;
  double partners = out ? targets : sources, owners = out ? sources : targets;
  double degree = rule.getAmount().getValueAsDouble();
  if (total)
    degree /= owners;
  double repeated = owners * degree * (degree - 1) / partners;
  return repeated < double(count) ? count - uint64_t(repeated) : 0;
}

/// No fewer than the synapses of a projection, without drawing any: a draw may
/// exceed its expectation by six standard deviations once in 10^9.
static double mostSynapses(snn::ProjectionOp op) {
  double sources = double(op.numSources()), targets = double(op.numTargets());
  auto rule = dyn_cast<snn::ProceduralAttr>(op.getWeights());
  if (!rule)
    return 0; // a list: it may name one pair any number of times
  double expected = rule.expectedSynapses(sources, targets);
  bool drawn = rule.getKind() == snn::ConnectorKind::FixedProbability;
  return drawn ? expected + 6 * std::sqrt(expected) : expected;
}

/// Least bytes of one neuron on a core: a 4 B state with its place in the
/// record window and its sum, unless its model has no state.
static constexpr uint64_t kNeuronBytes = 12, kStatelessBytes = 4;

static uint64_t neuronBytes(Operation &op) {
  auto population = dyn_cast<snn::PopulationOp>(op);
  snn::NeuronOp model = population ? population.neuron() : snn::NeuronOp();
  if (model && model.numStates() > 0)
    return kNeuronBytes;
  return population || isa<snn::OdeOp>(op) ? kStatelessBytes : 0;
}

/// A machine with so many chips, at the least, where `bytes` need more than the
/// machine has and a chip holds `each` of them.
static void attachChips(InFlightDiagnostic &diag, uint64_t bytes, uint64_t each,
                        const MachineModel &machine) {
  uint64_t chips = (bytes + each - 1) / each;
  if (chips <= machine.chipCount())
    return;
  uint64_t cores = machine.coreCount() / machine.chipCount();
  if (auto larger = boardsWith(machine, chips * cores))
    attachHelp(diag) << "takes at least " << grouped(chips) << " chips"
                     << (machine.hasDram() ? " with rows in DRAM" : "") << ": "
                     << larger->words << ": "
                     << grouped(larger->model.coreCount()) << " cores";
}

/// Error SNN0354 when the neurons alone are too many.
static LogicalResult refuseNeurons(snn::NetworkOp network,
                                   const MachineModel &machine, uint64_t room,
                                   llvm::StringRef elsewhere) {
  uint64_t bytes = 0, neurons = 0, most = 0;
  Operation *largest = nullptr;
  for (Operation &op : network.getBody().front()) {
    uint64_t each = neuronBytes(op);
    if (!each)
      continue;
    auto size = uint64_t(
        cast<RankedTensorType>(op.getResult(0).getType()).getNumElements());
    neurons += size;
    bytes += size * each;
    if (size > most) {
      most = size;
      largest = &op;
    }
  }
  if (bytes <= room)
    return success();
  auto name = largest->getAttrOfType<StringAttr>("name");
  InFlightDiagnostic diag =
      report(largest, "SNN0354")
      << "the network does not fit: its " << grouped(neurons)
      << " neurons take at least " << grouped(bytes) << " B, all "
      << machine.coreCount() << " cores of '" << machine.name
      << "' together have " << grouped(room) << " B";
  diag.attachNote() << "largest: '" << (name ? name.getValue() : "")
                    << "' with " << grouped(most) << " neurons";
  attachChips(diag, bytes, room / machine.chipCount(), machine);
  attachElsewhere(diag, elsewhere);
  return failure();
}

/// Least bytes of the synapses of `op`, `pairs` pairs of neurons and `count`
/// synapses: a byte for every possible pair (dense rows, int8), a 16-bit word
/// for each synapse (sparse rows), or 16 weights of a byte for each source and
/// sixteen targets with a synapse between them (weight-delay map). Rounding to
/// 0 removes synapses, which only weights that are all alike rule out.
/// Sparse rows of drawn sources leave each core's `available` bytes only what
/// an index of two bytes a source does not take (a few less: nothing may reach
/// the first and last ones); `available` is infinite where rows may be in DRAM.
static uint64_t leastBytes(snn::ProceduralAttr rule, uint64_t count,
                           uint64_t pairs, double sources, double targets,
                           double available) {
  double possible = sources * targets;
  if (possible <= 0 || rule.getWeight().getKind() != snn::DistKind::Constant)
    return pairs;
  double share = std::min(1.0, double(pairs) / possible);
  // Tiles with a synapse are fewest where the synapses stand together.
  double tiles = std::max(possible / 16 * (1 - std::pow(1 - share, 16)) * 0.9,
                          double(pairs) / 16);
  if (rule.getKind() == snn::ConnectorKind::OneToOne)
    tiles = 0;
  double rows = std::max(1.0, available - 1.9 * sources);
  double indexed = std::isinf(available) ? 1 : available / rows;
  double least = std::min({possible, 2 * double(count) * indexed, 16 * tiles});
  return std::max(pairs, uint64_t(least));
}

/// Synapses drawn for each byte of the machine, at most. A pair of neurons may
/// have any number of them, which dense rows and weight-delay maps add up: what
/// they take says nothing about the time that drawing them takes.
static constexpr uint64_t kDrawnPerByte = 2;

namespace {

struct Part {
  snn::ProjectionOp op;
  uint64_t synapses, bytes;
};

/// The projections whose synapses are known before they are drawn.
struct Parts {
  std::vector<Part> all;
  uint64_t synapses = 0, bytes = 0;
  uint64_t drawn = 0; ///< of the synapses; lists are as long as their files
};

} // namespace

static FailureOr<Parts> partsOf(snn::NetworkOp network,
                                const MachineModel &machine) {
  Parts parts;
  for (auto op : network.getOps<snn::ProjectionOp>()) {
    if (!isa<snn::ProceduralAttr>(op.getWeights()) &&
        !snn::isListed(op.getWeights()))
      continue;
    auto view = snn::Connectivity::create(op);
    if (!view)
      return failure();
    uint64_t count = view->cheapCount().value_or(0);
    uint64_t least = 0; // a list may name one pair any number of times
    if (auto rule = dyn_cast<snn::ProceduralAttr>(op.getWeights())) {
      double sources = view->numSources(), targets = view->numTargets();
      least =
          leastBytes(rule, count, leastPairs(rule, count, sources, targets),
                     sources, targets,
                     machine.hasDram() ? std::numeric_limits<double>::infinity()
                                       : double(availableBytes(machine.sram)));
      parts.drawn += count;
    }
    parts.all.push_back({op, count, least});
    parts.bytes += least;
    parts.synapses += count;
  }
  return parts;
}

/// What holds so many bytes, at the least.
static void attachMachines(InFlightDiagnostic &diag, uint64_t bytes,
                           const MachineModel &machine) {
  uint64_t cores = machine.coreCount() / machine.chipCount();
  uint64_t each = availableBytes(machine.sram) * cores + machine.dramRoom();
  if (auto with = sameWithDram(machine)) {
    each += with->dramRoom();
    if (bytes <= each) {
      attachHelp(diag) << "may fit with rows in DRAM, which machine '"
                       << machine.name << "' does not have: --machine "
                       << defaultMachineName() << ", " << grouped(each) << " B";
      return;
    }
  }
  attachChips(diag, bytes, each, machine);
}

/// Error SNN0354 at the projection with the most synapses.
static LogicalResult refuseSynapses(Parts parts, const MachineModel &machine,
                                    uint64_t room, uint64_t mostDrawn,
                                    llvm::StringRef elsewhere) {
  std::stable_sort(
      parts.all.begin(), parts.all.end(),
      [](const Part &a, const Part &b) { return a.synapses > b.synapses; });
  std::string table;
  for (size_t i = 0; i < std::min<size_t>(4, parts.all.size()); ++i)
    table +=
        fmt::format("{}'{}' {}", i ? ", " : "", parts.all[i].op.getName().str(),
                    grouped(parts.all[i].synapses));
  bool memory = parts.bytes > room;
  InFlightDiagnostic diag =
      report(parts.all.front().op, "SNN0354")
      << "the network does not fit: its " << grouped(parts.synapses)
      << " synapses "
      << (memory ? "take at least " + grouped(parts.bytes) + " B"
                 : "are more than the " + grouped(mostDrawn) +
                       " that are drawn for this machine")
      << ", all " << machine.coreCount() << " cores of '" << machine.name
      << (machine.hasDram() ? "' and its DRAM" : "'") << " together have "
      << grouped(room) << " B";
  diag.attachNote() << "most synapses: " << table;
  // Half of the memory, at the four bytes of the widest synapse.
  double percent = 100 * double(room) / 2 / (4 * double(parts.synapses));
  std::string help = fmt::format("{:.2g} % of the synapses (degrees, "
                                 "probabilities) would fit with room to spare",
                                 percent);
  if (memory)
    help += fmt::format("; all of them take more than {:.3g} times the machine",
                        double(parts.bytes) / double(room));
  attachHelp(diag) << help;
  if (memory)
    attachMachines(diag, parts.bytes, machine);
  attachElsewhere(diag, elsewhere);
  return failure();
}

LogicalResult refuseHopeless(snn::NetworkOp network,
                             const MachineModel &machine,
                             llvm::StringRef elsewhere) {
  uint64_t room = availableBytes(machine.sram) * machine.coreCount();
  if (failed(refuseNeurons(network, machine, room, elsewhere)))
    return failure();
  room += machine.dramRoom() * machine.chipCount();
  double most = 0;
  for (auto op : network.getOps<snn::ProjectionOp>())
    most += mostSynapses(op);
  if (8 * most <= double(room)) // far from what leastBytes asks for each
    return success();
  auto parts = partsOf(network, machine);
  if (failed(parts))
    return failure();
  uint64_t mostDrawn = kDrawnPerByte * room;
  if (parts->bytes <= room && parts->drawn <= mostDrawn)
    return success();
  return refuseSynapses(std::move(*parts), machine, room, mostDrawn, elsewhere);
}

} // namespace snnc::fabric
