//===- Session.cpp - Run a network on a device ----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Session.h"

#include <algorithm>
#include <fmt/format.h>
#include <new>
#include <set>

namespace snnc::runtime {

namespace {

/// The state of one run.
class Run {
public:
  Run(Device &device, RunInputs inputs, std::vector<RecordRequest> wanted,
      const RunOptions &options)
      : device(device), manifest(device.manifest()), inputs(std::move(inputs)),
        requests(std::move(wanted)), options(options) {}

  Expected<RunResult> execute();

private:
  /// Where one request goes.
  struct Result {
    NdArray array; ///< samples x ticks x neurons
    uint64_t neurons = 0;
    uint32_t latency = 0;
    std::vector<double> scales; ///< of a state: one, or one a neuron
  };

  Status prepare();
  Status makeResults();
  uint64_t bytesPerTick() const;
  Status runSample(uint64_t sample);
  Expected<uint64_t> runSpan(uint64_t sample, uint64_t first, uint64_t ticks);
  void keep(uint64_t sample, const Recordings &recordings);
  void keepSpikes(uint64_t sample, const Recordings &recordings,
                  size_t request);
  void keepStates(uint64_t sample, const Recordings &recordings,
                  size_t request);
  Status addVerdict();
  void collect();

  Device &device;
  const Manifest &manifest;
  RunInputs inputs;
  std::vector<RecordRequest> requests;
  const RunOptions &options;
  std::vector<Result> results; ///< of each request
  RunResult result;
  bool isStopped = false; ///< `progress` said no
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
  if (Status status = checkTicks(result.ticks, manifest.network); !status)
    return status;
  if (Status status = device.admit(inputs, result.ticks); !status)
    return status;
  result.chipTicks = chipTicks(result.ticks, options.align, requests, manifest);
  return makeResults();
}

Status Run::makeResults() {
  uint64_t total = 0;
  for (const RecordRequest &request : requests) {
    const PopulationEntry &population =
        manifest.populations[request.populationIndex];
    std::vector<uint64_t> shape{result.samples, result.ticks,
                                population.neurons};
    DType type = request.variableIndex ? DType::F32 : DType::U8;
    std::optional<uint64_t> count = elementCount(shape);
    if (!count || *count > (options.maxResultBytes - total) / itemBytes(type))
      return makeError(
          "SNN0426", {"", request.name(), 0, 0},
          fmt::format("the recordings up to this one ({} of {} bytes) exceed "
                      "the limit of {} bytes",
                      shapeText(shape), itemBytes(type),
                      options.maxResultBytes),
          {"record fewer variables or populations",
           "run fewer ticks or samples at once"});
    total += *count * itemBytes(type);
    Result &made = results.emplace_back();
    made.array = NdArray::zeros(type, std::move(shape));
    made.neurons = population.neurons;
    made.latency = population.latency;
    if (request.variableIndex) {
      auto scales =
          device.scales(request.populationIndex, *request.variableIndex);
      if (!scales)
        return scales.takeError();
      made.scales = std::move(*scales);
    }
  }
  return {};
}

/// At most, of a span's inputs and recordings.
uint64_t Run::bytesPerTick() const {
  uint64_t bytes = 1;
  for (size_t i = 0; i < manifest.inputs.size(); ++i)
    if (!inputs.drives[i] || !device.capabilities().drawsInputs)
      bytes += manifest.inputs[i].channels * sizeof(InputSpike);
  for (size_t r = 0; r < requests.size(); ++r)
    bytes +=
        results[r].neurons *
        (requests[r].variableIndex ? sizeof(float) : sizeof(RecordedSpike));
  return bytes;
}

void Run::keepSpikes(uint64_t sample, const Recordings &recordings,
                     size_t request) {
  Result &of = results[request];
  std::span<uint8_t> data = of.array.as<uint8_t>();
  for (const RecordedSpike &spike : recordings.records[request].spikes)
    if (auto row = rowOf(recordings.first + spike.tick, result.ticks,
                         of.latency, options.align))
      data[(sample * result.ticks + *row) * of.neurons + spike.neuron] = 1;
}

void Run::keepStates(uint64_t sample, const Recordings &recordings,
                     size_t request) {
  Result &of = results[request];
  std::span<const float> values = recordings.records[request].values;
  std::span<float> data = of.array.as<float>();
  for (uint64_t tick = 0; tick < recordings.ticks; ++tick)
    if (auto row = rowOf(recordings.first + tick, result.ticks, of.latency,
                         options.align))
      toUserUnits(values.subspan(tick * of.neurons, of.neurons), of.scales,
                  data.subspan((sample * result.ticks + *row) * of.neurons,
                               of.neurons));
}

void Run::keep(uint64_t sample, const Recordings &recordings) {
  for (size_t r = 0; r < requests.size(); ++r)
    if (requests[r].variableIndex)
      keepStates(sample, recordings, r);
    else
      keepSpikes(sample, recordings, r);
}

/// How many ticks were run.
Expected<uint64_t> Run::runSpan(uint64_t sample, uint64_t first,
                                uint64_t ticks) {
  // An input that is cut short by `ticks` stays silent.
  uint64_t end = std::min(first + ticks, result.ticks);
  if (Status s = device.inject(inputs.spikesOf(
          sample, first, end, !device.capabilities().drawsInputs));
      !s)
    return s.takeError();
  KeepOn keepOn = [&](uint64_t done) {
    isStopped = !options.progress(sample * result.chipTicks + first + done,
                                  result.samples * result.chipTicks);
    return !isStopped;
  };
  auto ran = device.run(ticks, options.progress ? keepOn : KeepOn());
  if (!ran)
    return ran;
  auto recordings = device.fetch();
  if (!recordings)
    return recordings.takeError();
  keep(sample, *recordings);
  return ran;
}

Status Run::runSample(uint64_t sample) {
  if (Status status =
          device.begin({requests, result.chipTicks, result.ticks, sample,
                        inputs.drives, std::min(inputs.ticks, result.ticks)});
      !status)
    return status;
  uint64_t span = std::max<uint64_t>(1, options.spanBytes / bytesPerTick());
  for (uint64_t tick = 0; tick < result.chipTicks;) {
    uint64_t ticks =
        std::min({span, result.chipTicks - tick, uint64_t(UINT32_MAX)});
    auto ran = runSpan(sample, tick, ticks);
    if (!ran)
      return ran.takeError();
    tick += *ran;
    if (isStopped)
      return makeError("SNN0427", {"", manifest.network, 0, 0},
                       fmt::format("the run was interrupted in tick {} of {} "
                                   "of sample {}",
                                   tick - 1, result.chipTicks, sample));
  }
  return {};
}

/// What the device counted, for one sample.
Status Run::addVerdict() {
  auto verdict = device.verdict();
  if (!verdict)
    return verdict.takeError();
  Verdict &sum = result.verdict;
  sum.overruns += verdict->overruns;
  sum.droppedPackets += verdict->droppedPackets;
  sum.unroutedPackets += verdict->unroutedPackets;
  sum.unknownKeys += verdict->unknownKeys;
  sum.recordOverflows += verdict->recordOverflows;
  addStatistics(result.statistics, device.statistics());
  return {};
}

void Run::collect() {
  for (size_t r = 0; r < requests.size(); ++r) {
    NdArray array = std::move(results[r].array);
    if (!requests[r].variableIndex)
      result.spikeTotals[requests[r].population] = countSpikes(array);
    if (!inputs.hasSamplesAxis)
      array.shape.erase(array.shape.begin());
    result.arrays.emplace(requests[r].name(), std::move(array));
  }
}

Expected<RunResult> Run::execute() {
  if (Status status = prepare(); !status)
    return status.takeError();
  for (uint64_t sample = 0; sample < result.samples; ++sample) {
    if (Status status = runSample(sample); !status)
      return status.takeError();
    if (Status status = addVerdict(); !status)
      return status.takeError();
  }
  collect();
  return std::move(result);
}

Expected<RunResult> Session::run(const ArrayMap &inputs,
                                 std::vector<RecordRequest> requests,
                                 const RunOptions &options) {
  const Manifest &manifest = device.manifest();
  Expected<RunInputs> resolved =
      resolveInputs(manifest.inputs, inputs, options.drives);
  if (!resolved)
    return resolved.takeError();
  std::set<std::string> seen;
  std::erase_if(requests, [&](const RecordRequest &request) {
    return !seen.insert(request.name()).second;
  });
  try {
    return Run(device, std::move(*resolved), std::move(requests), options)
        .execute();
  } catch (const std::bad_alloc &) {
    return makeError("SNN0426", {"", manifest.network, 0, 0},
                     "the memory does not hold the recordings",
                     {"record fewer variables or populations"});
  }
}

Expected<RunResult> Session::run(const ArrayMap &inputs,
                                 const std::vector<std::string> &requests,
                                 const RunOptions &options) {
  std::vector<RecordRequest> parsed;
  for (const std::string &text : requests) {
    Expected<RecordRequest> request =
        parseRecordRequest(text, device.manifest());
    if (!request)
      return request.takeError();
    parsed.push_back(std::move(*request));
  }
  return run(inputs, std::move(parsed), options);
}

} // namespace snnc::runtime
