//===- ResetRules.cpp - What a spike does, as a library model -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Normalize/ResetRules.h"

#include <cmath>
#include <limits>

namespace snnc::normalize {

using snn::OdeKind;

std::string ResetRules::suffix(OdeKind kind, bool feedsItself) const {
  std::string base = subtracts() ? "_subtract" : "_value";
  if (reset == "none")
    return base;
  if (late)
    return base + (kind == OdeKind::LIF && feedsItself && !subtracts()
                       ? "_skip"
                       : "_late");
  // IF is no neuron of snnTorch, whose rule this is.
  bool lowered = compare == "lowered" && subtracts() && kind != OdeKind::IF;
  return base + (lowered ? "_lowered" : "");
}

std::string ResetRules::refractorySuffix() const {
  return (subtracts() ? "_subtract" : "_value") + std::string("_refractory");
}

bool feedsItself(snn::OdeOp ode) {
  for (mlir::Operation *user : ode.getSignal().getUsers())
    if (auto projection = mlir::dyn_cast<snn::ProjectionOp>(user))
      if (projection.getSource() == ode.getSignal() &&
          projection.getTarget() == ode.getSignal())
        return true;
  return false;
}

double justBelow(double threshold) {
  return std::nextafterf(float(threshold),
                         -std::numeric_limits<float>::infinity());
}

} // namespace snnc::normalize
