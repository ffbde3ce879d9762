//===- SynapseWalk.h - The synapses of a projection --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_SYNAPSEWALK_H
#define SNNC_BACKENDS_CPU_SYNAPSEWALK_H

#include "compiler/SNN/Connectivity.h"
#include "compiler/Target/Target.h"

namespace snnc::cpu {

/// Synapses in either precision: weights are `integers` or `reals`.
struct EntryBatch {
  size_t count = 0;
  const uint32_t *source = nullptr, *target = nullptr;
  const uint32_t *delay = nullptr; ///< ticks, at least 1
  const int32_t *integers = nullptr;
  const float *reals = nullptr;
};

/// The synapses of a projection, as often as needed; one for each thread.
class SynapseWalk {
public:
  /// False after an error at the op: SNN0303, SNN0304.
  bool open(snn::ProjectionOp projection, target::Precision precision);
  using Visitor = llvm::function_ref<void(const EntryBatch &)>;
  void forEach(snn::NeuronRange onto, Visitor visit) const;
  /// As Connectivity::isMadeByTarget.
  bool isMadeByTarget() const { return reals->isMadeByTarget(); }
  /// Ticks; no synapse is outside.
  std::pair<uint32_t, uint32_t> delayBounds() const;

private:
  bool readDelays(snn::ProjectionOp projection);
  bool readScales(snn::ProjectionOp projection);
  size_t quantize(const snn::SynapseBatch &batch, int32_t *integers) const;

  std::unique_ptr<snn::Connectivity> reals;
  std::vector<uint32_t> delays; ///< one, or one for each source
  // In integers:
  std::vector<double> scales; ///< one, or one a target
  double limit = 0;           ///< the largest integer
  bool isNearest = true;      ///< else truncated
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_SYNAPSEWALK_H
