//===- RunInputs.cpp - The arrays of --input ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/RunInputs.h"

#include "runtime/host/Inputs.h"
#include "runtime/io/ArrayFile.h"
#include "runtime/io/Encoders.h"
#include "runtime/support/Text.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc {

/// The input that an array is for: by name, or the only one.
static const runtime::InputEntry *inputOf(const runtime::Manifest &manifest,
                                          const std::string &key) {
  for (const runtime::InputEntry &input : manifest.inputs)
    if (input.name == key || (key.empty() && manifest.inputs.size() == 1))
      return &input;
  return nullptr;
}

/// Swaps an axis with the one behind it.
static void swapAxes(runtime::NdArray &array, size_t axis = 0) {
  uint64_t rows = array.shape[axis], columns = array.shape[axis + 1];
  std::swap(array.shape[axis], array.shape[axis + 1]);
  if (array.size() == 0)
    return;
  uint64_t outer = 1;
  for (size_t i = 0; i < axis; ++i)
    outer *= array.shape[i];
  size_t bytes = array.bytes.size() / (outer * rows * columns);
  std::vector<std::byte> swapped(array.bytes.size());
  for (uint64_t o = 0; o < outer; ++o)
    for (uint64_t r = 0; r < rows; ++r)
      for (uint64_t c = 0; c < columns; ++c) {
        uint64_t at = o * rows * columns;
        std::memcpy(swapped.data() + (at + c * rows + r) * bytes,
                    array.bytes.data() + (at + r * columns + c) * bytes, bytes);
      }
  array.bytes = std::move(swapped);
}

static void noteLayout(const runtime::InputEntry &input, std::string message,
                       std::string hint, DiagnosticSink &sink) {
  sink.report(makeFinding("SNN0660", {"", input.name, 0, 0}, std::move(message),
                          {std::move(hint)}));
}

/// Samples and ticks, ticks and channels can look alike: what is read is what
/// --layout says, or what is said here. Only where a shape can be read in two
/// ways, and neither `--ticks` nor the file says in which.
static void settleLayout(runtime::NdArray &array,
                         const runtime::InputEntry &input,
                         const RunOptions &options, DiagnosticSink &sink) {
  runtime::ChannelShape shape{input.name, input.channels, input.shape};
  size_t rank = array.shape.size();
  if (options.layout == Layout::ChannelsFirst && rank > 1)
    return swapAxes(array, rank - 2);
  auto leading = runtime::leadingAxes(array, shape);
  if (options.layout == Layout::TicksFirst && leading == 2u)
    return swapAxes(array);
  if (options.layout || !leading || array.size() == 0)
    return;
  std::string text = runtime::shapeText(array.shape);
  if (*leading == 2 && array.shape[0] != 1 && options.ticks != array.shape[1])
    return noteLayout(
        input,
        fmt::format("the array is {}: read as {} samples of {} ticks and {} "
                    "channels",
                    text, array.shape[0], array.shape[1], input.channels),
        fmt::format("--layout ticks-first reads it as {} ticks of {} samples, "
                    "--layout samples-first leaves this note out",
                    array.shape[0], array.shape[1]),
        sink);
  if (*leading == 1 && rank == 2 && input.channels > 1 &&
      array.shape[0] == array.shape[1])
    noteLayout(input,
               fmt::format("the array is {}: read as ticks x channels", text),
               "--layout channels-first reads it as channels x ticks, --layout "
               "samples-first leaves this note out",
               sink);
}

/// --repeat: every array as so many equal samples, which encoders then draw
/// apart. False: there are samples already, or they would be too large.
static bool repeatSamples(runtime::ArrayMap &arrays,
                          const runtime::Manifest &manifest,
                          const RunOptions &options, DiagnosticSink &sink) {
  auto refuse = [&](const std::string &name, std::string message) {
    sink.report(makeError("SNN1040", {"", name, 0, 0}, std::move(message),
                          {"leave --repeat out"}));
    return false;
  };
  if (manifest.inputs.empty() && manifest.hasNoise())
    return true;
  if (manifest.inputs.empty())
    return refuse("", "--repeat: the network has no input, all trials would "
                      "be the same");
  bool hasTicks = !options.encode ||
                  options.encode == runtime::Encoder::Delta ||
                  (options.encode == runtime::Encoder::Rate && !options.ticks);
  for (auto &[key, array] : arrays) {
    const runtime::InputEntry *input = inputOf(manifest, key);
    if (!input)
      continue;
    auto leading = runtime::leadingAxes(
        array, {input->name, input->channels, input->shape});
    if (!leading)
      continue; // reported where it is read
    if (*leading > (hasTicks ? 1u : 0u))
      return refuse(input->name,
                    fmt::format("--repeat: the array {} has samples already",
                                runtime::shapeText(array.shape)));
    size_t once = array.bytes.size();
    if (once > (size_t(1) << 30) / *options.repeat)
      return refuse(input->name,
                    fmt::format("--repeat: {} times {} B of input exceed the "
                                "limit of 1 GiB",
                                *options.repeat, once));
    array.bytes.resize(once * *options.repeat);
    for (uint64_t n = 1; n < *options.repeat && once > 0; ++n)
      std::memcpy(array.bytes.data() + n * once, array.bytes.data(), once);
    array.shape.insert(array.shape.begin(), *options.repeat);
  }
  return true;
}

