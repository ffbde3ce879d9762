//===- Doctor.h - snnc doctor: what this computer offers --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_DOCTOR_H
#define SNNC_TOOLS_DOCTOR_H

#include "runtime/support/Diagnostic.h"

#include <string>
#include <vector>

namespace snnc {

/// One look at this computer. Without a remedy all is well.
struct Check {
  std::string section, name, value;
  std::string remedy = {}; ///< what would help
  bool isInTheWay = false; ///< snnc does not work; else it is slower or smaller
};

/// Processor, cores, threads, memory: what a run has, and what holds it back.
std::vector<Check> checkComputer();

/// The caches: which there are, whether they can be written. Measures the costs
/// of encodings anew (backends/cpu/Costs.h) and keeps them.
std::vector<Check> checkCaches();

/// What travels with the tool or is read at run time: units, machine
/// descriptions, selectors; and a small network, run on every target's devices.
std::vector<Check> checkParts();

/// What is not in the tool: Python and the packages that its scripts use.
std::vector<Check> checkPackages();

/// What runs bundles: no board can be reached yet, the emulated machines can.
std::vector<Check> checkBoards();

/// Prints all of it; what is not well goes to `sink`: SNN0963, or SNN0964 for
/// what snnc cannot do without.
int runDoctor(bool json, DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_DOCTOR_H
