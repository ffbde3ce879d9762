//===- Session.cpp - Run a network on a device ----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Session.h"

#include "runtime/host/Samples.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <new>

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
    /// In its place: the spikes of each sample.
    std::vector<std::vector<std::byte>> lists;
    std::vector<uint64_t> shape;
    uint64_t neurons = 0;
    uint32_t latency = 0;
    std::vector<double> scales;   ///< of a state: one, or one a neuron
    std::vector<uint32_t> chosen; ///< neurons of a state; empty: all
    uint64_t every = 1;           ///< of the ticks
  };

  /// What runs a sample at a time.
  struct Lane {
    Device &device;
    uint64_t done = 0;      ///< chip ticks, of all its samples
    bool isStopped = false; ///< `progress` said no, or nobody wants it
  };

  Status prepare();
  Status makeResults();
  Expected<Result> makeResult(const RecordRequest &request, uint64_t &total);
  uint64_t rasterBytes() const;
  std::string spikesAlone() const;
  void makeLanes();
  uint64_t bytesPerTick() const;
  Status runSample(Lane &lane, uint64_t sample,
                   const std::function<bool()> &isWanted);
  Status runTicks(Lane &lane, uint64_t sample, uint64_t begin,
                  const std::function<bool()> &isWanted);
  Expected<uint64_t> runSpan(Lane &lane, uint64_t sample, uint64_t first,
                             uint64_t ticks,
                             const std::function<bool()> &isWanted);
  bool goesOn(Lane &lane, uint64_t done);
  Status keep(uint64_t sample, const Recordings &recordings);
  Status keepSpikes(uint64_t sample, const Recordings &recordings,
                    size_t request);
  Status addToList(uint64_t sample, std::span<const RecordedSpike> spikes,
                   size_t request);
  Status keepStates(uint64_t sample, const Recordings &recordings,
                    size_t request);
  Status checkSink() const;
  Status keepMoment(uint64_t tick);
  Status addVerdict(Device &of);
  void collect();

  Device &device;
  const Manifest &manifest;
  RunInputs inputs;
  std::vector<RecordRequest> requests;
  const RunOptions &options;
  std::vector<Result> results; ///< of each request
  RunResult result;
  bool listsSpikes = false; ///< rasters would be too large
  uint64_t keptBytes = 0;   ///< of results
  std::vector<std::unique_ptr<Device>> twins;
  std::vector<Lane> lanes;
  std::mutex mutex; ///< of `progress`, and of sums over samples
};

} // namespace

Status checkTicks(uint64_t ticks, const std::string &network) {
  if (ticks == 0)
    return makeError("SNN0428", {"", network, 0, 0},
                     "the number of ticks to run is zero or not known",
                     {"give the number of ticks, --ticks N, or an input"});
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
  listsSpikes = !options.sink && rasterBytes() > options.maxRasterBytes;
  if (Status status = checkSink(); !status)
    return status;
  if ((options.keepEvery > 0 || options.from) &&
      !device.capabilities().savesState)
    if (auto none = device.save(); !none)
      return none.takeError();
  if (Status status = device.admit(inputs, result.ticks); !status)
    return status;
  result.chipTicks = chipTicks(result.ticks, options.align, requests, manifest);
  if (Status status = makeResults(); !status || !options.sink)
    return status;
  return options.sink->begin(requests, manifest);
}

/// Rows of lists of spikes have 32 bits.
Status Run::checkSink() const {
  bool isLong = result.ticks > UINT32_MAX;
  if (listsSpikes && isLong)
    return makeError("SNN0426", {"", manifest.network, 0, 0},
                     fmt::format("{} ticks, spikes are listed of at most {}",
                                 result.ticks, UINT32_MAX),
                     {"run fewer ticks at once"});
  if (!options.sink || (!inputs.hasSamplesAxis && !isLong))
    return {};
  return makeError("SNN0426", {"", manifest.network, 0, 0},
                   inputs.hasSamplesAxis
                       ? "results that stream to a file are of one sample, "
                         "the inputs have a samples axis"
                       : fmt::format("{} ticks, results that stream to a file "
                                     "have at most {}",
                                     result.ticks, UINT32_MAX),
                   {"leave --events and --checkpoint out, or run each sample "
                    "by itself"});
}

