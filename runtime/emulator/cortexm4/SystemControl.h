//===- SystemControl.h - NVIC and system control block ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The registers at 0xE000E000..0xE000EFFF that start-up code and a sleeping
// main loop touch (DDI 0403, B3). No exception is ever entered. SysTick is not
// there: reaching for it is a bus fault, not a silent zero.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_CORTEXM4_SYSTEMCONTROL_H
#define SNNC_RUNTIME_EMULATOR_CORTEXM4_SYSTEMCONTROL_H

#include <array>
#include <cstdint>

namespace snnc::emulator {

struct Cpu;

class SystemControl {
public:
  static constexpr unsigned maxInterrupts = 240;

  void reset();
  void setLine(unsigned irq, bool high);
  /// An enabled interrupt is pending: WFI falls through.
  bool wakes() const;

  static bool covers(uint32_t address) {
    return address >= 0xE000E000u && address < 0xE000F000u;
  }
  /// Word access, or byte access to a priority register.
  bool read(const Cpu &cpu, uint32_t address, unsigned bytes, uint32_t &value);
  bool write(Cpu &cpu, uint32_t address, unsigned bytes, uint32_t value);

private:
  bool readWord(const Cpu &cpu, uint32_t offset, uint32_t &value) const;
  bool writeWord(Cpu &cpu, uint32_t offset, uint32_t value);

  static constexpr unsigned words = 8;
  std::array<uint32_t, words> enabled{}, pending{}, lines{};
  std::array<uint8_t, maxInterrupts> priority{};
  std::array<uint8_t, 12> systemPriority{};
  uint32_t vectorTable = 0, control = 0, groups = 0, configuration = 0x200;
  uint32_t coprocessors = 0;
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_CORTEXM4_SYSTEMCONTROL_H
