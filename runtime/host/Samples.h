//===- Samples.h - Samples side by side -------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/host.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_SAMPLES_H
#define SNNC_RUNTIME_HOST_SAMPLES_H

#include "runtime/support/Diagnostic.h"

#include <functional>

namespace snnc::runtime {

/// One sample on one lane. `isWanted` is false once an earlier sample has
/// failed; what is returned then does not count.
using SampleWork = std::function<Status(unsigned lane, uint64_t sample,
                                        const std::function<bool()> &isWanted)>;

/// Calls `work` for the samples, each lane in a thread of its own; fewer lanes
/// where the system starts no more threads. The error of the first sample that
/// has one, whichever came to it first. std::bad_alloc.
Status runSamples(uint64_t samples, unsigned lanes, const SampleWork &work);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_SAMPLES_H
