//===- Pe.cpp - One emulated processing element ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/Pe.h"

#include "runtime/abi/CoreHeader.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fmt/format.h>

namespace snnc::emulator {

/// A program that has not gone to sleep after this many cycles runs away.
static constexpr uint64_t kRunawayCycles = 100'000'000;

/// A tick may take this many times its length before the program counts as
/// run away, and this many cycles at most, however long a bundle says a tick
/// is.
static constexpr double kRunawayTicks = 50, kMostCycles = 1e9;

/// What no program leaves on its stack by accident.
static constexpr uint32_t kStackPaint = 0x57AC57ACu;

Pe::Pe(const MachineModel &machine, PeContent peContent)
    : machine(machine), content(std::move(peContent)),
      pages(machine.sram.bytes), sram(pages.span()), timer(machine),
      sender(machine), receiver(machine, sram), mac(machine, sram),
      devices{&receiver, &sender, &timer, &mac} {
  engine = createCortexM4({sram, machine.sram.program, this});
  if (content.dram)
    devices.push_back(
        &dma.emplace(machine, sram, *content.dram, content.dramReaders));
  if (dma)
    dma->attach(engine.get());
  timer.attach(engine.get());
  mac.attach(engine.get());
  counters.at = content.where;
}

void Pe::addDevice(std::unique_ptr<MmioDevice> device) {
  devices.push_back(device.get());
  more.push_back(std::move(device));
}

Diagnostic Pe::problem(DiagnosticCode code, const std::string &what,
                       std::vector<std::string> hints) const {
  return makeError(code, {},
                   fmt::format("{}, program '{}': {}", toText(content.where),
                               content.programName, what),
                   std::move(hints));
}

Status Pe::start() { return broken = powerUp(); }

Status Pe::tick(uint64_t tickNumber, double tickCycles) {
  if (broken)
    broken = runTick(tickNumber, tickCycles);
  return broken;
}

Status Pe::powerUp() {
  pages.clear();
  paintStack();
  for (const ElfSegment &segment : content.program->segments)
    std::memcpy(sram.data() + segment.address, segment.bytes.data(),
                segment.bytes.size());
  if (!content.image.empty())
    std::memcpy(sram.data() + content.imageBase, content.image.data(),
                content.image.size());
  for (MmioDevice *device : devices)
    device->reset();
  engine->reset();
  engine->programChanged();
  counters = {};
  counters.at = content.where;
  startInstructions = 0;
  if (Status s = runToSleep(kRunawayCycles, "at start"); !s)
    return s;
  startInstructions = engine->instructions();
  uint32_t status = 0;
  std::memcpy(&status,
              sram.data() + content.headerAddress +
                  offsetof(SnncCoreHeader, status),
              sizeof status);
  if (status != SNNC_STATUS_READY)
    return problem(
        "SNN0604",
        fmt::format("is not ready but sleeps with status {:#x}", status),
        {"bundle and tool may be of different versions; compile again"});
  return {};
}

Status Pe::runTick(uint64_t tickNumber, double tickCycles) {
  uint64_t before = engine->cycles();
  mac.beginTick();
  if (observed) {
    lastPhases = {};
    lastPhases.waiting = receiver.waiting();
    tickBegan = before;
  }
  if (!timer.expire())
    return problem("SNN0606", "never started its timer",
                   {"start timer 1 before the first sleep"});
  uint64_t budget =
      std::max(kRunawayCycles,
               uint64_t(std::min(kRunawayTicks * tickCycles, kMostCycles)));
  std::string when = fmt::format("in tick {}", tickNumber);
  if (Status s = runToSleep(before + budget, when); !s)
    return s;
  uint64_t used = engine->cycles() - before;
  lastPhases.end = used;
  if (used == 0)
    return problem("SNN0609", fmt::format("is not woken by its timer {}", when),
                   {"enable the timer's interrupt in NVIC_ISER"});
  if (used > counters.worstTickCycles) {
    counters.worstTickCycles = used;
    counters.worstTick = tickNumber;
  }
  counters.cycles += used;
  counters.overruns += tickCycles > 0 && double(used) > tickCycles;
  counters.packetsSent += sender.sent.size();
  return {};
}

void Pe::deliver(uint32_t key) {
  if (receiver.deliver(key))
    ++counters.packetsReceived;
  else
    ++counters.packetsDropped;
  counters.receiveHighWater =
      std::max(counters.receiveHighWater, receiver.waiting());
}

runtime::PeStatistics Pe::statistics() const {
  runtime::PeStatistics all = counters;
  all.instructions = engine->instructions() - startInstructions;
  all.stackHighWaterBytes = stackHighWater();
  all.macCycles = mac.busyCycles;
  all.macProducts = mac.products;
  if (dma) {
    all.dmaCycles = dma->busyCycles;
    all.dmaTransfers = dma->transfers;
    all.dmaBytes = dma->bytes;
  }
  return all;
}

/// The stack has no defined content; a pattern shows how deep it was used.
void Pe::paintStack() {
  for (uint32_t at = machine.sram.stack.begin; at < machine.sram.stack.end;
       at += 4)
    std::memcpy(&sram[at], &kStackPaint, 4);
}

uint32_t Pe::stackHighWater() const {
  for (uint32_t at = machine.sram.stack.begin; at < machine.sram.stack.end;
       at += 4)
    if (std::memcmp(&sram[at], &kStackPaint, 4) != 0)
      return machine.sram.stack.end - at;
  return 0;
}

//===----------------------------------------------------------------------===//
// Bus
//===----------------------------------------------------------------------===//

void Pe::note(uint32_t address, bool written, uint64_t macBefore) {
  uint64_t now = engine->cycles() - tickBegan;
  TickPhases &phases = lastPhases;
  if (!written) {
    if (address == machine.receive.base + machine.receive.words)
      phases.rows = now;
  } else if (address == machine.receive.base + machine.receive.readPointer) {
    phases.neurons = now;
  } else if (address == machine.send.base + machine.send.key) {
    phases.lastSent = now;
    if (phases.sent++ == 0)
      phases.firstSent = now;
  } else if (mac.busyCycles != macBefore) {
    phases.products.emplace_back(now, now + mac.busyCycles - macBefore);
  }
}

MmioDevice *Pe::deviceAt(uint32_t address) {
  for (MmioDevice *device : devices) {
    AddressRange range = device->range();
    if (address >= range.begin && address < range.end)
      return device;
  }
  return nullptr;
}

bool Pe::read(uint32_t address, unsigned bytes, uint32_t &value) {
  MmioDevice *device = deviceAt(address);
  refusal.clear();
  if (device && bytes == 4 &&
      device->read(address - device->range().begin, value)) {
    if (observed)
      note(address, /*written=*/false, mac.busyCycles);
    return true;
  }
  refusal = !device      ? "nothing is there"
            : bytes != 4 ? "device registers are read as words"
                         : device->refusal;
  return false;
}

bool Pe::write(uint32_t address, unsigned bytes, uint32_t value) {
  MmioDevice *device = deviceAt(address);
  refusal.clear();
  uint64_t macBefore = mac.busyCycles;
  if (device && bytes == 4 &&
      device->write(address - device->range().begin, value)) {
    if (observed)
      note(address, /*written=*/true, macBefore);
    return true;
  }
  refusal = !device      ? "nothing is there"
            : bytes != 4 ? "device registers are written as words"
                         : device->refusal;
  return false;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Status Pe::runToSleep(uint64_t untilCycles, const std::string &when) {
  RunResult result = engine->run(untilCycles);
  switch (result.reason) {
  case StopReason::Sleep:
    return {};
  case StopReason::Fault:
    return describeFault(result.fault, when);
  case StopReason::Budget:
    break;
  }
  return problem("SNN0605",
                 fmt::format("does not go to sleep {} within {} cycles (pc "
                             "{:#x})",
                             when, untilCycles, engine->registers().r[15]),
                 {"a tick handler clears timer 1 and then its pending bit in "
                  "NVIC_ICPR"});
}

static const char *faultName(FaultKind kind) {
  switch (kind) {
  case FaultKind::Undefined:
    return "undefined instruction";
  case FaultKind::Fetch:
    return "execution left the program range";
  case FaultKind::InvalidState:
    return "branch to an even address";
  case FaultKind::Bus:
    return "bus fault";
  case FaultKind::Alignment:
    return "misaligned access";
  case FaultKind::WriteProtected:
    return "store into the program range";
  case FaultKind::FpuDisabled:
    return "floating point while the FPU is off";
  case FaultKind::FpuMode:
    return "unsupported FPU mode";
  case FaultKind::SupervisorCall:
    return "supervisor call";
  case FaultKind::Breakpoint:
    return "breakpoint";
  case FaultKind::Interrupt:
    return "an interrupt would be taken, and programs run with PRIMASK set";
  }
  return "fault";
}

Diagnostic Pe::describeFault(const Fault &fault,
                             const std::string &when) const {
  std::string text = fmt::format("faults {}: {} at pc {:#x}", when,
                                 faultName(fault.kind), fault.pc);
  if (fault.wide)
    text += fmt::format(", instruction {:04x} {:04x}", fault.encoding >> 16,
                        fault.encoding & 0xFFFF);
  else if (fault.encoding != 0)
    text += fmt::format(", instruction {:04x}", fault.encoding);
  if (fault.address != 0 || fault.kind == FaultKind::WriteProtected)
    text += fmt::format(", address {:#x}", fault.address);
  Diagnostic d = problem(
      "SNN0603", text, {"look at the program with `snnc compile --emit asm`"});
  if (fault.kind == FaultKind::Bus && !refusal.empty())
    d.notes.push_back("at that address: " + refusal);
  return d;
}

} // namespace snnc::emulator
