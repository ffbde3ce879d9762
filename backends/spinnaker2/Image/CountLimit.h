//===- CountLimit.h - Spikes of one source that a map adds up ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SPINNAKER2_IMAGE_COUNTLIMIT_H
#define SNNC_SPINNAKER2_IMAGE_COUNTLIMIT_H

#include "planner/WeightDelayMap.h"
#include "runtime/machine/MachineModel.h"

namespace snnc::s2 {

/// How many spikes every source may send in one tick so that no sum of `map`
/// leaves the MAC array's accumulator and no operand its 8 or 16 bits; at least
/// 1, which the planner has checked (SNN1101).
uint32_t largestCount(const fabric::EncodedMap &map, const MacArray &mac);

} // namespace snnc::s2

#endif // SNNC_SPINNAKER2_IMAGE_COUNTLIMIT_H
