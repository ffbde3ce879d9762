//===- NativeCode.h - MLIR to machine code of this CPU ----------*- C++ -*-===//
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

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
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

/// Passes through loops that one call of a bounded function may make. A synapse
/// takes a core of the chip some 10 cycles (docs/cycles.md), so this is a second
/// or more of its time; without a bound an endless loop in a bundle would hang
/// the run.
inline constexpr uint64_t kMostSteps = uint64_t(1) << 25;

/// Machine code of one or more modules; lives as long as it may run. Whoever
/// runs many networks shares one: what was compiled before is found again.
class NativeCode {
public:
  NativeCode();
  ~NativeCode();
  /// The function that was added under `key`; null if there is none.
  void *find(const std::string &key) const;
  /// Compiles a module of the LLVM dialect and returns the address of its
  /// function `symbol`, to be found under `key`: all that its code depends on.
  /// Modules may have symbols in common. Errors SNN0650. It is optimised as a
  /// loop over arrays.
  /// `exhausted` given: the function takes one pointer, and returns after
  /// kMostSteps with a 1 in the 32-bit word at that offset behind it, and is
  /// optimised as any program is.
  Expected<void *> add(mlir::ModuleOp module, const std::string &symbol,
                       const std::string &key,
                       std::optional<uint32_t> exhausted = std::nullopt);

private:
  Status start();
  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::map<std::string, void *> functions; ///< by key
  uint64_t modules = 0;                    ///< that were given to the jit
};

} // namespace snnc::target

#endif // SNNC_TARGET_NATIVECODE_H
