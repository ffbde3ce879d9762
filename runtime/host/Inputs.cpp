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

std::span<const uint16_t> RunInputs::row(size_t input, uint64_t sample,
                                         uint64_t tick,
                                         std::vector<uint16_t> &drawn) const {
  const PoissonDrive *drive = drives[input].get();
  if (!drive)
    return trains[input].samples[sample].row(tick);
  drawn.resize(drive->channels());
  drive->draw(tick, sample, 0, drawn);
  return drawn;
}

std::vector<InputSpike>
RunInputs::spikesOf(uint64_t sample, uint64_t first, uint64_t end,
                    const std::function<bool(size_t input)> &isLeftOut) const {
  std::vector<size_t> sent;
  for (size_t i = 0; i < trains.size(); ++i)
    if (!isLeftOut(i))
      sent.push_back(i);
  std::vector<InputSpike> spikes;
  std::vector<uint16_t> drawn;
  for (uint64_t tick = first; tick < std::min(end, ticks); ++tick)
    for (size_t i : sent) {
      std::span<const uint16_t> counts = row(i, sample, tick, drawn);
      for (uint32_t channel = 0; channel < counts.size(); ++channel)
        if (counts[channel])
          spikes.push_back({tick, uint32_t(i), channel, counts[channel]});
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

static std::string padHelp(uint64_t ticks, uint64_t others, bool samples) {
  if (samples || ticks >= others)
    return "pad the shorter array with zeros";
  return fmt::format("pad this array with {0} ticks of zeros; in Python: x = "
                     "numpy.pad(x, [(0, {0}), (0, 0)])",
                     others - ticks);
}

static Status checkEqual(const RunInputs &run, const SpikeInput &train,
                         const std::string &name, const std::string &first) {
  uint64_t ticks = train.samples[0].ticks, samples = train.samples.size();
  if (ticks == run.ticks && samples == run.samples &&
      train.hasSamplesAxis == run.hasSamplesAxis)
    return {};
  return makeError(
      "SNN0411", {"", name, 0, 0},
      fmt::format("the input has {} ticks and {} samples, '{}' "
                  "has {} and {}",
                  ticks, samples, first, run.ticks, run.samples),
      {padHelp(ticks, run.ticks, train.hasSamplesAxis || run.hasSamplesAxis)});
}

Expected<RunInputs> resolveInputs(std::span<const InputEntry> inputs,
                                  const ArrayMap &arrays,
                                  const Drives &drives) {
  if (Status status = checkNames(inputs, arrays); !status)
    return status.takeError();
  RunInputs run{drives.hasSamplesAxis, drives.samples, drives.ticks, {}, {}};
  const InputEntry *first = nullptr; // of those with an array
  for (const InputEntry &input : inputs) {
    const NdArray *array = arrayFor(input, inputs.size(), arrays);
    auto drive = drives.byInput.find(input.name);
    if (!array && drive == drives.byInput.end())
      return makeError("SNN0410", {"", input.name, 0, 0},
                       "no array is given for this input",
                       {fmt::format("give it one: -i {}=FILE", input.name)});
    run.drives.push_back(array ? nullptr : drive->second);
    SpikeInput &train = run.trains.emplace_back();
    if (!array)
      continue;
    auto read = toSpikeInput(*array, {input.name, input.channels, input.shape});
    if (!read)
      return read.takeError();
    train = std::move(*read);
    if (!first) {
      first = &input;
      run.hasSamplesAxis = train.hasSamplesAxis;
      run.samples = train.samples.size();
      run.ticks = train.samples[0].ticks;
    } else if (Status status = checkEqual(run, train, input.name, first->name);
               !status) {
      return status.takeError();
    }
  }
  return run;
}

} // namespace snnc::runtime
