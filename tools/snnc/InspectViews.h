//===- InspectViews.h - Layers and PEs of a bundle --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `snnc inspect --layer` and `--pe` show, as JSON: the tables are made of
// the same objects. Sources: report.json (the plan), manifest.json (slices,
// keys, routes), the header of every core image (batch, ring, delays).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_INSPECTVIEWS_H
#define SNNC_TOOLS_INSPECTVIEWS_H

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"

#include <span>

namespace snnc {

/// "layers" or "cores" of report.json, an empty list without one.
nlohmann::json reportOf(const runtime::Bundle &bundle, const char *part);
/// One object per input: name, channels, rate and worst_rate (spikes of a
/// channel in a tick, as planned), drawn: the PEs that draw it for their own
/// neurons; where there is none, key_first: it sends packets.
nlohmann::json inputViews(const runtime::Bundle &bundle);
/// Names of the inputs that any of `cores` (places in the manifest) draws.
nlohmann::json drivesOf(const runtime::Bundle &bundle,
                        std::span<const uint32_t> cores);
void printInputs(const nlohmann::json &inputs);

/// One object per layer in the order of the report: name, model, paradigm, pes,
/// neurons, synapses, encodings, bytes, limit, bytes_by_structure,
/// cycles_expected and cycles_worst of the busiest PE, tick_cycles (the
/// budget), batch, latency (ticks), delay_slots (ticks that its rings or
/// histories hold), slices.
nlohmann::json layerViews(const runtime::Bundle &bundle);

/// One object per used PE in the order of the manifest: pe, id (its place
/// there), population, begin, end, program, paradigm, encodings, key_first,
/// key_count, buffers (name, at, bytes), used, available, free, routes_in
/// (key, mask, from), routes_out (key, mask, to), cycles as above.
nlohmann::json peViews(const runtime::Bundle &bundle);

/// Layers and PEs on stdout; one of each is shown in full.
void printLayers(const nlohmann::json &layers, bool full);
void printPes(const nlohmann::json &pes, bool full);

} // namespace snnc

#endif // SNNC_TOOLS_INSPECTVIEWS_H
