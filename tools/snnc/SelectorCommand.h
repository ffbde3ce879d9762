//===- SelectorCommand.h - snnc selector ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_SELECTORCOMMAND_H
#define SNNC_TOOLS_SELECTORCOMMAND_H

#include "planner/Objective.h"
#include "runtime/support/Diagnostic.h"

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace snnc {

enum class SelectorVerb { Dataset, Train, Eval, Predict };

struct SelectorOptions {
  SelectorVerb verb = SelectorVerb::Predict;
  std::string machine;           ///< name or path; default: built in
  std::vector<std::string> sets; ///< grid, wide
  fabric::Objective objective = fabric::Objective::Pes;
  std::vector<std::string> data; ///< data sets instead of planning
  uint64_t count = 0;            ///< layers of a set, 0: all of it
  uint64_t seed = 1;
  unsigned seeds = 5; ///< eval: splits
  unsigned jobs = 0;  ///< 0: all cores
  std::string output; ///< dataset: file; train: folder
  bool json = false;
  // predict
  uint32_t source = 0, target = 0, delays = 1;
  double density = 1, rate = 0.05, tickSeconds = 1e-3;
  std::string model = "xgboost"; ///< kind, or a model file
};

void addSelector(CLI::App &app, SelectorOptions &options);

int runSelector(const SelectorOptions &options, bool quiet,
                DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_SELECTORCOMMAND_H
