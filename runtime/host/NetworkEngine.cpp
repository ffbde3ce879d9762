//===- NetworkEngine.cpp - A network that runs in this process ------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/NetworkEngine.h"

#include <algorithm>
#include <fmt/format.h>
#include <new>
#include <set>

namespace snnc::runtime {

namespace {

/// The state of one run.
class Run {
public:
  Run(NetworkEngine &engine, RunInputs inputs,
      std::vector<RecordRequest> requests, const RunOptions &options)
      : engine(engine), manifest(engine.manifest()), inputs(std::move(inputs)),
        requests(std::move(requests)), options(options) {}

  Expected<RunResult> execute();

private:
  Status prepare();
  Status runSample(uint64_t sample);
  Status runBatch(uint64_t sample, uint64_t first, uint64_t ticks, bool fed,
                  FiniteWatch &watch);
  void collect();

  NetworkEngine &engine;
  const Manifest &manifest;
  RunInputs inputs;
  std::vector<RecordRequest> requests;
  const RunOptions &options;
  std::vector<NdArray> raw; ///< samples x chip ticks x neurons, chip units
  RunResult result;
};

} // namespace

Status Run::prepare() {
  result.align = options.align;
  result.samples = inputs.samples;
  result.ticks = options.ticks.value_or(inputs.ticks);
  if (Status status = checkTicks(result.ticks, manifest.network); !status)
    return status;
  result.chipTicks = chipTicks(result.ticks, options.align, requests, manifest);
  uint64_t total = 0;
  for (const RecordRequest &request : requests) {
    std::vector<uint64_t> shape{
        result.samples, result.chipTicks,
        manifest.populations[request.populationIndex].neurons};
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
    raw.push_back(NdArray::zeros(type, shape));
  }
  return {};
}

Status Run::runBatch(uint64_t sample, uint64_t first, uint64_t ticks, bool fed,
                     FiniteWatch &watch) {
  std::vector<CountRows> rows(manifest.inputs.size());
  for (size_t i = 0; fed && i < inputs.trains.size(); ++i) {
    const SpikeTrain &train = inputs.trains[i].samples[sample];
    rows[i] = std::span(train.counts)
                  .subspan(first * train.channels, ticks * train.channels);
  }
  std::vector<Tape> tapes;
  for (size_t r = 0; r < requests.size(); ++r) {
    uint64_t neurons =
        manifest.populations[requests[r].populationIndex].neurons;
    uint64_t row = sample * result.chipTicks + first;
    tapes.push_back(
        {requests[r].populationIndex, requests[r].variableIndex,
         raw[r].bytes.data() + row * neurons * itemBytes(raw[r].dtype)});
  }
  uint64_t last = first + ticks - 1;
  if (Status status = engine.run({first, ticks, rows, tapes}, watch); !status) {
    // What a state that is no number led to comes second.
    Status earlier = watch.status(last, true);
    return earlier ? std::move(status) : std::move(earlier);
  }
  return watch.status(last, last + 1 == result.chipTicks);
}

Status Run::runSample(uint64_t sample) {
  engine.reset();
  FiniteWatch watch(manifest, result.ticks);
  watch.begin(sample);
  uint64_t fedTicks = std::min(inputs.ticks, result.ticks);
  for (uint64_t tick = 0; tick < result.chipTicks;) {
    bool fed = tick < fedTicks;
    uint64_t count = std::min(engine.batchTicks(),
                              (fed ? fedTicks : result.chipTicks) - tick);
    if (Status status = runBatch(sample, tick, count, fed, watch); !status)
      return status;
    tick += count;
    if (options.progress &&
        !options.progress(sample * result.chipTicks + tick,
                          result.samples * result.chipTicks))
      return makeError("SNN0427", {"", manifest.network, 0, 0},
                       fmt::format("the run was interrupted in tick {} of {} "
                                   "of sample {}",
                                   tick - 1, result.chipTicks, sample));
  }
  return {};
}

/// S8: rows of network ticks, values in the user's units.
void Run::collect() {
  for (size_t r = 0; r < requests.size(); ++r) {
    size_t p = requests[r].populationIndex;
    const PopulationEntry &population = manifest.populations[p];
    NdArray array =
        alignRows(raw[r], result.ticks, population.latency, options.align);
    raw[r] = {};
    if (requests[r].variableIndex)
      toUserUnits(array, engine.scales(p, *requests[r].variableIndex));
    else
      result.spikeTotals[population.name] = countSpikes(array);
    if (!inputs.hasSamplesAxis)
      array.shape.erase(array.shape.begin());
    result.arrays.emplace(requests[r].name(), std::move(array));
  }
}

Expected<RunResult> Run::execute() {
  if (Status status = prepare(); !status)
    return status.takeError();
  for (uint64_t sample = 0; sample < result.samples; ++sample)
    if (Status status = runSample(sample); !status)
      return status.takeError();
  collect();
  result.statistics.ticks = result.samples * result.chipTicks;
  return std::move(result);
}

Expected<RunResult> runNetwork(NetworkEngine &engine, const ArrayMap &inputs,
                               const std::vector<std::string> &requests,
                               const RunOptions &options) {
  const Manifest &manifest = engine.manifest();
  Expected<RunInputs> resolved = resolveInputs(manifest.inputs, inputs);
  if (!resolved)
    return resolved.takeError();
  std::vector<RecordRequest> wanted;
  if (requests.empty())
    wanted = everyRequest(manifest);
  std::set<std::string> seen;
  for (const std::string &text : requests) {
    Expected<RecordRequest> request = parseRecordRequest(text, manifest);
    if (!request)
      return request.takeError();
    if (seen.insert(request->name()).second)
      wanted.push_back(std::move(*request));
  }
  try {
    return Run(engine, std::move(*resolved), std::move(wanted), options)
        .execute();
  } catch (const std::bad_alloc &) {
    return makeError("SNN0426", {"", manifest.network, 0, 0},
                     "the memory does not hold the recordings",
                     {"record fewer variables or populations"});
  }
}

} // namespace snnc::runtime
