//===- Synapses.cpp - What a spike does, either precision -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/Synapses.h"

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::reference {

/// Whole ticks, one for all sources or one for each; empty after an error.
static std::vector<uint32_t> delaysOf(ProjectionOp projection) {
  size_t sources = size_t(projection.numSources());
  auto values =
      ParamValues::get(projection.getDelay(), sources, projection.getContext());
  std::vector<uint32_t> delays;
  if (!values)
    return delays;
  size_t count = values->uniform() ? 1 : sources;
  for (size_t s = 0; s < count; ++s) {
    double ticks = values->at(s);
    if (!(ticks >= 1 && ticks <= 65535) || ticks != std::floor(ticks))
      return {};
    delays.push_back(uint32_t(ticks));
  }
  return delays;
}

std::unique_ptr<Synapses> Synapses::create(ProjectionOp projection,
                                           Precision precision) {
  auto result = std::make_unique<Synapses>();
  if (precision == Precision::Quantized) {
    result->integers = IntConnectivity::create(projection);
    if (!result->integers)
      return nullptr;
    result->longest = result->integers->maxDelay();
  } else {
    result->reals = Connectivity::create(projection);
    result->delays = delaysOf(projection);
    if (!result->reals)
      return nullptr;
    if (result->delays.empty()) {
      report(projection, "SNN0304")
          << "delays are missing or not whole numbers "
             "of 1 to 65535 ticks; run snn-retime";
      return nullptr;
    }
    result->longest =
        *std::max_element(result->delays.begin(), result->delays.end()) +
        result->reals->maxExtraDelay();
  }
  result->rows.resize(size_t(projection.numSources()));
  return result;
}

void Synapses::fill(uint32_t source, Row &row) const {
  row.entries.clear();
  if (integers) {
    std::vector<IntSynapse> synapses;
    integers->row(source, synapses);
    for (const IntSynapse &synapse : synapses)
      row.entries.push_back(
          {synapse.target, synapse.delay, {.integer = synapse.weight}});
    return;
  }
  std::vector<Synapse> synapses;
  reals->row(source, synapses);
  uint32_t delay = delays[delays.size() == 1 ? 0 : source];
  for (const Synapse &synapse : synapses)
    row.entries.push_back(
        {synapse.target, delay + synapse.delay, {.real = synapse.weight}});
}

const Row &Synapses::row(uint32_t source) {
  if (rows[source])
    return *rows[source];
  fill(source, scratch);
  kept += scratch.entries.size();
  if (kept > kKeptSynapses)
    return scratch;
  rows[source] = std::make_unique<Row>(scratch);
  return *rows[source];
}

} // namespace snnc::reference
