//===- Optimize.h - LLVM's passes over a module -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TARGET_OPTIMIZE_H
#define SNNC_TARGET_OPTIMIZE_H

#include "llvm/ADT/StringRef.h"

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace snnc::target {

/// Runs `pipeline`, in the words of opt's -passes, for the machine.
void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              llvm::StringRef pipeline);

} // namespace snnc::target

#endif // SNNC_TARGET_OPTIMIZE_H
