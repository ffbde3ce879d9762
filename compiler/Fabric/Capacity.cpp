//===- Capacity.cpp - Networks that no mapping can fit --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Fabric/Capacity.h"

#include "compiler/Fabric/CorePlanner.h"
#include "compiler/SNN/Connectivity.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::fabric {

static std::string thousands(uint64_t number) {
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
  if (!rule.getMultapses() ||
      (!out && rule.getKind() != ConnectorKind::FixedInDegree))
    return count;
  double degree = rule.getAmount().getValueAsDouble();
  double partners = out ? targets : sources, owners = out ? sources : targets;
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
  double amount = rule.getAmount().getValueAsDouble();
  switch (rule.getKind()) {
  case snn::ConnectorKind::AllToAll:
    return sources * targets;
  case snn::ConnectorKind::OneToOne:
    return targets;
  case snn::ConnectorKind::FixedInDegree:
    return amount * targets;
  case snn::ConnectorKind::FixedOutDegree:
    return amount * sources;
  case snn::ConnectorKind::FixedProbability: {
    double expected = amount * sources * targets;
    return expected + 6 * std::sqrt(expected);
  }
  }
  return 0;
}

LogicalResult refuseHopeless(snn::NetworkOp network,
                             const MachineModel &machine) {
  uint64_t room = availableBytes(machine.sram) * machine.pes.size();
  double most = 0;
  for (auto op : network.getOps<snn::ProjectionOp>())
    most += mostSynapses(op);
  if (most <= double(room)) // a byte each at the least
    return success();
  struct Part {
    snn::ProjectionOp op;
    uint64_t synapses, bytes;
  };
  std::vector<Part> parts;
  uint64_t bytes = 0, synapses = 0;
  for (auto op : network.getOps<snn::ProjectionOp>()) {
    if (!isa<snn::ProceduralAttr, snn::ListAttr>(op.getWeights()))
      continue;
    auto view = snn::Connectivity::create(op);
    if (!view)
      return failure();
    uint64_t count = view->cheapCount().value_or(0), pairs = count;
    if (auto rule = dyn_cast<snn::ProceduralAttr>(op.getWeights()))
      pairs = leastPairs(rule, count, double(view->numSources()),
                         double(view->numTargets()));
    else
      pairs = 0; // a list may name one pair any number of times
    parts.push_back({op, count, pairs});
    bytes += pairs;
    synapses += count;
  }
  if (bytes <= room)
    return success();
  std::stable_sort(
      parts.begin(), parts.end(),
      [](const Part &a, const Part &b) { return a.synapses > b.synapses; });
  std::string table;
  for (size_t i = 0; i < std::min<size_t>(4, parts.size()); ++i)
    table +=
        fmt::format("{}'{}' {}", i ? ", " : "", parts[i].op.getName().str(),
                    thousands(parts[i].synapses));
  InFlightDiagnostic diag =
      parts.front().op.emitError("SNN0354: the network does not fit: its ")
      << thousands(synapses) << " synapses take at least " << thousands(bytes)
      << " B, all " << machine.pes.size() << " cores of '" << machine.name
      << "' together have " << thousands(room) << " B";
  diag.attachNote() << "most synapses: " << table;
  uint64_t percent = room * 100 / bytes;
  diag.attachNote() << "help: keep at most " << percent
                    << " % of the synapses: smaller degrees or probabilities, "
                       "or smaller populations";
  return failure();
}

} // namespace snnc::fabric
