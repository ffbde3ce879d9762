//===- Device.h - What can run a network ------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one interface behind which everything stands that runs a network: cores
// of an emulated chip or of a board, native core programs
// (runtime/host/CoreDevice), and engines in this process
// (runtime/host/EngineDevice). Spikes with time stamps in, many ticks a call,
// recordings out; runtime/host/Session makes arrays of it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_DEVICE_H
#define SNNC_RUNTIME_DEVICE_H

#include "runtime/machine/MachineModel.h"
#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snnc::runtime {

class Bundle;
struct Manifest;
class PoissonDrive;
struct RecordRequest;
struct RunInputs;

/// What one PE did, summed over the run unless said otherwise.
struct PeStatistics {
  CoreAddress at;
  uint64_t instructions = 0;
  uint64_t cycles = 0; ///< awake cycles, cycle model of docs/cycles.md
  uint64_t worstTickCycles = 0;
  uint64_t worstTick = 0; ///< the first tick with that count
  uint64_t overruns = 0;  ///< ticks with more cycles than the tick has
  uint64_t packetsSent = 0, packetsReceived = 0;
  uint64_t packetsDropped = 0;   ///< receive ring was full
  uint32_t receiveHighWater = 0; ///< most keys waiting at once
  uint32_t stackHighWaterBytes = 0;
  uint64_t macCycles = 0;   ///< the MAC array was busy
  uint64_t macProducts = 0; ///< multiply-accumulates that it did
  uint64_t dmaCycles = 0;   ///< a transfer from DRAM was under way
  uint64_t dmaTransfers = 0, dmaBytes = 0;
};

/// What a link between two chips carried, one way.
struct LinkStatistics {
  ChipLink link;
  uint64_t packets = 0;
  uint64_t mostInTick = 0; ///< in `worstTick`, the first tick with that count
  uint64_t worstTick = 0;
  uint64_t fullTicks = 0; ///< with more than DeviceStatistics::linkPackets
};

/// Packets that a chip's router looked up.
struct RouterStatistics {
  ChipCoordinate chip;
  uint64_t packets = 0;
  uint64_t unrouted = 0; ///< no entry matched
};

struct DeviceStatistics {
  uint64_t ticks = 0;
  uint64_t packetsRouted = 0;
  uint64_t packetsUnrouted = 0; ///< no router entry matched: a lost spike
  double tickCycles = 0;        ///< cycles that one tick has; 0: not timed
  std::vector<PeStatistics> pes;
  /// On machines of several chips; those that saw packets, ascending.
  std::vector<LinkStatistics> links;
  std::vector<RouterStatistics> routers;
  double linkPackets = 0; ///< that a link carries in a tick; 0: nobody knows

  /// Of another sample on the same device.
  DeviceStatistics &operator+=(const DeviceStatistics &other);
};

/// What makes a run less than trustworthy. All zero: clean.
struct Verdict {
  uint64_t overruns = 0;        ///< ticks that took longer than a tick
  uint64_t droppedPackets = 0;  ///< receive ring was full: spikes lost
  uint64_t unroutedPackets = 0; ///< no routing entry: spikes lost
  uint64_t unknownKeys = 0;     ///< arrived where no synapse wants them
  uint64_t recordOverflows = 0; ///< ticks that were not recorded
  uint64_t fullLinks = 0; ///< ticks of links that got more than they carry

  uint64_t lostPackets() const { return droppedPackets + unroutedPackets; }
  bool clean() const { return *this == Verdict{}; }
  bool operator==(const Verdict &) const = default;
  Verdict &operator+=(const Verdict &other);
};

/// What a device can do and how it keeps time.
struct Capabilities {
  bool injectsSpikes = true;
  /// Draws RunPlan::drives itself; else they are injected. Some of them:
  /// Device::draws.
  bool drawsInputs = false;
  bool savesState = false; ///< has save() and restore()
  bool recordsSpikes = true, recordsStates = true;
  /// Cores whose memory read() and write() reach.
  bool hasMemory = false;
  /// All packets that were sent (by cores and by the host) in tick t have
  /// arrived before tick t + 1 begins, however long that takes
  /// (docs/semantics.md S1). False: ticks follow a clock, and late packets
  /// count as lost.
  bool isLockStep = true;
  /// Looks at all states after every tick (S8.4), not only between runs.
  bool watchesStates = true;
  bool countsCycles = false; ///< DeviceStatistics has cycles and overruns
  double tickSeconds = 0;  ///< of a clock; 0: a tick takes as long as it takes
  unsigned threads = 1;    ///< of this computer that work on a tick
  uint64_t batchTicks = 1; ///< ticks that it likes to take at once
  unsigned samples = 1;    ///< that twins may run side by side
};

