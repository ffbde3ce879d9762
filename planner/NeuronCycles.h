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

namespace snnc::fabric {

/// Core cycles of one neuron and tick, in a loop that updates groups of four
/// (passes/Program/NeuronLoop.h).
struct NeuronCosts {
  double loop = 1.7;        ///< its share of the turn
  double receptor = 4;      ///< take a sum, make it a float, clear it
  double array = 1.25;      ///< load or store a float of its own
  double pointer = 1.4;     ///< the same beyond kGroupPlaces arrays, on top
  double move = 1.5;        ///< a sum or state that becomes another state
  double simple = 1.17;     ///< float +, -, *, negation; now and then a wait
  double divide = 14;       ///< also a square root
  double whole = 1.6;       ///< integers, and between them and floats
  double branch = 3;        ///< compare and jump: the spike
  double flag = 5;          ///< compare into a register, for and, or
  double select = 4.2;      ///< compare and move
  double limit = 15.9;      ///< min, max with what is no 0 for all neurons
  double limitAny = 35.3;   ///< min, max of any two: NaN, two zeros
  double crowd = 2.8;       ///< a group of four that no register is left for
  double spike = 10.3;      ///< mark it
  double send = 16;         ///< its packet
  double spikingGroup = 40; ///< the other side of the branch, for all four
  double record = 7;        ///< copy a state into the record window
  double margin = 1.15;     ///< worst: measured updates are below this
  double tick = 500;        ///< worst: what a core does once a tick
};

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
  double once = 0;     ///< worst: of a core, whatever its neurons
  /// Worst of a core.
  double worstOf(double neurons) const { return neurons * worst + once; }
  bool operator==(const NeuronCycles &) const = default;
};

NeuronCycles neuronCycles(snn::NeuronOp model, const NeuronUse &use,
                          const NeuronCosts &costs = {});

} // namespace snnc::fabric

#endif // SNNC_PLANNER_NEURONCYCLES_H
