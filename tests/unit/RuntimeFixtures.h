//===- RuntimeFixtures.h - A small bundle and a device that runs it -------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bundle of the runtime tests, and FakeMachine: the contract of
// CoreMachine.h and runtime/abi/CoreHeader.h in a page of C++. Every neuron
// echoes one source: it spikes in the tick in which that source's key arrives.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_UNIT_RUNTIMEFIXTURES_H
#define SNNC_TESTS_UNIT_RUNTIMEFIXTURES_H

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/cores/LockStepCores.h"
#include "runtime/host/CoreDevice.h"
#include "runtime/host/Session.h"

#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace snnc::runtime::test {

/// A folder of this test process that vanishes with the object.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "snnc-test-XXXXXX").string();
    root = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }
  std::string file(const std::string &name) const { return root / name; }

private:
  std::filesystem::path root;
};

constexpr uint32_t inputKey = 0x1000, hiddenKey = 0x2000, outputKey = 0x3000;
constexpr uint32_t imageBase = 0x2000, stateBase = 0x3000, recordBase = 0x8000;
constexpr uint32_t channels = 37; // not a multiple of 32, more than one word

/// The memory of one core: a header, states at `stateBase`.
inline std::string coreImage(uint32_t neurons, uint32_t keyBase,
                             uint32_t startTick, uint32_t recordBytes) {
  SnncCoreHeader h{};
  h.magic = SNNC_ABI_MAGIC;
  h.abi_version = SNNC_ABI_VERSION;
  h.start_tick = startTick;
  h.n_neurons = neurons;
  h.key_base = keyBase;
  h.record_base = recordBase;
  h.record_end = recordBase + recordBytes;
  h.record_cursor = recordBase;
  h.state[0] = stateBase;
  h.state[2] = stateBase + 4 * neurons;
  return std::string(reinterpret_cast<const char *>(&h), sizeof h);
}

inline std::string doubles(const std::vector<double> &values) {
  return std::string(reinterpret_cast<const char *>(values.data()),
                     values.size() * sizeof(double));
}

/// Input "in" -> "lif1.lif" (cores 0 and 1, latency 1) -> "out:put" (core 2,
/// latency 2, never spikes). `recordBytes` is the size of the record buffers.
inline Bundle makeBundle(uint32_t recordBytes = 4096) {
  Bundle b;
  auto machine = builtinMachine(defaultMachineName());
  if (!machine)
    throw std::runtime_error(toText(machine.error()));
  b.machine = *machine;
  Manifest &m = b.manifest;
  m.compilerVersion = "snnc 0.1.0 (test)";
  m.network = "net.nir";
  m.tickSeconds = 1e-3;
  m.dtSeconds = 1e-4;
  m.latency = 2;
  m.options = {{"dt", 1e-4}};
  m.programs = {{"p0", "programs/p0.elf", "programs/p0.mlir"}};
  b.addEntry("programs/p0.elf", std::string("\x7f"
                                            "ELF not really\0with zeros",
                                            25));
  b.addEntry("programs/p0.mlir", "tick.program @p0 {}\n");
  const uint32_t sizes[] = {20, channels - 20, channels};
  const uint32_t keys[] = {hiddenKey, hiddenKey + 20, outputKey};
  const uint32_t starts[] = {1, 1, 2};
  for (uint32_t c = 0; c < 3; ++c) {
    std::string image = "images/c" + std::to_string(c);
    m.cores.push_back({{{}, b.machine.pes[c]}, 0, image, imageBase, imageBase});
    b.addEntry(image, coreImage(sizes[c], keys[c], starts[c], recordBytes));
  }
  m.populations = {{"lif1.lif",
                    channels,
                    {channels},
                    1,
                    {{0, 0, 20}, {1, 20, channels}},
                    {{"v", 0, 4.0, ""}, {"i", 2, 1.0, "scales/lif1.i"}},
                    true,
                    {},
                    {}},
                   {"out:put",
                    channels,
                    {},
                    2,
                    {{2, 0, channels}},
                    {{"v", 0, -0.5, ""}},
                    false,
                    {},
                    {}}};
  std::vector<double> scales;
  for (uint32_t n = 0; n < channels; ++n)
    scales.push_back(0.5 + n);
  b.addEntry("scales/lif1.i", doubles(scales));
  m.inputs = {{"in", channels, {1, channels}, inputKey, {}}};
  m.routes = {{inputKey, 0xFFFFFF00, {0, 1}}, {hiddenKey, 0xFFFFFF00, {2}}};
  return b;
}

/// State 0 ("v"): keys that arrived from this neuron's source in the tick.
/// State 2 ("i"): (tick + 1) * (neuron + 1), so that every row is distinct.
class FakeMachine : public LockStepCores {
public:
  std::string name() const override { return "fake"; }
  Capabilities capabilities() const override {
    Capabilities all;
    all.hasMemory = true;
    return all;
  }

