//===- FiniteWatch.h - States that are no numbers ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A state that becomes NaN or infinite ends a run (docs/semantics.md S8.4): a
// NaN never crosses a threshold, so that nothing else would show it. Every way
// to run a network looks at all states after every tick, recorded or not, and
// says the same about them.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_FINITEWATCH_H
#define SNNC_RUNTIME_HOST_FINITEWATCH_H

#include "runtime/cores/CoreMachine.h"
#include "runtime/host/Recording.h"

#include <tuple>

namespace snnc::runtime {

/// The first such state of a sample: by tick of the network, population, state,
/// neuron, in the order of the manifest.
class FiniteWatch {
public:
  /// Ticks of the network from `ticks` on are in no result and do not count.
  FiniteWatch(const Manifest &manifest, uint64_t ticks)
      : manifest(manifest), ticks(ticks) {}

  void begin(uint64_t sample);

  /// After chip tick `chipTick`, states of the neurons `neurons[i]`, or of
  /// `first` + i where `neurons` is empty. True where that found an earlier one
  /// than was known.
  bool look(uint64_t chipTick, size_t population, size_t variable,
            std::span<const float> values, uint32_t first = 0,
            std::span<const uint32_t> neurons = {});

  /// After every state of a chip tick: the error SNN0910, once no earlier state
  /// can come (layers have latencies), or at the last tick of a sample.
  Status status(uint64_t chipTick, bool isLast) const;

  /// Of the last look() that was true.
  uint64_t neuron() const { return found->neuron; }
  void setNote(std::string text) { note = std::move(text); }

private:
  struct Place {
    uint64_t tick;
    size_t population, variable;
    uint64_t neuron;
    float value;
    auto key() const { return std::tie(tick, population, variable, neuron); }
  };

  const Manifest &manifest;
  uint64_t ticks, sample = 0;
  std::optional<Place> found;
  std::string note; ///< what made it, where that is known
};

/// SNN0910 for a float sum of weights (docs/semantics.md S4.4) beyond float32;
/// `tick` of the network.
Diagnostic sumNotFinite(const std::string &population, uint64_t tick,
                        uint64_t neuron, double sum);

/// The states of a bundle's cores in their memories.
class CoreStates {
public:
  CoreStates(const Bundle &bundle, CoreMachine &machine)
      : bundle(bundle), machine(machine) {}

  /// After load() or reset(): where the states are. Error SNN0506.
  Status find();
  /// For CoreMachine::watch.
  std::vector<StateBlock> memory() const;
  /// After a chip tick.
  Status look(uint64_t chipTick, FiniteWatch &watch);

private:
  struct Block {
    StateBlock memory;
    uint32_t first = 0;
    size_t population, variable;
  };

  const Bundle &bundle;
  CoreMachine &machine;
  std::vector<Block> blocks;
  /// Neuron by place, one list a population; empty: the place.
  std::vector<std::vector<uint32_t>> orders;
  std::vector<float> values;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_FINITEWATCH_H
