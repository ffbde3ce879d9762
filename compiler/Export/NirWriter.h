//===- NirWriter.h - A network as a NIR graph -------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inverse of compiler/Import/NIR and snn-discretize, for what NIR can say:
// neurons of its kinds, matrices, convolutions, pools, delays by source.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_EXPORT_NIRWRITER_H
#define SNNC_EXPORT_NIRWRITER_H

#include "compiler/SNN/SNN.h"
#include "runtime/io/NdArray.h"
#include "runtime/support/Diagnostic.h"

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace snnc {

/// A text, or numbers (a scalar has no axes).
using NirField = std::variant<std::string, runtime::NdArray>;

struct NirNode {
  std::map<std::string, NirField> fields; ///< `type` among them
  std::map<std::string, NirField> metadata;
};

struct NirGraph {
  std::map<std::string, NirNode> nodes;
  std::vector<std::pair<std::string, std::string>> edges;
  std::map<std::string, NirField> metadata;
};

/// `dt`: model time of a tick; the network is in ticks. The metadata state dt,
/// integrator and each neuron's reset, so that reading it guesses nothing.
/// Error SNN0452 at what NIR cannot say.
mlir::FailureOr<NirGraph> writeNir(mlir::ModuleOp module, double dt);

/// The file, as nir.write() of the package `nir` lays it out. Error SNN0003.
Expected<std::string> nirFile(const NirGraph &graph, const std::string &path);

} // namespace snnc

#endif // SNNC_EXPORT_NIRWRITER_H
