//===- AddReadouts.cpp - Outputs that read a layer without neurons --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exporters leave Delay, Scale, pools or a last weight layer between the last
// neurons and the Output. Only neurons are recorded, so each such layer gets
// memoryless neurons: its values are their state.

#include "passes/Normalize/Passes.h"

#include "compiler/Support/Report.h"

#include "mlir/IR/Builders.h"

namespace snnc::normalize {
#define GEN_PASS_DEF_ADDREADOUTS
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

/// What stands in front of a layer.
struct Front {
  OdeOp potential;        ///< a neuron that never spikes, if there is one
  bool isSpikeRow = true; ///< one layer's spikes, at most delayed
};

bool isPlain(Operation *op) {
  return isa_and_nonnull<OdeOp, InputOp, PopulationOp>(op);
}

bool neverSpikes(OdeOp ode) {
  OdeKind kind = ode.getKind();
  return kind == OdeKind::I || kind == OdeKind::LI || kind == OdeKind::CubaLI;
}

struct AddReadoutsPass : impl::AddReadoutsBase<AddReadoutsPass> {
  using AddReadoutsBase::AddReadoutsBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>()) {
      readouts.clear();
      llvm::SmallVector<ProbeOp> probes(network.getOps<ProbeOp>());
      for (ProbeOp probe : probes)
        for (OpOperand &source : probe->getOpOperands())
          if (failed(complete(probe, source)))
            return signalPassFailure();
    }
  }

  LogicalResult complete(ProbeOp probe, OpOperand &source) {
    Operation *layer = source.get().getDefiningOp();
    llvm::SmallPtrSet<Operation *, 8> seen; // flattens may form a loop
    while (isa_and_nonnull<FlattenOp>(layer) && layer->getNumOperands() == 1 &&
           seen.insert(layer).second)
      layer = layer->getOperand(0).getDefiningOp();
    if (!layer || isPlain(layer))
      return success(); // ContractEdges looks through the flattens
    OdeOp &readout = readouts[layer];
    if (!readout) {
      Front front = frontOf(layer);
      if (front.potential)
        return refuse(probe, layer, front.potential);
      readout = create(layer, front.isSpikeRow);
    }
    source.set(readout.getSignal());
    return success();
  }

  static Front frontOf(Operation *layer) {
    Front front;
    llvm::SetVector<Operation *> work;
    work.insert(layer);
    for (size_t i = 0; i < work.size(); ++i) {
      Operation *op = work[i];
      if (auto ode = dyn_cast<OdeOp>(op)) {
        if (neverSpikes(ode))
          front.potential = ode;
        continue;
      }
      front.isSpikeRow &=
          isa<DelayOp, FlattenOp>(op) && op->getNumOperands() == 1;
      for (Value input : op->getOperands())
        if (Operation *before = input.getDefiningOp())
          work.insert(before);
    }
    return front;
  }

  static LogicalResult refuse(ProbeOp probe, Operation *layer,
                              OdeOp potential) {
    auto name = layer->getAttrOfType<StringAttr>("name");
    InFlightDiagnostic diag = report(layer, "SNN0309") << "output '";
    diag << probe.getName() << "' reads the potential of '"
         << potential.getName() << "' through '" << name.getValue()
         << "'; only spikes travel between cores";
    attachHelp(diag) << "connect '" << potential.getName()
                     << "' to the Output itself: its potential is recorded, "
                        "apply '"
                     << name.getValue() << "' to the recording";
    return failure();
  }

  OdeOp create(Operation *layer, bool isSpikeRow) {
    OpBuilder builder(layer);
    builder.setInsertionPointAfter(layer);
    NamedAttrList params;
    if (isSpikeRow) // a spike counts 1
      params.set("threshold", builder.getF64FloatAttr(0.5));
    else
      params.set("memoryless", builder.getUnitAttr());
    auto kind = OdeKindAttr::get(&getContext(),
                                 isSpikeRow ? OdeKind::Threshold : OdeKind::I);
    auto name = layer->getAttrOfType<StringAttr>("name");
    auto readout = builder.create<OdeOp>(
        layer->getLoc(), layer->getResult(0).getType(), name, kind,
        params.getDictionary(&getContext()), layer->getResults());
    report(layer, "SNN0312")
        << "an output reads this layer: neurons of the "
           "same name are added that "
        << (isSpikeRow ? "pass its spikes on"
                       : "hold its sum of each tick as state 'v'");
    return readout;
  }

  llvm::DenseMap<Operation *, OdeOp> readouts;
};
} // namespace
} // namespace snnc::normalize
