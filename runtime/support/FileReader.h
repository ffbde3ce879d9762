//===- FileReader.h - Pieces of a file, on demand ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With pread, not by mapping: a file that becomes shorter meanwhile is an error
// like any other, where a mapping would end the process (SIGBUS); and what was
// read does not count as this process's memory.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SUPPORT_FILEREADER_H
#define SNNC_SUPPORT_FILEREADER_H

#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace snnc {

/// Error SNN0001: `path` cannot be read for the reason that `error` (errno) is,
/// with what helps: a file of nearly that name, a folder that is not there.
Diagnostic cannotRead(const std::string &path, int error);

class FileReader {
public:
  /// A regular file of at most `maxBytes`; anything else is refused at once,
  /// without a wait for a writer. Errors SNN0001 (cannot read) and SNN0002 (too
  /// large: measured against the limit).
  static Expected<FileReader> open(const std::string &path, uint64_t maxBytes);

  /// Of the file when it was opened.
  uint64_t size() const { return bytes; }
  /// Fills `out` from `offset` on. Error SNN0001, also when the file ends
  /// before.
  Status read(uint64_t offset, std::span<std::byte> out) const;

private:
  std::string path;
  std::shared_ptr<const int> descriptor; ///< closed with the last copy
  uint64_t bytes = 0;
};

} // namespace snnc

#endif // SNNC_SUPPORT_FILEREADER_H
