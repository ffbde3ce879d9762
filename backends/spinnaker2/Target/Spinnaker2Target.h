//===- Spinnaker2Target.h - The chip as a target ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_SPINNAKER2_TARGET_SPINNAKER2TARGET_H
#define SNNC_BACKENDS_SPINNAKER2_TARGET_SPINNAKER2TARGET_H

#include "backends/spinnaker2/Target/MapNetwork.h"
#include "compiler/Target/NativeCode.h"
#include "compiler/Target/Target.h"
#include "runtime/emulator/TickObserver.h"

namespace snnc::s2 {

/// Bundles of core programs. Devices: `emulator`, an emulated chip that
/// executes their Arm code and counts its cycles, on `threads` threads of this
/// computer (0: all cores); and `native`, which compiles the same programs for
/// this CPU, into `code`: a check of the code generator, limited to what fits
/// the chip. `observer` looks at the emulated chip, null: nobody.
std::unique_ptr<target::Target>
createTarget(MapOptions options, Provenance provenance, unsigned threads,
             std::shared_ptr<target::NativeCode> code,
             std::shared_ptr<emulator::TickObserver> observer = nullptr);

/// A bundle that was read from a file, ready for `open`.
std::shared_ptr<const target::Artifact>
artifactOf(std::shared_ptr<const runtime::Bundle> bundle);

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_TARGET_SPINNAKER2TARGET_H
