//===- Emulator.cpp - The emulated chip ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/Emulator.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/bundle/MemberCheck.h"
#include "runtime/cores/LockStepCores.h"
#include "runtime/emulator/Pe.h"
#include "runtime/emulator/RouterMesh.h"
#include "runtime/emulator/ThreadPool.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <new>

namespace snnc::emulator {

using runtime::Bundle;

namespace {

class Emulator final : public runtime::LockStepCores {
public:
  explicit Emulator(EmulatorOptions options)
      : pool(options.threads), observer(std::move(options.observer)) {}

  std::string name() const override { return "emulator"; }

  runtime::Capabilities capabilities() const override {
    runtime::Capabilities all;
    all.hasMemory = all.countsCycles = true;
    all.threads = pool.threads();
    return all;
  }

  Status load(const Bundle &bundle) override {
    unload();
    Status done;
    try {
      done = prepare(bundle);
    } catch (const std::bad_alloc &) {
      done = problem("SNN0610", "not enough host memory for the chip");
    }
    if (done) {
      loaded = true;
      done = reset();
    }
    if (!done)
      unload();
    return done;
  }

  Status reset() override {
    if (!loaded)
      return notLoaded();
    restart();
    routers.restart();
    std::vector<Status> ends(pes.size());
    pool.forEach(pes.size(), [&](size_t i) { ends[i] = pes[i]->start(); });
    for (Status &end : ends)
      if (!end)
        return end;
    return {};
  }

  runtime::DeviceStatistics statistics() const override {
    runtime::DeviceStatistics all = counted();
    all.tickCycles = tickCycles;
    all.links = routers.links();
    all.routers = routers.routers();
    all.linkPackets = routers.room();
    for (const auto &pe : pes)
      all.pes.push_back(pe->statistics());
    return all;
  }

protected:
  Status tick(std::span<const uint32_t> keys) override {
    if (!loaded)
      return notLoaded();
    std::vector<Status> ends(pes.size());
    uint64_t now = ticksDone();
    pool.forEach(pes.size(),
                 [&](size_t i) { ends[i] = pes[i]->tick(now, tickCycles); });
    for (Status &end : ends)
      if (!end)
        return end;
    // One order for any number of threads: the host first, then PE by PE.
    route(keys, 0);
    for (size_t i = 0; i < pes.size(); ++i) {
      route(pes[i]->sent(), chips[i]);
      pes[i]->clearSent();
    }
    if (observer)
      observer->onTick(now, tickCycles, phases, routers.linksInTick(),
                       routers.routed());
    routers.endTick();
    routed = routers.routed();
    unrouted = routers.lost();
    return {};
  }

  Diagnostic noMemory(const CoreAddress &at, uint32_t address,
                      size_t bytes) const override {
    return makeError("SNN0608", {},
                     fmt::format("the host cannot reach {} B at {:#x} of {}",
                                 bytes, address, toText(at)));
  }

private:
  using Programs = std::vector<std::shared_ptr<const CoreProgram>>;

  void unload() {
    clearCores();
    pes.clear();
    phases.clear();
    chips.clear();
    routers = RouterMesh();
    loaded = false;
    tickCycles = 0;
  }

  static Diagnostic problem(DiagnosticCode code, std::string message,
                            std::vector<std::string> hints = {}) {
    return makeError(code, {}, std::move(message), std::move(hints));
  }
  static Diagnostic notLoaded() {
    return problem("SNN0612", "the emulated chip has no bundle loaded");
  }

  /// A bundle built in memory was checked by nobody, so every index and size
  /// is checked here.
  Status prepare(const Bundle &bundle) {
    const runtime::Manifest &manifest = bundle.manifest;
    machine = std::make_unique<MachineModel>(bundle.machine);
    if (std::vector<Diagnostic> found = validate(*machine); !found.empty())
      return found.front();
    if (!std::isfinite(manifest.tickSeconds) || manifest.tickSeconds < 0 ||
        manifest.tickSeconds > 3600)
      return problem("SNN0610",
                     fmt::format("a tick of {} s is not from 0 to 3600 s",
                                 manifest.tickSeconds));
    tickCycles = machine->level().clockHz * manifest.tickSeconds;
    Programs programs;
    if (Status s = loadPrograms(bundle, programs); !s)
      return s;
    if (Status s = drams.load(bundle, *machine); !s)
      return s;
    for (const runtime::CoreEntry &core : manifest.cores)
      if (Status s = addPe(bundle, core, programs); !s)
        return s;
    if (Status s = routers.load(manifest, *machine, /*isTimed=*/true); !s)
      return s;
    for (const runtime::CoreEntry &core : manifest.cores)
      chips.push_back(routers.chipOf(core.at.chip));
    return {};
  }

