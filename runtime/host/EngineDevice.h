//===- EngineDevice.h - An engine without cores as a device -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_ENGINEDEVICE_H
#define SNNC_RUNTIME_HOST_ENGINEDEVICE_H

#include "runtime/host/NetworkEngine.h"

namespace snnc::runtime {

class EngineDevice : public Device {
public:
  EngineDevice(std::string name, std::unique_ptr<NetworkEngine> engine)
      : called(std::move(name)), own(std::move(engine)), engine(*own) {}
  /// The engine is not owned; it must outlive the device.
  EngineDevice(std::string name, NetworkEngine &engine)
      : called(std::move(name)), engine(engine) {}

  std::string name() const override { return called; }
  Capabilities capabilities() const override;
  const Manifest &manifest() const override { return engine.manifest(); }
  Expected<std::vector<double>> scales(size_t population,
                                       size_t variable) const override {
    return engine.scales(population, variable);
  }
  Status begin(const RunPlan &plan) override;
  Status inject(std::span<const InputSpike> spikes) override;
  /// Errors SNN0701, SNN0910.
  Expected<uint64_t> run(uint64_t ticks, const KeepOn &keepOn = {}) override;
  Expected<Recordings> fetch() override;
  Expected<Verdict> verdict() override { return Verdict(); }
  DeviceStatistics statistics() const override;
  Expected<std::string> save() override;
  Status restore(std::string_view state) override;
  std::unique_ptr<Device> twin() const override;

private:
  Status runBatch(uint64_t ticks);
  /// Inputs of the next ticks as the engine takes them; rows of inputs without
  /// a spike stay empty. Error SNN0620 for more than 65535 in one place.
  Expected<std::vector<CountRows>> takeInputs(uint64_t ticks);
  void drawInputs(uint64_t ticks);
  /// Room behind the recordings; spikes go to `rasters`.
  std::vector<Tape> makeTapes(uint64_t ticks);
  void takeSpikes(uint64_t ticks);
  uint32_t neuronsOf(size_t request) const;

  std::string called;
  std::unique_ptr<NetworkEngine> own;
  NetworkEngine &engine;
  /// Of the sample.
  RunPlan plan;
  std::optional<FiniteWatch> watch;
  Recordings recordings;
  std::vector<InputSpike> waiting;
  size_t taken = 0; ///< of `waiting`
  uint64_t now = 0;
  uint64_t batch = 1; ///< ticks; what takes a tenth of a second
  std::vector<std::vector<uint16_t>> counts; ///< per input, of a batch
  std::vector<std::vector<uint8_t>> rasters; ///< per request, of a batch
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_ENGINEDEVICE_H
