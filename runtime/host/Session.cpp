//===- Session.cpp - Run a bundle on a device -----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Session.h"

#include "runtime/host/Listeners.h"
#include "runtime/host/Recorder.h"

#include <algorithm>
#include <fmt/format.h>
#include <new>
#include <set>

namespace snnc::runtime {

namespace {

/// The state of one run.
class Run {
public:
  Run(const Bundle &bundle, Device &device, RunInputs inputs,
      std::vector<RecordRequest> wanted, const RunOptions &options)
      : bundle(bundle), device(device), inputs(std::move(inputs)),
        requests(std::move(wanted)), options(options),
        recorder(bundle, device, requests), listeners(bundle) {}

  Expected<RunResult> execute(bool &loaded);

private:
  Status prepare();
  Status begin(bool &loaded);
  Status runSample(uint64_t sample);
  Status addVerdict();
  Status collectArrays();

  const Bundle &bundle;
  Device &device;
  RunInputs inputs;
  std::vector<RecordRequest> requests;
  const RunOptions &options;
  Recorder recorder;
  Listeners listeners;
  RunResult result;
  std::vector<uint32_t> keys;
};

} // namespace

static void addStatistics(DeviceStatistics &sum, const DeviceStatistics &add) {
  sum.ticks += add.ticks;
  sum.packetsRouted += add.packetsRouted;
  sum.packetsUnrouted += add.packetsUnrouted;
  sum.tickCycles = add.tickCycles;
  if (sum.pes.empty()) {
    sum.pes = add.pes;
    return;
  }
  for (size_t i = 0; i < std::min(sum.pes.size(), add.pes.size()); ++i) {
    PeStatistics &a = sum.pes[i];
    const PeStatistics &b = add.pes[i];
    a.instructions += b.instructions;
    a.cycles += b.cycles;
    if (b.worstTickCycles > a.worstTickCycles) {
      a.worstTickCycles = b.worstTickCycles;
      a.worstTick = b.worstTick;
    }
    a.overruns += b.overruns;
    a.packetsSent += b.packetsSent;
    a.packetsReceived += b.packetsReceived;
    a.packetsDropped += b.packetsDropped;
    a.macCycles += b.macCycles;
    a.macProducts += b.macProducts;
    a.receiveHighWater = std::max(a.receiveHighWater, b.receiveHighWater);
    a.stackHighWaterBytes =
        std::max(a.stackHighWaterBytes, b.stackHighWaterBytes);
  }
}

Status checkTicks(uint64_t ticks, const std::string &network) {
  if (ticks == 0)
    return makeError("SNN0428", {"", network, 0, 0},
                     "the number of ticks to run is zero or not known",
                     {"give the number of ticks, or an input"});
  // Far beyond any run, and no sum or product of a run can wrap.
  constexpr uint64_t maxTicks = uint64_t(1) << 40;
  if (ticks > maxTicks)
    return makeError("SNN0426", {"", network, 0, 0},
                     fmt::format("{} ticks, the limit is {}", ticks, maxTicks));
  return {};
}

Status Run::prepare() {
  result.align = options.align;
  result.samples = inputs.samples;
  result.ticks = options.ticks.value_or(inputs.ticks);
  if (Status status = checkTicks(result.ticks, bundle.manifest.network);
      !status)
    return status;
  if (Status status = listeners.checkCounts(inputs, result.ticks); !status)
    return status;
  result.chipTicks =
      chipTicks(result.ticks, options.align, requests, bundle.manifest);
  return recorder.allocate(result.samples, result.chipTicks,
                           options.maxResultBytes);
}

Status Run::begin(bool &loaded) {
  Status status = loaded ? device.reset() : device.load(bundle);
  loaded = loaded || bool(status);
  return status ? recorder.arm() : std::move(status);
}

Status Run::runSample(uint64_t sample) {
  uint64_t pending = 0; // ticks in the buffers
  for (uint64_t tick = 0; tick < result.chipTicks; ++tick) {
    keys.clear();
    if (tick < result.ticks) // an input cut short by `ticks` stays silent
      inputs.keysOf(
          bundle.manifest.inputs, sample, tick,
          [&](size_t i, uint32_t c) { return listeners.heard(i, c); }, keys);
    device.feed(keys);
    if (Status status = device.tick(); !status)
      return status;
    if (++pending == recorder.window() || tick + 1 == result.chipTicks) {
      if (Status s = recorder.drain(sample, tick + 1 - pending, pending); !s)
        return s;
      pending = 0;
    }
    if (options.progress &&
        !options.progress(sample * result.chipTicks + tick + 1,
                          result.samples * result.chipTicks))
      return makeError("SNN0427", {"", bundle.manifest.network, 0, 0},
                       fmt::format("the run was interrupted in tick {} of {} "
                                   "of sample {}",
                                   tick, result.chipTicks, sample));
  }
  return {};
}

/// What the device counted and what the core programs say, for one sample.
Status Run::addVerdict() {
  DeviceStatistics statistics = device.statistics();
  Verdict &v = result.verdict;
  uint64_t countedOverruns = 0, reportedOverruns = 0;
  for (const PeStatistics &pe : statistics.pes) {
    countedOverruns += pe.overruns;
    v.droppedPackets += pe.packetsDropped;
  }
  v.unroutedPackets += statistics.packetsUnrouted;
  for (const CoreEntry &core : bundle.manifest.cores) {
    Expected<SnncCoreHeader> header = readHeader(device, core);
    if (!header)
      return header.takeError();
    reportedOverruns += header->overruns;
    v.unknownKeys += header->unknown_keys;
    v.recordOverflows += header->record_overflow;
  }
  // Both see the same ticks; a device that does not time its cores reports
  // none, and so does a program without a clock.
  v.overruns += std::max(countedOverruns, reportedOverruns);
  addStatistics(result.statistics, statistics);
  return {};
}

Status Run::collectArrays() {
  std::vector<NdArray> raw = recorder.takeArrays();
  for (size_t r = 0; r < requests.size(); ++r) {
    const PopulationEntry &population =
        bundle.manifest.populations[requests[r].populationIndex];
    NdArray array =
        alignRows(raw[r], result.ticks, population.latency, options.align);
    raw[r] = {};
    if (requests[r].variableIndex) {
      Expected<std::vector<double>> scales = scalesOf(
          bundle, population, population.variables[*requests[r].variableIndex]);
      if (!scales)
        return scales.takeError();
      toUserUnits(array, *scales);
    } else {
      result.spikeTotals[population.name] = countSpikes(array);
    }
    if (!inputs.hasSamplesAxis)
      array.shape.erase(array.shape.begin());
    result.arrays.emplace(requests[r].name(), std::move(array));
  }
  return {};
}

Expected<RunResult> Run::execute(bool &loaded) {
  if (Status status = prepare(); !status)
    return status.takeError();
  for (uint64_t sample = 0; sample < result.samples; ++sample) {
    if (Status status = begin(loaded); !status)
      return status.takeError();
    if (Status status = runSample(sample); !status)
      return status.takeError();
    if (Status status = addVerdict(); !status)
      return status.takeError();
  }
  if (Status status = collectArrays(); !status)
    return status.takeError();
  return std::move(result);
}

Expected<RunResult> Session::run(const ArrayMap &inputs,
                                 std::vector<RecordRequest> requests,
                                 const RunOptions &options) {
  Expected<RunInputs> resolved = resolveInputs(bundle.manifest.inputs, inputs);
  if (!resolved)
    return resolved.takeError();
  if (Status status = resolved->toPlaces(bundle); !status)
    return status.takeError();
  std::set<std::string> seen;
  std::erase_if(requests, [&](const RecordRequest &request) {
    return !seen.insert(request.name()).second;
  });
  try {
    return Run(bundle, device, std::move(*resolved), std::move(requests),
               options)
        .execute(loaded);
  } catch (const std::bad_alloc &) {
    return makeError("SNN0426", {"", bundle.manifest.network, 0, 0},
                     "the memory does not hold the recordings",
                     {"record fewer variables or populations"});
  }
}

Expected<RunResult> Session::run(const ArrayMap &inputs,
                                 const std::vector<std::string> &requests,
                                 const RunOptions &options) {
  std::vector<RecordRequest> parsed;
  for (const std::string &text : requests) {
    Expected<RecordRequest> request = parseRecordRequest(text, bundle.manifest);
    if (!request)
      return request.takeError();
    parsed.push_back(std::move(*request));
  }
  return run(inputs, std::move(parsed), options);
}

} // namespace snnc::runtime
