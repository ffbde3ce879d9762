//===- OtherMachines.h - What a refused network would fit -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For help lines of networks that are too large: they name only what was
// planned, or say "at least".
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_OTHERMACHINES_H
#define SNNC_PLANNER_OTHERMACHINES_H

#include "planner/LayerPlanner.h"

#include <string>

namespace snnc::fabric {

/// A machine of whole boards, and how to ask for it: "use --machine
/// spinnaker2-48, a board of 48 chips".
struct LargerMachine {
  MachineModel model;
  std::string words;
};

/// The fewest sound boards that have so many cores, of chips like the
/// machine's: those that ship with snnc, else the machine's own. Nothing where
/// no machine is so large, or the machine is one chip of another kind.
std::optional<LargerMachine> boardsWith(const MachineModel &machine,
                                        uint64_t cores);

/// The machine that ships with snnc where `machine` is one chip of it, but has
/// no DRAM; nothing otherwise.
std::optional<MachineModel> sameWithDram(const MachineModel &machine);

/// The cores that all populations take on `machine` when they are serial with
/// rows in DRAM where SRAM has no room for them. Nothing where they do not fit
/// it, or not in ticks of `tickCycles` (0: any), or a projection cannot be read
/// (an error is emitted there).
std::optional<uint64_t> coresInDram(const NetworkInfo &info,
                                    const MachineModel &machine,
                                    double tickCycles);

/// "fits with rows in DRAM: ..." where it does, on `machine` when its parallel
/// populations become serial, or on sameWithDram(); else empty.
std::string adviseDram(const NetworkInfo &info, const MachineModel &machine,
                       double tickCycles);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_OTHERMACHINES_H
