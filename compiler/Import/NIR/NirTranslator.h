//===- NirTranslator.h - What a primitive may become ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of the snn dialect, phase Imported, without MLIR: a descriptor calls
// one of these for a normalised node. NIRToSNN implements them.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRTRANSLATOR_H
#define SNNC_IMPORT_NIR_NIRTRANSLATOR_H

#include "compiler/Import/NIR/NirGraph.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::nir {

/// A cross-correlation over two dimensions; one-dimensional layers have one
/// row. Elements; (channels, rows, columns) and (rows, columns).
struct ConvWindow {
  std::array<int64_t, 3> input, output;
  std::array<int64_t, 4> weight; ///< (out, in / groups, rows, columns)
  std::array<int64_t, 2> stride, dilation;
  std::array<int64_t, 4> pads; ///< top, left, bottom, right
  int64_t groups = 1;
};

enum class PoolRule { Sum, Average };

struct PoolWindow {
  PoolRule rule = PoolRule::Sum;
  std::array<int64_t, 3> input;
  std::array<int64_t, 2> kernel, stride;
  std::array<int64_t, 2> pads; ///< rows, columns; the same on both sides
};

/// Every method makes the one op of `node`, whose result has the node's
/// outputShape; the edges become its operands later. Numbers come from the
/// named fields. All return false after a reported error.
class Translator {
public:
  virtual ~Translator() = default;
  virtual bool input(const Node &node) = 0;
  virtual bool probe(const Node &node) = 0;
  /// y = W x + b. `bias`: a field, or nullptr.
  virtual bool linear(const Node &node, const char *weight,
                      const char *bias) = 0;
  virtual bool conv(const Node &node, const ConvWindow &window,
                    const char *weight, const char *bias) = 0;
  virtual bool pool(const Node &node, const PoolWindow &window) = 0;
  virtual bool scale(const Node &node, const char *factor) = 0;
  virtual bool delay(const Node &node, const char *time) = 0;
  virtual bool flatten(const Node &node) = 0;
  /// A neuron in continuous time; its parameters are all fields. `equation`: a
  /// name of snn.ode ("lif"), see docs/semantics.md S2.
  virtual bool ode(const Node &node, std::string_view equation) = 0;
  /// Reports that the node has no translation; returns false.
  virtual bool refuse(const Node &node, DiagnosticCode code,
                      const std::string &message) = 0;
};

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRTRANSLATOR_H
