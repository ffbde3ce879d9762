//===- Emulator.cpp - The emulated chip as a device -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/Emulator.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/emulator/Pe.h"
#include "runtime/emulator/Router.h"
#include "runtime/emulator/ThreadPool.h"

#include <cstring>
#include <fmt/format.h>

namespace snnc::emulator {

using runtime::Bundle;

namespace {

class Emulator final : public runtime::Device {
public:
  explicit Emulator(EmulatorOptions options) : pool(options.threads) {}

  std::string name() const override { return "emulator"; }

  Status load(const Bundle &bundle) override {
    pes.clear();
    machine = std::make_unique<MachineModel>(bundle.machine);
    tickCycles = machine->level().clockHz * bundle.manifest.tickSeconds;
    std::vector<std::shared_ptr<const CoreProgram>> programs;
    for (const runtime::ProgramEntry &entry : bundle.manifest.programs) {
      const std::string *elf = bundle.entry(entry.elf);
      if (!elf)
        return makeError("SNN0601", {}, "the bundle has no file " + entry.elf);
      auto program = loadElf(*elf, entry.elf, machine->sram);
      if (!program)
        return program.takeError();
      programs.push_back(std::make_shared<CoreProgram>(std::move(*program)));
    }
    for (const runtime::CoreEntry &core : bundle.manifest.cores)
      if (Status s = addPe(bundle, core, programs); !s)
        return s;
    std::vector<Router::Entry> table;
    for (const runtime::RouteEntry &route : bundle.manifest.routes)
      table.push_back({route.key, route.mask, route.cores});
    router = Router(std::move(table));
    return reset();
  }

  void feed(std::span<const uint32_t> keys) override {
    fed.insert(fed.end(), keys.begin(), keys.end());
  }

  Status tick() override {
    std::vector<Status> ends(pes.size());
    pool.forEach(pes.size(), [&](size_t i) {
      ends[i] = pes[i]->tick(ticks, tickCycles);
    });
    for (Status &end : ends)
      if (!end)
        return end;
    // One order for any number of threads: the host first, then PE by PE.
    route(fed);
    fed.clear();
    for (auto &pe : pes)
      route(pe->sent());
    ++ticks;
    return {};
  }

  Status read(uint32_t peId, uint32_t address,
              std::span<std::byte> bytes) override {
    std::byte *at = locate(peId, address, bytes.size());
    if (!at)
      return noMemory(peId, address, bytes.size());
    std::memcpy(bytes.data(), at, bytes.size());
    return {};
  }

  Status write(uint32_t peId, uint32_t address,
               std::span<const std::byte> bytes) override {
    std::byte *at = locate(peId, address, bytes.size());
    if (!at || address < machine->sram.program.end)
      return noMemory(peId, address, bytes.size());
    std::memcpy(at, bytes.data(), bytes.size());
    return {};
  }

  Status reset() override {
    fed.clear();
    ticks = routed = unrouted = 0;
    std::vector<Status> ends(pes.size());
    pool.forEach(pes.size(), [&](size_t i) { ends[i] = pes[i]->start(); });
    for (Status &end : ends)
      if (!end)
        return end;
    return {};
  }

  runtime::DeviceStatistics statistics() const override {
    runtime::DeviceStatistics all;
    all.ticks = ticks;
    all.packetsRouted = routed;
    all.packetsUnrouted = unrouted;
    all.tickCycles = tickCycles;
    for (const auto &pe : pes)
      all.pes.push_back(pe->statistics());
    return all;
  }

private:
  Status addPe(const Bundle &bundle, const runtime::CoreEntry &core,
               std::span<const std::shared_ptr<const CoreProgram>> programs) {
    const std::string *image = bundle.entry(core.image);
    const SramLayout &sram = machine->sram;
    if (!image || core.imageBase < sram.program.end ||
        uint64_t(core.imageBase) + image->size() > sram.stack.begin ||
        core.headerAddress < core.imageBase ||
        uint64_t(core.headerAddress) + sizeof(SnncCoreHeader) >
            uint64_t(core.imageBase) + image->size())
      return makeError(
          "SNN0607", {},
          fmt::format("the image of PE {} lies outside the SRAM between "
                      "program and stack",
                      core.pe.peId()),
          {"compile the network again"});
    PeContent content;
    content.peId = core.pe.peId();
    content.program = programs[core.program];
    content.image = *image;
    content.imageBase = core.imageBase;
    content.headerAddress = core.headerAddress;
    pes.push_back(std::make_unique<Pe>(*machine, std::move(content)));
    return {};
  }

  void route(std::span<const uint32_t> keys) {
    for (uint32_t key : keys) {
      uint32_t entry = router.match(key);
      if (entry == Router::noEntry) {
        ++unrouted;
        continue;
      }
      ++routed;
      for (uint32_t core : router.entry(entry).cores)
        pes[core]->deliver(key);
    }
  }

  std::byte *locate(uint32_t peId, uint32_t address, size_t bytes) {
    for (auto &pe : pes)
      if (pe->peId() == peId && uint64_t(address) + bytes <= pe->memory().size())
        return pe->memory().data() + address;
    return nullptr;
  }

  static Diagnostic noMemory(uint32_t peId, uint32_t address, size_t bytes) {
    return makeError("SNN0608", {},
                     fmt::format("the host cannot reach {} B at {:#x} of PE {}",
                                 bytes, address, peId));
  }

  std::unique_ptr<MachineModel> machine;
  std::vector<std::unique_ptr<Pe>> pes;
  Router router;
  ThreadPool pool;
  std::vector<uint32_t> fed;
  double tickCycles = 0;
  uint64_t ticks = 0, routed = 0, unrouted = 0;
};

} // namespace

std::unique_ptr<runtime::Device> createEmulator(EmulatorOptions options) {
  return std::make_unique<Emulator>(options);
}

} // namespace snnc::emulator
