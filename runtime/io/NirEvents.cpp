//===- NirEvents.cpp - Events of a recording as a raster ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/NirEvents.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::runtime {

double tickOfTime(double t, double dt, double slack) {
  double quotient = t / dt;
  double next = std::floor(quotient) + 1;
  // See NirData.h: representation error, not an earlier tick.
  return next - quotient <= slack * quotient ? next : next - 1;
}

/// Where an event falls in the raster; nothing for a padding entry.
Expected<std::optional<uint64_t>> NirRaster::cell(uint64_t sample,
                                                  uint64_t event) const {
  uint64_t i = sample * events.events + event;
  int64_t neuron = events.idx.as<int64_t>()[i];
  double time = events.time.as<double>()[i];
  if (neuron == -1)
    return std::optional<uint64_t>();
  auto where = [&] {
    return fmt::format("event {} of sample {} (neuron {}, {} s)", event, sample,
                       neuron, time);
  };
  if (neuron < 0 || uint64_t(neuron) >= events.neurons)
    return error(
        fmt::format("{}: there are {} neurons", where(), events.neurons));
  if (!(time >= 0) ||
      !(tickOfTime(time, dt, events.slack) < double(events.ticks)))
    return error(fmt::format("{}: the recording has {} ticks of {} s", where(),
                             events.ticks, dt),
                 {"check t_max of the file and --dt"});
  auto tick = uint64_t(tickOfTime(time, dt, events.slack));
  return std::optional((sample * events.ticks + tick) * events.neurons +
                       uint64_t(neuron));
}

Status NirRaster::forEachEvent(
    const std::function<Status(uint64_t, uint64_t, uint64_t)> &put) const {
  for (uint64_t s = 0; s < events.samples; ++s)
    for (uint64_t e = 0; e < events.events; ++e) {
      Expected<std::optional<uint64_t>> at = cell(s, e);
      if (!at)
        return at.takeError();
      if (!*at)
        continue;
      if (Status status = put(s, e, **at); !status)
        return status;
    }
  return {};
}

Expected<NdArray> NirRaster::counts() const {
  NdArray binned = NdArray::zeros(
      DType::U16, {events.samples, events.ticks, events.neurons});
  uint16_t most = 0;
  std::span<uint16_t> cells = binned.as<uint16_t>();
  Status status = forEachEvent([&](uint64_t, uint64_t, uint64_t at) -> Status {
    if (cells[at] == UINT16_MAX)
      return error(fmt::format("a neuron has more than {} events in one "
                               "tick of {} s",
                               UINT16_MAX, dt));
    most = std::max(most, ++cells[at]);
    return {};
  });
  if (!status)
    return status.takeError();
  if (most > UINT8_MAX)
    return binned;
  NdArray small = NdArray::zeros(DType::U8, binned.shape);
  std::copy_n(binned.as<uint16_t>().begin(), small.size(),
              small.as<uint8_t>().begin());
  return small;
}

Expected<NdArray> NirRaster::values() const {
  NdArray binned = NdArray::zeros(
      DType::F32, {events.samples, events.ticks, events.neurons});
  std::vector<bool> taken(binned.size());
  std::span<float> cells = binned.as<float>();
  Status status =
      forEachEvent([&](uint64_t s, uint64_t e, uint64_t at) -> Status {
        if (taken[at])
          return error(fmt::format("event {} of sample {} is the second of its "
                                   "neuron in one tick of {} s",
                                   e, s, dt),
                       {"use a smaller --dt"});
        taken[at] = true;
        cells[at] = float(events.value.as<double>()[s * events.events + e]);
        return {};
      });
  if (!status)
    return status.takeError();
  return binned;
}

} // namespace snnc::runtime
