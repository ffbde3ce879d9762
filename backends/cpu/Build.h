//===- Build.h - From the IR to a program -----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_BUILD_H
#define SNNC_BACKENDS_CPU_BUILD_H

#include "backends/cpu/Engine.h"

namespace snnc::cpu {

/// As many threads as `tuning` asks for, else as there are cores.
unsigned mostThreads(const Tuning &tuning);

/// Everything but the check for memory, side by side on the threads that the
/// run gets; the program does not depend on their order. Models are compiled
/// into `code`. Null after an error. std::bad_alloc where `plan` was wrong.
std::shared_ptr<const Program>
buildProgram(snn::NetworkOp network, const target::Plan &plan,
             target::Precision precision, const Tuning &tuning,
             std::shared_ptr<target::NativeCode> code, DiagnosticSink &sink);

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_BUILD_H
