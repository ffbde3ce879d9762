//===- CpuTarget.h - This computer as a target -------------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_CPUTARGET_H
#define SNNC_BACKENDS_CPU_CPUTARGET_H

#include "compiler/Target/Target.h"

namespace snnc::cpu {

/// Any network, in either precision, as large as memory allows: no cores, no
/// packets. One device, `cpu`. Errors of build: SNN0310, SNN0311, SNN0303,
/// SNN0304, SNN0650, SNN0702 to SNN0705, SNN0960 (memory).
std::unique_ptr<target::Target> createTarget();

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_CPUTARGET_H
