//===- SpillFile.h - Bytes that memory need not hold ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file without a name in $TMPDIR, else in /var/tmp, which unlike /tmp is on a
// disk: it goes with the process, however that ends.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_SPILLFILE_H
#define SNNC_RUNTIME_SUPPORT_SPILLFILE_H

#include "runtime/support/ChildProcess.h"
#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace snnc {

/// An empty file without a name, to read and to write; negative with errno
/// where there can be none.
Descriptor unnamedFile();

class SpillFile {
public:
  /// Null where there can be none.
  static std::shared_ptr<SpillFile> create();

  /// Where they begin in the file; nothing: it does not take them, and has what
  /// it had.
  std::optional<uint64_t> append(std::span<const std::byte> bytes);
  /// Fills `bytes` from there on. Error SNN0001. Any thread.
  Status read(uint64_t from, std::span<std::byte> bytes) const;

private:
  explicit SpillFile(Descriptor file) : file(std::move(file)) {}
  Descriptor file;
  uint64_t end = 0;
};

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_SPILLFILE_H
