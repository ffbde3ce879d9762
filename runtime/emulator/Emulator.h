//===- Emulator.h - The emulated chip ---------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_EMULATOR_EMULATOR_H
#define SNNC_RUNTIME_EMULATOR_EMULATOR_H

#include "runtime/cores/CoreMachine.h"
#include "runtime/emulator/TickObserver.h"

#include <memory>

namespace snnc::emulator {

struct EmulatorOptions {
  unsigned threads = 0; ///< host threads for the PEs of a tick; 0: all cores
  std::shared_ptr<TickObserver> observer = {}; ///< null: nobody looks
};

/// Executes a bundle's Arm programs instruction by instruction. Ticks are in
/// lock-step; results do not depend on the number of threads. docs/emulator.md.
std::unique_ptr<runtime::CoreMachine>
createEmulator(EmulatorOptions options = {});

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_EMULATOR_H
