//===- PhiloxCode.h - Philox4x32-10 in a core program -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_PROGRAM_PHILOXCODE_H
#define SNNC_PASSES_PROGRAM_PHILOXCODE_H

#include "compiler/Tick/LoopEmitter.h"

#include <array>

namespace snnc::program {

using tick::LoopEmitter;

/// Emits what runtime/support/Random.h computes, with the keys of the rounds in
/// memory: 20 words, as a core has no registers for them.
class PhiloxCode {
public:
  using Value = mlir::Value;
  using Words = std::array<Value, 4>;
  static constexpr unsigned kRounds = 10;

  /// The key of round r stands at base + offset + 8 r.
  PhiloxCode(LoopEmitter &emitter, Value base, size_t offset)
      : e(emitter), base(base), offset(offset) {}

  /// Writes the keys of the rounds.
  void expandKey(Value low, Value high);
  /// `key`: the address of the round's key 0; key 1 stands behind it.
  Words round(const Words &counter, Value key);
  /// Straight-line code.
  Words block(Words counter);

private:
  Value keyOf(unsigned r) { return e.add(base, uint32_t(offset + 8 * r)); }

  LoopEmitter &e;
  Value base;
  size_t offset;
};

} // namespace snnc::program

#endif // SNNC_PASSES_PROGRAM_PHILOXCODE_H
