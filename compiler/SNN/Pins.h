//===- Pins.h - What a network says of its place on a chip ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SNN_PINS_H
#define SNNC_SNN_PINS_H

namespace snnc::snn {

/// Of a population: names of cores (nameOf(CoreAddress)) for its first slices,
/// those that hold neurons before those that hold sources only. Targets without
/// cores ignore it.
inline constexpr const char *kCoresName = "snn.cores";

/// Of a projection, a unit: the cores of its target draw its source, a Poisson
/// input that nobody else reads, and add it to their sums (fabric-draw-inputs):
/// no packets, no rows. Targets without cores ignore it.
inline constexpr const char *kDrawnName = "fabric.drawn";

} // namespace snnc::snn

#endif // SNNC_SNN_PINS_H
