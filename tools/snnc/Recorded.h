//===- Recorded.h - Other people's rasters, as snnc has them ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_RECORDED_H
#define SNNC_TOOLS_RECORDED_H

#include "runtime/host/SpikeList.h"
#include "runtime/support/Diagnostic.h"

namespace snnc {

/// Brings recorded arrays to the element type and shape of those of a run, so
/// that they can be compared bit by bit: spikes of any type become uint8
/// counts, states float32. Axes of length 1 (samples) and a population's own
/// axes (channels x height x width) are joined as far as the order of elements
/// stays the same. A raster may be a list of spikes, as numpy.argwhere makes
/// it: integers [spikes x 2] (tick, neuron), or x 3 with the sample in front;
/// an array whose own shape fits is dense. Arrays that `run` does not have stay
/// out. `file` is for messages. Errors SNN0911 (a value or a spike that the
/// raster cannot have), SNN0430 (shape).
Expected<runtime::ArrayMap> fitRecorded(const runtime::ArrayMap &run,
                                        const runtime::ArrayMap &recorded,
                                        const std::string &file);

/// The same for what the run has as lists of spikes; dense rasters are read as
/// well.
Expected<runtime::SpikeLists> fitLists(const runtime::SpikeLists &run,
                                       const runtime::ArrayMap &recorded,
                                       const std::string &file);

} // namespace snnc

#endif // SNNC_TOOLS_RECORDED_H
