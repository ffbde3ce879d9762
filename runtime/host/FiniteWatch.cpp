//===- FiniteWatch.cpp - States that are no numbers -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/FiniteWatch.h"

#include "runtime/host/Recorder.h"

#include <bit>
#include <cmath>
#include <fmt/format.h>

namespace snnc::runtime {

/// By the exponent, so that the compiler makes one loop without branches of it:
/// nearly always all are finite.
static bool allFinite(std::span<const float> values) {
  constexpr uint32_t exponent = 0x7f800000;
  bool finite = true;
  for (float value : values)
    finite &= (std::bit_cast<uint32_t>(value) & exponent) != exponent;
  return finite;
}

void FiniteWatch::begin(uint64_t newSample) {
  sample = newSample;
  found.reset();
  note.clear();
}

bool FiniteWatch::look(uint64_t chipTick, size_t population, size_t variable,
                       std::span<const float> values, uint32_t first,
                       std::span<const uint32_t> neurons) {
  uint64_t latency = manifest.populations[population].latency;
  if (allFinite(values) || chipTick < latency || chipTick - latency >= ticks)
    return false;
  bool earlier = false;
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]))
      continue;
    Place place{chipTick - latency, population, variable,
                neurons.empty() ? first + i : neurons[i], values[i]};
    if (found && !(place.key() < found->key()))
      continue;
    found = place;
    earlier = true;
  }
  if (earlier)
    note.clear();
  return earlier;
}

Status FiniteWatch::status(uint64_t chipTick, bool isLast) const {
  if (!found || (!isLast && chipTick < found->tick + manifest.latency))
    return {};
  const PopulationEntry &population = manifest.populations[found->population];
  std::string value = std::isnan(found->value) ? "nan"
                      : found->value > 0       ? "inf"
                                               : "-inf";
  Diagnostic error = makeError(
      "SNN0910", {"", population.name, 0, 0},
      fmt::format("in {}tick {} the state '{}' of neuron {} becomes {}; the "
                  "run ends there",
                  sample ? fmt::format("sample {}, ", sample) : "", found->tick,
                  population.variables[found->variable].name, found->neuron,
                  value),
      {"keep the equation's operands in range with min() and max(), take a "
       "smaller time step, or mend the weight or parameter that drives it "
       "there"});
  if (!note.empty())
    error.notes.push_back(note);
  return error;
}

Diagnostic sumNotFinite(const std::string &population, uint64_t tick,
                        uint64_t neuron, double sum) {
  return makeError("SNN0910", {"", population, 0, 0},
                   fmt::format("in tick {} the weight sum of neuron {} becomes "
                               "{:g}, beyond float32; the run ends there",
                               tick, neuron, sum),
                   {"make the weights smaller, or feed fewer spikes a tick and "
                    "channel"});
}

Status CoreStates::find() {
  blocks.clear();
  orders.clear();
  for (size_t p = 0; p < bundle.manifest.populations.size(); ++p) {
    const PopulationEntry &population = bundle.manifest.populations[p];
    auto order =
        orderOf(bundle, population.order, population.neurons, population.name);
    if (!order)
      return order.takeError();
    orders.push_back(std::move(*order));
    for (const SliceEntry &slice : population.slices) {
      const CoreEntry &core = bundle.manifest.cores[slice.core];
      Expected<SnncCoreHeader> header = readHeader(machine, core);
      if (!header)
        return header.takeError();
      // A header that is none is the recorder's to report.
      if (header->magic != SNNC_ABI_MAGIC ||
          header->abi_version != SNNC_ABI_VERSION ||
          header->n_neurons != slice.end - slice.begin)
        continue;
      for (size_t v = 0; v < population.variables.size(); ++v)
        if (uint32_t at = header->state[population.variables[v].state])
          blocks.push_back(
              {{core.at, at, slice.end - slice.begin}, slice.begin, p, v});
    }
  }
  return {};
}

std::vector<StateBlock> CoreStates::memory() const {
  std::vector<StateBlock> all;
  for (const Block &block : blocks)
    all.push_back(block.memory);
  return all;
}

Status CoreStates::look(uint64_t chipTick, FiniteWatch &watch) {
  for (const Block &block : blocks) {
    const StateBlock &memory = block.memory;
    values.resize(memory.count);
    if (Status status = machine.read(memory.at, memory.address,
                                     std::as_writable_bytes(std::span(values)));
        !status)
      return status;
    std::span<const uint32_t> order = orders[block.population];
    watch.look(chipTick, block.population, block.variable, values, block.first,
               order.empty() ? order
                             : order.subspan(block.first, memory.count));
  }
  return {};
}

} // namespace snnc::runtime