  Status load(const Bundle &b) override {
    ++loads;
    bundle = &b;
    return reset();
  }
  Status reset() override {
    ++resets;
    clearCores();
    memory.clear();
    sent.clear();
    delivered.clear();
    stats = {};
    stats.tickCycles = 1000;
    for (const CoreEntry &core : bundle->manifest.cores) {
      std::vector<std::byte> &sram = memory[core.at];
      sram.resize(bundle->machine.sram.bytes);
      const std::string &image = *bundle->entry(core.image);
      std::memcpy(sram.data() + core.imageBase, image.data(), image.size());
      stats.pes.push_back({});
      stats.pes.back().at = core.at;
      addCore(core.at, sram);
    }
    return {};
  }
  Status tick(std::span<const uint32_t> fedByHost) override {
    if (stats.ticks == failInTick)
      return makeError("SNN0699", {}, "the fake core faulted");
    delivered = std::move(sent);
    sent.clear();
    for (size_t c = 0; c < bundle->manifest.cores.size(); ++c)
      tickCore(c);
    ++stats.ticks;
    // What the host and the cores send in this tick arrives in the next one.
    sent.assign(fedByHost.begin(), fedByHost.end());
    sent.insert(sent.end(), fromCores.begin(), fromCores.end());
    fromCores.clear();
    return {};
  }
  Status read(const CoreAddress &core, uint32_t address,
              std::span<std::byte> bytes) override {
    ++reads;
    return LockStepCores::read(core, address, bytes);
  }
  DeviceStatistics statistics() const override { return stats; }

  unsigned loads = 0, resets = 0, reads = 0;
  uint64_t failInTick = UINT64_MAX;
  bool skipsOneRecord = false; ///< a core program that breaks the contract
  DeviceStatistics stats;

protected:
  Diagnostic noMemory(const CoreAddress &core, uint32_t address,
                      size_t) const override {
    return makeError("SNN0698", {},
                     toText(core) + " at " + std::to_string(address));
  }

  std::byte *at(const CoreAddress &pe, uint32_t address, size_t bytes) {
    std::vector<std::byte> &sram = memory.at(pe);
    if (address + bytes > sram.size())
      throw std::out_of_range("SRAM access");
    return sram.data() + address;
  }

  void tickCore(size_t c) {
    const CoreEntry &core = bundle->manifest.cores[c];
    CoreAddress pe = core.at;
    SnncCoreHeader h;
    std::memcpy(&h, at(pe, core.headerAddress, sizeof h), sizeof h);
    uint32_t source = h.key_base >= outputKey
                          ? hiddenKey + (h.key_base - outputKey)
                          : inputKey + (h.key_base - hiddenKey);
    std::vector<float> v(h.n_neurons, 0), i(h.n_neurons, 0);
    std::vector<uint32_t> bitmap((h.n_neurons + 31) / 32, 0);
    for (uint32_t key : delivered)
      if (key >= source && key - source < h.n_neurons)
        v[key - source] += 1;
    for (uint32_t n = 0; n < h.n_neurons && h.tick >= h.start_tick; ++n) {
      i[n] = float((h.tick + 1) * (h.key_base % 0x1000 + n + 1));
      if (v[n] > 0 && h.key_base < outputKey) {
        bitmap[n / 32] |= 1u << (n % 32);
        fromCores.push_back(h.key_base + n);
      }
    }
    if (h.record_flags & 1)
      record(pe, h, bitmap.data(), bitmap.size() * 4);
    if (h.record_flags & 2)
      record(pe, h, v.data(), v.size() * 4);
    if (h.record_flags & 8)
      record(pe, h, i.data(), i.size() * 4);
    ++h.tick;
    std::memcpy(at(pe, core.headerAddress, sizeof h), &h, sizeof h);
  }

  void record(const CoreAddress &pe, SnncCoreHeader &h, const void *data,
              size_t bytes) {
    if (h.record_cursor + bytes > h.record_end) {
      ++h.record_overflow;
      return;
    }
    if (skipsOneRecord && h.tick == 3)
      return;
    std::memcpy(at(pe, h.record_cursor, bytes), data, bytes);
    h.record_cursor += uint32_t(bytes);
  }

  const Bundle *bundle = nullptr;
  std::map<CoreAddress, std::vector<std::byte>> memory;
  std::vector<uint32_t> sent, delivered, fromCores;
};

/// A session on a bundle and a machine.
class BundleSession {
public:
  BundleSession(const Bundle &bundle, CoreMachine &machine)
      : device(bundle, machine), session(device) {}
  Expected<RunResult> run(const ArrayMap &inputs,
                          const std::vector<std::string> &requests,
                          const RunOptions &options = {}) {
    return session.run(inputs, requests, options);
  }

private:
  CoreDevice device;
  Session session;
};

} // namespace snnc::runtime::test

#endif // SNNC_TESTS_UNIT_RUNTIMEFIXTURES_H
