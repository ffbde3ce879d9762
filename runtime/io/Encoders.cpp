//===- Encoders.cpp - Analog values to spikes on the host -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/Encoders.h"

#include <cmath>
#include <fmt/format.h>

namespace snnc::runtime {

const char *name(Encoder encoder) {
  switch (encoder) {
  case Encoder::Rate:
    return "rate";
  case Encoder::Latency:
    return "latency";
  case Encoder::Delta:
    return "delta";
  }
  return "?";
}

namespace {

/// The array as samples x ticks x channels; `ticks` is 1 without a time axis.
struct Layout {
  uint64_t samples = 1, ticks = 1, channels = 1;
};

class Encoding {
public:
  Encoding(const NdArray &analog, const ChannelShape &channels,
           const EncoderOptions &options)
      : analog(analog), input(channels), options(options) {}

  Expected<NdArray> run();

private:
  Diagnostic fail(std::string message, std::string hint) const {
    return makeError(
        "SNN0413", {"", input.name, 0, 0},
        fmt::format("encoder '{}': {}", name(options.kind), message),
        {std::move(hint)});
  }
  Status arrange();
  Status checkOptions() const;
  Status checkValues() const;
  double x(uint64_t sample, uint64_t tick, uint64_t channel) const {
    uint64_t row = sample * in.ticks + (in.ticks == 1 ? 0 : tick);
    return analog.at(row * in.channels + channel);
  }
  bool hasTimeAxis() const {
    return options.kind == Encoder::Delta ||
           (options.kind == Encoder::Rate && options.timeAxis);
  }
  bool twins() const {
    return options.kind == Encoder::Delta && options.fallingChannels;
  }
  void rate(std::span<uint8_t> out) const;
  void latency(std::span<uint8_t> out) const;
  Status delta(std::span<uint8_t> out) const;

