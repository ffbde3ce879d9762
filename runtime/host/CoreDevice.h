//===- CoreDevice.h - A bundle on cores -------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes a Device of a machine with cores and a bundle: spikes of inputs become
// multicast packets, recording buffers are drained before they are full. In
// chip tick t the host sends the input spikes of tick t; they are delivered
// before tick t + 1.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_COREDEVICE_H
#define SNNC_RUNTIME_HOST_COREDEVICE_H

#include "runtime/host/FiniteWatch.h"
#include "runtime/host/Listeners.h"
#include "runtime/host/Recorder.h"

namespace snnc::runtime {

class CoreDevice : public Device {
public:
  CoreDevice(std::shared_ptr<const Bundle> bundle,
             std::unique_ptr<CoreMachine> machine);
  /// Neither is owned; both must outlive the device.
  CoreDevice(const Bundle &bundle, CoreMachine &machine);

  std::string name() const override { return machine.name(); }
  Capabilities capabilities() const override { return machine.capabilities(); }
  const Manifest &manifest() const override { return bundle.manifest; }
  Expected<std::vector<double>> scales(size_t population,
                                       size_t variable) const override;
  bool draws(size_t input) const override {
    return !bundle.manifest.inputs[input].drawn.empty();
  }
  /// Errors SNN0414, SNN0415 (an array for an input that cores draw), SNN0426.
  Status admit(const RunInputs &inputs, uint64_t ticks) override;
  /// Errors SNN0423, SNN0425, SNN0506 and those of the machine.
  Status begin(const RunPlan &plan) override;
  Status inject(std::span<const InputSpike> spikes) override;
  /// Errors SNN0424, SNN0910 and those of the machine.
  Expected<uint64_t> run(uint64_t ticks, const KeepOn &keepOn = {}) override;
  Expected<Recordings> fetch() override;
  Expected<Verdict> verdict() override;
  DeviceStatistics statistics() const override { return machine.statistics(); }
  Status read(const CoreAddress &at, uint32_t address,
              std::span<std::byte> bytes) override {
    return machine.read(at, address, bytes);
  }
  Status write(const CoreAddress &at, uint32_t address,
               std::span<const std::byte> bytes) override {
    return machine.write(at, address, bytes);
  }

private:
  Status drain();
  Status writeDrives();
  Status writeNoises();

  std::shared_ptr<const Bundle> ownBundle;
  std::unique_ptr<CoreMachine> ownMachine;
  const Bundle &bundle;
  CoreMachine &machine;
  InputPlaces places;
  Listeners listeners;
  CoreStates states;
  bool loaded = false;
  /// Of the sample.
  RunPlan plan;
  std::optional<Recorder> recorder;
  std::optional<FiniteWatch> watch;
  Recordings recordings;
  uint64_t now = 0, pending = 0; ///< ticks; in the cores' buffers
  uint64_t lastSent = 0;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_COREDEVICE_H
