//===- RegionEvaluator.h - A neuron model, evaluated ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S3 as code: the region of an snn.neuron, one operation
// after the other in the written order, each rounded to float32. The region
// becomes a flat list of instructions once; each instruction then runs over a
// block of neurons.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_REFERENCE_REGIONEVALUATOR_H
#define SNNC_REFERENCE_REGIONEVALUATOR_H

#include "compiler/SNN/SNN.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace snnc::reference {

class RegionEvaluator {
public:
  /// Error SNN0702 at an operation that S3.2 does not list.
  static mlir::FailureOr<RegionEvaluator> create(snn::NeuronOp model);

  /// One tick of `neurons` neurons. Every array holds `neurons` numbers:
  /// `receptors` the weight sums, `states` the states, replaced by the next
  /// ones, `params` the parameters, `spikes` 0 or 1 (untouched by a model that
  /// never spikes).
  void run(size_t neurons, std::span<const float *const> receptors,
           std::span<float *const> states, std::span<const float *const> params,
           uint8_t *spikes) const;

  /// How state `k` of one neuron became what it is, from the values that the
  /// neuron had before the tick: the chain of values that are no numbers, back
  /// to the first, in words (Interpreter::originOf).
  std::string originOf(std::span<const float> receptors,
                       std::span<const float> states,
                       std::span<const float> params, unsigned k) const;

private:
  enum class Code : uint8_t {
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    Max,       ///< NaN wins
    Min,       ///< NaN wins
    MaxNum,    ///< a number wins over NaN
    MinNum,    ///< a number wins over NaN
    Compare,   ///< predicate
    Select,    ///< c ? a : b, float32
    SelectBit, ///< c ? a : b, i1
    And,
    Or,
    Xor,
    BitToFloat,  ///< 0 or 1
    BitToSigned, ///< 0 or -1: an i1 is one bit of two's complement
    Sqrt,        ///< correctly rounded
    // i32 values live in the float32 slots as bit patterns.
    Copy, ///< arith.bitcast either way
    AddInt,
    SubInt,
    AndInt,
    ShiftLeft,
    ShiftRight, ///< arithmetic
    ToInt,      ///< toward zero; out of range is 0
    FromInt,
  };
  /// Slots are numbered separately for 32-bit (f32, i32) and i1 values.
  struct Instruction {
    Code code;
    uint8_t predicate = 0; ///< arith::CmpFPredicate
    uint16_t result = 0, a = 0, b = 0, c = 0;
  };
  struct Compiler;

  void runBlock(const Instruction &instruction, size_t count, float *floats,
                uint8_t *bits) const;

  /// Neurons at a time: the slots of a block stay in the cache.
  static constexpr size_t kBlock = 128;

  std::vector<Instruction> instructions;
  /// Of each instruction; the model outlives its evaluator.
  std::vector<mlir::Operation *> operations;
  snn::NeuronOp model;
  /// Constants, written to their slots before the first block.
  std::vector<std::pair<uint16_t, float>> floatConstants;
  std::vector<std::pair<uint16_t, uint8_t>> bitConstants;
  /// Receptors, states, parameters come first among the float32 slots.
  uint16_t floatSlots = 0, bitSlots = 0;
  std::vector<uint16_t> nextStates;
  int spikeSlot = -1;
};

} // namespace snnc::reference

#endif // SNNC_REFERENCE_REGIONEVALUATOR_H
