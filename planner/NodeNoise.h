//===- NodeNoise.h - Parameters that cores draw in each tick ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers of a drawn parameter (docs/semantics.md S3.7) stand in an array
// as those of any other; a record and a table that all records of a core share
// stand behind its drives.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_NODENOISE_H
#define SNNC_PLANNER_NODENOISE_H

#include "compiler/SNN/SNN.h"
#include "planner/NeuronCycles.h"

#include <vector>

namespace snnc::fabric {

/// One such parameter.
struct NodeNoise {
  unsigned param = 0;
  snn::NormalAttr draw;
};

/// In the order of the parameters.
std::vector<NodeNoise> noisesOf(snn::PopulationOp population);
/// Beside the arrays: records and table.
uint64_t noiseBytes(size_t noises);
/// Of drawing one parameter of one neuron.
NeuronCycles noiseCycles();

} // namespace snnc::fabric

#endif // SNNC_PLANNER_NODENOISE_H
