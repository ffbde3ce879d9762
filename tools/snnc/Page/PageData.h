//===- PageData.h - What the page of `snnc report` shows --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bundle, its network and results as the JSON that the page's scripts read.
// Numbers of many PEs stand in columns: a board has 7,104 of them.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_PAGE_PAGEDATA_H
#define SNNC_TOOLS_PAGE_PAGEDATA_H

#include "runtime/bundle/Bundle.h"
#include "runtime/io/NdArray.h"

#include <nlohmann/json.hpp>

namespace snnc::page {

/// {"network", "machine", "compiler", "options", "tick_seconds", "tick_cycles",
/// "dt_seconds", "latency", "inputs", "layers": those of layerViews() with
/// "slices" left out, "chips": [[x, y, board]], "pes": [[x, y, p]] of a chip,
/// "dead": [[chip, pe]] by their places in those two, "cores": columns, see
/// columnsOf() in PageData.cpp}.
nlohmann::json describeBundle(const runtime::Bundle &bundle);

/// {"links": [[chip, link, packets]], "reached": packets that reach each core,
/// "entries": routes of each chip, "limit": of a router, "every": one source in
/// so many was followed}, where every neuron and channel sends once.
nlohmann::json describeRoutes(const runtime::Bundle &bundle);

/// Adds to the layers of `page` what takes the network itself: "histogram" of
/// the weights into them, before and after they were rounded, and "choice", the
/// plans of both paradigms (decide::toJson). What a bundle has lost, or what
/// would take too long, is left out, and "network" says why.
void addNetwork(const runtime::Bundle &bundle, nlohmann::json &page);

/// {"meta", "samples", "ticks", "shown", "populations": [{"name", "neurons",
/// "spikes", "every", "rasters": [{"tick", "neuron"}] by sample, "rates": mean
/// Hz by bin, "bin": ticks}], "traces": [{"name", "neurons", "every", "values":
/// by sample and neuron}]}. `bytes` bounds nothing of the arrays, but the page
/// takes no more than some 200,000 spikes. Error SNN0449 where no array is of
/// the bundle.
Expected<nlohmann::json> describeResults(const runtime::ArrayMap &arrays,
                                         const runtime::Manifest &manifest,
                                         const std::string &file);

} // namespace snnc::page

#endif // SNNC_TOOLS_PAGE_PAGEDATA_H
