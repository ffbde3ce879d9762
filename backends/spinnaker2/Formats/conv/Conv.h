//===- Conv.h - A convolution's kernel, kept once ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// #fabric.conv<b, source = [2, 34, 34], ...>, b = 8 or 16: the taps of every
// output channel that the slice meets (channels first) or all of them (channels
// last), signed weights of b bits in the order of TapFinder::tap, once for all
// sources; no index. The core computes the targets from the number of the
// source and clips them to the slice, which may begin inside a channel. Only
// for blocks with one delay.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_S2_FORMATS_CONV_CONV_H
#define SNNC_S2_FORMATS_CONV_CONV_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::s2 {

const fabric::RowFormat &convRows();

fabric::RowEncoding conv(unsigned bits, const fabric::ConvShape &shape);

/// Output channels whose taps a core with `targets` keeps.
fabric::Range channelsOf(const fabric::ConvShape &shape, fabric::Range targets);
/// Bytes of those taps, `bits` each.
uint64_t kernelBytes(const fabric::ConvShape &shape, unsigned bits,
                     fabric::Range targets);

/// The loop (ConvLoop.cpp).
void emitConvRow(tick::LoopEmitter &e, const fabric::ConvShape &shape,
                 unsigned bits, const tick::RowContext &row);

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_CONV_CONV_H