/// Of all rasters that are wanted; UINT64_MAX: more than 64 bits say.
uint64_t Run::rasterBytes() const {
  uint64_t all = 0;
  for (const RecordRequest &request : requests) {
    uint64_t shape[] = {result.samples, result.ticks,
                        manifest.populations[request.populationIndex].neurons};
    std::optional<uint64_t> bytes = elementCount(shape);
    if (!bytes || *bytes > UINT64_MAX - all)
      return UINT64_MAX;
    all += request.variableIndex ? 0 : *bytes;
  }
  return all;
}

/// " --record e:spikes ..." where that leaves states out and would do.
std::string Run::spikesAlone() const {
  std::string words;
  size_t spikes = 0;
  for (const RecordRequest &request : requests)
    if (!request.variableIndex && ++spikes)
      words += " --record " + request.name();
  bool fits = listsSpikes || rasterBytes() <= options.maxResultBytes;
  return fits && spikes < requests.size() && words.size() < 200 ? words : "";
}

static Diagnostic tooLarge(const RecordRequest &request, std::string what,
                           uint64_t limit, std::vector<std::string> hints) {
  return makeError("SNN0426", {"", request.name(), 0, 0},
                   fmt::format("{} exceed the limit of {} bytes", what, limit),
                   std::move(hints));
}

/// `total` is the size of the results before, and with it.
Expected<Run::Result> Run::makeResult(const RecordRequest &request,
                                      uint64_t &total) {
  const PopulationEntry &population =
      manifest.populations[request.populationIndex];
  bool all = request.neurons.empty();
  Result made;
  made.shape = {result.samples,
                (result.ticks + request.every - 1) / request.every,
                all ? population.neurons : request.neurons.size()};
  made.chosen = request.neurons;
  made.every = request.every;
  made.neurons = population.neurons;
  made.latency = population.latency;
  bool isList = listsSpikes && !request.variableIndex;
  DType type = request.variableIndex ? DType::F32 : DType::U8;
  if (isList) {
    made.lists.resize(result.samples);
  } else if (!options.sink) {
    std::optional<uint64_t> count = elementCount(made.shape);
    if (!count || *count > (options.maxResultBytes - total) / itemBytes(type)) {
      std::vector<std::string> hints = {
          "record fewer variables or populations, or of a state some neurons "
          "and ticks (`lif1:v[0-9]/10`)",
          "run fewer ticks or samples at once"};
      if (std::string spikes = spikesAlone(); !spikes.empty())
        hints.insert(hints.begin(), "record the spikes alone:" + spikes);
      else if (options.maxRasterBytes == UINT64_MAX)
        hints.insert(
            hints.begin(),
            "let --events keep spikes as lists that stream to the file");
      return tooLarge(request,
                      fmt::format("the recordings up to this one ({} of {} "
                                  "bytes)",
                                  shapeText(made.shape), itemBytes(type)),
                      options.maxResultBytes, std::move(hints));
    }
    total += *count * itemBytes(type);
  }
  if (!request.variableIndex)
    return made;
  auto scales = device.scales(request.populationIndex, *request.variableIndex);
  if (!scales)
    return scales.takeError();
  made.scales = std::move(*scales);
  return made;
}

Status Run::makeResults() {
  for (const RecordRequest &request : requests) {
    auto made = makeResult(request, keptBytes);
    if (!made)
      return made.takeError();
    results.push_back(std::move(*made));
  }
  // Memory is taken when it is known that all of them may have it.
  for (size_t r = 0; r < requests.size() && !options.sink; ++r)
    if (requests[r].variableIndex || !listsSpikes)
      results[r].array = NdArray::zeros(
          requests[r].variableIndex ? DType::F32 : DType::U8, results[r].shape);
  return {};
}

/// At most, of a span's inputs and recordings.
uint64_t Run::bytesPerTick() const {
  uint64_t bytes = 1;
  for (size_t i = 0; i < manifest.inputs.size(); ++i)
    if (!inputs.drives[i] || !device.draws(i))
      bytes += manifest.inputs[i].channels * sizeof(InputSpike);
  for (size_t r = 0; r < requests.size(); ++r)
    bytes +=
        results[r].neurons *
        (requests[r].variableIndex ? sizeof(float) : sizeof(RecordedSpike));
  return bytes;
}

