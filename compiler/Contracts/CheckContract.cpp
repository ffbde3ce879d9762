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
    if (stage == "imported")
      return checkImported(getOperation());
    if (stage == "normalized")
      return checkNormalized(getOperation());
    return report(getOperation(), "SNN0720")
           << "unknown stage '" << stage.getValue()
           << "'; there are imported and normalized";
  }
};
} // namespace
} // namespace snnc::contracts
