//===- NativeMachine.cpp - A bundle on native code ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Native/NativePrograms.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/bundle/MemberCheck.h"
#include "runtime/cores/LockStepCores.h"
#include "runtime/emulator/RouterMesh.h"

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

/// Bytes that a core may fetch in a tick, so that a hostile bundle ends: the
/// chip's DRAM moves 5 MB in a millisecond.
constexpr uint64_t kMostFetched = uint64_t(1) << 32;

/// NativeCore::fetch. Below the program's end there is nothing here, but a
/// transfer to there is the bundle's fault on the chip, too.
void fetchRow(NativeCore *core, uint32_t from, uint32_t to, uint32_t bytes) {
  core->fetched += bytes;
  bool good = core->dram && core->fetched <= kMostFetched &&
              from % core->alignment == 0 && to % core->alignment == 0 &&
              bytes % core->alignment == 0 && to >= core->programEnd &&
              uint64_t(to) + bytes <= core->sramBytes &&
              core->dram->holds(from, bytes);
  if (good)
    core->dram->read(from,
                     std::as_writable_bytes(std::span(core->sram + to, bytes)));
  else
    core->fault = 1;
}

class NativeMachine final : public runtime::LockStepCores {
public:
  NativeMachine(fabric::RowFormats formats,
                std::shared_ptr<target::NativeCode> code)
      : programs(std::move(formats), std::move(code)) {}
  std::string name() const override { return "native"; }

  runtime::Capabilities capabilities() const override {
    runtime::Capabilities all;
    all.hasMemory = true;
    return all;
  }

  Status load(const Bundle &bundle) override {
    clearCores();
    cores.clear();
    const runtime::Manifest &manifest = bundle.manifest;
    machine = std::make_unique<MachineModel>(bundle.machine);
    if (Status s = drams.load(bundle, *machine); !s)
      return s;
    for (const runtime::CoreEntry &entry : manifest.cores)
      if (Status s = prepare(bundle, entry); !s)
        return s;
    for (Core &core : cores)
      addCore(
          core.at,
          std::as_writable_bytes(std::span(core.sram)).first(core.sramBytes));
    if (Status s = routers.load(manifest, bundle.machine,
                                /*isTimed=*/false);
        !s)
      return s;
    for (Core &core : cores)
      core.chip = routers.chipOf(core.at.chip);
    return reset();
  }

  Status reset() override {
    restart();
    routers.restart();
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
      core.statistics.at = core.at;
    }
    return {};
  }

  runtime::DeviceStatistics statistics() const override {
    runtime::DeviceStatistics all = counted();
    for (const Core &core : cores)
      all.pes.push_back(core.statistics);
    all.links = routers.links();
    all.routers = routers.routers();
    return all;
  }

protected:
  Status tick(std::span<const uint32_t> keys) override {
    inFlight.clear();
    for (uint32_t key : keys)
      inFlight.emplace_back(key, 0);
    for (Core &core : cores) {
      NativeCore view{core.sram.data(),
                      core.waiting.data(),
                      uint32_t(core.waiting.size()),
                      0,
                      core.sent.data(),
                      uint32_t(core.sent.size() - 1)};
      view.fetch = fetchRow;
      view.dram = drams.of(core.at.chip);
      view.sramBytes = core.sramBytes;
      view.programEnd = machine->sram.program.end;
      if (machine->hasDram())
        view.alignment = machine->dram->dma.alignment;
      core.statistics.packetsReceived += core.waiting.size();
      core.statistics.receiveHighWater =
          std::max(core.statistics.receiveHighWater, view.numKeys);
      callProgram(core.function, view);
      if (view.exhausted)
        return makeError(
            "SNN0605", {},
            fmt::format("{} does not end in tick {} within {} passes through "
                        "its loops",
                        toText(core), ticksDone(), target::kMostSteps),
            {"the bundle is damaged or was edited; compile the network again"});
      if (view.fault)
        return makeError(
            "SNN0652", {},
            fmt::format("{}, tick {}: a transfer from DRAM is misaligned or "
                        "leaves the core's SRAM or the DRAM",
                        toText(core), ticksDone()),
            {"the bundle is damaged or was edited; compile the network again"});
      core.statistics.packetsSent += view.numSent;
      core.waiting.clear();
      for (uint32_t i = 0; i < view.numSent; ++i)
        inFlight.emplace_back(core.sent[i], core.chip);
    }
    deliver();
    return {};
  }

  Diagnostic noMemory(const CoreAddress &at, uint32_t address,
                      size_t) const override {
    return makeError(
        "SNN0653", {},
        fmt::format("no memory at {:#x} of {}", address, snnc::toText(at)));
  }

