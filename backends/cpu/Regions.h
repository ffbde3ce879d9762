//===- Regions.h - Neuron models as machine code ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The region of each snn.neuron (docs/semantics.md S3) becomes a loop over
// neurons, which LLVM vectorises: lanes are other neurons, so every neuron sees
// its operations in the written order.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_REGIONS_H
#define SNNC_BACKENDS_CPU_REGIONS_H

#include "compiler/SNN/SNN.h"
#include "compiler/Target/NativeCode.h"

namespace snnc::cpu {

/// One tick of `neurons` neurons. `arrays`: per receptor the sums, per state
/// the values (replaced by the next), per parameter the values, float32 each;
/// then the spikes, a byte each (0 or 1; left alone by a model that has none).
/// No two may overlap.
using UpdateFunction = void (*)(uint64_t neurons, void *const *arrays);

class Regions {
public:
  /// Compiles into `code`, which may be shared. Errors SNN0702 at an operation
  /// without a rule, SNN0650.
  static mlir::FailureOr<std::unique_ptr<Regions>>
  create(llvm::ArrayRef<snn::NeuronOp> models,
         std::shared_ptr<target::NativeCode> code, DiagnosticSink &sink);

  UpdateFunction function(size_t model) const { return functions[model]; }

private:
  std::shared_ptr<target::NativeCode> code;
  std::vector<UpdateFunction> functions;
};

/// Calls generated code.
void callUpdate(UpdateFunction function, uint64_t neurons, void *const *arrays);

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_REGIONS_H
