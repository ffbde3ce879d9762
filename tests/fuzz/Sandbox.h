//===- Sandbox.h - Mutants in children that may die -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs numbered mutants in forked children, many in each. A child that ends by
// a signal or a sanitizer, or takes more time or memory than a mutant may, is
// a fault of the mutant it was at; the next child goes on behind it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_FUZZ_SANDBOX_H
#define SNNC_TESTS_FUZZ_SANDBOX_H

#include "runtime/support/Diagnostic.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace snnc::fuzz {

struct SandboxLimits {
  uint64_t bytes = uint64_t(2) << 30; ///< resident, of a child
  /// Computing time of one command; wall time is no fault of the file.
  double seconds = 60;
  uint64_t perChild = 400;
};

/// What a mutant's commands leave in memory that survives the child.
class Notes {
public:
  /// What is about to happen; its time begins.
  virtual void begin(const std::string &command) = 0;
  /// One of the outcomes that are counted.
  virtual void count(const std::string &outcome) = 0;
  /// A fault that ended no process.
  virtual void fault(const std::string &what) = 0;

protected:
  ~Notes() = default;
};

struct Fault {
  uint64_t index;
  std::string what;    ///< "signal 11 in: run m.s2x ..."
  std::string message; ///< the beginning of its standard error
};

struct SandboxResult {
  std::map<std::string, uint64_t> outcomes;
  std::vector<Fault> faults;
  uint64_t peakBytes = 0;
  double slowest = 0;
};

/// Calls `mutant(index, notes)` for [first, end). Standard output of the
/// children goes nowhere, standard error is kept for the faults. Prints faults
/// as they occur.
SandboxResult
runSandboxed(uint64_t first, uint64_t end, const SandboxLimits &limits,
             const std::function<void(uint64_t, Notes &)> &mutant);

/// In a child: a verb of snnc. Counts "LABEL: exit N CODE". An exception, exit
/// 70, an undocumented exit, an error without a finding and a finding that is
/// no JSON are faults. Returns the exit code.
int runVerb(const std::string &label, const std::string &line,
            const std::function<int(DiagnosticSink &)> &verb, Notes &notes);

} // namespace snnc::fuzz

#endif // SNNC_TESTS_FUZZ_SANDBOX_H
