//===- SynapseBatch.h - Synapses side by side --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For those who go through all synapses of a large network: many at a time, so
// that their loops are vectors, and those of some targets alone, so that
// several threads share the work.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SNN_SYNAPSEBATCH_H
#define SNNC_SNN_SYNAPSEBATCH_H

#include "compiler/SNN/Connectivity.h"

namespace snnc::snn {

struct SynapseBatch {
  static constexpr size_t kMost = 128;
  size_t count = 0;
  uint32_t source[kMost], target[kMost], delay[kMost];
  float weight[kMost];
};

/// Neighbouring neurons.
struct NeuronRange {
  uint32_t begin = 0, end = 0;
};

/// A view that makes them so itself.
class BatchedConnectivity : public Connectivity {
public:
  using BatchVisitor = llvm::function_ref<void(const SynapseBatch &batch)>;
  /// As Connectivity::forEach, those onto `onto` alone, in its order. Without
  /// `withDelays`, delays may be left 0: drawing one takes as long as drawing a
  /// weight. Several threads may call it at once where isMadeByTarget().
  virtual void forEachBatch(NeuronRange onto, bool withDelays,
                            BatchVisitor visit) const = 0;
  /// forEachBatch onto some targets does not go through all the others.
  virtual bool isMadeByTarget() const = 0;
  /// The least and the longest delay that there can be, as Synapse::delay.
  virtual std::pair<uint32_t, uint32_t> extraDelays() const = 0;
};

/// The same of any view.
void forEachBatch(const Connectivity &view, NeuronRange onto, bool withDelays,
                  BatchedConnectivity::BatchVisitor visit);
bool isMadeByTarget(const Connectivity &view);
std::pair<uint32_t, uint32_t> extraDelays(const Connectivity &view);

} // namespace snnc::snn

#endif // SNNC_SNN_SYNAPSEBATCH_H
