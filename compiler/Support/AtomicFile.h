//===- AtomicFile.h - Write whole files or nothing ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SUPPORT_ATOMICFILE_H
#define SNNC_SUPPORT_ATOMICFILE_H

#include "compiler/Support/Diagnostic.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace snnc {

/// Writes `bytes` to a temporary name beside `path`, then renames it: readers
/// see the old file or the whole new one. Error SNN0003 names path and reason.
Status writeFileAtomically(const std::string &path,
                           std::span<const std::byte> bytes);
Status writeFileAtomically(const std::string &path, std::string_view text);

/// The same for a library that writes a path itself (HDF5): `write` gets the
/// temporary path; on success the file is renamed, otherwise removed.
Status writeFileAtomically(
    const std::string &path,
    const std::function<Status(const std::string &temporaryPath)> &write);

/// Reads a whole file of at most `maxBytes`. Errors SNN0001 (cannot read) and
/// SNN0002 (too large: measured against the limit).
Expected<std::string> readFile(const std::string &path,
                               size_t maxBytes = size_t(4) << 30);

} // namespace snnc

#endif // SNNC_SUPPORT_ATOMICFILE_H
