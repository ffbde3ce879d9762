//===- NeuronOrder.h - Where the neurons stand on the chip ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Slices, keys, rows and columns count *places*; the user counts *neurons* (or
// channels of an input). The attribute `fabric.order` of an snn.population or
// snn.input says which neuron stands at which place: a permutation, the
// identity when absent. Neurons that share sources belong side by side: they
// share the rows of a weight-delay map and a short range of sources.
//
//   #fabric.channels_last   of a C x H x W signal: place = (y W + x) C + c
//   array<i32: n0, n1, ...> neuron n_i stands at place i
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_FABRIC_NEURONORDER_H
#define SNNC_FABRIC_NEURONORDER_H

#include "mlir/IR/Operation.h"
#include "mlir/Support/LogicalResult.h"

#include <cstdint>
#include <vector>

namespace snnc::fabric {

inline constexpr const char *kOrderName = "fabric.order";

class NeuronOrder {
public:
  /// The order of `node`, an snn.population or snn.input. An error (SNN1107) is
  /// emitted there when the attribute is no permutation of its neurons.
  static mlir::FailureOr<NeuronOrder> of(mlir::Operation *node);

  bool isIdentity() const { return neurons.empty(); }
  uint32_t neuronAt(uint32_t place) const {
    return isIdentity() ? place : neurons[place];
  }
  uint32_t placeOf(uint32_t neuron) const {
    return isIdentity() ? neuron : places[neuron];
  }
  /// By place; empty for the identity.
  const std::vector<uint32_t> &byPlace() const { return neurons; }

private:
  std::vector<uint32_t> neurons; ///< by place
  std::vector<uint32_t> places;  ///< by neuron
};

} // namespace snnc::fabric

#endif // SNNC_FABRIC_NEURONORDER_H
