//===- Order.cpp - Neurons that share sources stand together --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The channels of a convolution's target share their receptive field where they
// share their place in the image. Sixteen neurons of one channel in a row, the
// natural order, have sixteen overlapping fields; sixteen channels at one place
// have one. Signals between convolutions therefore stand channels last; then a
// slice is some rows of the image and so is the range of its sources. But every
// slice then needs the kernels of all channels: where they would take more than
// half of a PE, channels stay first, and a slice is some channels.

#include "passes/Decide/FixedOrder.h"
#include "passes/Decide/Machine.h"

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SetVector.h"

namespace snnc::decide {
#define GEN_PASS_DEF_FABRICORDER
#include "passes/Decide/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {
struct FabricOrderPass : impl::FabricOrderBase<FabricOrderPass> {
  using FabricOrderBase::FabricOrderBase;
  std::shared_ptr<const MachineModel> given;

  void runOnOperation() override {
    auto machine = resolveMachine(getOperation(), given, machineName);
    if (!machine)
      return signalPassFailure();
    for (auto network : getOperation().getOps<snn::NetworkOp>())
      order(network, machine->sram.bytes);
  }

  void order(snn::NetworkOp network, uint64_t bytes) {
    // Signals that convolutions join stand alike: a kernel is only shared
    // between two that do.
    llvm::EquivalenceClasses<Operation *> joined;
    llvm::SetVector<Operation *> images;
    llvm::SmallVector<Operation *> first;
    for (auto projection : network.getOps<snn::ProjectionOp>()) {
      auto conv = dyn_cast<snn::ConvAttr>(projection.getWeights());
      if (!conv || conv.getGroups() != 1)
        continue;
      Operation *from = projection.getSource().getDefiningOp();
      Operation *to = projection.getTarget().getDefiningOp();
      images.insert(from);
      images.insert(to);
      joined.unionSets(from, to);
      if (weightsOf(conv) > bytes / 2 || keepsNumbers(to))
        first.push_back(to);
      if (keepsNumbers(from))
        first.push_back(from);
    }
    for (Operation *image : images) {
      bool large = llvm::any_of(first, [&](Operation *other) {
        return joined.isEquivalent(image, other);
      });
      if (!large && isImage(image) && !hasOrder(image)) {
        image->setAttr(kOrderName, ChannelsLastAttr::get(&getContext()));
        ++ordered;
      }
    }
  }

  /// At least a byte each.
  static uint64_t weightsOf(snn::ConvAttr conv) {
    if (auto ref = dyn_cast<snn::ParamRefAttr>(conv.getWeights()))
      return uint64_t(ref.getType().getNumElements());
    auto dense = dyn_cast<DenseElementsAttr>(conv.getWeights());
    return dense ? uint64_t(dense.getNumElements()) : 0;
  }

  /// Several channels of more than one place each.
  static bool isImage(Operation *node) {
    auto type = dyn_cast<RankedTensorType>(node->getResult(0).getType());
    return type && type.getRank() == 3 && type.getDimSize(0) > 1 &&
           type.getDimSize(0) < type.getNumElements();
  }
};
} // namespace

std::unique_ptr<Pass>
createFabricOrder(std::shared_ptr<const MachineModel> machine) {
  auto pass = std::make_unique<FabricOrderPass>();
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::decide
