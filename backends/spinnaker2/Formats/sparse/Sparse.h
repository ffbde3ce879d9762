//===- Sparse.h - Rows of words without gaps --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// #fabric.sparse<w, index = I, delay = D, weight = W>: rows of synaptic words
// (words/Words.h), contiguous. Index: u16[sources + 1], in words relative to
// the block's first word; row i is the words [index[i], index[i + 1]).
//
// `dram = true`: the rows are in DRAM, still without gaps, and may be more than
// a u16 counts. The index has a record for every 32 sources, GroupedIndex: u32
// first word of the group, then u16[33] from there. A row is fetched with what
// stands around it in its 16 B.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_S2_FORMATS_SPARSE_SPARSE_H
#define SNNC_S2_FORMATS_SPARSE_SPARSE_H

#include "backends/spinnaker2/Formats/words/Words.h"

namespace snnc::s2 {

/// The numbers of the attribute.
struct SparseFields : WordFields {
  bool fetched = false;
  static SparseFields of(llvm::ArrayRef<uint32_t> fields) {
    return {WordFields::of(fields), fields[WordFields::kCount] != 0};
  }
};

const fabric::RowFormat &sparseRows();

inline fabric::RowEncoding sparse(unsigned word, unsigned index, unsigned delay,
                                  unsigned weight, bool repeats = false,
                                  bool fetched = false) {
  return {&sparseRows(),
          {word, index, delay, weight, uint32_t(repeats), uint32_t(fetched)}};
}

/// The index of rows in DRAM.
struct GroupedIndex {
  static constexpr uint32_t kSources = 32, kRecord = 72; ///< a full record
  static uint64_t bytes(uint64_t sources);
};

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_SPARSE_SPARSE_H
