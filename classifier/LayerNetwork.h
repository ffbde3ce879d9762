//===- LayerNetwork.h - A layer of a data set as a network ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A Normalized network of inputs and one population, made in memory: what the
// planners would see of the same layer in a user's network.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_LAYERNETWORK_H
#define SNNC_CLASSIFIER_LAYERNETWORK_H

#include "classifier/LayerSpec.h"
#include "compiler/Rows/RowFormat.h"
#include "compiler/SNN/SNN.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>

namespace snnc::selector {

/// Builds one network after the other; one per thread.
class LayerBuilder {
public:
  explicit LayerBuilder(const fabric::RowFormats &formats);
  ~LayerBuilder();

  /// Valid until the next call.
  snn::NetworkOp build(const LayerSpec &spec);
  mlir::MLIRContext &context() { return *mlir; }

private:
  void renew();
  mlir::Value addInput(const LayerSpec &spec, mlir::RankedTensorType type,
                       llvm::StringRef name);
  mlir::Value addPopulation(const LayerSpec &spec);
  void addProjection(const LayerSpec &spec, mlir::Value source,
                     mlir::Value target, llvm::StringRef name,
                     mlir::Attribute weights, unsigned receptor);
  mlir::Attribute randomWeights(const LayerSpec &spec, double density,
                                uint64_t stream);
  mlir::Attribute listedWeights(const LayerSpec &spec);
  mlir::Attribute convWeights(const LayerSpec &spec);
  mlir::Attribute trainedWeights(const LayerSpec &spec);
  mlir::Attribute weightsOf(const LayerSpec &spec);
  mlir::Attribute delayOf(const LayerSpec &spec, bool stored, uint32_t sources);

  const fabric::RowFormats formats;
  std::unique_ptr<mlir::MLIRContext> mlir;
  mlir::OwningOpRef<mlir::ModuleOp> models;
  snn::NetworkOp network;
  unsigned built = 0;
};

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_LAYERNETWORK_H
