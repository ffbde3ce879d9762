//===- SynapseBatch.cpp - Synapses side by side ---------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/SNN/SynapseBatch.h"

namespace snnc::snn {

static const BatchedConnectivity *batched(const Connectivity &view) {
  return dynamic_cast<const BatchedConnectivity *>(&view);
}

void forEachBatch(const Connectivity &view, NeuronRange onto, bool withDelays,
                  BatchedConnectivity::BatchVisitor visit) {
  if (const BatchedConnectivity *own = batched(view);
      own && isMadeByTarget(view))
    return own->forEachBatch(onto, withDelays, visit);
  SynapseBatch batch;
  view.forEach([&](uint32_t source, const Synapse &synapse) {
    if (synapse.target < onto.begin || synapse.target >= onto.end)
      return;
    size_t at = batch.count++;
    batch.source[at] = source;
    batch.target[at] = synapse.target;
    batch.delay[at] = synapse.delay;
    batch.weight[at] = synapse.weight;
    if (batch.count == SynapseBatch::kMost) {
      visit(batch);
      batch.count = 0;
    }
  });
  if (batch.count > 0)
    visit(batch);
}

bool isMadeByTarget(const Connectivity &view) {
  const BatchedConnectivity *own = batched(view);
  return own && own->isMadeByTarget();
}

std::pair<uint32_t, uint32_t> extraDelays(const Connectivity &view) {
  if (const BatchedConnectivity *own = batched(view))
    return own->extraDelays();
  return {0, view.maxExtraDelay()};
}

} // namespace snnc::snn
