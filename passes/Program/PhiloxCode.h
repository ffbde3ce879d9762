//===- PhiloxCode.h - Philox4x32-10 in a core program -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_PHILOXCODE_H
#define SNNC_PASSES_PROGRAM_PHILOXCODE_H

#include "compiler/Tick/LoopEmitter.h"

#include <array>

namespace snnc::program {

using tick::LoopEmitter;

/// Emits what runtime/support/Random.h computes, for counters that differ in
/// their first word alone, all other words and the key the same for a tick.
/// What the rounds need of those is in memory, 20 words, as a core has no
/// registers for it.
class PhiloxCode {
public:
  using Value = mlir::Value;
  using Words = std::array<Value, 4>;
  static constexpr unsigned kRounds = 10;

  /// The words stand at base + offset.
  PhiloxCode(LoopEmitter &emitter, Value base, size_t offset)
      : e(emitter), base(base), offset(offset) {}

  /// Writes them for a key (low, high) and the counters (.., second, third,
  /// fourth).
  void beginTick(Value low, Value high, Value second, Value third,
                 Value fourth);
  /// The block of the counter (group, ..), in straight-line code.
  Words block(Value group);
  /// The same in fewer instructions and more cycles.
  Words shortBlock(Value group);

private:
  struct Product {
    Value high, low;
  };
  Product product(Value word, uint32_t factor);
  Value bitXor(Value x, Value y);
  Words firstRounds(Value group);
  /// `key`: the address of the round's key 0; key 1 stands behind it.
  Words round(const Words &counter, Value key);

  LoopEmitter &e;
  Value base;
  size_t offset;
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_PHILOXCODE_H
