//===- MoveToDram.h - Networks that SRAM does not hold ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether rows go to DRAM is a question about the whole network: only where its
// plans take more cores than a chip has (objective cycles: than the machine
// has). So no feature of a layer knows
// it; it is asked behind the choice of all paradigms, in the slicer's order
// (planner/DramOrder.h), and only serial populations have rows to move.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_DECIDE_MOVETODRAM_H
#define SNNC_PASSES_DECIDE_MOVETODRAM_H

#include "passes/Decide/AutoSelect.h"

namespace snnc::decide {

/// While the chosen plans exceed LayerPlans::coresBeforeDram, gives
/// populations, those with most cores first, a serial plan with rows in DRAM
/// where that takes fewer cores. One that was parallel becomes serial
/// (Rule::Dram) unless the network pins it. `choices`: all populations of the
/// network; those without a plan get one, from closed formulas where
/// `estimated`. Nothing happens on machines without DRAM.
mlir::LogicalResult moveToDram(LayerPlans &plans, bool estimated,
                               llvm::MutableArrayRef<OpenChoice> choices);

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_MOVETODRAM_H
