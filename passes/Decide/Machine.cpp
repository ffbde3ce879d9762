//===- Machine.cpp - The machine that a decision is for -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Decide/Machine.h"

#include "compiler/Support/Report.h"

namespace snnc::decide {

std::shared_ptr<const MachineModel>
resolveMachine(mlir::Operation *op, std::shared_ptr<const MachineModel> given,
               const std::string &name) {
  if (given)
    return given;
  auto model = builtinMachine(name.empty() ? defaultMachineName() : name);
  if (model)
    return std::make_shared<const MachineModel>(std::move(*model));
  report(op, "SNN1110") << model.error().message;
  return nullptr;
}

} // namespace snnc::decide