private:
  struct Core {
    CoreAddress at;
    uint32_t chip = 0; ///< by RouterMesh's numbers
    uint32_t imageBase = 0, header = 0, sramBytes = 0;
    TickFunction function = nullptr;
    std::string program; ///< for messages
    std::string image;
    std::vector<uint8_t> sram;
    std::vector<uint32_t> waiting, sent;
    size_t capacity = 0; ///< of the receive ring, keys
    runtime::PeStatistics statistics;
  };

  Status prepare(const Bundle &bundle, const runtime::CoreEntry &entry) {
    const runtime::ProgramEntry &program =
        bundle.manifest.programs[entry.program];
    const std::string *text = bundle.entry(program.tick);
    if (!text)
      return makeError("SNN0506", {"", program.tick, 0, 0},
                       "the entry '" + program.tick + "' is not in the bundle",
                       {"the bundle is incomplete; compile the network again"});
    const MachineModel &machine = bundle.machine;
    auto function = programs.add(program.name, *text,
                                 {entry.headerAddress, machine.sram.bytes,
                                  machine.dram ? machine.dram->dma.queue : 1});
    if (!function)
      return function.takeError();
    auto image = bundle.load(entry.image);
    if (!image)
      return image.takeError();
    Core core;
    core.at = entry.at;
    core.imageBase = entry.imageBase;
    core.header = entry.headerAddress;
    core.function = *function;
    core.program = program.name;
    core.image = **image;
    core.sramBytes = bundle.machine.sram.bytes;
    core.sram.resize(size_t(core.sramBytes) + kSramGuard);
    SnncCoreHeader header;
    uint64_t imageEnd = uint64_t(core.imageBase) + core.image.size();
    if (imageEnd > core.sramBytes || core.header < core.imageBase ||
        uint64_t(core.header) + sizeof header > imageEnd)
      return makeError("SNN0652", {},
                       fmt::format("the image of {} leaves its SRAM",
                                   snnc::toText(core.at)));
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
    for (auto [key, chip] : inFlight)
      for (uint32_t index : routers.send(key, chip)) {
        Core &core = cores[index];
        // The same loss as on the chip: a full ring drops and counts.
        if (core.waiting.size() >= core.capacity)
          ++core.statistics.packetsDropped;
        else
          core.waiting.push_back(key);
      }
    routers.endTick();
    routed = routers.routed();
    unrouted = routers.lost();
  }

  static std::string toText(const Core &core) {
    return fmt::format("{}, program '{}'", snnc::toText(core.at), core.program);
  }

  NativePrograms programs;
  std::unique_ptr<MachineModel> machine;
  runtime::ChipDrams drams;
  std::vector<Core> cores;
  emulator::RouterMesh routers;
  std::vector<std::pair<uint32_t, uint32_t>> inFlight; ///< key, chip
};

} // namespace

std::unique_ptr<runtime::CoreMachine>
createNativeMachine(fabric::RowFormats formats,
                    std::shared_ptr<target::NativeCode> code) {
  return std::make_unique<NativeMachine>(std::move(formats), std::move(code));
}

} // namespace snnc::native
