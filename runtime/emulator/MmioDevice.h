//===- MmioDevice.h - A block of registers beside a core --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_EMULATOR_MMIODEVICE_H
#define SNNC_RUNTIME_EMULATOR_MMIODEVICE_H

#include "runtime/machine/MachineModel.h"

#include <cstdint>
#include <string>

namespace snnc::emulator {

/// One device of a PE, seen as 32-bit registers in [base, base + bytes).
/// Accesses are aligned words. A refusal (false) is a bus fault of the program;
/// `refusal` then says why, in one clause.
class MmioDevice {
public:
  virtual ~MmioDevice() = default;
  virtual AddressRange range() const = 0;
  virtual bool read(uint32_t offset, uint32_t &value) = 0;
  virtual bool write(uint32_t offset, uint32_t value) = 0;
  virtual void reset() = 0;

  std::string refusal;

protected:
  bool refuse(std::string why) {
    refusal = std::move(why);
    return false;
  }
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_MMIODEVICE_H
