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

Pe::Pe(const MachineModel &machine, PeContent peContent)
    : machine(machine), content(std::move(peContent)),
      sram(machine.sram.bytes), timer(machine), sender(machine),
      receiver(machine, sram), devices{&timer, &sender, &receiver} {
  engine = createCortexM4({sram, machine.sram.program, this});
  timer.attach(engine.get());
  counters.peId = content.peId;
}

Status Pe::start() {
  std::fill(sram.begin(), sram.end(), std::byte(0));
  for (const ElfSegment &segment : content.program->segments)
    std::memcpy(sram.data() + segment.address, segment.bytes.data(),
                segment.bytes.size());
  std::memcpy(sram.data() + content.imageBase, content.image.data(),
              content.image.size());
  for (MmioDevice *device : devices)
    device->reset();
  engine->reset();
  engine->programChanged();
  counters = {};
  counters.peId = content.peId;
  if (Status s = runToSleep(kRunawayCycles, "at start"); !s)
    return s;
  uint32_t status = 0;
  std::memcpy(&status,
              sram.data() + content.headerAddress +
                  offsetof(SnncCoreHeader, status),
              sizeof status);
  if (status != SNNC_STATUS_READY)
    return makeError(
        "SNN0604", {},
        fmt::format("the program on PE {} is not ready: status {:#x}",
                    content.peId, status),
        {"bundle and tool may be of different versions; compile again"});
  return {};
}

Status Pe::tick(uint64_t tickNumber, double tickCycles) {
  uint64_t before = engine->cycles();
  sender.sent.clear();
  if (!timer.expire())
    return makeError("SNN0606", {},
                     fmt::format("the program on PE {} never started its timer",
                                 content.peId));
  uint64_t budget = std::max<uint64_t>(kRunawayCycles,
                                       uint64_t(50 * tickCycles));
  if (Status s = runToSleep(before + budget,
                            fmt::format("in tick {}", tickNumber));
      !s)
    return s;
  uint64_t used = engine->cycles() - before;
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
  all.instructions = engine->instructions();
  // The stack starts as zeros and grows down: the lowest word that is not zero
  // is the deepest that was pushed (a pushed zero may hide behind it).
  const AddressRange &stack = machine.sram.stack;
  uint32_t lowest = stack.begin;
  while (lowest < stack.end && sram[lowest] == std::byte(0))
    ++lowest;
  all.stackHighWaterBytes = stack.end - (lowest & ~3u);
  return all;
}

//===----------------------------------------------------------------------===//
// Bus
//===----------------------------------------------------------------------===//

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
      device->read(address - device->range().begin, value))
    return true;
  refusal = !device      ? "nothing is there"
            : bytes != 4 ? "device registers are read as words"
                         : device->refusal;
  return false;
}

bool Pe::write(uint32_t address, unsigned bytes, uint32_t value) {
  MmioDevice *device = deviceAt(address);
  refusal.clear();
  if (device && bytes == 4 &&
      device->write(address - device->range().begin, value))
    return true;
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
  return makeError("SNN0605", {},
                   fmt::format("the program on PE {} does not go to sleep {} "
                               "(pc {:#x})",
                               content.peId, when, engine->registers().r[15]));
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
  }
  return "fault";
}

Diagnostic Pe::describeFault(const Fault &fault, const std::string &when) {
  Diagnostic d = makeError(
      "SNN0603", {},
      fmt::format("PE {} faults {}: {}, pc {:#x}, instruction {:#x}, address "
                  "{:#x}",
                  content.peId, when, faultName(fault.kind), fault.pc,
                  fault.encoding, fault.address),
      {"look at the program with `snnc compile --emit asm`"});
  if (!refusal.empty())
    d.notes.push_back("the device says: " + refusal);
  return d;
}

} // namespace snnc::emulator
