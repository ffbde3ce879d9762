//===- NodeNoise.cpp - Parameters that cores draw in each tick ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/NodeNoise.h"

#include "compiler/SNN/ParamValues.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Normals.h"

using namespace mlir;

namespace snnc::fabric {

std::vector<NodeNoise> noisesOf(snn::PopulationOp population) {
  std::vector<NodeNoise> noises;
  snn::NeuronOp model = population.neuron();
  for (unsigned j = 0; j < model.numParams(); ++j)
    if (auto draw = snn::drawnParam(population, model.paramName(j)))
      noises.push_back({j, draw});
  return noises;
}

uint64_t noiseBytes(size_t noises) {
  return noises ? noises * sizeof(SnncNoise) + sizeof(kNormalTable) : 0;
}

/// docs/cycles.md, "A normal number".
NeuronCycles noiseCycles() {
  constexpr double kDrawn = 58, kOnce = 210, kEnds = 200;
  return {kDrawn, kDrawn, kOnce, kOnce + kEnds};
}

} // namespace snnc::fabric
