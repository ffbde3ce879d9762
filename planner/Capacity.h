//===- Capacity.h - Networks that no mapping can fit ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bound from connectors alone, before anything is quantised or drawn row by
// row: a network of 20 million synapses is refused in a fraction of a second.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_CAPACITY_H
#define SNNC_PLANNER_CAPACITY_H

#include "compiler/SNN/SNN.h"
#include "compiler/Support/Report.h"
#include "runtime/machine/MachineModel.h"

namespace snnc::fabric {

/// 1234567 as "1,234,567".
std::string grouped(uint64_t number);

/// The help line `elsewhere`, unless it is empty.
inline void attachElsewhere(mlir::InFlightDiagnostic &diag,
                            llvm::StringRef elsewhere) {
  if (!elsewhere.empty())
    attachHelp(diag) << elsewhere;
}

/// Error SNN0354 at the largest population or projection when the neurons, or
/// the drawn synapses, need more bytes than all cores of `machine` have, at the
/// least bytes that any encoding takes; or when more than two synapses for each
/// of those bytes would have to be drawn. `elsewhere`: the help line that says
/// how it runs all the same; may be empty.
mlir::LogicalResult refuseHopeless(snn::NetworkOp network,
                                   const MachineModel &machine,
                                   llvm::StringRef elsewhere = {});

} // namespace snnc::fabric

#endif // SNNC_PLANNER_CAPACITY_H
