//===- Finite.h - Weights that are numbers ----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The importers take no weight that float32 does not hold. A network that comes
// from elsewhere, as that of a bundle does, is looked through before it is
// used.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SNN_FINITE_H
#define SNNC_SNN_FINITE_H

#include "compiler/SNN/SNN.h"

#include <optional>
#include <string>

namespace snnc::snn {

/// Of the stored weights and scales of all projections, the first that is
/// infinite, not a number or beyond float32, in words; nothing when there is
/// none. Those of lists are checked where lists are read.
std::optional<std::string> weightBeyondNumbers(NetworkOp network);

} // namespace snnc::snn

#endif // SNNC_SNN_FINITE_H