Status Run::keepSpikes(uint64_t sample, const Recordings &recordings,
                       size_t request) {
  Result &of = results[request];
  bool isArray = !options.sink && !listsSpikes;
  std::span<uint8_t> data;
  if (isArray)
    data = of.array.as<uint8_t>();
  std::vector<RecordedSpike> shown;
  for (const RecordedSpike &spike : recordings.records[request].spikes) {
    auto row = rowOf(recordings.first + spike.tick, result.ticks, of.latency,
                     options.align);
    if (row && !isArray)
      shown.push_back({uint32_t(*row), spike.neuron});
    else if (row)
      data[(sample * result.ticks + *row) * of.neurons + spike.neuron] = 1;
  }
  if (isArray)
    return {};
  // Cores hand over their spikes one after the other.
  if (!std::ranges::is_sorted(shown))
    std::ranges::sort(shown);
  if (listsSpikes)
    return addToList(sample, shown, request);
  result.spikeTotals[requests[request].population] += shown.size();
  return options.sink->addSpikes(request, shown);
}

/// No other thread has this sample.
Status Run::addToList(uint64_t sample, std::span<const RecordedSpike> spikes,
                      size_t request) {
  auto bytes = std::as_bytes(spikes);
  std::vector<std::byte> &list = results[request].lists[sample];
  list.insert(list.end(), bytes.begin(), bytes.end());
  std::lock_guard lock(mutex);
  if (bytes.size() > options.maxResultBytes - keptBytes)
    return tooLarge(
        requests[request], "the recordings, spikes of 8 bytes each,",
        options.maxResultBytes,
        {"record fewer populations", "run fewer ticks or samples at once"});
  keptBytes += bytes.size();
  return {};
}

Status Run::keepStates(uint64_t sample, const Recordings &recordings,
                       size_t request) {
  Result &of = results[request];
  std::span<const float> values = recordings.records[request].values;
  std::span<float> data;
  if (!options.sink)
    data = of.array.as<float>();
  size_t width = of.chosen.empty() ? of.neurons : of.chosen.size();
  uint64_t rows = (result.ticks + of.every - 1) / of.every;
  std::vector<float> all(of.neurons), shown;
  for (uint64_t tick = 0; tick < recordings.ticks; ++tick) {
    auto row =
        rowOf(recordings.first + tick, result.ticks, of.latency, options.align);
    if (!row || *row % of.every != 0)
      continue;
    toUserUnits(values.subspan(tick * of.neurons, of.neurons), of.scales, all);
    if (options.sink)
      shown.resize(shown.size() + width);
    std::span<float> to =
        options.sink
            ? std::span(shown).last(width)
            : data.subspan((sample * rows + *row / of.every) * width, width);
    for (size_t i = 0; i < width; ++i)
      to[i] = all[of.chosen.empty() ? i : of.chosen[i]];
  }
  return options.sink ? options.sink->addStates(request, shown) : Status();
}

Status Run::keep(uint64_t sample, const Recordings &recordings) {
  for (size_t r = 0; r < requests.size(); ++r)
    if (Status s = requests[r].variableIndex
                       ? keepStates(sample, recordings, r)
                       : keepSpikes(sample, recordings, r);
        !s)
      return s;
  return options.sink ? options.sink->flush() : Status();
}

Status Run::keepMoment(uint64_t tick) {
  auto state = device.save();
  if (!state)
    return state.takeError();
  Moment moment{tick, 0, std::move(*state)};
  for (const auto &[population, spikes] : result.spikeTotals)
    moment.spikes += spikes;
  return options.sink->keep(moment);
}

/// Samples side by side where the device can; of each thread's work nothing
/// else depends on the others.
void Run::makeLanes() {
  uint64_t wanted =
      std::min<uint64_t>(result.samples, device.capabilities().samples);
  if (wanted > 1 && !options.sink)
    while (twins.size() < wanted)
      twins.push_back(device.twin());
  if (twins.empty())
    lanes.push_back({device});
  for (std::unique_ptr<Device> &twin : twins)
    lanes.push_back({*twin});
}

/// `done` ticks of this lane's samples.
bool Run::goesOn(Lane &lane, uint64_t done) {
  std::lock_guard lock(mutex);
  lane.done = done;
  uint64_t all = 0;
  for (const Lane &each : lanes)
    all += each.done;
  return options.progress(all, result.samples * result.chipTicks);
}

