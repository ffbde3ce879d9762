//===- FlowEmitter.h - Who gets which keys ----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Flows follow from blocks and gathers alone. A core gets whole slices of a
// population of which it knows a neuron; of an input, and where it is a
// subordinate, it gets the keys of its sources (routedKeys).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_FLOWEMITTER_H
#define SNNC_PASSES_MAP_FLOWEMITTER_H

#include "compiler/Fabric/Belongings.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

#include <map>
#include <set>
#include <vector>

namespace snnc::map {

/// The flows of one machine op. Receivers that several flows have in common
/// become a group.
class FlowEmitter {
public:
  explicit FlowEmitter(fabric::MachineOp op);
  /// Plans those of a slice or an input; of a population in the order of its
  /// neurons. False: nobody gets its packets.
  bool add(mlir::Value sender);
  /// One that nobody gets.
  void addUnheard(mlir::Value sender) { planned.push_back({sender, {}, 0}); }
  /// Creates what was planned.
  void emit(mlir::OpBuilder &b);

private:
  using Targets = std::vector<uint32_t>; ///< numbers of slices, ascending
  struct Receiver {
    uint32_t target = 0; ///< number of a slice
    fabric::Range known;
    bool partly = false; ///< gets parts of slices
  };
  /// Those of the slices that a block names as its source.
  struct Receivers {
    std::vector<Receiver> all;           ///< by first neuron that they know
    size_t next = 0;                     ///< the first that knows none so far
    std::map<uint32_t, Receiver> active; ///< by target
    uint32_t set = 0; ///< of `active`, as long as it does not change
  };
  struct Flow {
    mlir::Value sender;
    fabric::Range keys; ///< of the sender's; empty: all
    uint32_t set = 0;
  };
  void collect(fabric::MachineOp op, const fabric::Belongings &belongings);
  void moveTo(Receivers &receivers, fabric::Range slice);
  void addParts(mlir::Value sender, const Receivers &receivers);
  uint32_t numberOf(Targets targets);

  std::vector<mlir::Value> slices; ///< by number
  /// By what blocks name as their source, and which of them a sender is in.
  llvm::DenseMap<mlir::Value, Receivers> bySource;
  llvm::DenseMap<mlir::Value, mlir::Value> sourceOf;
  std::map<Targets, uint32_t> numbers{{{}, 0}}; ///< of sets of targets
  std::vector<Flow> planned;
};

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_FLOWEMITTER_H
