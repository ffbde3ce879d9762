//===- Finite.cpp - Weights that are numbers ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Finite.h"

#include "compiler/SNN/ParamValues.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::snn {

/// The place of the first element that float32 does not hold.
static std::optional<size_t> firstBeyond(Attribute numbers) {
  if (!numbers)
    return std::nullopt;
  size_t count = elementsOf(numbers);
  auto values = ParamValues::get(numbers, count, numbers.getContext());
  for (size_t i = 0; values && i < count; ++i)
    if (!std::isfinite(float(values->at(i))))
      return i;
  return std::nullopt;
}

std::optional<std::string> weightBeyondNumbers(NetworkOp network) {
  for (ProjectionOp projection : network.getOps<ProjectionOp>()) {
    Attribute weights =
        llvm::TypeSwitch<Attribute, Attribute>(projection.getWeights())
            .Case<DenseAttr, OneToOneAttr, ConvAttr>(
                [](auto stored) { return stored.getWeights(); })
            .Default([](Attribute) { return Attribute(); });
    if (auto place = firstBeyond(weights))
      return fmt::format("weight {} of '{}' is no finite number", *place,
                         projection.getName().str());
    QuantAttr quant = projection.getQuantAttr();
    if (auto place = firstBeyond(quant ? quant.getScales() : Attribute()))
      return fmt::format("scale {} of '{}' is no finite number", *place,
                         projection.getName().str());
  }
  return std::nullopt;
}

} // namespace snnc::snn
