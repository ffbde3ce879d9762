//===- HostDevice.cpp - A bundle on native code ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/host/HostBackend.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/emulator/Router.h"

#include <cstring>
#include <fmt/format.h>

namespace snnc::host {

using runtime::Bundle;

namespace {

/// Calls generated code. It carries no type hash in front of it, which UBSan's
/// check of function pointers would read.
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
void
callProgram(TickFunction function, HostCore &core) {
  function(&core);
}

class HostDevice : public runtime::Device {
public:
  std::string name() const override { return "host"; }

  Status load(const Bundle &bundle) override {
    cores.clear();
    programs = std::make_unique<HostPrograms>();
    const runtime::Manifest &manifest = bundle.manifest;
    for (const runtime::CoreEntry &entry : manifest.cores)
      if (Status s = addCore(bundle, entry); !s)
        return s;
    std::vector<emulator::Router::Entry> table;
    for (const runtime::RouteEntry &route : manifest.routes)
      table.push_back({route.key, route.mask, route.cores});
    router = emulator::Router(std::move(table));
    return reset();
  }

  void feed(std::span<const uint32_t> keys) override {
    inFlight.insert(inFlight.end(), keys.begin(), keys.end());
  }

  Status tick() override {
    for (Core &core : cores) {
      HostCore view{core.sram.data(), core.waiting.data(),
                    uint32_t(core.waiting.size()), 0, core.sent.data()};
      core.statistics.packetsReceived += core.waiting.size();
      core.statistics.receiveHighWater =
          std::max(core.statistics.receiveHighWater, view.numKeys);
      callProgram(core.function, view);
      core.statistics.packetsSent += view.numSent;
      core.waiting.clear();
      inFlight.insert(inFlight.end(), core.sent.begin(),
                      core.sent.begin() + view.numSent);
    }
    deliver();
    ++ticks;
    return {};
  }

  Status read(uint32_t peId, uint32_t address,
              std::span<std::byte> bytes) override {
    Core *core = find(peId, address, bytes.size());
    if (!core)
      return outside(peId, address);
    std::memcpy(bytes.data(), core->sram.data() + address, bytes.size());
    return {};
  }

  Status write(uint32_t peId, uint32_t address,
               std::span<const std::byte> bytes) override {
    Core *core = find(peId, address, bytes.size());
    if (!core)
      return outside(peId, address);
    std::memcpy(core->sram.data() + address, bytes.data(), bytes.size());
    return {};
  }

  Status reset() override {
    inFlight.clear();
    ticks = routed = unrouted = 0;
    for (Core &core : cores) {
      std::fill(core.sram.begin(), core.sram.end(), uint8_t(0));
      std::memcpy(core.sram.data() + core.imageBase, core.image.data(),
                  core.image.size());
      uint32_t ready = SNNC_STATUS_READY;
      std::memcpy(core.sram.data() + core.header +
                      offsetof(SnncCoreHeader, status),
                  &ready, 4);
      core.waiting.clear();
      core.statistics = {};
      core.statistics.peId = core.peId;
    }
    return {};
  }

  runtime::DeviceStatistics statistics() const override {
    runtime::DeviceStatistics all;
    all.ticks = ticks;
    all.packetsRouted = routed;
    all.packetsUnrouted = unrouted;
    for (const Core &core : cores)
      all.pes.push_back(core.statistics);
    return all;
  }

private:
  struct Core {
    uint32_t peId = 0, imageBase = 0, header = 0;
    TickFunction function = nullptr;
    std::string image;
    std::vector<uint8_t> sram;
    std::vector<uint32_t> waiting, sent;
    size_t capacity = 0; ///< of the receive ring, keys
    runtime::PeStatistics statistics;
  };

  Status addCore(const Bundle &bundle, const runtime::CoreEntry &entry) {
    const runtime::ProgramEntry &program =
        bundle.manifest.programs[entry.program];
    // Programs read their header at a fixed address: one machine, one address.
    if (!programs->find(program.name)) {
      const std::string *text = bundle.entry(program.tick);
      if (!text)
        return makeError("SNN0651", {},
                         "the bundle has no tick program '" + program.name +
                             "'");
      if (Status s = programs->add(program.name, *text, entry.headerAddress);
          !s)
        return s;
    }
    Core core;
    core.peId = entry.pe.peId();
    core.imageBase = entry.imageBase;
    core.header = entry.headerAddress;
    core.function = programs->find(program.name);
    core.image = *bundle.entry(entry.image);
    core.sram.resize(bundle.machine.sram.bytes);
    SnncCoreHeader header;
    if (core.imageBase + core.image.size() > core.sram.size() ||
        core.header < core.imageBase ||
        core.header + sizeof header > core.imageBase + core.image.size())
      return makeError(
          "SNN0652", {},
          fmt::format("the image of PE {} leaves its SRAM", core.peId));
    std::memcpy(&header, core.image.data() + (core.header - core.imageBase),
                sizeof header);
    // A spike per neuron, or two digits of a partial sum per receptor.
    core.sent.resize(std::min<uint64_t>(
        uint64_t(header.n_neurons) * 2 * SNNC_MAX_RECEPTORS, core.sram.size()));
    core.capacity = (header.fifo_end - header.fifo_base) / 4;
    cores.push_back(std::move(core));
    return {};
  }

  void deliver() {
    for (uint32_t key : inFlight) {
      uint32_t entry = router.match(key);
      if (entry == emulator::Router::noEntry) {
        ++unrouted;
        continue;
      }
      ++routed;
      for (uint32_t index : router.entry(entry).cores) {
        Core &core = cores[index];
        // The same loss as on the chip: a full ring drops and counts.
        if (core.waiting.size() >= core.capacity)
          ++core.statistics.packetsDropped;
        else
          core.waiting.push_back(key);
      }
    }
    inFlight.clear();
  }

  Core *find(uint32_t peId, uint32_t address, size_t bytes) {
    for (Core &core : cores)
      if (core.peId == peId)
        return address + bytes <= core.sram.size() ? &core : nullptr;
    return nullptr;
  }

  static Diagnostic outside(uint32_t peId, uint32_t address) {
    return makeError("SNN0653", {},
                     fmt::format("no memory at {:#x} of PE {}", address, peId));
  }

  std::unique_ptr<HostPrograms> programs;
  std::vector<Core> cores;
  emulator::Router router;
  std::vector<uint32_t> inFlight;
  uint64_t ticks = 0, routed = 0, unrouted = 0;
};

} // namespace

std::unique_ptr<runtime::Device> createHostDevice() {
  return std::make_unique<HostDevice>();
}

} // namespace snnc::host
