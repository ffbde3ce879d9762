//===- Report.h - Tables for people, JSON for programs ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_REPORT_H
#define SNNC_TOOLS_REPORT_H

#include "runtime/bundle/Bundle.h"
#include "runtime/host/Session.h"

namespace snnc {

/// Left-aligned first column, right-aligned others; the first row is the head.
void printTable(const std::vector<std::vector<std::string>> &rows);

/// The per-layer table of a bundle's report.json on stdout: neurons, synapses,
/// PEs, bytes of limit.
void printCompileReport(const runtime::Bundle &bundle, bool json);

/// The same with what a run measured: spikes, cycles per tick; then the PEs
/// that did not finish their ticks, if any, and the busiest links and routers.
/// `bundle` is null for runs of the reference.
void printRunReport(const runtime::Manifest &manifest,
                    const runtime::Bundle *bundle,
                    const runtime::RunResult &result, bool json);

/// Every core's memory by structure.
void printMemory(const runtime::Bundle &bundle, bool json);

} // namespace snnc

#endif // SNNC_TOOLS_REPORT_H
