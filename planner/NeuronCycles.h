//===- NeuronCycles.h - Cycles of one neuron in one tick --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the update of a neuron costs, counted from the region of its model: each
// operation that is left when the compiler has folded what is the same for all
// neurons, each array that is read or written, and what the float registers do
// not hold. The constants are those of docs/cycles.md ("A neuron").
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_NEURONCYCLES_H
#define SNNC_PLANNER_NEURONCYCLES_H

#include "compiler/SNN/SNN.h"

#include "llvm/ADT/ArrayRef.h"

#include <cmath>

namespace snnc::fabric {

/// What of a population matters to its update.
struct NeuronUse {
  llvm::ArrayRef<bool> uniform; ///< per parameter: the same for all neurons
  double rate = 0;              ///< spikes per neuron and tick
  bool sends = false;           ///< somebody listens
  unsigned recorded = 0;        ///< states that every run records
};

/// Cycles of one neuron in one tick.
struct NeuronCycles {
  double expected = 0; ///< at the expected rate
  double worst = 0;    ///< it spikes, and a run records all states
  double once = 0;     ///< of a core, whatever its neurons
  double onceWorst = 0;
  /// On top, for each neuron behind the last group of four: its instructions
  /// wait for each other.
  double single = 0;
  /// Less, on a parallel core: the sums of its receptors need not be cleared.
  double clearing = 0;
  /// Of these, what copies states into the record window when all neurons are
  /// updated: expected, worst.
  double recording = 0, recordingWorst = 0;
  /// Of a core.
  double expectedOf(double neurons, bool parallel = false) const {
    return neurons * (expected - (parallel ? clearing : 0)) +
           std::fmod(neurons, 4) * single + once;
  }
  double worstOf(double neurons) const { return neurons * worst + onceWorst; }
  NeuronCycles &operator+=(const NeuronCycles &other) {
    expected += other.expected;
    worst += other.worst;
    once += other.once;
    onceWorst += other.onceWorst;
    return *this;
  }
  bool operator==(const NeuronCycles &) const = default;
};

NeuronCycles neuronCycles(snn::NeuronOp model, const NeuronUse &use);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_NEURONCYCLES_H
