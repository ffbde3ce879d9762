//===- Inputs.h - The user's arrays as spikes of every input ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by the session and the reference interpreter, so that both are fed
// the same integers and refuse the same mistakes.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_INPUTS_H
#define SNNC_RUNTIME_HOST_INPUTS_H

#include "runtime/Device.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/host/Drive.h"
#include "runtime/io/SpikeTrain.h"

namespace snnc::runtime {

struct RunInputs {
  bool hasSamplesAxis = false; ///< the results get a leading samples axis
  uint64_t samples = 1;
  uint64_t ticks = 0; ///< of the arrays; 0: the network has no input
  /// One for each InputEntry, in that order; without samples where it is drawn.
  std::vector<SpikeInput> trains;
  /// Beside each; null: an array.
  std::vector<std::shared_ptr<const PoissonDrive>> drives;

  /// The counts of a tick before `ticks`; `drawn` holds those of a drive.
  std::span<const uint16_t> row(size_t input, uint64_t sample, uint64_t tick,
                                std::vector<uint16_t> &drawn) const;
  /// The spikes of ticks [first, end) of a sample; past the end of the arrays
  /// the inputs are silent. Without inputs that `isLeftOut`.
  std::vector<InputSpike>
  spikesOf(uint64_t sample, uint64_t first, uint64_t end,
           const std::function<bool(size_t input)> &isLeftOut) const;
};

/// Every input of the network needs an array of ticks x channels, or of samples
/// x ticks x channels, all with equal ticks and samples, or a drive; an array
/// comes first. The name "" stands for the only input. Errors SNN0410 (names),
/// SNN0411 (shapes), SNN0412 (values).
Expected<RunInputs> resolveInputs(std::span<const InputEntry> inputs,
                                  const ArrayMap &arrays,
                                  const Drives &drives = {});

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_INPUTS_H
