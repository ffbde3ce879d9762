//===- CheckContract.cpp - The contracts as a pass ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Contracts/Contracts.h"

#include "compiler/Support/Report.h"

namespace snnc::contracts {
#define GEN_PASS_DEF_CHECKCONTRACT
#include "compiler/Contracts/Passes.h.inc"

namespace {
struct CheckContractPass : impl::CheckContractBase<CheckContractPass> {
  using CheckContractBase::CheckContractBase;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    if (failed(check()))
      signalPassFailure();
  }

  mlir::LogicalResult check() {
    if (const Contract *contract = findContract(stage))
      return contract->check(getOperation());
    auto diag = report(getOperation(), "SNN0720")
                << "unknown stage '" << stage.getValue() << "'; there are";
    for (const Contract &contract : contracts())
      diag << (&contract == contracts().begin() ? " " : ", ") << contract.stage;
    return diag;
  }
};
} // namespace

llvm::ArrayRef<Contract> contracts() {
  static const Contract all[] = {
      {"imported", checkImported},
      {"normalized",
       [](mlir::ModuleOp module) { return checkNormalized(module); }},
      {"decided", checkDecided},
      {"sliced", checkSliced},
      {"placed", checkPlaced},
      {"routed", checkRouted},
      {"laid-out", checkLaidOut},
      {"programs", checkPrograms}};
  return all;
}

const Contract *findContract(llvm::StringRef stage) {
  for (const Contract &contract : contracts())
    if (stage == contract.stage)
      return &contract;
  return nullptr;
}

} // namespace snnc::contracts