  Status loadPrograms(const Bundle &bundle, Programs &programs) const {
    for (const runtime::ProgramEntry &entry : bundle.manifest.programs) {
      const std::string *elf = bundle.entry(entry.elf);
      if (!elf)
        return problem("SNN0610", "the bundle has no entry '" + entry.elf +
                                      "', the program '" + entry.name + "'");
      Expected<CoreProgram> program = loadElf(*elf, entry.elf, machine->sram);
      if (!program)
        return program.takeError();
      programs.push_back(std::make_shared<CoreProgram>(std::move(*program)));
    }
    return {};
  }

  Status addPe(const Bundle &bundle, const runtime::CoreEntry &core,
               const Programs &programs) {
    std::string where = toText(core.at);
    if (!machine->has(core.at))
      return problem("SNN0610", "the machine has no usable " + where);
    auto loaded = bundle.load(core.image);
    if (!loaded)
      return loaded.takeError();
    const std::string *image = loaded->get();
    if (!image || core.program >= programs.size())
      return problem("SNN0610",
                     fmt::format("{} names program {} of {} and image '{}'; "
                                 "the bundle lacks one of them",
                                 where, core.program, programs.size(),
                                 core.image));
    if (Status s = checkImage(where, core, *image); !s)
      return s;
    PeContent content;
    content.where = core.at;
    content.programName = bundle.manifest.programs[core.program].name;
    content.program = programs[core.program];
    content.image = *image;
    content.imageBase = core.imageBase;
    content.headerAddress = core.headerAddress;
    content.dram = drams.of(core.at.chip);
    content.dramReaders = drams.readers(core.at.chip);
    auto pe = std::make_unique<Pe>(*machine, std::move(content));
    if (!addCore(core.at, pe->memory(), machine->sram.program.end))
      return problem("SNN0610", "two cores of the bundle use " + where);
    if (observer) {
      pe->observe();
      phases.push_back(&pe->phases());
    }
    pes.push_back(std::move(pe));
    return {};
  }

  Status checkImage(const std::string &where, const runtime::CoreEntry &core,
                    const std::string &image) const {
    const SramLayout &sram = machine->sram;
    uint64_t end = uint64_t(core.imageBase) + image.size();
    if (core.imageBase < sram.program.end || end > sram.stack.begin)
      return problem("SNN0607",
                     fmt::format("the image of {}, [{:#x}, {:#x}), is not "
                                 "between program and stack, [{:#x}, {:#x})",
                                 where, core.imageBase, end, sram.program.end,
                                 sram.stack.begin),
                     {"compile the network again"});
    SnncCoreHeader header;
    if (core.headerAddress % 4 != 0 || core.headerAddress < core.imageBase ||
        core.headerAddress + uint64_t(sizeof(header)) > end)
      return problem("SNN0607",
                     fmt::format("the header of {} at {:#x} is not inside its "
                                 "image",
                                 where, core.headerAddress),
                     {"compile the network again"});
    std::memcpy(&header, image.data() + (core.headerAddress - core.imageBase),
                sizeof(header));
    if (header.magic != SNNC_ABI_MAGIC ||
        header.abi_version != SNNC_ABI_VERSION)
      return problem("SNN0613",
                     fmt::format("the header of {} has magic {:#x}, version "
                                 "{}; known are {:#x}, version {}",
                                 where, header.magic, header.abi_version,
                                 SNNC_ABI_MAGIC, SNNC_ABI_VERSION),
                     {"compile the network again with this snnc"});
    return runtime::checkCoreHeader(header, core, sram.bytes);
  }

  void route(std::span<const uint32_t> keys, uint32_t chip) {
    for (uint32_t key : keys)
      for (uint32_t core : routers.send(key, chip))
        pes[core]->deliver(key);
  }

  std::unique_ptr<MachineModel> machine;
  runtime::ChipDrams drams;
  std::vector<std::unique_ptr<Pe>> pes;
  std::vector<uint32_t> chips; ///< of each PE, by RouterMesh's numbers
  RouterMesh routers;
  ThreadPool pool;
  std::shared_ptr<TickObserver> observer;
  std::vector<const TickPhases *> phases; ///< of `pes`, where observed
  bool loaded = false;
  double tickCycles = 0;
};

} // namespace

std::unique_ptr<runtime::CoreMachine> createEmulator(EmulatorOptions options) {
  return std::make_unique<Emulator>(options);
}

} // namespace snnc::emulator
