//===- NeuronOrder.cpp - Where the neurons stand on the chip --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/NeuronOrder.h"

#include "compiler/Fabric/Fabric.h"
#include "compiler/Support/Report.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <numeric>

using namespace mlir;

namespace snnc::fabric {

/// Neuron by place of a C x ... signal whose channels stand together.
static std::vector<uint32_t> channelsLast(ArrayRef<int64_t> shape) {
  uint32_t channels = uint32_t(shape.front()), spots = 1;
  for (int64_t extent : shape.drop_front())
    spots *= uint32_t(extent);
  std::vector<uint32_t> neurons;
  neurons.reserve(size_t(channels) * spots);
  for (uint32_t spot = 0; spot < spots; ++spot)
    for (uint32_t channel = 0; channel < channels; ++channel)
      neurons.push_back(channel * spots + spot);
  return neurons;
}

FailureOr<NeuronOrder> NeuronOrder::of(Operation *node) {
  NeuronOrder order;
  Attribute attr = node->getDiscardableAttr(kOrderName);
  if (!attr)
    return order;
  auto type = dyn_cast<RankedTensorType>(node->getResult(0).getType());
  if (!type || !type.hasStaticShape() || type.getRank() == 0)
    return report(node, "SNN1107") << "the order needs a signal of fixed shape";
  if (isa<ChannelsLastAttr>(attr))
    order.neurons = channelsLast(type.getShape());
  else if (auto list = dyn_cast<DenseI32ArrayAttr>(attr))
    order.neurons.assign(list.asArrayRef().begin(), list.asArrayRef().end());
  else
    return report(node, "SNN1107")
           << "'" << kOrderName << "' is no list of neurons: " << attr;
  uint64_t size = uint64_t(type.getNumElements());
  order.places.assign(size, UINT32_MAX);
  bool isPermutation = order.neurons.size() == size;
  for (uint32_t place = 0; isPermutation && place < size; ++place) {
    uint32_t neuron = order.neurons[place];
    isPermutation = neuron < size && order.places[neuron] == UINT32_MAX;
    if (isPermutation)
      order.places[neuron] = place;
  }
  if (!isPermutation)
    return report(node, "SNN1107") << "the order does not name each of " << size
                                   << " neurons exactly once";
  return order;
}

} // namespace snnc::fabric
