//===- NativeDevice.cpp - A bundle on native code -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Native/NativePrograms.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/bundle/MemberCheck.h"
#include "runtime/emulator/Router.h"

#include <cstring>
#include <fmt/format.h>
#include <utility>

namespace snnc::native {

using runtime::Bundle;

namespace {

/// Calls generated code. It carries no type hash in front of it, which UBSan's
/// check of function pointers would read.
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
void
callProgram(TickFunction function, NativeCore &core) {
  function(&core);
}

class NativeDevice : public runtime::Device {
public:
  std::string name() const override { return "native"; }

  Status load(const Bundle &bundle) override {
    cores.clear();
    programs = std::make_unique<NativePrograms>();
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
      NativeCore view{core.sram.data(),
                      core.waiting.data(),
                      uint32_t(core.waiting.size()),
                      0,
                      core.sent.data(),
                      uint32_t(core.sent.size() - 1)};
      core.statistics.packetsReceived += core.waiting.size();
      core.statistics.receiveHighWater =
          std::max(core.statistics.receiveHighWater, view.numKeys);
      callProgram(core.function, view);
      if (view.exhausted)
        return makeError(
            "SNN0605", {},
            fmt::format("{} does not end in tick {} within {} passes through "
                        "its loops",
                        core.where, ticks, target::kMostSteps),
            {"the bundle is damaged or was edited; compile the network again"});
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
    uint32_t peId = 0, imageBase = 0, header = 0, sramBytes = 0;
    TickFunction function = nullptr;
    std::string where; ///< for messages
    std::string image;
    std::vector<uint8_t> sram;
    std::vector<uint32_t> waiting, sent;
    size_t capacity = 0; ///< of the receive ring, keys
    runtime::PeStatistics statistics;
  };

  Status addCore(const Bundle &bundle, const runtime::CoreEntry &entry) {
    const runtime::ProgramEntry &program =
        bundle.manifest.programs[entry.program];
    const std::string *text = bundle.entry(program.tick);
    if (!text)
      return makeError("SNN0651", {},
                       "the bundle has no tick program '" + program.name + "'");
    auto function = programs->add(program.name, *text, entry.headerAddress,
                                  bundle.machine.sram.bytes);
    if (!function)
      return function.takeError();
    Core core;
    core.peId = entry.pe.peId();
    core.imageBase = entry.imageBase;
    core.header = entry.headerAddress;
    core.function = *function;
    core.where = fmt::format("PE {}.{}.{}, program '{}'", entry.pe.x,
                             entry.pe.y, entry.pe.p, program.name);
    core.image = *bundle.entry(entry.image);
    core.sramBytes = bundle.machine.sram.bytes;
    core.sram.resize(size_t(core.sramBytes) + kSramGuard);
    SnncCoreHeader header;
    uint64_t imageEnd = uint64_t(core.imageBase) + core.image.size();
    if (imageEnd > core.sramBytes || core.header < core.imageBase ||
        uint64_t(core.header) + sizeof header > imageEnd)
      return makeError(
          "SNN0652", {},
          fmt::format("the image of PE {} leaves its SRAM", core.peId));
    std::memcpy(&header, core.image.data() + (core.header - core.imageBase),
                sizeof header);
    if (Status s = runtime::checkCoreHeader(header, entry, core.sramBytes); !s)
      return s;
    // A spike per neuron, or two digits of a partial sum per receptor.
    core.sent.resize(
        std::min<uint64_t>(uint64_t(header.n_neurons) * 2 * SNNC_MAX_RECEPTORS,
                           core.sramBytes) +
        1);
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
        return uint64_t(address) + bytes <= core.sramBytes ? &core : nullptr;
    return nullptr;
  }

  static Diagnostic outside(uint32_t peId, uint32_t address) {
    return makeError("SNN0653", {},
                     fmt::format("no memory at {:#x} of PE {}", address, peId));
  }

  std::unique_ptr<NativePrograms> programs;
  std::vector<Core> cores;
  emulator::Router router;
  std::vector<uint32_t> inFlight;
  uint64_t ticks = 0, routed = 0, unrouted = 0;
};

} // namespace

std::unique_ptr<runtime::Device> createNativeDevice() {
  return std::make_unique<NativeDevice>();
}

} // namespace snnc::native
