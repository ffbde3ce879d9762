//===- Fetching.h - Who reads a chip's DRAM ---------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_FABRIC_FETCHING_H
#define SNNC_FABRIC_FETCHING_H

#include "compiler/Fabric/Fabric.h"

namespace snnc::fabric {

/// Of a mapping whose buffers are planned, the PEs that fetch rows from DRAM on
/// the chip that has most of them: they share its bandwidth. 0: none.
uint64_t mostFetching(MachineOp op);

} // namespace snnc::fabric

#endif // SNNC_FABRIC_FETCHING_H
