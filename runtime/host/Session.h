//===- Session.h - Run a bundle on a device ----------------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From named arrays to named arrays: feeds inputs tick by tick, drains the
// recording buffers of the cores before they are full, and says whether the
// run can be trusted. In chip tick t the host sends the keys of input row t;
// they are delivered before tick t + 1. A population of latency L shows tick t
// of the network in chip tick t + L.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_SESSION_H
#define SNNC_RUNTIME_HOST_SESSION_H

#include "runtime/Device.h"
#include "runtime/host/Inputs.h"
#include "runtime/host/Recording.h"

#include <functional>

namespace snnc::runtime {

struct RunOptions {
  Alignment align = Alignment::Network;
  /// Rows of the results; default: the length of the inputs. Longer: the inputs
  /// are silent at the end. A network without inputs needs it.
  std::optional<uint64_t> ticks;
  /// Called after every chip tick, or every few (NetworkEngine::batchTicks),
  /// with the ticks done and to do, over all samples. False ends the run with
  /// error SNN0427.
  std::function<bool(uint64_t done, uint64_t total)> progress;
  uint64_t maxResultBytes = uint64_t(8) << 30;
};

/// What makes a run less than trustworthy. All zero: clean.
struct Verdict {
  uint64_t overruns = 0;        ///< ticks that took longer than a tick
  uint64_t droppedPackets = 0;  ///< receive ring was full: spikes lost
  uint64_t unroutedPackets = 0; ///< no routing entry: spikes lost
  uint64_t unknownKeys = 0;     ///< arrived where no synapse wants them
  uint64_t recordOverflows = 0; ///< ticks that were not recorded

  uint64_t lostPackets() const { return droppedPackets + unroutedPackets; }
  bool clean() const { return *this == Verdict{}; }
  bool operator==(const Verdict &) const = default;
};

struct RunResult {
  /// "population:variable" to [samples x] ticks x neurons: spikes uint8, states
  /// float32 in the user's units.
  ArrayMap arrays;
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

/// One bundle on one device. Neither is owned; both must outlive the session.
class Session {
public:
  Session(const Bundle &bundle, Device &device)
      : bundle(bundle), device(device) {}

  /// Loads the bundle into the device before the first run; later runs, and
  /// every sample after the first, begin with reset(). Requests named twice are
  /// recorded once. Errors SNN0410 to SNN0412, SNN0423 to SNN0428, and those of
  /// the device.
  Expected<RunResult> run(const ArrayMap &inputs,
                          std::vector<RecordRequest> requests,
                          const RunOptions &options = {});
  /// Requests as text, see parseRecordRequest.
  Expected<RunResult> run(const ArrayMap &inputs,
                          const std::vector<std::string> &requests,
                          const RunOptions &options = {});

private:
  const Bundle &bundle;
  Device &device;
  bool loaded = false;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_SESSION_H
