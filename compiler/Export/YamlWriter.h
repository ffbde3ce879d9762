//===- YamlWriter.h - A network as YAML and arrays --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inverse of compiler/Import/YAML for networks of library models: what
// snn-discretize leaves of a NIR file.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_EXPORT_YAMLWRITER_H
#define SNNC_EXPORT_YAMLWRITER_H

#include "compiler/SNN/SNN.h"
#include "runtime/io/NdArray.h"

#include <string>

namespace snnc {

struct YamlNetwork {
  std::string text;         ///< the .yaml file
  runtime::ArrayMap arrays; ///< of the .npz that it names; may be empty
};

/// `dt`: model time of a tick in the unit of the file's times; `arraysFile`:
/// how the text names the .npz, empty: all numbers stand in the text. Weights
/// and parameters keep their numbers to the bit. What has no connector (delays
/// that differ by source, uneven padding) is listed synapse by synapse: SNN0447
/// beyond kMostRows of a projection.
mlir::FailureOr<YamlNetwork> writeYaml(mlir::ModuleOp module, double dt,
                                       const std::string &arraysFile);

} // namespace snnc

#endif // SNNC_EXPORT_YAMLWRITER_H
