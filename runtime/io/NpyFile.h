//===- NpyFile.h - A numpy array that stays on disk -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_NPYFILE_H
#define SNNC_RUNTIME_IO_NPYFILE_H

#include "runtime/io/Npy.h"
#include "runtime/support/FileReader.h"

namespace snnc::runtime {

/// What the header of a .npy says.
struct NpyLayout {
  std::vector<uint64_t> shape;
  DType dtype = DType::F32;
  bool fortran = false; ///< the first index runs fastest
  uint64_t begin = 0;   ///< of the elements, bytes from the start
  uint64_t count = 0;   ///< elements
};

/// From the first bytes of a file of `fileBytes`; kNpyHead are enough of any.
/// Errors as parseNpy.
Expected<NpyLayout> npyLayout(std::string_view head, uint64_t fileBytes,
                              const SourceSpot &spot,
                              const ArrayLimits &limits);
inline constexpr size_t kNpyHead = 10012;

class NpyFile {
public:
  /// Errors as readNpy.
  static Expected<NpyFile> open(const std::string &path,
                                const ArrayLimits &limits = {});

  const NpyLayout &layout() const { return header; }
  /// Fills `out` with the elements from `first` on, in the file's order, as
  /// they are stored. Error SNN0001 when the file has become shorter.
  Status read(uint64_t first, std::span<std::byte> out) const;
  /// The same as float64 (64-bit integers beyond 2^53 are rounded).
  Status read(uint64_t first, std::span<double> out) const;

private:
  explicit NpyFile(FileReader file) : file(std::move(file)) {}
  FileReader file;
  NpyLayout header;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_NPYFILE_H
