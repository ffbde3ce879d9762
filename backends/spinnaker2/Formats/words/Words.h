//===- Words.h - A word per synapse -----------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the formats share whose rows are synaptic words: I + D + W = 16 or 32
// bits. From the low end: I bits target neuron (local to the slice), D bits
// delay, W bits signed weight. Delay of a synapse = block's least delay +
// field. A row names a target and delay once, unless the encoding says `repeats
// = true`: a sum must be written before the next one is read then.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_S2_FORMATS_WORDS_H
#define SNNC_S2_FORMATS_WORDS_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::s2 {

/// The numbers of a word; the first five fields of an attribute.
struct WordFields {
  unsigned word = 16, indexBits = 0, delayBits = 0, weightBits = 16;
  bool repeats = false;

  static constexpr size_t kCount = 5;
  static WordFields of(llvm::ArrayRef<uint32_t> fields) {
    return {fields[0], fields[1], fields[2], fields[3], fields[4] != 0};
  }
  unsigned bytes() const { return word / 8; }
};

/// "16, index = 8, delay = 0, weight = 8".
std::string bodyOf(const WordFields &fields);
/// Reads that; `fields` has room for it.
mlir::ParseResult parseWord(mlir::AsmParser &parser,
                            llvm::MutableArrayRef<uint32_t> fields);
mlir::LogicalResult
verifyWord(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
           const WordFields &fields);

/// The words that may hold the synapses into `targets`, shortest first.
llvm::SmallVector<WordFields, 2>
proposeWords(const fabric::BlockStatistics &statistics, fabric::Range targets);
/// The same for the closed formulas.
llvm::SmallVector<WordFields, 2> proposeWords(const fabric::BlockShape &shape);
/// Whether every synapse into `targets` has such a word.
bool holds(const WordFields &fields, const fabric::BlockStatistics &statistics,
           fabric::Range targets);

/// One synaptic word; nothing when a field is too narrow. `target` is local.
std::optional<uint32_t> pack(const WordFields &fields, uint32_t target,
                             uint32_t delay, int32_t weight);
snn::IntSynapse unpack(const WordFields &fields, uint32_t word,
                       uint32_t minDelay);
/// Whether a row names a target and delay more than once.
bool repeatsAny(std::span<const snn::IntSynapse> row);

/// Cycles of one synapse.
double synapseCycles(const WordFields &fields, const fabric::RingShape &ring);
/// Cycles of a row in SRAM beside its synapses and CycleCosts::packet: short
/// rows pass over some of the loops.
double rowCycles(const fabric::RowWork &work);
/// Index and delay field are one number where they are as wide as a slot has
/// bytes and as the ring has slots.
bool joinsWords(const WordFields &fields, uint64_t slots, uint64_t slotBytes);

/// The loops over the `count` words of a row from address `at`. `first`:
/// whether a halfword is the second of its word, in bit 0.
void emitWords(tick::LoopEmitter &e, const WordFields &fields,
               const tick::RowContext &row, mlir::Value at, mlir::Value first,
               mlir::Value count);

/// The same where the address `place` holds two u16 numbers: of the row's first
/// word, counted from the block's first one, and of the word behind its last.
void emitWordsAt(tick::LoopEmitter &e, const WordFields &fields,
                 const tick::RowContext &row, mlir::Value place);

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_WORDS_H
