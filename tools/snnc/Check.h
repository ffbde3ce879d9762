//===- Check.h - What a network file holds and lacks ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_CHECK_H
#define SNNC_TOOLS_CHECK_H

#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Options.h"
#include "tools/snnc/PlanReport.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace snnc {

struct NetworkCheck {
  /// Inputs, populations and projections; empty after an error.
  nlohmann::json layers = nlohmann::json::array();
  std::optional<PlannedLayers> plans; ///< where they were asked for
};

/// Imports, normalises and maps the network as `compile` does, but for the
/// code; findings go to `sink`. Once `stop` is true no more passes begin, and
/// what was found then does not count.
NetworkCheck checkNetwork(const CheckOptions &options, DiagnosticSink &sink,
                          std::function<bool()> stop = {});

/// What `check --json` prints: {file, ok, findings, network[, plan]}.
nlohmann::json toJson(const NetworkCheck &check, const std::string &file,
                      const DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_CHECK_H
