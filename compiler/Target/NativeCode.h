//===- NativeCode.h - MLIR to machine code of this CPU -----------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM ORC behind one small class: same float32 results as docs/semantics.md S3
// asks for (no contraction, no fast-math), optimised for this very CPU.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TARGET_NATIVECODE_H
#define SNNC_TARGET_NATIVECODE_H

#include "runtime/support/Diagnostic.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <string>

namespace llvm {
class TargetMachine;
namespace orc {
class LLJIT;
}
} // namespace llvm

namespace snnc::target {

/// scf, cf, arith, math and func ops to the LLVM dialect, in place. Results
/// that LLVM leaves open (a shift by 32 or more, a float that no integer holds)
/// are frozen first.
mlir::LogicalResult lowerToLLVM(mlir::ModuleOp module);

/// Registers the dialects that the functions here translate.
void registerNativeDialects(mlir::DialectRegistry &registry);

/// Machine code of one or more modules; lives as long as it may run.
class NativeCode {
public:
  NativeCode();
  ~NativeCode();
  /// Compiles a module of the LLVM dialect and returns the address of its
  /// function `symbol`. Errors SNN0650.
  Expected<void *> add(mlir::ModuleOp module, const std::string &symbol);

private:
  Status start();
  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::unique_ptr<llvm::TargetMachine> machine;
};

} // namespace snnc::target

#endif // SNNC_TARGET_NATIVECODE_H
