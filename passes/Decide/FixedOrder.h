//===- FixedOrder.h - Neurons whose order nobody may choose -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the passes that set fabric.order ask.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_DECIDE_FIXEDORDER_H
#define SNNC_PASSES_DECIDE_FIXEDORDER_H

#include "compiler/Fabric/NeuronOrder.h"
#include "compiler/SNN/ParamValues.h"

namespace snnc::decide {

/// Whether the neurons of `node` have to stand in the order of their numbers:
/// cores draw noise by the neurons of a run of them.
inline bool keepsNumbers(mlir::Operation *node) {
  auto population = mlir::dyn_cast<snn::PopulationOp>(node);
  return population && llvm::is_contained(snn::drawnParams(population), true);
}

/// Whether an order was chosen before, by hand or by a pass.
inline bool hasOrder(mlir::Operation *node) {
  return node->hasAttr(fabric::kOrderName);
}

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_FIXEDORDER_H