/// `count` spikes of one channel of an input.
struct InputSpike {
  uint64_t tick = 0;    ///< of the chip, counted from begin()
  uint32_t input = 0;   ///< in Manifest::inputs
  uint32_t channel = 0; ///< the user's
  uint16_t count = 1;
  auto operator<=>(const InputSpike &) const = default;
};

/// One spike of a recorded population.
struct RecordedSpike {
  uint32_t tick = 0; ///< after Recordings::first
  uint32_t neuron = 0;
  auto operator<=>(const RecordedSpike &) const = default;
};

/// What one request recorded: spikes as events, by tick, then neuron; states as
/// a block of ticks x neurons in chip units.
struct Recording {
  std::vector<RecordedSpike> spikes;
  std::vector<float> values;
  bool operator==(const Recording &) const = default;
};

/// What was recorded between two fetches.
struct Recordings {
  uint64_t first = 0, ticks = 0;  ///< ticks of the chip
  std::vector<Recording> records; ///< one for each of RunPlan::requests
  bool operator==(const Recordings &) const = default;
};

/// One sample of a run.
struct RunPlan {
  std::span<const RecordRequest> requests;
  uint64_t ticks = 0;        ///< of the chip
  uint64_t networkTicks = 0; ///< later states are in no result (S8.4)
  uint64_t sample = 0;       ///< of draws, and for messages
  /// Per input of the manifest, null: injected; or empty. In ticks before
  /// `drivenTicks`. For devices that draw some of them.
  std::span<const std::shared_ptr<const PoissonDrive>> drives = {};
  uint64_t drivenTicks = 0;
  /// In place of every seed of the normal numbers that neurons draw.
  std::optional<uint64_t> seed = {};
  bool saves = false; ///< save() will be called
};

/// Asked between ticks with the number of ticks of this run() that are done, at
/// least every few tenths of a second where ticks are shorter than that. False
/// ends the run.
using KeepOn = std::function<bool(uint64_t done)>;

class Device {
public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  virtual Capabilities capabilities() const = 0;
  /// Names, shapes, latencies and variables of inputs and populations.
  virtual const Manifest &manifest() const = 0;
  /// Value on chip per user unit of a state: one, or one a neuron (S6.4). Error
  /// SNN0506.
  virtual Expected<std::vector<double>> scales(size_t population,
                                               size_t variable) const = 0;
  /// Whether it draws that input of the manifest where RunPlan::drives has it.
  virtual bool draws(size_t) const { return capabilities().drawsInputs; }
  /// Error where inputs of a run are more than the device can add up: SNN0414.
  /// Asked before begin(); inject() does not look at it again.
  virtual Status admit(const RunInputs &inputs, uint64_t ticks) { return {}; }
  /// Back to tick 0, recording what the plan requests, which outlives the
  /// sample. The first call loads whatever has to be loaded.
  virtual Status begin(const RunPlan &plan) = 0;
  /// Spikes of inputs, by rising tick, behind those that were given before.
  /// None is for a tick that is over. Error SNN0620.
  virtual Status inject(std::span<const InputSpike> spikes) = 0;
  /// Runs the next ticks; returns how many, which is fewer only when `keepOn`
  /// says so. What is recorded stays in the device's memory up to fetch().
  virtual Expected<uint64_t> run(uint64_t ticks, const KeepOn &keepOn = {}) = 0;
  /// What was recorded since the last fetch, or since begin().
  virtual Expected<Recordings> fetch() = 0;
  /// Of the ticks since begin().
  virtual Expected<Verdict> verdict() = 0;
  virtual DeviceStatistics statistics() const = 0;

  /// What the next ticks depend on, of ticks that are over: the same bytes for
  /// any number of threads. Where RunPlan::saves, all that was injected being
  /// for ticks that are over. Error SNN0622 without Capabilities::savesState.
  virtual Expected<std::string> save();
  /// After begin() with the plan of the run that was saved. Error SNN0622.
  virtual Status restore(std::string_view state);

  /// Another one for the same network, at rest, that runs beside this one on a
  /// thread of its own; null where Capabilities::samples is 1.
  virtual std::unique_ptr<Device> twin() const { return nullptr; }

  /// Bytes of a core's SRAM, between runs. Error SNN0621 without
  /// Capabilities::hasMemory.
  virtual Status read(const CoreAddress &at, uint32_t address,
                      std::span<std::byte> bytes);
  virtual Status write(const CoreAddress &at, uint32_t address,
                       std::span<const std::byte> bytes);
};

/// Error SNN0620 for the first of `spikes` that inject() refuses: of a channel
/// that is not there, or for a tick before `earliest` or the one before it.
Status checkSpikes(std::span<const InputSpike> spikes, const Manifest &manifest,
                   uint64_t earliest);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_DEVICE_H
