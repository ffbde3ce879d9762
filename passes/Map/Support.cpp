//===- Support.cpp - What the mapping passes share ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/Support.h"

#include "compiler/Support/Report.h"

#include <algorithm>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::map {

MachinePtr resolveMachine(Operation *op, MachinePtr given,
                          llvm::StringRef name) {
  if (given)
    return given;
  auto model = builtinMachine(name.empty() ? defaultMachineName() : name.str());
  if (model)
    return std::make_shared<const MachineModel>(std::move(*model));
  InFlightDiagnostic diag = report(op, "SNN0350") << model.error().message;
  for (const std::string &hint : model.error().hints)
    attachHelp(diag) << hint;
  return nullptr;
}

/// Whether `op` was made for `machine`; else error SNN0350.
static bool checkTarget(fabric::MachineOp op, const MachineModel &machine) {
  if (op.getTarget() == machine.name)
    return true;
  InFlightDiagnostic diag = report(op, "SNN0350")
                            << "this mapping is for '" << op.getTarget()
                            << "', not for machine '" << machine.name << "'";
  attachHelp(diag) << "choose that machine or map the network again";
  return false;
}

LogicalResult forEachMapping(
    ModuleOp module, MachinePtr given, llvm::StringRef name,
    llvm::function_ref<LogicalResult(fabric::MachineOp, const MachineModel &)>
        act) {
  MachinePtr machine = resolveMachine(module, std::move(given), name);
  if (!machine)
    return failure();
  for (auto op : module.getOps<fabric::MachineOp>())
    if (!checkTarget(op, *machine) || failed(act(op, *machine)))
      return failure();
  return success();
}

std::string describe(fabric::SliceOp slice) {
  return fmt::format("neurons [{}, {}) of '{}'", slice.getBegin(),
                     slice.getEnd(), slice.getPopulation().str());
}

CoreNumbers::CoreNumbers(fabric::MachineOp op) {
  for (auto slice : op.getOps<fabric::SliceOp>())
    if (slice.getAtAttr())
      cores.push_back(fabric::addressOf(slice.getAtAttr()));
  for (auto route : op.getOps<fabric::RouteOp>())
    for (auto pe : route.getTargets().getAsRange<fabric::PeAttr>())
      cores.push_back(fabric::addressOf(pe));
  std::sort(cores.begin(), cores.end());
  cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
}

uint32_t CoreNumbers::numberOf(fabric::PeAttr pe) const {
  auto at = std::lower_bound(cores.begin(), cores.end(), fabric::addressOf(pe));
  return uint32_t(at - cores.begin());
}

std::string
listBytes(const std::vector<std::pair<std::string, uint64_t>> &entries,
          size_t limit) {
  std::string text;
  for (size_t i = 0; i < std::min(limit, entries.size()); ++i)
    text += fmt::format("{}{} {} B", i ? ", " : "", entries[i].first,
                        grouped(entries[i].second));
  return text;
}

} // namespace snnc::map
