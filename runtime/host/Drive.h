//===- Drive.h - Inputs that are drawn where they are used ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S7.4: each count is a function of key, channel, tick and
// sample, so any part of an input can be drawn by whoever needs it, in any
// order, and no run is too long for it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_DRIVE_H
#define SNNC_RUNTIME_HOST_DRIVE_H

#include "runtime/support/Poisson.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace snnc::runtime {

/// The Poisson counts of one input. Any number of threads may draw at once.
class PoissonDrive {
public:
  /// `means` of a channel and tick, 0 to 100: one of all channels, one a
  /// channel, or, where `hasTicks`, ticks x channels; silent behind them.
  PoissonDrive(PhiloxKey key, uint32_t channels, std::vector<double> means,
               bool hasTicks);

  uint32_t channels() const { return count; }
  PhiloxKey philoxKey() const { return key; }
  /// Counts of channels `first`, `first` + 1, ...
  void draw(uint64_t tick, uint64_t sample, uint32_t first,
            std::span<uint16_t> counts,
            VectorSet vectors = widestVectors()) const;

private:
  /// Neighbours with one mean.
  struct Group {
    uint32_t end; ///< channel
    double mean;
    const PoissonTable *table; ///< null where there are too many means
  };
  void drawGroup(const Group &group, uint64_t tick, uint64_t sample,
                 uint32_t first, std::span<uint16_t> counts,
                 VectorSet vectors) const;
  Group groupOf(double mean) const;

  PhiloxKey key;
  uint32_t count;
  std::vector<double> means; ///< ticks x channels; or empty
  std::map<double, PoissonTable> tables;
  std::vector<Group> constant; ///< where the means are of every tick
};

/// The drawn inputs of a run by name.
struct Drives {
  std::map<std::string, std::shared_ptr<const PoissonDrive>> byInput;
  /// Of the run, where no array says them.
  bool hasSamplesAxis = false;
  uint64_t samples = 1, ticks = 0;
  /// In place of every seed of the normal numbers that neurons draw.
  std::optional<uint64_t> seed = {};
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_DRIVE_H
