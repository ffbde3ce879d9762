//===- Interpreter.h - The specification, runnable --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs an snn.network as docs/semantics.md says, tick by tick, on chip time:
// every other way to run a network must give these bits. Written to be read
// beside that page; its rules are cited as S1, S3.2 and so on.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_REFERENCE_INTERPRETER_H
#define SNNC_REFERENCE_INTERPRETER_H

#include "compiler/Reference/RegionEvaluator.h"
#include "compiler/Reference/Synapses.h"

#include "runtime/support/Random.h"

#include "llvm/ADT/DenseMap.h"

#include <memory>
#include <optional>
#include <span>

namespace snnc::reference {

class Interpreter {
public:
  /// Quantized needs a Normalized network; Float one that was discretised and
  /// retimed (weights stay as the user gave them). Errors at the ops: SNN0303,
  /// SNN0304, SNN0702 to SNN0705.
  static mlir::FailureOr<std::unique_ptr<Interpreter>>
  create(snn::NetworkOp network, Precision precision);

  /// Back to tick 0: states and waiting sums are zero (S1.4).
  void reset();
  /// Of what is drawn in each tick (S3.7): the sample, 0 until this is called,
  /// and a seed in place of the network's.
  void setDraws(uint64_t sample, std::optional<uint64_t> seed);

  /// One chip tick (S1.2). `inputs[i]` holds how often each channel of input i
  /// spikes in this tick. Errors SNN0701: a weight sum that does not fit 32
  /// bits; SNN0910, Float: one that does not fit float32.
  Status tick(std::span<const std::span<const uint16_t>> inputs);

  /// Ticks done since reset().
  uint64_t ticksDone() const { return now; }

  snn::NetworkOp network() const { return networkOp; }
  /// In the order of the text.
  std::span<const snn::InputOp> inputs() const { return inputOps; }
  size_t numPopulations() const { return populations.size(); }
  snn::PopulationOp population(size_t p) const { return populations[p].op; }
  snn::NeuronOp model(size_t p) const { return populations[p].model; }

  /// Of the last tick: one byte a neuron, 0 or 1.
  std::span<const uint8_t> spikes(size_t p) const {
    return populations[p].spikes;
  }
  /// After the last tick: float32 in chip units, see S6.4 for the user's.
  std::span<const float> state(size_t p, unsigned k) const {
    return populations[p].states[k];
  }

  /// What gave neuron `n` of population `p` the value that its state `k` has
  /// since the last tick, followed back from an infinity or NaN to the first
  /// operation, sum or parameter that is none from what is: "made by div:
  /// 1 / 0 (net.yaml:12)".
  std::string originOf(size_t p, unsigned k, size_t n) const;

private:
  struct Outgoing {
    std::unique_ptr<Synapses> synapses;
    size_t target;     ///< index into `populations`
    unsigned receptor; ///< of the target
  };
  struct Population {
    Population(snn::PopulationOp op, snn::NeuronOp model,
               RegionEvaluator evaluator)
        : op(op), model(model), evaluator(std::move(evaluator)) {}
    snn::PopulationOp op;
    snn::NeuronOp model;
    RegionEvaluator evaluator;
    size_t neurons = 0;
    uint64_t start = 0;
    std::vector<std::vector<float>> sums, states, params;
    std::vector<std::vector<float>> before;  ///< states, a tick ago
    std::vector<std::vector<float>> initial; ///< states before tick 0
    /// Parameters that are drawn in each tick.
    struct Drawn {
      unsigned param;
      snn::NormalAttr draw;
      PhiloxKey key;
    };
    std::vector<Drawn> drawn;
    uint32_t latency = 0;
    std::vector<uint8_t> spikes;
    std::vector<SumRing<int64_t>> integerRings; ///< Quantized, one a receptor
    std::vector<SumRing<double>> realRings;     ///< Float
    std::vector<Outgoing> outgoing;
  };

  explicit Interpreter(snn::NetworkOp network, Precision precision)
      : networkOp(network), precision(precision) {}
  mlir::LogicalResult addPopulation(snn::PopulationOp op);
  mlir::LogicalResult addProjection(snn::ProjectionOp op);
  void sizeRings();

  Status takeSums(Population &population);
  Status takeRealSums(Population &population, unsigned receptor);
  void draw(Population &population);
  void update(Population &population);
  void send(Outgoing &edge, uint32_t source, uint32_t count);

  snn::NetworkOp networkOp;
  Precision precision;
  std::vector<snn::InputOp> inputOps;
  std::vector<std::vector<Outgoing>> inputEdges; ///< one list an input
  std::vector<Population> populations;
  /// Inputs and populations by signal; populations count after the inputs.
  llvm::DenseMap<mlir::Value, size_t> indexOf;
  uint64_t now = 0;
  uint32_t sample = 0;
};

} // namespace snnc::reference

#endif // SNNC_REFERENCE_INTERPRETER_H
