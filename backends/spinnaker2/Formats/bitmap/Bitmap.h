//===- Bitmap.h - Few rows of many sources ----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// #fabric.bitmap<w, index = I, delay = D, weight = W, rows = R>: rows of
// synaptic words (words/Words.h) without gaps, of those sources alone that have
// one. Index, in two levels: a bit for every source, u32[groups] of 32 sources
// each; then u16 places[]: of every group where the places of its rows begin,
// as a number in places[] itself, then of every row the number of its first
// word, and of the end of the last. A source without a row costs a bit and half
// a place.
//
// For rows in SRAM. places[] has room for R rows, as many as there are synapses
// or sources, whichever are fewer.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_S2_FORMATS_BITMAP_BITMAP_H
#define SNNC_S2_FORMATS_BITMAP_BITMAP_H

#include "backends/spinnaker2/Formats/words/Words.h"

namespace snnc::s2 {

const fabric::RowFormat &bitmapRows();

inline fabric::RowEncoding bitmap(const WordFields &word, uint32_t rows) {
  return {&bitmapRows(),
          {word.word, word.indexBits, word.delayBits, word.weightBits,
           uint32_t(word.repeats), rows}};
}

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_BITMAP_BITMAP_H
