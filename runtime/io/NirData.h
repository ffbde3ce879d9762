//===- NirData.h - NIRData: spikes and traces in HDF5 -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The exchange format of the reference `nir` Python package from 1.0.7 on
// (nir.read_data, nir.write_data): groups marked by attributes `__type__`,
//   /                          NIRGraphData
//   nodes/<name>               NIRNodeData, or NIRGraphData again
//     observables/<observable> TimeGriddedData: data (samples, time, neurons),
//                                attribute dt
//                              EventData: idx, time (samples, events), padded
//                                with -1 and inf; attributes n_neurons, t_max
//                              ValuedEventData: the same and value
//
// Binning: an event at time t falls into tick floor(t / dt), and a recording
// has floor(t_max / dt) ticks, as in the reference. A quotient that misses the
// next integer by less than 1e-12 of itself counts as that integer: 3e-4 / 1e-4
// is 2.9999999999999996 in binary, and whoever wrote 3e-4 meant tick 3. For
// times stored in float32 it is 1.2e-7 of itself.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_NIRDATA_H
#define SNNC_RUNTIME_IO_NIRDATA_H

#include "runtime/io/Npy.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::runtime {

/// Every observable as "node:observable" (nested graphs: "graph.node:..."):
/// ticks x neurons, with a leading axis when there are several samples.
///   TimeGriddedData  its own element type. `dtSeconds` > 0 must be its dt.
///   EventData        uint8 or uint16 counts. `dtSeconds` must be known.
///   ValuedEventData  float32; two values in one tick are an error.
/// Errors SNN0403 (too large), SNN0406 (file), SNN0407 (values against dt),
/// SNN0409 (the HDF5 library failed: it runs in a child process).
Expected<ArrayMap> readNirData(const std::string &path, double dtSeconds,
                               const ArrayLimits &limits = {});

/// Writes arrays named "node:observable" of [samples x] ticks x neurons:
/// uint8, uint16 and bool as EventData (a count k as k events at the beginning
/// of the tick), float32 and float64 as TimeGriddedData. `attributes` go to the
/// root group as strings. Same arrays, same bytes. Error SNN0408.
Status writeNirData(const std::string &path, const ArrayMap &arrays,
                    double dtSeconds,
                    const std::map<std::string, std::string> &attributes);

/// How far a quotient of such times may be off the integer that was meant.
inline constexpr double kFloat64Slack = 1e-12, kFloat32Slack = 1.2e-7;
/// The tick of time `t`, see above; `t` and `dt` positive and finite.
double tickOfTime(double t, double dt, double slack = kFloat64Slack);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_NIRDATA_H
