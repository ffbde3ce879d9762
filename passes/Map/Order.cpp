//===- Order.cpp - Neurons that share sources stand together --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The channels of a convolution's target share their receptive field where they
// share their place in the image. Sixteen neurons of one channel in a row, the
// natural order, have sixteen overlapping fields; sixteen channels at one place
// have one. Signals between convolutions therefore stand channels last; then a
// slice is some rows of the image and so is the range of its sources.

#include "compiler/Fabric/NeuronOrder.h"
#include "compiler/SNN/SNN.h"
#include "passes/Map/Support.h"

#include "llvm/ADT/SetVector.h"

namespace snnc::map {
#define GEN_PASS_DEF_FABRICORDER
#include "passes/Map/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {
struct FabricOrderPass : impl::FabricOrderBase<FabricOrderPass> {
  void runOnOperation() override {
    for (auto network : getOperation().getOps<snn::NetworkOp>()) {
      llvm::SetVector<Operation *> images;
      for (auto projection : network.getOps<snn::ProjectionOp>())
        if (auto conv = dyn_cast<snn::ConvAttr>(projection.getWeights());
            conv && conv.getGroups() == 1) {
          images.insert(projection.getSource().getDefiningOp());
          images.insert(projection.getTarget().getDefiningOp());
        }
      for (Operation *image : images)
        if (isImage(image) && !image->hasAttr(kOrderName)) {
          image->setAttr(kOrderName, ChannelsLastAttr::get(&getContext()));
          ++ordered;
        }
    }
  }

  /// Several channels of more than one place each.
  static bool isImage(Operation *node) {
    auto type = dyn_cast<RankedTensorType>(node->getResult(0).getType());
    return type && type.getRank() == 3 && type.getDimSize(0) > 1 &&
           type.getDimSize(0) < type.getNumElements();
  }
};
} // namespace
} // namespace snnc::map
