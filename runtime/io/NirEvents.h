//===- NirEvents.h - Events of a recording as a raster ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_NIREVENTS_H
#define SNNC_RUNTIME_IO_NIREVENTS_H

#include "runtime/io/NirData.h"

#include <functional>

namespace snnc::runtime {

/// EventData or ValuedEventData as it stands in the file.
struct NirEvents {
  NdArray idx, time, value; ///< samples x events; no value: EventData
  uint64_t samples = 0, events = 0, ticks = 0, neurons = 0;
  double slack = kFloat64Slack; ///< of `time`
};

/// Bins events into ticks of `dt` seconds. Errors SNN0407 at `spot`.
class NirRaster {
public:
  NirRaster(const NirEvents &events, double dt, SourceSpot spot)
      : events(events), dt(dt), spot(std::move(spot)) {}

  /// Events a cell: uint8, or uint16 where one has more. [samples x ticks x
  /// neurons].
  Expected<NdArray> counts() const;
  /// float32, at most one in a cell.
  Expected<NdArray> values() const;

private:
  Diagnostic error(std::string message,
                   std::vector<std::string> hints = {}) const {
    return makeError("SNN0407", spot, std::move(message), std::move(hints));
  }
  Expected<std::optional<uint64_t>> cell(uint64_t sample, uint64_t event) const;
  /// `put` with sample, event and cell of each that is no padding.
  Status forEachEvent(
      const std::function<Status(uint64_t, uint64_t, uint64_t)> &put) const;

  const NirEvents &events;
  double dt;
  SourceSpot spot;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_NIREVENTS_H
