//===- NirFile.h - What a file is before HDF5 opens it ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the NIR reader: checks on the first bytes of a file that need no
// HDF5. They tell pickles, archives and cut-off files apart with a clear error.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRFILE_H
#define SNNC_IMPORT_NIR_NIRFILE_H

#include "runtime/support/Diagnostic.h"

#include <cstdint>

namespace snnc::nir {

/// The size of `path` in bytes if it is a regular file of at most `maxBytes`
/// that starts like a complete HDF5 file. Errors SNN0001, SNN0201, SNN0202,
/// SNN0206.
Expected<uint64_t> checkFile(const std::string &path, uint64_t maxBytes);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRFILE_H
