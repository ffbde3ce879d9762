//===- Inputs.cpp - The user's arrays as spikes of every input ------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Inputs.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::runtime {

std::vector<InputSpike> RunInputs::spikesOf(uint64_t sample, uint64_t first,
                                            uint64_t end) const {
  std::vector<InputSpike> spikes;
  size_t active = 0;
  for (const SpikeInput &train : trains)
    for (uint64_t tick = first; tick < std::min(end, ticks); ++tick)
      for (uint16_t count : train.samples[sample].row(tick))
        active += count != 0;
  spikes.reserve(active);
  for (uint64_t tick = first; tick < std::min(end, ticks); ++tick)
    for (size_t i = 0; i < trains.size(); ++i) {
      std::span<const uint16_t> row = trains[i].samples[sample].row(tick);
      for (uint32_t channel = 0; channel < row.size(); ++channel)
        if (row[channel])
          spikes.push_back({tick, uint32_t(i), channel, row[channel]});
    }
  return spikes;
}

static Diagnostic nameError(const std::string &name, std::string message,
                            std::span<const InputEntry> inputs) {
  std::vector<std::string> known, hints;
  for (const InputEntry &input : inputs)
    known.push_back(input.name);
  for (const std::string &near : nearestNames(name, known, 1))
    if (near != name)
      hints.push_back(fmt::format("did you mean '{}'?", near));
  hints.push_back(known.empty()
                      ? "the network has no input; give no input array"
                      : fmt::format("the inputs of the network are: {}",
                                    fmt::join(known, ", ")));
  return makeError("SNN0410", {"", name, 0, 0}, std::move(message), hints);
}

static Status checkNames(std::span<const InputEntry> inputs,
                         const ArrayMap &arrays) {
  for (const auto &item : arrays) {
    bool found = item.first.empty() && inputs.size() == 1;
    for (const InputEntry &input : inputs)
      found |= input.name == item.first;
    if (found)
      continue;
    if (item.first.empty() && !inputs.empty())
      return nameError("",
                       fmt::format("an array without a name, but the network "
                                   "has {} inputs; use a .npz file",
                                   inputs.size()),
                       inputs);
    return nameError(item.first, "the network has no input of that name",
                     inputs);
  }
  return {};
}

static const NdArray *arrayFor(const InputEntry &input, size_t count,
                               const ArrayMap &arrays) {
  auto found = arrays.find(input.name);
  if (found == arrays.end() && count == 1)
    found = arrays.find("");
  return found == arrays.end() ? nullptr : &found->second;
}

static Status checkEqual(const RunInputs &run, const SpikeInput &train,
                         const std::string &name, const std::string &first) {
  uint64_t ticks = train.samples[0].ticks, samples = train.samples.size();
  if (ticks == run.ticks && samples == run.samples &&
      train.hasSamplesAxis == run.hasSamplesAxis)
    return {};
  return makeError("SNN0411", {"", name, 0, 0},
                   fmt::format("the input has {} ticks and {} samples, '{}' "
                               "has {} and {}",
                               ticks, samples, first, run.ticks, run.samples),
                   {"pad the shorter array with zeros"});
}

Expected<RunInputs> resolveInputs(std::span<const InputEntry> inputs,
                                  const ArrayMap &arrays) {
  if (Status status = checkNames(inputs, arrays); !status)
    return status.takeError();
  RunInputs run;
  for (const InputEntry &input : inputs) {
    const NdArray *array = arrayFor(input, inputs.size(), arrays);
    if (!array)
      return nameError(input.name, "no array is given for this input", inputs);
    Expected<SpikeInput> train =
        toSpikeInput(*array, {input.name, input.channels, input.shape});
    if (!train)
      return train.takeError();
    if (run.trains.empty()) {
      run.hasSamplesAxis = train->hasSamplesAxis;
      run.samples = train->samples.size();
      run.ticks = train->samples[0].ticks;
    } else if (Status status =
                   checkEqual(run, *train, input.name, inputs[0].name);
               !status) {
      return status.takeError();
    }
    run.trains.push_back(std::move(*train));
  }
  return run;
}

} // namespace snnc::runtime
