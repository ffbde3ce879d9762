//===- SystemControl.cpp - NVIC and system control block ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/cortexm4/SystemControl.h"

#include "runtime/emulator/cortexm4/Cpu.h"

namespace snnc::emulator {

void SystemControl::reset() { *this = SystemControl(); }

void SystemControl::setLine(unsigned irq, bool high) {
  uint32_t bit = 1u << irq % 32;
  if (high) {
    lines[irq / 32] |= bit;
    pending[irq / 32] |= bit;
  } else {
    lines[irq / 32] &= ~bit;
  }
}

bool SystemControl::wakes() const {
  for (unsigned i = 0; i < words; ++i)
    if (enabled[i] & pending[i])
      return true;
  return false;
}

bool SystemControl::read(const Cpu &cpu, uint32_t address, unsigned bytes,
                         uint32_t &value) {
  uint32_t offset = address & 0xFFF;
  if (bytes == 4)
    return readWord(cpu, offset, value);
  if (bytes == 1 && offset >= 0x400 && offset < 0x400 + maxInterrupts) {
    value = priority[offset - 0x400];
    return true;
  }
  if (bytes == 1 && offset >= 0xD18 && offset < 0xD24) {
    value = systemPriority[offset - 0xD18];
    return true;
  }
  return false;
}

bool SystemControl::write(Cpu &cpu, uint32_t address, unsigned bytes,
                          uint32_t value) {
  uint32_t offset = address & 0xFFF;
  if (bytes == 4)
    return writeWord(cpu, offset, value);
  // Five priority bits (facts A12): the low three read as zero.
  if (bytes == 1 && offset >= 0x400 && offset < 0x400 + maxInterrupts) {
    priority[offset - 0x400] = value & 0xF8;
    return true;
  }
  if (bytes == 1 && offset >= 0xD18 && offset < 0xD24) {
    systemPriority[offset - 0xD18] = value & 0xF8;
    return true;
  }
  return false;
}

bool SystemControl::readWord(const Cpu &cpu, uint32_t offset,
                             uint32_t &value) const {
  unsigned word = offset >> 2 & 7;
  value = 0;
  switch (offset & ~0x7Fu) {
  case 0x100: // ISER
  case 0x180: // ICER
    value = enabled[word];
    return (offset & 0x7F) < 0x20;
  case 0x200: // ISPR
  case 0x280: // ICPR
    value = pending[word];
    return (offset & 0x7F) < 0x20;
  case 0x300: // IABR: nothing is ever active
    return (offset & 0x7F) < 0x20;
  default:
    break;
  }
  if (offset >= 0x400 && offset + 3 < 0x400 + maxInterrupts) {
    std::memcpy(&value, &priority[offset - 0x400], 4);
    return true;
  }
  if (offset >= 0xD18 && offset < 0xD24) {
    std::memcpy(&value, &systemPriority[offset - 0xD18], 4);
    return true;
  }
  switch (offset) {
  case 0x004: // ICTR: up to 64 interrupts on SpiNNaker2 (45 used)
    value = 1;
    return true;
  case 0xD00: // CPUID: Cortex-M4 r0p1
    value = 0x410FC241;
    return true;
  case 0xD04: // ICSR: ISRPENDING
    for (unsigned i = 0; i < words; ++i)
      value |= pending[i] != 0 ? 1u << 22 : 0;
    return true;
  case 0xD08:
    value = vectorTable;
    return true;
  case 0xD0C: // AIRCR
    value = 0xFA050000u | groups;
    return true;
  case 0xD10:
    value = control;
    return true;
  case 0xD14:
    value = configuration;
    return true;
  case 0xD24: // SHCSR and the fault status registers: no fault was taken
  case 0xD28:
  case 0xD2C:
  case 0xD34:
  case 0xD38:
  case 0xD90: // MPU_TYPE: none
    return true;
  case 0xD88:
    value = coprocessors;
    return true;
  case 0xF34: // FPCCR: reset value; there is no exception to stack for
    value = 0xC0000000u;
    return true;
  default:
    return false;
  }
}

bool SystemControl::writeWord(Cpu &cpu, uint32_t offset, uint32_t value) {
  unsigned word = offset >> 2 & 7;
  if ((offset & 0x7F) < 0x20) {
    switch (offset & ~0x7Fu) {
    case 0x100:
      enabled[word] |= value;
      return true;
    case 0x180:
      enabled[word] &= ~value;
      return true;
    case 0x200:
      pending[word] |= value;
      return true;
    case 0x280: // a line that is still high makes it pending again
      pending[word] = (pending[word] & ~value) | lines[word];
      return true;
    default:
      break;
    }
  }
  if (offset >= 0x400 && offset + 3 < 0x400 + maxInterrupts) {
    value &= 0xF8F8F8F8u;
    std::memcpy(&priority[offset - 0x400], &value, 4);
    return true;
  }
  if (offset >= 0xD18 && offset < 0xD24) {
    value &= 0xF8F8F8F8u;
    std::memcpy(&systemPriority[offset - 0xD18], &value, 4);
    return true;
  }
  switch (offset) {
  case 0xD08:
    vectorTable = value & ~0x7Fu;
    return true;
  case 0xD0C: // AIRCR: only with its key; a reset request is not modelled
    if (value >> 16 != 0x05FA)
      return true;
    groups = value & 0x700;
    return (value & 7) == 0;
  case 0xD10:
    control = value & 0x16;
    return true;
  case 0xD14:
    configuration = (value & 0x31B) | 0x200;
    return (value & 8) == 0; // UNALIGN_TRP would change every load
  case 0xD28: // fault status: write one to clear, and there is none
  case 0xD2C:
  case 0xF34: // FPCCR: lazy stacking of exceptions that never happen
    return true;
  case 0xD88:
    coprocessors = value & 0x00F00000u;
    cpu.fpuEnabled = coprocessors == 0x00F00000u || coprocessors == 0x00500000u;
    return true;
  case 0xF00: // STIR
    if ((value & 0x1FF) >= maxInterrupts)
      return false;
    pending[(value & 0x1FF) / 32] |= 1u << value % 32;
    return true;
  default:
    return false;
  }
}

} // namespace snnc::emulator
