//===- Network.h - What the CPU engine needs of a network -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Read from the IR once; the engine itself never sees an operation.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_NETWORK_H
#define SNNC_BACKENDS_CPU_NETWORK_H

#include "compiler/SNN/SNN.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace snnc::cpu {

/// One number for all neurons, or one a neuron (S3.5: float32).
using Column = std::vector<float>;

/// A parameter that is drawn in each tick (S3.7).
struct DrawnParam {
  uint64_t seed = 0, stream = 0;
};

struct Population {
  std::string name;
  uint32_t neurons = 0;
  uint64_t start = 0; ///< chip tick of the first update (S5.4)
  size_t model = 0;   ///< index into Network::models
  unsigned receptors = 0;
  bool spiking = false;
  std::vector<Column> initial; ///< per state, `neurons` numbers (S1.4)
  std::vector<Column> params;  ///< per parameter, `neurons` numbers; or none
  std::map<size_t, DrawnParam> drawn; ///< by parameter
  uint64_t latency = 0;               ///< ticks of the chip to the network's 0
};

struct Projection {
  snn::ProjectionOp op;
  size_t source = 0; ///< input, or number of inputs + population
  size_t target = 0; ///< population
  unsigned receptor = 0;
  double rate = 0; ///< spikes of a source in a tick, as far as the file says
};

struct Network {
  std::vector<uint32_t> channels; ///< per input
  std::vector<Population> populations;
  std::vector<Projection> projections; ///< in the order of the text
  std::vector<snn::NeuronOp> models;
};

/// Errors at the ops: SNN0310, SNN0311, SNN0703 to SNN0705.
mlir::FailureOr<Network> readNetwork(snn::NetworkOp network);

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_NETWORK_H
