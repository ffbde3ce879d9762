//===- LiteralValues.h - What literals alone come to ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An equation's parts that hold literals only have a value when the file is
// read; one that is not finite then is a mistake of the file, not of a run.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_LITERALVALUES_H
#define SNNC_IMPORT_YAML_LITERALVALUES_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <string>

namespace snnc::yaml {

/// The float32 numbers that values of literals alone are.
class LiteralValues {
public:
  /// To be called with every number in order of definition. What is wrong with
  /// it: "it is inf", "it divides by 0"; empty: nothing.
  std::string note(mlir::Value value);

private:
  std::optional<float> of(mlir::Value value) const;

  llvm::DenseMap<mlir::Value, float> known;
};

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_LITERALVALUES_H
