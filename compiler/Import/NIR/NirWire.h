//===- NirWire.h - A graph between two processes ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the NIR reader: what the child process sends back. The parent
// trusts none of it, because a damaged file may have damaged the child's
// memory.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRWIRE_H
#define SNNC_IMPORT_NIR_NIRWIRE_H

#include "compiler/Import/NIR/NirReader.h"

namespace snnc::nir {

/// Writes findings and result to `fd`; false when a write failed.
bool sendResult(int fd, const std::vector<Diagnostic> &findings,
                const Expected<Graph> &result);

/// Reads what sendResult() wrote into `fd` (from its start). The findings are
/// reported to `findings`. nullopt: the message is incomplete or malformed.
std::optional<Expected<Graph>> receiveResult(int fd, DiagnosticSink &findings);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRWIRE_H
