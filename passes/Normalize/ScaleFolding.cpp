//===- ScaleFolding.cpp - Where the scales of the weights go --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Normalize/ScaleFolding.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

namespace snnc::normalize {

using namespace mlir;
using namespace snnc::snn;

llvm::StringRef receptorName(NeuronOp model, size_t receptor) {
  return cast<StringAttr>(model.getReceptors()[unsigned(receptor)]).getValue();
}

static std::string freeName(NeuronOp model, std::string name) {
  auto has = [&](ArrayAttr names) {
    return llvm::is_contained(names.getAsValueRange<StringAttr>(),
                              StringRef(name));
  };
  while (has(model.getReceptors()) || has(model.getStates()) ||
         has(model.getParams()))
    name += "_";
  return name;
}

void SumMultiplier::addTo(NeuronOp model) const {
  Block &body = model.getBody().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  llvm::SmallVector<Attribute> names(model.getParams().getValue());
  names.push_back(builder.getStringAttr(freeName(model, name)));
  model.setParamsAttr(builder.getArrayAttr(names));
  Value factor = body.addArgument(builder.getF32Type(), model.getLoc());
  for (unsigned r : sums) {
    Value sum = body.getArgument(r);
    auto real = builder.create<arith::MulFOp>(model.getLoc(), sum, factor);
    sum.replaceAllUsesExcept(real, real);
  }
}

static Numbers factorsOf(const std::vector<ScaleFolding::Power> &powers,
                         llvm::function_ref<int(const ScaleDegrees &)> degree) {
  Numbers factors;
  for (const ScaleFolding::Power &power : powers) {
    int n = degree(power.degrees);
    if (n == 0)
      continue;
    if (factors.empty())
      factors.assign(power.scales.size(), 1.0);
    for (auto [factor, scale] : llvm::zip_equal(factors, power.scales))
      factor *= std::pow(scale, n);
  }
  return factors;
}

Numbers ScaleFolding::param(unsigned j) const {
  return factorsOf(powers, [&](const ScaleDegrees &d) { return d.params[j]; });
}

Numbers ScaleFolding::state(unsigned k) const {
  return factorsOf(powers, [&](const ScaleDegrees &d) { return d.states[k]; });
}

std::string ScaleFolding::modelName(NeuronOp model) const {
  std::string name = (model.getSymName() + ".scaled").str();
  bool all = multipliers.size() == 1 &&
             multipliers[0].sums.size() == model.numReceptors();
  for (const SumMultiplier &multiplier : multipliers)
    for (unsigned r : multiplier.sums)
      if (!all)
        name += ("." + receptorName(model, r)).str();
  return name;
}

static Numbers ratio(const Numbers &of, const Numbers &to) {
  Numbers result;
  for (auto [a, b] : llvm::zip_equal(of, to))
    result.push_back(a / b);
  return result;
}

/// One scale for all receptors.
static ScaleFolding foldShared(NeuronOp model, const Numbers &scales,
                               llvm::ArrayRef<bool> drawn) {
  ScaleFolding folding;
  llvm::SmallVector<std::optional<int>> linear(model.numReceptors(), 1);
  if (auto degrees = inferScaleDegrees(model, linear, drawn)) {
    folding.powers.push_back({*degrees, scales});
    return folding;
  }
  auto all = llvm::seq<unsigned>(0, model.numReceptors());
  folding.multipliers.push_back({"input_scale",
                                 {all.begin(), all.end()},
                                 ratio(Numbers(scales.size(), 1.0), scales)});
  return folding;
}

/// The receptors' powers when one scale's are 1 and those of other scales 0.
static llvm::SmallVector<std::optional<int>>
indicator(NeuronOp model, llvm::ArrayRef<unsigned> used,
          llvm::function_ref<int(unsigned)> power) {
  llvm::SmallVector<std::optional<int>> powers(model.numReceptors());
  for (unsigned r : used)
    powers[r] = power(r);
  return powers;
}

ScaleFolding planFolding(NeuronOp model, const IncomingWeights &weights,
                         const WeightScales &scales,
                         llvm::ArrayRef<bool> drawn) {
  if (scales.shared())
    return foldShared(model, scales.lists[0], drawn);
  llvm::SmallVector<unsigned> used;
  for (unsigned r = 0; r < model.numReceptors(); ++r)
    if (weights.uses(r))
      used.push_back(r);
  ScaleFolding folding;
  for (unsigned r : used) {
    auto degrees = inferScaleDegrees(
        model, indicator(model, used, [&](unsigned k) { return k == r; }),
        drawn);
    if (!degrees)
      break;
    folding.powers.push_back({*degrees, scales.of(r)});
  }
  if (folding.powers.size() == used.size())
    return folding;
  // Sums that meet: in the scale of the first, or in the user's units.
  folding.powers.clear();
  Numbers unit(weights.numNeurons(), 1.0);
  if (auto degrees = inferScaleDegrees(
          model, indicator(model, used, [](unsigned) { return 1; }), drawn)) {
    unit = scales.of(used.front());
    folding.powers.push_back({*degrees, unit});
    used.erase(used.begin());
  }
  for (unsigned r : used)
    folding.multipliers.push_back({(receptorName(model, r) + "_scale").str(),
                                   {r},
                                   ratio(unit, scales.of(r))});
  return folding;
}

} // namespace snnc::normalize
