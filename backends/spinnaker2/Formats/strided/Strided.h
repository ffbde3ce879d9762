//===- Strided.h - Rows at equal distances ----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// #fabric.strided<w, index = I, delay = D, weight = W, stride = S, length = L>:
// the row of source i begins S bytes behind that of source i - 1; there is no
// index. Rows are synaptic words (words/Words.h).
//
// L > 0: every row has exactly L words.
// L = 0: a row begins with a u32, of which the low kCountBits are its words
// here and the others, where it has more than fit, the number of the chunk in
// which it goes on, from 1; 0: nowhere. Chunks of S bytes stand behind the
// rows, and go on as rows do. Every row of n words needs fewer than n / (words
// a chunk holds) of them, so that many are planned for the sum of all.
//
// `dram = true`: the rows are in DRAM and S is a multiple of kTransferUnit: the
// core knows where a row is and how long its transfer without asking memory.
// In SRAM there are only rows of equal length.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_S2_FORMATS_STRIDED_STRIDED_H
#define SNNC_S2_FORMATS_STRIDED_STRIDED_H

#include "backends/spinnaker2/Formats/words/Words.h"

namespace snnc::s2 {

/// The numbers of the attribute.
struct StridedFields : WordFields {
  uint32_t stride = 0, length = 0;
  bool fetched = false;

  static constexpr unsigned kCountBits = 10;
  static constexpr uint64_t kHead = 4; ///< bytes before a chunk's words
  static StridedFields of(llvm::ArrayRef<uint32_t> fields) {
    return {WordFields::of(fields), fields[kCount], fields[kCount + 1],
            fields[kCount + 2] != 0};
  }
  /// Words that a chunk holds.
  uint64_t room() const { return length ? length : (stride - kHead) / bytes(); }
};

const fabric::RowFormat &stridedRows();

fabric::RowEncoding strided(const WordFields &word, uint32_t stride,
                            uint32_t length, bool fetched);

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_STRIDED_STRIDED_H
