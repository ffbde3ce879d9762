//===- NirReader.h - Read a NIR file ----------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a .nir file (HDF5) to a Graph that mirrors it. Every file is hostile:
// sizes, counts and depths are bounded before memory is spent, links that leave
// the file are refused, and the HDF5 library, which is known to crash on
// damaged files, runs in a child process of its own.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRREADER_H
#define SNNC_IMPORT_NIR_NIRREADER_H

#include "compiler/Import/NIR/NirGraph.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::nir {

/// What a file may cost. The defaults are far above every published model (the
/// largest has 40 k parameters) and far below what would hurt the machine.
struct ReadLimits {
  uint64_t fileBytes = uint64_t(8) << 30;
  uint64_t tensorBytes = uint64_t(2) << 30; ///< of one field, in memory
  uint64_t totalBytes = uint64_t(4) << 30;  ///< of all fields, in memory
  uint32_t nodes = 100'000;                 ///< in all graphs together
  uint32_t edges = 1'000'000;               ///< in all graphs together
  uint32_t fieldsPerNode = 64;
  uint32_t metadataItems = 10'000; ///< in all graphs together
  uint32_t graphDepth = 32;        ///< NIRGraph in NIRGraph
  uint32_t metadataDepth = 16;     ///< group in group
  uint32_t nameBytes = 1024;       ///< of a node or field name
  uint32_t textBytes = 65'536;     ///< of one stored string
  uint32_t rank = 8;               ///< dimensions of a tensor

  /// Run the HDF5 library in a child process, so that its crash on a damaged
  /// file becomes finding SNN0204. Off: for debuggers and where fork is not
  /// allowed.
  bool isolate = true;
  /// Computing time the child may take: `seconds` plus one second for every
  /// 2 MiB of the file. (HDF5 1.10 loops for ever on some damaged files.)
  double seconds = 2;
  /// Leave the child's standard error open (sanitizer reports).
  bool showChildErrors = false;
};

/// Reads `path`. Findings that do not stop the reader go to `findings`; the one
/// that does is returned. Codes SNN0001 and SNN0201 to SNN0219, see
/// docs/diagnostics/nir.md. `findings` never receives the returned error.
Expected<Graph> readNir(const std::string &path, DiagnosticSink &findings,
                        const ReadLimits &limits = {});

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRREADER_H
