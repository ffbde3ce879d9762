//===- Contracts.h - What every stage promises the next one -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifiers hold rules that are true of any IR, however partial. A contract is
// what is true between two stages. Each predicate emits one error per finding
// at the op that breaks it, with codes SNN072x and SNN059x. All are linear in
// the number of ops; whether a mapping is right is fabric-verify-mapping's
// business.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CONTRACTS_CONTRACTS_H
#define SNNC_CONTRACTS_CONTRACTS_H

#include "compiler/SNN/SNN.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace snnc::contracts {

/// Imported: the user's file as it is, nothing decided. Either in continuous
/// time (NIR): inputs, snn.ode, linear, conv, pool, scale, flatten, delay and
/// probes, no dt. Or in ticks (YAML): inputs, populations, projections without
/// integers and probes, with a dt. Names of signals are unique.
mlir::LogicalResult checkImported(mlir::ModuleOp module);

enum class Weights { Integers, Floats };

/// Normalized: a network that any backend can run. Networks hold inputs,
/// populations, projections and probes; dt is set; every population has a model
/// with all its parameters, a latency and a start; every projection carries
/// spikes, integer weights (unless it is to run in float) and whole delays of 1
/// to 65535 ticks.
mlir::LogicalResult checkNormalized(mlir::ModuleOp module,
                                    Weights weights = Weights::Integers);

/// Decided: Normalized, and every population is serial or parallel; a batch is
/// a power of two, and a batch or a row split is a parallel population's, into
/// which delays are long enough for it.
mlir::LogicalResult checkDecided(mlir::ModuleOp module);

/// Sliced: every network has one fabric.machine, where every input stands once,
/// every neuron is in one slice (subordinates aside), and every slice without a
/// gather has one block of each projection into its population.
mlir::LogicalResult checkSliced(mlir::ModuleOp module);

/// Placed: Sliced, and every slice has a core of its own.
mlir::LogicalResult checkPlaced(mlir::ModuleOp module);

/// Routed: Placed, and every slice and input has a key; the first route that
/// matches a flow goes to the cores of the flow's targets, no more and no less.
mlir::LogicalResult checkRouted(mlir::ModuleOp module);

/// LaidOut: Routed, and every slice has buffers, all with an address; those of
/// a core do not overlap.
mlir::LogicalResult checkLaidOut(mlir::ModuleOp module);

/// Programs: LaidOut, and every slice names a tick.program of the module; no
/// program is left over or empty.
mlir::LogicalResult checkPrograms(mlir::ModuleOp module);

/// One row a stage, in the order in which they are reached.
struct Contract {
  const char *stage; ///< "laid-out"
  mlir::LogicalResult (*check)(mlir::ModuleOp module);
};
llvm::ArrayRef<Contract> contracts();
/// Null: no such stage.
const Contract *findContract(llvm::StringRef stage);

#define GEN_PASS_DECL
#include "compiler/Contracts/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/Contracts/Passes.h.inc"

} // namespace snnc::contracts

#endif // SNNC_CONTRACTS_CONTRACTS_H