  const NdArray &analog;
  const ChannelShape &input;
  const EncoderOptions &options;
  Layout in;
  uint64_t ticks = 0;          ///< of the output
  std::vector<uint64_t> shape; ///< of the output
};

} // namespace

Status Encoding::arrange() {
  std::optional<size_t> leading = leadingAxes(analog, input);
  size_t time = hasTimeAxis() ? 1 : 0;
  if (!leading || *leading < time || *leading > time + 1 || input.channels == 0)
    return makeError(
        "SNN0411", {"", input.name, 0, 0},
        fmt::format("the analog array is {}, the encoder '{}' expects {}{} "
                    "channels",
                    shapeText(analog.shape), name(options.kind),
                    time ? "ticks x " : "", input.channels),
        {"several samples go in one more axis before these"});
  size_t axis = 0;
  if (*leading == time + 1)
    shape.push_back(in.samples = analog.shape[axis++]);
  if (time)
    in.ticks = analog.shape[axis++];
  in.channels = input.channels;
  ticks = time ? in.ticks : options.ticks;
  shape.push_back(ticks);
  if (twins())
    shape.push_back(2 * in.channels);
  else
    shape.insert(shape.end(), analog.shape.begin() + ptrdiff_t(axis),
                 analog.shape.end());
  return {};
}

Status Encoding::checkOptions() const {
  constexpr uint64_t maxBytes = uint64_t(2) << 30;
  if (in.samples == 0)
    return fail(fmt::format("the analog array {} has no sample",
                            shapeText(analog.shape)),
                "give one sample or more, or leave their axis out");
  if (ticks == 0 && hasTimeAxis())
    return fail(
        fmt::format("the analog array {} has no tick", shapeText(analog.shape)),
        fmt::format("give a row of {} values for each tick", in.channels));
  if (ticks == 0)
    return fail("the number of ticks is not known",
                "give the number of ticks with --ticks N");
  std::optional<uint64_t> count = elementCount(shape);
  if (!count || *count > maxBytes)
    return fail(fmt::format("the spikes {} exceed the limit of {} bytes",
                            shapeText(shape), maxBytes),
                "encode fewer samples or fewer ticks at once");
  if (options.kind == Encoder::Delta &&
      !(options.threshold > 0 && std::isfinite(options.threshold)))
    return fail(fmt::format("the threshold is {}, expected a number above 0",
                            options.threshold),
                "choose the change of x that one spike stands for");
  return {};
}

Status Encoding::checkValues() const {
  bool unit = options.kind != Encoder::Delta;
  for (uint64_t i = 0; i < analog.size(); ++i) {
    double value = analog.at(i);
    if (unit ? value >= 0 && value <= 1 : std::isfinite(value))
      continue;
    return fail(fmt::format("the value {} at element {} is not {}", value, i,
                            unit ? "in [0, 1]" : "finite"),
                unit ? "scale the values to [0, 1] first; in Python: x = (x - "
                       "x.min()) / max(x.max() - x.min(), 1)"
                     : "remove NaN and infinity from the values");
  }
  return {};
}

void Encoding::rate(std::span<uint8_t> out) const {
  PhiloxKey key = streamKey(options.seed, streamOf(input.name));
  size_t i = 0;
  for (uint64_t s = 0; s < in.samples; ++s)
    for (uint64_t t = 0; t < ticks; ++t)
      for (uint64_t c = 0; c < in.channels; ++c, ++i) {
        std::array<uint32_t, 4> r = philox4x32(
            {uint32_t(c), uint32_t(t), uint32_t(t >> 32), uint32_t(s)}, key);
        uint64_t bits = (uint64_t(r[1]) << 32 | r[0]) >> 11;
        out[i] = double(bits) * 0x1p-53 < x(s, t, c);
      }
}

void Encoding::latency(std::span<uint8_t> out) const {
  for (uint64_t s = 0; s < in.samples; ++s)
    for (uint64_t c = 0; c < in.channels; ++c) {
      double value = x(s, 0, c);
      if (!(value > 0))
        continue;
      auto tick = uint64_t(std::floor((1 - value) * double(ticks - 1) + 0.5));
      out[(s * ticks + tick) * in.channels + c] = 1;
    }
}

Status Encoding::delta(std::span<uint8_t> out) const {
  uint64_t width = twins() ? 2 * in.channels : in.channels;
  for (uint64_t s = 0; s < in.samples; ++s)
    for (uint64_t c = 0; c < in.channels; ++c) {
      double reference = x(s, 0, c);
      for (uint64_t t = 1; t < ticks; ++t) {
        double k = std::trunc((x(s, t, c) - reference) / options.threshold);
        if (!(std::abs(k) <= 255))
          return fail(fmt::format("channel {} changes by {} thresholds in tick "
                                  "{}, the limit is 255",
                                  c, k, t),
                      "choose a larger threshold");
        reference += k * options.threshold;
        uint64_t row = (s * ticks + t) * width;
        if (k > 0)
          out[row + c] = uint8_t(k);
        else if (k < 0 && twins())
          out[row + in.channels + c] = uint8_t(-k);
      }
    }
  return {};
}

Expected<NdArray> Encoding::run() {
  if (Status status = arrange(); !status)
    return status.takeError();
  if (Status status = checkOptions(); !status)
    return status.takeError();
  if (Status status = checkValues(); !status)
    return status.takeError();
  NdArray result = NdArray::zeros(DType::U8, shape);
  if (options.kind == Encoder::Rate)
    rate(result.as<uint8_t>());
  else if (options.kind == Encoder::Latency)
    latency(result.as<uint8_t>());
  else if (Status status = delta(result.as<uint8_t>()); !status)
    return status.takeError();
  return result;
}

Expected<NdArray> encode(const NdArray &analog, const ChannelShape &channels,
                         const EncoderOptions &options) {
  return Encoding(analog, channels, options).run();
}

} // namespace snnc::runtime
