//===- ResultSink.h - Results that leave while a run goes on ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_RESULTSINK_H
#define SNNC_RUNTIME_HOST_RESULTSINK_H

#include "runtime/Device.h"

namespace snnc::runtime {

/// Where a run was, to go on from there.
struct Moment {
  uint64_t tick = 0;   ///< of the chip, the next one
  uint64_t spikes = 0; ///< recorded so far
  std::string state;   ///< Device::save()
};

/// Takes the results of one sample, span by span, rows rising, so that a run
/// needs no memory for them. Requests count as in Session::run.
class ResultSink {
public:
  virtual ~ResultSink() = default;
  /// What will come. The requests outlive the run.
  virtual Status begin(std::span<const RecordRequest> requests,
                       const Manifest &manifest) = 0;
  /// `tick` of a spike is the row of the results.
  virtual Status addSpikes(size_t request,
                           std::span<const RecordedSpike> spikes) = 0;
  /// rows x neurons (those that the request wants), in the user's units.
  virtual Status addStates(size_t request, std::span<const float> rows) = 0;
  /// What was added can be read by others from here on.
  virtual Status flush() = 0;
  /// A run that ends after this can go on from here.
  virtual Status keep(const Moment &moment) = 0;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_RESULTSINK_H
