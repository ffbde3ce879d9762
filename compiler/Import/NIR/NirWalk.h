//===- NirWalk.h - From an open HDF5 file to a graph ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the NIR reader: the part that uses the HDF5 library, so the part
// that a damaged file may bring down. NirReader runs it in a child process.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRWALK_H
#define SNNC_IMPORT_NIR_NIRWALK_H

#include "compiler/Import/NIR/NirReader.h"

namespace snnc::nir {

/// Reads `path` (of `fileBytes`, checked by checkFile()) in this process.
Expected<Graph> walkFile(const std::string &path, uint64_t fileBytes,
                         DiagnosticSink &findings, const ReadLimits &limits);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRWALK_H
