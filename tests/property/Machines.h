//===- Machines.h - Damaged machines of the property test -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_PROPERTY_MACHINES_H
#define SNNC_TESTS_PROPERTY_MACHINES_H

#include "runtime/machine/MachineModel.h"

namespace snnc::property {

/// Chips that a machine of the test has, more or less: a chip of its own, parts
/// of a board, a board, three boards.
inline constexpr uint32_t kMachineSizes[] = {1, 2, 4, 48, 144};

/// The machine of a seed and a size. Fewer chips than a board's are a board
/// whose others are dead; PEs a chip grow as chips get fewer, so that a network
/// takes many of them. Up to a sixth of the chips, 30 links and 30 PEs are
/// dead; three boards are open or a torus.
MachineModel machineOf(uint64_t seed, uint32_t chips);

} // namespace snnc::property

#endif // SNNC_TESTS_PROPERTY_MACHINES_H
