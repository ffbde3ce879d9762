//===- Session.h - Run a network on a device --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From named arrays to named arrays: hands a device the input spikes of a span
// of ticks, runs it, and puts what it recorded into the results, in the user's
// units. Beside the results it holds one span. A population of latency L shows
// tick t of the network in chip tick t + L.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_SESSION_H
#define SNNC_RUNTIME_HOST_SESSION_H

#include "runtime/Device.h"
#include "runtime/host/Inputs.h"
#include "runtime/host/Recording.h"
#include "runtime/host/ResultSink.h"
#include "runtime/host/SpikeList.h"

namespace snnc::runtime {

struct RunOptions {
  Alignment align = Alignment::Network;
  /// Rows of the results; default: the length of the inputs. Longer: the inputs
  /// are silent at the end. A network without inputs needs it.
  std::optional<uint64_t> ticks;
  /// Inputs that are drawn as the run goes on, where no array is given.
  Drives drives;
  /// Called after every chip tick, or every few where ticks are short (KeepOn),
  /// with the ticks done and to do, over all samples. False ends the run with
  /// error SNN0427.
  std::function<bool(uint64_t done, uint64_t total)> progress;
  /// Takes the results in place of RunResult::arrays; runs of one sample.
  ResultSink *sink = nullptr;
  /// Chip ticks between two calls of ResultSink::keep; 0: none.
  uint64_t keepEvery = 0;
  const Moment *from = nullptr; ///< null: tick 0
  uint64_t maxResultBytes = uint64_t(8) << 30;
  /// Rasters that together are larger become lists (RunResult::lists).
  uint64_t maxRasterBytes = UINT64_MAX;
  /// Of inputs and recordings of a span; a span has one tick at least.
  uint64_t spanBytes = uint64_t(16) << 20;
};

struct RunResult {
  /// "population:variable" to [samples x] ticks x neurons: spikes uint8, states
  /// float32 in the user's units.
  ArrayMap arrays;
  SpikeLists lists; ///< in place of rasters beyond RunOptions::maxRasterBytes
  Verdict verdict;
  DeviceStatistics statistics; ///< over all samples
  /// Spikes of every population whose spikes are recorded, over all samples.
  std::map<std::string, uint64_t> spikeTotals;
  uint64_t samples = 1, ticks = 0; ///< of the arrays
  uint64_t chipTicks = 0;          ///< of one sample
  Alignment align = Alignment::Network;
};

/// Errors SNN0428 (no tick) and SNN0426 (more than any run can have).
Status checkTicks(uint64_t ticks, const std::string &network);

/// Runs on one device, which is not owned and must outlive the session.
class Session {
public:
  explicit Session(Device &device) : device(device) {}

  /// Every sample begins with Device::begin(). Requests named twice are
  /// recorded once; none records nothing. Errors SNN0410 to SNN0412, SNN0414,
  /// SNN0426 to SNN0428, and those of the device.
  Expected<RunResult> run(const ArrayMap &inputs,
                          std::vector<RecordRequest> requests,
                          const RunOptions &options = {});
  /// Requests as text, see parseRecordRequest.
  Expected<RunResult> run(const ArrayMap &inputs,
                          const std::vector<std::string> &requests,
                          const RunOptions &options = {});

private:
  Device &device;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_SESSION_H
