//===- Contracts.h - What every stage promises the next one ------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifiers hold rules that are true of any IR, however partial. A contract is
// what is true between two stages. Each predicate emits one error per finding
// at the op that breaks it, with codes SNN072x.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CONTRACTS_CONTRACTS_H
#define SNNC_CONTRACTS_CONTRACTS_H

#include "compiler/SNN/SNN.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace snnc::contracts {

/// Imported: the user's file as it is, nothing decided. Networks hold inputs,
/// snn.ode, linear, conv, pool, scale, flatten, delay and probes; no dt; names
/// of signals are unique.
mlir::LogicalResult checkImported(mlir::ModuleOp module);

/// Normalized: a network that any backend can run. Networks hold inputs,
/// populations, projections and probes; dt is set; every population has a model
/// with all its parameters, a latency and a start; every projection carries
/// spikes, integer weights and whole delays of 1 to 65535 ticks.
mlir::LogicalResult checkNormalized(mlir::ModuleOp module);

#define GEN_PASS_DECL
#include "compiler/Contracts/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/Contracts/Passes.h.inc"

} // namespace snnc::contracts

#endif // SNNC_CONTRACTS_CONTRACTS_H
