//===- Sparse.h - A word per synapse ----------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// #fabric.sparse<w, index = I, delay = D, weight = W>, I + D + W = w = 16 or
// 32: one word per synapse. From the low end: I bits target neuron (local to
// the slice), D bits delay, W bits signed weight. Rows are contiguous. Index:
// u16[sources + 1] per source slice, in words relative to the block's first
// word; row i is the words [index[i], index[i + 1]). Delay of a synapse =
// block's least delay + field. A row names a target and delay once, unless the
// encoding says `repeats = true`: a sum must be written before the next one is
// read then.
//
// `dram = true`: the rows are in DRAM, still without gaps, and may be more than
// a u16 counts. The index has a record for every 32 sources of a source slice,
// GroupedIndex: u32 first word of the group, then u16[33] from there. A row is
// fetched with what stands around it in its 16 B.
//
// Rows and index start at multiples of 4. Neighbouring source slices share the
// index entry between them when the second then still starts at a multiple of
// 4 bytes, which slices of an even size do.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_S2_FORMATS_SPARSE_SPARSE_H
#define SNNC_S2_FORMATS_SPARSE_SPARSE_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::s2 {

/// The numbers of the attribute.
struct SparseFields {
  unsigned word = 16, indexBits = 0, delayBits = 0, weightBits = 16;
  bool repeats = false, fetched = false;

  static SparseFields of(llvm::ArrayRef<uint32_t> fields) {
    return {fields[0], fields[1],      fields[2],
            fields[3], fields[4] != 0, fields[5] != 0};
  }
};

const fabric::RowFormat &sparseRows();

inline fabric::RowEncoding sparse(unsigned word, unsigned index, unsigned delay,
                                  unsigned weight, bool repeats = false,
                                  bool fetched = false) {
  return {&sparseRows(),
          {word, index, delay, weight, uint32_t(repeats), uint32_t(fetched)}};
}

/// Where each source slice's index begins, in u16 entries.
struct IndexLayout {
  explicit IndexLayout(std::span<const fabric::Range> sourceSlices);
  std::vector<uint32_t> first;
  uint64_t entries = 0;
};

/// The same of rows in DRAM, in bytes.
struct GroupedIndex {
  static constexpr uint32_t kSources = 32, kRecord = 72; ///< a full record
  explicit GroupedIndex(std::span<const fabric::Range> sourceSlices);
  std::vector<uint32_t> first; ///< where each source slice begins
  uint64_t bytes = 0;
};

/// The loops (SparseLoop.cpp).
void emitSparseRow(tick::LoopEmitter &e, const SparseFields &fields,
                   const tick::RowContext &row);
fabric::FetchedRow findSparseRow(tick::LoopEmitter &e,
                                 const SparseFields &fields,
                                 const tick::RowContext &row);

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_SPARSE_SPARSE_H
