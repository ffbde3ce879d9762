//===- PeDevices.cpp - Timer and packet units of a PE ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/PeDevices.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <utility>

namespace snnc::emulator {

/// The block from `base` to just behind its last register.
static AddressRange block(uint32_t base,
                          std::initializer_list<uint32_t> offsets) {
  return {base, base + std::max(offsets) + 4};
}

//===- Timer --------------------------------------------------------------===//

AddressRange TimerDevice::range() const {
  const TimerRegisters &r = machine.timer;
  return block(r.base, {r.load, r.value, r.control, r.clear, r.rawStatus});
}

bool TimerDevice::read(uint32_t offset, uint32_t &value) {
  const TimerRegisters &r = machine.timer;
  if (offset == r.load) {
    value = load;
  } else if (offset == r.value) {
    double ticks = double(engine->cycles() - startCycles) *
                   machine.timerClockHz / machine.level().clockHz;
    value = ticks >= load ? 0 : load - uint32_t(ticks);
  } else if (offset == r.control) {
    value = control;
  } else if (offset == r.rawStatus) {
    value = raw;
  } else {
    return refuse("timer 1 has no readable register there");
  }
  return true;
}

bool TimerDevice::write(uint32_t offset, uint32_t value) {
  const TimerRegisters &r = machine.timer;
  if (offset == r.load) {
    load = value;
    startCycles = engine->cycles();
  } else if (offset == r.control) {
    control = value & 0xFF;
  } else if (offset == r.clear) {
    raw = false;
  } else {
    return refuse("timer 1 has no writable register there");
  }
  updateLine();
  return true;
}

void TimerDevice::reset() {
  load = 0;
  control = 0x20;
  raw = false;
  startCycles = 0;
}

bool TimerDevice::expire() {
  if (!enabled())
    return false;
  raw = true;
  startCycles = engine->cycles();
  updateLine();
  return true;
}

void TimerDevice::updateLine() {
  engine->setInterruptLine(machine.timer.irq, raw && (control & 0x20) != 0);
}

//===- Packet send unit ---------------------------------------------------===//

AddressRange PacketSender::range() const {
  return block(registers.base,
               {registers.control, registers.key, registers.status});
}

bool PacketSender::read(uint32_t offset, uint32_t &value) {
  if (offset == registers.control)
    value = control;
  else if (offset == registers.key)
    value = key;
  else if (offset == registers.status)
    value = registers.statusReady;
  else
    return refuse("the packet send unit has no such register");
  return true;
}

bool PacketSender::write(uint32_t offset, uint32_t value) {
  if (offset == registers.control) {
    control = value;
    return true;
  }
  if (offset != registers.key)
    return refuse("the packet send unit has no writable register there");
  if (control != registers.controlMulticast)
    return refuse(fmt::format("only multicast packets (control {:#x}) are "
                              "known, control is {:#x}",
                              registers.controlMulticast, control));
  if (sent.size() >= maxPerTick)
    return refuse(fmt::format("more than {} packets in one tick", maxPerTick));
  key = value;
  sent.push_back(value);
  return true;
}

void PacketSender::reset() {
  control = key = 0;
  sent.clear();
}

//===- Packet receive unit ------------------------------------------------===//

AddressRange PacketReceiver::range() const {
  const PacketReceiveRegisters &r = registers;
  return block(r.base, {r.config, r.start, r.end, r.readPointer, r.writePointer,
                        r.words, r.dropped, r.control});
}

bool PacketReceiver::read(uint32_t offset, uint32_t &value) {
  const PacketReceiveRegisters &r = registers;
  const std::pair<uint32_t, uint32_t> all[] = {{r.config, config},
                                               {r.start, start},
                                               {r.end, end},
                                               {r.readPointer, readPointer},
                                               {r.writePointer, writePointer},
                                               {r.words, words},
                                               {r.dropped, dropped},
                                               {r.control, control}};
  for (auto [at, content] : all)
    if (at == offset) {
      value = content;
      return true;
    }
  return refuse("the packet receive unit has no such register");
}

bool PacketReceiver::setPointer(uint32_t &pointer, uint32_t value,
                                const char *name) {
  if (value < start || value >= end || value % 4 != 0)
    return refuse(fmt::format("{} {:#x} is not a word of the ring [{:#x}, "
                              "{:#x})",
                              name, value, start, end));
  pointer = value;
  words = (writePointer >= readPointer
               ? writePointer - readPointer
               : (end - start) - (readPointer - writePointer)) /
          4;
  return true;
}

bool PacketReceiver::write(uint32_t offset, uint32_t value) {
  const PacketReceiveRegisters &r = registers;
  if (offset == r.config) {
    config = value;
  } else if (offset == r.start) {
    start = readPointer = writePointer = value;
    words = 0;
  } else if (offset == r.end) {
    end = value;
  } else if (offset == r.readPointer) {
    return setPointer(readPointer, value, "read pointer");
  } else if (offset == r.writePointer) {
    return setPointer(writePointer, value, "write pointer");
  } else if (offset == r.dropped) {
    dropped = value;
  } else if (offset == r.control) {
    control = value;
  } else {
    return refuse("the packet receive unit has no writable register there");
  }
  return true;
}

void PacketReceiver::reset() {
  config = control = start = end = 0;
  readPointer = writePointer = words = dropped = 0;
}

bool PacketReceiver::ringIsUsable() const {
  return config == registers.configMulticast && start < end &&
         start >= layout.program.end && end <= sram.size() && start % 4 == 0 &&
         end % 4 == 0 && writePointer >= start && writePointer < end;
}

bool PacketReceiver::deliver(uint32_t key) {
  if (!ringIsUsable() || words >= (end - start) / 4) {
    ++dropped;
    return false;
  }
  std::memcpy(&sram[writePointer], &key, sizeof(key));
  writePointer = writePointer + 4 == end ? start : writePointer + 4;
  ++words;
  return true;
}

//===- DMA unit -----------------------------------------------------------===//

AddressRange DmaDevice::range() const {
  return block(unit.base, {unit.local, unit.remote, unit.length, unit.config,
                           unit.done, unit.status, unit.command});
}

bool DmaDevice::read(uint32_t offset, uint32_t &value) {
  finish();
  if (offset == unit.status)
    value = (underWay.empty() ? 0 : unit.busy) |
            (underWay.size() < unit.queue ? 0 : unit.full);
  else if (offset == unit.done)
    value = uint32_t(transfers - underWay.size());
  else if (offset == unit.local)
    value = local;
  else if (offset == unit.remote)
    value = remote;
  else if (offset == unit.length)
    value = length;
  else if (offset == unit.config)
    value = config;
  else
    return refuse("the DMA unit has no readable register there");
  return true;
}

bool DmaDevice::write(uint32_t offset, uint32_t value) {
  if (offset == unit.local)
    local = value;
  else if (offset == unit.remote)
    remote = value;
  else if (offset == unit.length)
    length = value;
  else if (offset == unit.config)
    config = value;
  else if (offset != unit.command)
    return refuse("the DMA unit has no writable register there");
  else if (value != unit.startRead)
    return refuse(
        fmt::format("the DMA unit does not know the command {:#x}", value));
  else
    return start();
  return true;
}

void DmaDevice::reset() {
  local = remote = length = config = 0;
  readyAt = transfers = bytes = busyCycles = 0;
  requestedAt = 0;
  underWay.clear();
}

bool DmaDevice::start() {
  finish();
  if (underWay.size() >= unit.queue)
    return refuse(fmt::format("the DMA unit is still busy with {} transfer(s)",
                              underWay.size()));
  for (auto [name, number] :
       {std::pair("local address", local), std::pair("remote address", remote),
        std::pair("length", length)})
    if (number % unit.alignment != 0)
      return refuse(fmt::format("DMA: the {} {:#x} is not aligned to {} B",
                                name, number, unit.alignment));
  if (local < machine.sram.program.end ||
      uint64_t(local) + length > sram.size())
    return refuse(fmt::format("DMA: {} B to {:#x} leave the SRAM behind the "
                              "program",
                              length, local));
  if (!dram.holds(remote, length))
    return refuse(fmt::format("DMA: {} B at {:#x} are not inside one DRAM "
                              "interface",
                              length, remote));
  uint64_t now = engine->cycles();
  requestedAt = std::max(double(now), requestedAt) + unit.setupCycles;
  double first = std::max(requestedAt + machine.dmaLatency(), double(readyAt));
  uint64_t before = std::max(now, readyAt);
  readyAt = uint64_t(std::ceil(first + machine.dmaByteCycles(length, readers)));
  underWay.push_back({remote, local, length, readyAt});
  busyCycles += readyAt - before;
  bytes += length;
  ++transfers;
  return true;
}

/// Nothing is in SRAM before the time is over: a program that does not wait
/// works on what was there.
void DmaDevice::finish() {
  size_t done = 0;
  for (; done < underWay.size() && underWay[done].readyAt <= engine->cycles();
       ++done)
    dram.read(underWay[done].from,
              sram.subspan(underWay[done].to, underWay[done].bytes));
  underWay.erase(underWay.begin(), underWay.begin() + ptrdiff_t(done));
}

} // namespace snnc::emulator
