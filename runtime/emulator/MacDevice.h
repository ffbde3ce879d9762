//===- MacDevice.h - The MAC array of a PE ----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products on int8 or int16 operands in SRAM: C[M][N] = A[K][M]^T
// B[K][N] with int32 results. The array is output stationary (facts A10): a
// tile of `rows` x `columns` results takes one operand row a cycle. A product
// whose sum leaves the accumulator is a fault, never a wrapped number.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_MACDEVICE_H
#define SNNC_RUNTIME_EMULATOR_MACDEVICE_H

#include "runtime/emulator/Engine.h"
#include "runtime/emulator/MmioDevice.h"

#include <span>

namespace snnc::emulator {

/// Cycles of one product (docs/cycles.md): start-up, then for every tile of
/// results K operand rows and the tile's results through 4 output lanes.
uint64_t macCycles(const MacArray &mac, uint32_t m, uint32_t n, uint32_t k,
                   bool wide);

class MacDevice final : public MmioDevice {
public:
  MacDevice(const MachineModel &machine, std::span<std::byte> sram)
      : registers(machine.mac), layout(machine.sram), sram(sram) {}
  void attach(Engine *core) { engine = core; }

  AddressRange range() const override;
  bool read(uint32_t offset, uint32_t &value) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset() override;
  /// What a tick may multiply begins anew.
  void beginTick() { atTick = products; }

  uint64_t busyCycles = 0; ///< since reset
  uint64_t products = 0;   ///< multiply-accumulates asked for, since reset

private:
  bool start(bool wide);
  template <typename T> bool multiply();
  bool inSram(uint32_t address, uint64_t bytes, const char *what);
  uint32_t *slot(uint32_t offset);

  const MacArray &registers;
  const SramLayout &layout;
  std::span<std::byte> sram;
  Engine *engine = nullptr;
  uint32_t a = 0, b = 0, target = 0, m = 0, k = 0, n = 0;
  uint64_t readyAt = 0; ///< engine cycles
  uint64_t atTick = 0;  ///< products when the tick began
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_MACDEVICE_H
