//===- Npy.h - numpy's array files .npy and .npz ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The format is documented by numpy.lib.format: magic, version, the length of
// a header that is a Python dictionary literal, then the raw elements. Object
// arrays hold pickles, which are programs: they are never read.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_NPY_H
#define SNNC_RUNTIME_IO_NPY_H

#include "runtime/io/NdArray.h"
#include "runtime/support/Diagnostic.h"

#include <string_view>

namespace snnc::runtime {

/// Bounds on array files of unknown origin.
struct ArrayLimits {
  uint64_t fileBytes = uint64_t(4) << 30;  ///< the file, and all members of it
  uint64_t arrayBytes = uint64_t(2) << 30; ///< one array
  uint64_t members = 65536;                ///< arrays in one .npz
  /// Computing time of reading a .h5; a large file gets more.
  double seconds = 5;
};

/// Versions 1.0, 2.0 and 3.0; little endian or single-byte elements; C or
/// Fortran order (transposed to C). `spot` names the file and the member.
/// Errors SNN0401 (damaged), SNN0402 (element type), SNN0403 (too large).
Expected<NdArray> parseNpy(std::string_view bytes, const SourceSpot &spot,
                           const ArrayLimits &limits = {});
Expected<NdArray> readNpy(const std::string &path,
                          const ArrayLimits &limits = {});

/// Header of version 1.0, padded so that the elements start at 64 bytes.
std::string npyHeader(const NdArray &array);
Status writeNpy(const std::string &path, const NdArray &array);

/// Stored and deflated members; each must be a .npy. Keys without ".npy".
/// Errors as parseNpy, and SNN0404 for the zip around them.
Expected<ArrayMap> readNpz(const std::string &path,
                           const ArrayLimits &limits = {});
/// Stored members in name order, fixed dates: same arrays, same bytes.
/// Error SNN0408.
Status writeNpz(const std::string &path, const ArrayMap &arrays);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_NPY_H
