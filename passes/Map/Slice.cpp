//===- Slice.cpp - Cut populations into slices that fit a core -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/SliceEmitter.h"
#include "passes/Map/Slicer.h"

namespace snnc::map {
#define GEN_PASS_DEF_FABRICSLICE
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {
/// A slicer and what it refers to.
struct Cut {
  NetworkInfo info;
  MachinePtr machine;
  std::string elsewhere;
  Slicer slicer;

  Cut(NetworkInfo network, MachinePtr on, CoreLimits most,
      std::string elsewhere)
      : info(std::move(network)), machine(std::move(on)),
        elsewhere(std::move(elsewhere)),
        slicer(info, *machine, most, this->elsewhere) {}
};

struct FabricSlicePass : impl::FabricSliceBase<FabricSlicePass> {
  using FabricSliceBase::FabricSliceBase;
  MachinePtr given;
  std::shared_ptr<SlicedLayers> layers;

  void runOnOperation() override {
    MachinePtr machine = resolveMachine(getOperation(), given, machineName);
    if (!machine)
      return signalPassFailure();
    llvm::SmallVector<snn::NetworkOp> networks(
        getOperation().getOps<snn::NetworkOp>());
    for (snn::NetworkOp network : networks)
      if (!isMapped(network) && failed(map(network, machine)))
        return signalPassFailure();
  }

  bool isMapped(snn::NetworkOp network) {
    return llvm::any_of(getOperation().getOps<MachineOp>(), [&](MachineOp op) {
      return op.getNetwork() == network.getSymName();
    });
  }

  LogicalResult map(snn::NetworkOp network, MachinePtr machine) {
    auto info = NetworkInfo::read(network);
    if (failed(info))
      return failure();
    auto cut = std::make_shared<Cut>(std::move(*info), std::move(machine),
                                     CoreLimits{maxNeurons, maxSources},
                                     elsewhere.getValue());
    Slicer &slicer = cut->slicer;
    auto tick = slicer.solve({tickSeconds, tickStated}, spread);
    if (layers)
      layers->wanted = slicer.wantedCores();
    if (failed(tick))
      return failure();
    if (layers && layers->keepsPlans)
      layers->plans = [cut](uint64_t fetching) {
        return cut->slicer.layers(fetching);
      };
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfter(network);
    auto op = builder.create<MachineOp>(
        network.getLoc(), "chip", network.getSymName(), cut->machine->name,
        *tick > 0 ? builder.getF64FloatAttr(*tick) : FloatAttr());
    builder.setInsertionPointToStart(&op.getBody().emplaceBlock());
    if (failed(emitSlices(cut->info, slicer.plan(), builder)))
      return failure();
    makeUnique(op);
    slices +=
        std::distance(op.getOps<SliceOp>().begin(), op.getOps<SliceOp>().end());
    return success();
  }

  /// "chip", "chip_1", ... where a module has several networks.
  void makeUnique(MachineOp op) {
    std::string name = "chip";
    auto taken = [&] {
      return llvm::any_of(getOperation().getOps(), [&](Operation &other) {
        auto symbol = dyn_cast<SymbolOpInterface>(other);
        return &other != op && symbol && symbol.getName() == name;
      });
    };
    for (unsigned i = 1; taken(); ++i)
      name = "chip_" + std::to_string(i);
    op.setSymName(name);
  }
};
} // namespace

std::unique_ptr<Pass> createFabricSlice(MachinePtr machine,
                                        const FabricSliceOptions &options,
                                        std::shared_ptr<SlicedLayers> layers) {
  auto pass = std::make_unique<FabricSlicePass>(options);
  pass->given = std::move(machine);
  pass->layers = std::move(layers);
  return pass;
}
} // namespace snnc::map
