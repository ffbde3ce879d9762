//===- GrowingArray.h - A .npy that grows while others read it --*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The header says how many rows there are, and is written after them: whenever
// the writer is killed, numpy.load() reads what the last flush() left.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_GROWINGARRAY_H
#define SNNC_RUNTIME_IO_GROWINGARRAY_H

#include "runtime/io/NdArray.h"
#include "runtime/support/ChildProcess.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::runtime {

/// rows x columns.
class GrowingArray {
public:
  static constexpr size_t kHeaderBytes = 128;

  /// A new file; or one that is there, cut behind `rows`. Errors SNN0003,
  /// SNN0401 (fewer rows, another type).
  static Expected<GrowingArray> create(const std::string &path, DType type,
                                       uint64_t columns);
  static Expected<GrowingArray> reopen(const std::string &path, DType type,
                                       uint64_t columns, uint64_t rows);

  /// Whole rows. Error SNN0003.
  Status append(std::span<const std::byte> bytes);
  Status flush();
  uint64_t rows() const { return count; }
  uint64_t columns() const { return width; }
  DType type() const { return dtype; }
  const std::string &path() const { return name; }

private:
  GrowingArray(std::string path, int fd, DType type, uint64_t columns);
  std::string header(uint64_t rows) const;
  uint64_t rowBytes() const { return width * itemBytes(dtype); }
  Status write(std::span<const std::byte> bytes, uint64_t at);
  Status writePending();

  std::string name;
  Descriptor file;
  DType dtype;
  uint64_t width, count = 0;
  uint64_t shown = 0, written = 0; ///< rows
  std::vector<std::byte> pending;  ///< behind `written`
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_GROWINGARRAY_H