/// FILE or NAME=FILE.
static bool isNirData(const std::string &input) {
  return runtime::readableFormat(input.substr(input.find('=') + 1)) ==
         runtime::ArrayFormat::NirData;
}

/// Options about arrays where there is none that they could change.
static bool refuseIdle(const RunOptions &options, DiagnosticSink &sink) {
  auto refuse = [&](const char *option, const char *why, const char *help) {
    if (options.given.count(option + 2)) // without "--"
      sink.report(makeError("SNN0384", {options.input, "", 0, 0},
                            fmt::format("{} has no effect {}", option, why),
                            {fmt::format("leave {} out{}", option, help)}));
  };
  if (options.encode != runtime::Encoder::Delta)
    refuse("--threshold", "without --encode delta", ", or add --encode delta");
  bool none = options.inputs.empty() && options.arrays.empty();
  bool onlyEvents =
      options.arrays.empty() &&
      std::all_of(options.inputs.begin(), options.inputs.end(), isNirData);
  if (none)
    refuse("--encode", "without --input", ", or name an array with --input");
  if (onlyEvents)
    refuse("--layout",
           none ? "without --input" : "on NIRData, which says what is what",
           "");
  return !sink.hasErrors();
}

/// The arrays of one --input, of which `name` (may be empty) says whose; false
/// after an error.
static bool takeArrays(runtime::ArrayMap read, const std::string &name,
                       const std::string &path, bool settled,
                       const RunOptions &options,
                       const runtime::Manifest &manifest,
                       runtime::ArrayMap &arrays, DiagnosticSink &sink) {
  auto refuse = [&](const std::string &input, std::string message,
                    std::string help) {
    sink.report(makeError("SNN0410", {path, input, 0, 0}, std::move(message),
                          {std::move(help)}));
    return false;
  };
  bool isOne = read.size() == 1;
  if (!name.empty() && !isOne && !read.count(name)) {
    std::vector<std::string> members;
    for (const auto &[key, array] : read)
      if (members.size() < 20)
        members.push_back(key);
    return refuse(name, "the file has several arrays, none of this name",
                  fmt::format("it has: {}", fmt::join(members, ", ")));
  }
  for (auto &[key, array] : read) {
    if (!name.empty() && !isOne && key != name)
      continue;
    std::string to = name.empty() ? key : name;
    const runtime::InputEntry *input = inputOf(manifest, to);
    for (const auto &[other, taken] : arrays)
      if (other == to || (input && inputOf(manifest, other) == input))
        return refuse(input ? input->name : to, "two arrays for one input",
                      "give one --input for it");
    if (input && !settled)
      settleLayout(array, *input, options, sink);
    arrays[to] = std::move(array);
  }
  return true;
}

std::optional<runtime::ArrayMap>
readRunInputs(const RunOptions &options, const runtime::Manifest &manifest,
              DiagnosticSink &sink) {
  runtime::ArrayMap arrays;
  if (!refuseIdle(options, sink))
    return std::nullopt;
  for (const std::string &text : options.inputs) {
    // NAME=FILE, unless a file of that very name exists.
    std::string name, path = text;
    size_t equals = text.find('=');
    if (equals != std::string::npos && !std::filesystem::exists(text)) {
      name = text.substr(0, equals);
      path = text.substr(equals + 1);
    }
    runtime::InputOptions inputOptions;
    inputOptions.dtSeconds = manifest.dtSeconds;
    auto read = runtime::readInputs(path, inputOptions);
    if (!read) {
      sink.report(read.takeError());
      return std::nullopt;
    }
    // The latency encoder's values have no ticks, NIRData says what is what.
    bool settled =
        options.encode == runtime::Encoder::Latency || isNirData(path);
    if (!takeArrays(std::move(*read), name, path, settled, options, manifest,
                    arrays, sink))
      return std::nullopt;
  }
  if (!takeArrays(options.arrays, "", "",
                  options.encode == runtime::Encoder::Latency, options,
                  manifest, arrays, sink))
    return std::nullopt;
  if (options.repeat && !repeatSamples(arrays, manifest, options, sink))
    return std::nullopt;
  if (!options.encode)
    return arrays;
  runtime::EncoderOptions encoder;
  encoder.kind = *options.encode;
  encoder.ticks = options.ticks.value_or(0);
  encoder.seed = options.compile.network.seed.value_or(0);
  encoder.threshold = options.threshold;
  for (auto &[key, array] : arrays) {
    const runtime::InputEntry *input = inputOf(manifest, key);
    if (!input)
      continue;
    runtime::ChannelShape shape{input->name, input->channels, input->shape};
    encoder.timeAxis = !options.ticks.has_value();
    auto spikes = runtime::encode(array, shape, encoder);
    if (!spikes) {
      sink.report(spikes.takeError());
      return std::nullopt;
    }
    array = std::move(*spikes);
  }
  return arrays;
}

} // namespace snnc
