//===- FuseThresholds.cpp - Integrator and Threshold become one neuron ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NIR writes a neuron without a reset as I, LI or CubaLI into Threshold. A
// potential does not travel between cores, so the two are one neuron here.

#include "passes/Normalize/Passes.h"

#include "mlir/IR/Builders.h"

namespace snnc::normalize {
#define GEN_PASS_DEF_FUSETHRESHOLDS
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

std::optional<OdeKind> spikingKind(OdeKind kind) {
  switch (kind) {
  case OdeKind::I:
    return OdeKind::IF;
  case OdeKind::LI:
    return OdeKind::LIF;
  case OdeKind::CubaLI:
    return OdeKind::CubaLIF;
  default:
    return std::nullopt;
  }
}

/// The integrator that alone feeds `threshold`, value by value; null: none.
OdeOp integratorOf(OdeOp threshold) {
  if (threshold.getKind() != OdeKind::Threshold ||
      threshold.getInputs().size() != 1)
    return {};
  // A loop of flattens has no end.
  llvm::SmallPtrSet<Operation *, 8> seen;
  Operation *op = threshold.getInputs().front().getDefiningOp();
  while (isa_and_nonnull<FlattenOp>(op) && op->getNumOperands() == 1 &&
         seen.insert(op).second)
    op = op->getOperand(0).getDefiningOp();
  auto ode = dyn_cast_or_null<OdeOp>(op);
  return ode && spikingKind(ode.getKind()) ? ode : OdeOp();
}

struct FuseThresholdsPass : impl::FuseThresholdsBase<FuseThresholdsPass> {
  using FuseThresholdsBase::FuseThresholdsBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>()) {
      llvm::SetVector<Operation *> integrators;
      llvm::SmallVector<OdeOp> odes(network.getOps<OdeOp>());
      for (OdeOp ode : odes)
        if (OdeOp integrator = integratorOf(ode)) {
          integrators.insert(integrator);
          fuse(integrator, ode);
        }
      for (Operation *integrator : integrators)
        eraseUnused(integrator);
    }
  }

  void fuse(OdeOp integrator, OdeOp threshold) {
    OpBuilder builder(threshold);
    NamedAttrList params(integrator.getParams());
    params.set("v_threshold", threshold.getParams().get("threshold"));
    params.set("no_reset", builder.getUnitAttr());
    auto kind =
        OdeKindAttr::get(&getContext(), *spikingKind(integrator.getKind()));
    auto fused = builder.create<OdeOp>(
        threshold.getLoc(), threshold.getSignal().getType(),
        threshold.getNameAttr(), kind, params.getDictionary(&getContext()),
        integrator.getInputs());
    threshold.getSignal().replaceAllUsesWith(fused.getSignal());
    threshold.erase();
    ++fusions;
  }

  /// The integrator stays where an Output reads its potential.
  static void eraseUnused(Operation *integrator) {
    llvm::SmallVector<Operation *> flattens;
    for (Operation *user : integrator->getUsers())
      if (isa<FlattenOp>(user) && user->use_empty())
        flattens.push_back(user);
    for (Operation *flatten : flattens)
      if (flatten->getNumOperands() == 1)
        flatten->erase();
    if (integrator->use_empty())
      integrator->erase();
  }
};
} // namespace
} // namespace snnc::normalize