/// How many ticks were run.
Expected<uint64_t> Run::runSpan(Lane &lane, uint64_t sample, uint64_t first,
                                uint64_t ticks,
                                const std::function<bool()> &isWanted) {
  // An input that is cut short by `ticks` stays silent.
  uint64_t end = std::min(first + ticks, result.ticks);
  auto isDrawn = [&](size_t input) {
    return inputs.drives[input] && lane.device.draws(input);
  };
  if (Status s =
          lane.device.inject(inputs.spikesOf(sample, first, end, isDrawn));
      !s)
    return s.takeError();
  uint64_t before = lane.done;
  KeepOn keepOn = [&](uint64_t done) {
    lane.isStopped =
        !isWanted() || (options.progress && !goesOn(lane, before + done));
    return !lane.isStopped;
  };
  bool isAsked = options.progress || lanes.size() > 1;
  auto ran = lane.device.run(ticks, isAsked ? keepOn : KeepOn());
  if (!ran)
    return ran;
  {
    std::lock_guard lock(mutex);
    lane.done = before + *ran;
  }
  auto recordings = lane.device.fetch();
  if (!recordings)
    return recordings.takeError();
  if (Status s = keep(sample, *recordings); !s)
    return s.takeError();
  return ran;
}

Status Run::runTicks(Lane &lane, uint64_t sample, uint64_t begin,
                     const std::function<bool()> &isWanted) {
  uint64_t span = std::max<uint64_t>(1, options.spanBytes / bytesPerTick());
  for (uint64_t tick = begin; tick < result.chipTicks;) {
    uint64_t ticks =
        std::min({span, result.chipTicks - tick, uint64_t(UINT32_MAX)});
    if (uint64_t every = options.keepEvery)
      ticks = std::min(ticks, every - tick % every);
    auto ran = runSpan(lane, sample, tick, ticks, isWanted);
    if (!ran)
      return ran.takeError();
    tick += *ran;
    if (lane.isStopped)
      return makeError("SNN0427", {"", manifest.network, 0, 0},
                       fmt::format("the run was interrupted in tick {} of {} "
                                   "of sample {}",
                                   tick - 1, result.chipTicks, sample));
    if (options.keepEvery && tick % options.keepEvery == 0)
      if (Status status = keepMoment(tick); !status)
        return status;
  }
  return {};
}

Status Run::runSample(Lane &lane, uint64_t sample,
                      const std::function<bool()> &isWanted) {
  if (Status status = lane.device.begin(
          {requests, result.chipTicks, result.ticks, sample, inputs.drives,
           std::min(inputs.ticks, result.ticks), options.drives.seed,
           options.keepEvery > 0 || options.from});
      !status)
    return status;
  uint64_t begin = options.from ? options.from->tick : 0;
  lane.done += begin;
  if (options.from)
    if (Status status = lane.device.restore(options.from->state); !status)
      return status;
  if (Status status = runTicks(lane, sample, begin, isWanted); !status)
    return status;
  return addVerdict(lane.device);
}

/// What the device counted, for one sample.
Status Run::addVerdict(Device &of) {
  auto verdict = of.verdict();
  if (!verdict)
    return verdict.takeError();
  std::lock_guard lock(mutex);
  result.verdict += *verdict;
  result.statistics += of.statistics();
  return {};
}

void Run::collect() {
  if (options.sink)
    return;
  for (size_t r = 0; r < requests.size(); ++r) {
    Result &of = results[r];
    if (!of.lists.empty()) {
      if (!inputs.hasSamplesAxis)
        of.shape.erase(of.shape.begin());
      SpikeList list = joined(std::move(of.shape), std::move(of.lists));
      result.spikeTotals[requests[r].population] = list.count();
      result.lists.emplace(requests[r].name(), std::move(list));
      continue;
    }
    NdArray array = std::move(of.array);
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
  makeLanes();
  if (Status status =
          runSamples(result.samples, unsigned(lanes.size()),
                     [&](unsigned lane, uint64_t sample, const auto &isWanted) {
                       return runSample(lanes[lane], sample, isWanted);
                     });
      !status)
    return status.takeError();
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
  std::vector<RecordRequest> once;
  for (RecordRequest &request : requests) {
    auto same = std::ranges::find(once, request.name(), &RecordRequest::name);
    if (same == once.end())
      once.push_back(std::move(request));
    else if (same->neurons != request.neurons || same->every != request.every)
      return makeError("SNN0420", {"", request.name(), 0, 0},
                       "recorded twice, with different neurons or ticks",
                       {"name them in one request: lif1:v[0-9,17]/10"});
  }
  try {
    return Run(device, std::move(*resolved), std::move(once), options)
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
