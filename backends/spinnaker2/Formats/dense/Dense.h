//===- Dense.h - A weight for every source and target -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// #fabric.dense<b>, b = 8 or 16: one row per source, align4(n) signed weights
// of b bits for the n neurons of the target slice; row stride align4(n) * b / 8
// bytes, no index. Only for blocks with one delay; synapses of one source and
// target are added up. With `dram = true` the rows are in DRAM, their stride a
// multiple of kTransferUnit.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_S2_FORMATS_DENSE_DENSE_H
#define SNNC_S2_FORMATS_DENSE_DENSE_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::s2 {

const fabric::RowFormat &denseRows();

inline fabric::RowEncoding dense(unsigned bits, bool fetched = false) {
  return {&denseRows(), {bits, uint32_t(fetched)}};
}

/// The loops (DenseLoop.cpp).
fabric::FetchedRow findDenseRow(tick::LoopEmitter &e,
                                const tick::RowContext &row);
void emitDenseRow(tick::LoopEmitter &e, unsigned bits,
                  const tick::RowContext &row);

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_DENSE_DENSE_H
