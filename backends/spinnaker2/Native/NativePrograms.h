//===- NativePrograms.h - Core programs compiled for this CPU ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A device of this target and the second implementation of the tick dialect:
// the very tick programs of a bundle, compiled natively through LLVM ORC, on
// the very data images. It checks the Arm code generator bit for bit, and is
// checked by it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_SPINNAKER2_NATIVE_NATIVEPROGRAMS_H
#define SNNC_BACKENDS_SPINNAKER2_NATIVE_NATIVEPROGRAMS_H

#include "backends/spinnaker2/Formats/Formats.h"
#include "compiler/Target/NativeCode.h"
#include "runtime/cores/CoreMachine.h"
#include "runtime/cores/Dram.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace snnc::native {

/// What a compiled program's %core points to. Plain C layout: generated code
/// reads it by offset.
struct NativeCore {
  uint8_t *sram = nullptr;        ///< the PE's whole SRAM and kSramGuard bytes
  const uint32_t *keys = nullptr; ///< keys that arrived since the last tick
  uint32_t numKeys = 0;
  uint32_t numSent = 0;
  uint32_t *sent = nullptr; ///< room for maxSent + 1 keys
  uint32_t maxSent = 0;
  uint32_t exhausted = 0; ///< not 0: the call ended at target::kMostSteps
  /// Copies out of DRAM, or sets `fault`; what the chip's DMA unit refuses is
  /// refused here.
  void (*fetch)(NativeCore *core, uint32_t from, uint32_t to,
                uint32_t bytes) = nullptr;
  const runtime::Dram *dram = nullptr; ///< of its chip; null: none
  uint32_t sramBytes = 0, programEnd = 0, alignment = 4;
  uint32_t fault = 0;   ///< not 0: a transfer was refused
  uint64_t fetched = 0; ///< bytes so far
};

/// Bytes behind a PE's SRAM where accesses outside of it end up; longer than
/// any access.
inline constexpr uint32_t kSramGuard = 64;

using TickFunction = void (*)(NativeCore *);

/// Native code of a bundle's programs, in code that may be shared; lives as
/// long as they may run. Programs that it has already are not compiled again.
/// The core of a program.
struct ProgramPlace {
  uint32_t headerAddress = 0; ///< of its core header
  uint32_t sramBytes = 0;
  uint32_t fetchQueue = 1; ///< DmaUnit::queue
};

class NativePrograms {
public:
  /// `formats`: the row formats that the text may name; programs of one `code`
  /// have the same ones.
  NativePrograms(fabric::RowFormats formats,
                 std::shared_ptr<target::NativeCode> code)
      : formats(std::move(formats)), code(std::move(code)) {}

  /// Compiles the tick dialect text of a program. The text is not trusted: it
  /// may hold a closed list of operations, reaches no memory but the SRAM and
  /// the guard, and ends after target::kMostSteps. Errors SNN0650, SNN0652.
  Expected<TickFunction> add(const std::string &name,
                             const std::string &tickText,
                             const ProgramPlace &place);

private:
  fabric::RowFormats formats;
  std::shared_ptr<target::NativeCode> code;
};

/// Runs bundles; their programs are compiled into `code`.
std::unique_ptr<runtime::CoreMachine>
createNativeMachine(fabric::RowFormats formats = s2::rowFormats(),
                    std::shared_ptr<target::NativeCode> code =
                        std::make_shared<target::NativeCode>());

} // namespace snnc::native

#endif // SNNC_BACKENDS_SPINNAKER2_NATIVE_NATIVEPROGRAMS_H
