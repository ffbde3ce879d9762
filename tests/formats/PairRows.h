//===- PairRows.h - A row format that only the tests have -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// #fabric.pairs<8>: two words a synapse. The first is its target, local to the
// slice, and its delay beyond the block's least one in the upper half; the
// second its weight. Index: u32[sources + 1], in bytes from the first row. It
// holds any block and is taken wherever it may be, whatever it takes: networks
// that run with it show that a format needs nothing but its own folder.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_FORMATS_PAIRROWS_H
#define SNNC_TESTS_FORMATS_PAIRROWS_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::tests {

const fabric::RowFormat &pairRows();

} // namespace snnc::tests

#endif // SNNC_TESTS_FORMATS_PAIRROWS_H
