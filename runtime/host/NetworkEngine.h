//===- NetworkEngine.h - A network that runs in this process ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the reference interpreter and the CPU engine have in common: no cores,
// no packets, no memory to look into, but counts in and recordings out, many
// ticks a call. EngineDevice makes a Device of one.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_NETWORKENGINE_H
#define SNNC_RUNTIME_HOST_NETWORKENGINE_H

#include "runtime/host/Drive.h"
#include "runtime/host/FiniteWatch.h"

#include <memory>

namespace snnc::runtime {

/// Spikes of one input in the ticks of a batch: ticks x channels counts, row
/// major (S7.1). Empty: silent.
using CountRows = std::span<const uint16_t>;

/// Where an engine writes one variable of one population, tick by tick.
struct Tape {
  size_t population = 0;          ///< in Manifest::populations
  std::optional<size_t> variable; ///< in its variables; absent: spikes
  /// ticks x neurons of the batch: spikes uint8, states float32 in chip units.
  std::byte *rows = nullptr;
};

/// Neighbouring ticks of one sample.
struct Batch {
  uint64_t first = 0; ///< chip tick, counted from the reset
  uint64_t ticks = 0;
  std::span<const CountRows> inputs; ///< one for each input of the manifest
  std::span<const Tape> tapes;
  /// Per input, null: in `inputs`; or empty. In ticks before `drivenTicks`; for
  /// engines that draw.
  std::span<const std::shared_ptr<const PoissonDrive>> drives = {};
  uint64_t drivenTicks = 0, sample = 0;
  /// In place of every seed of the normal numbers that neurons draw.
  std::optional<uint64_t> seed = {};

  const PoissonDrive *drive(size_t input) const {
    return drives.empty() ? nullptr : drives[input].get();
  }
};

class NetworkEngine {
public:
  virtual ~NetworkEngine() = default;
  /// Names, shapes, latencies, variables; no programs, cores or routes.
  virtual const Manifest &manifest() const = 0;
  /// Value on chip per user unit of a state: one, or one a neuron (S6.4).
  virtual std::vector<double> scales(size_t population,
                                     size_t variable) const = 0;
  /// Back to tick 0 (S1.4).
  virtual void reset() = 0;
  /// Runs the next ticks (S1.2) and shows `watch` all states after each (S8.4).
  /// Error SNN0701.
  virtual Status run(const Batch &batch, FiniteWatch &watch) = 0;
  /// The most ticks that are worth one call.
  virtual uint64_t batchTicks() const { return 1; }
  virtual unsigned threads() const { return 1; }
  /// Samples that are worth running side by side, each by a twin.
  virtual unsigned samples() const { return 1; }
  /// The same network, at rest, on one thread; null: there is only one.
  virtual std::unique_ptr<NetworkEngine> twin() const { return nullptr; }
  /// save() and restore() work.
  virtual bool savesState() const { return false; }
  /// In front of reset(): keep what save() needs.
  virtual void prepareToSave() {}
  /// What the next ticks depend on, the same bytes for any number of threads.
  virtual std::string save() const { return {}; }
  /// After reset(). False: `state` is not of this network.
  virtual bool restore(std::string_view) { return false; }
  /// Draws Batch::drives; else they are in Batch::inputs.
  virtual bool drawsInputs() const { return false; }
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_NETWORKENGINE_H
