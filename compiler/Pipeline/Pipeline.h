//===- Pipeline.h - The stages of the compiler ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one list of stages: what holds behind each (its contract), what can be
// printed of it (its dumps), and where its passes come from (its entry point).
// compile, check, run, verify, `--emit` and snnc-opt all run this list. The
// passes stand above this floor: who owns them fills them in
// (passes/Pipeline/Stages.h).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PIPELINE_PIPELINE_H
#define SNNC_PIPELINE_PIPELINE_H

#include "compiler/Contracts/Contracts.h"

#include "mlir/Pass/PassManager.h"

#include <array>
#include <functional>

namespace snnc::pipeline {

enum class StageId {
  Imported,
  Normalized,
  Decided,
  Sliced,
  Placed,
  Routed,
  LaidOut,
  Programs
};
constexpr size_t stageCount = 8;

/// What `--emit` prints of a module that has reached a stage.
enum class Part { Module, Machines, Programs };

struct Dump {
  const char *name; ///< what --emit takes; empty: none
  Part part;
};

struct Stage {
  StageId id;
  const char *name; ///< of the contract too; snnc-opt has `--snnc-to-NAME`
  const char *summary;
  std::array<Dump, 2> dumps;
  const contracts::Contract *contract;
};

/// In the order in which they are reached.
llvm::ArrayRef<Stage> stages();
const Stage &stageOf(StageId id);
/// The stage with that dump, and the dump; nulls where none has it.
std::pair<const Stage *, const Dump *> findDump(llvm::StringRef name);
/// The names of all dumps of the stages from `first` to `last`.
std::vector<std::string> dumpNames(StageId first = StageId::Imported,
                                   StageId last = StageId::Programs);
void print(mlir::ModuleOp module, Part part, llvm::raw_ostream &out);

/// The stages with passes.
class Pipeline {
public:
  using Passes = std::function<void(mlir::OpPassManager &)>;
  using Check = std::function<mlir::LogicalResult(mlir::ModuleOp)>;

  /// `check`: instead of the stage's contract.
  void set(StageId id, Passes passes, Check check = {});

  /// Takes a module that has reached `from` to `to`; after every stage its
  /// contract is checked. Errors: the passes' and the contracts'.
  mlir::LogicalResult run(mlir::ModuleOp module, StageId from,
                          StageId to) const;

  /// The passes of one stage and the check of its contract, for snnc-opt.
  void append(mlir::OpPassManager &manager, StageId id) const;

private:
  struct Entry {
    Passes passes;
    Check check;
  };
  std::array<Entry, stageCount> entries;
};

} // namespace snnc::pipeline

#endif // SNNC_PIPELINE_PIPELINE_H
