//===- PlanLayers.h - Layers planned for real, on all cores -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_CLASSIFIER_PLANLAYERS_H
#define SNNC_CLASSIFIER_PLANLAYERS_H

#include "classifier/Dataset.h"

namespace snnc::selector {

/// Number in its set of the layer at `position` of a request.
uint64_t layerIndex(const DatasetRequest &request, uint64_t position);

using TakeRecord = std::function<Status(LayerRecord)>;

/// Plans the layers from position `begin` on all threads and hands them to
/// `take` in order, on the calling thread. Ends with the first error.
Status planLayers(const DatasetRequest &request, const MachineModel &machine,
                  uint64_t begin, const TakeRecord &take, const Watch &watch);

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_PLANLAYERS_H
