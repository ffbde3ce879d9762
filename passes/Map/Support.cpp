//===- Support.cpp - What the mapping passes share ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/Support.h"

#include "compiler/Support/Report.h"

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

bool checkTarget(fabric::MachineOp op, const MachineModel &machine) {
  if (op.getTarget() == machine.name)
    return true;
  InFlightDiagnostic diag = report(op, "SNN0350")
                            << "this mapping is for '" << op.getTarget()
                            << "', not for machine '" << machine.name << "'";
  attachHelp(diag) << "choose that machine or map the network again";
  return false;
}

std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3)
    digits.insert(at - 3, ",");
  return digits;
}

std::string describe(fabric::SliceOp slice) {
  return fmt::format("neurons [{}, {}) of '{}'", slice.getBegin(),
                     slice.getEnd(), slice.getPopulation().str());
}

std::string describe(fabric::PeAttr pe) {
  return fmt::format("({}, {}, {})", pe.getX(), pe.getY(), pe.getP());
}

fabric::PeAttr toAttr(MLIRContext *context, PeCoordinate pe) {
  return fabric::PeAttr::get(context, pe.x, pe.y, pe.p);
}

std::optional<PeCoordinate> coordinateOf(fabric::PeAttr pe) {
  if (pe.getX() > UINT8_MAX || pe.getY() > UINT8_MAX || pe.getP() > UINT8_MAX)
    return std::nullopt;
  return PeCoordinate{uint8_t(pe.getX()), uint8_t(pe.getY()),
                      uint8_t(pe.getP())};
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
