//===- AtomicFile.h - Write whole files or nothing --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_SUPPORT_ATOMICFILE_H
#define SNNC_RUNTIME_SUPPORT_ATOMICFILE_H

#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace snnc {

/// What an output's name stands for.
struct OutputPlace {
  std::string path; ///< behind all symbolic links
  bool through =
      false; ///< a FIFO, a device, a descriptor: written, not replaced
  int descriptor = -1; ///< /dev/stdout, /dev/fd/N: this process's own
  bool exists = false;
  mode_t mode = 0; ///< of a file that exists
};

/// Follows symbolic links and asks whether the place can be written: the folder
/// exists and takes new files, the file is no folder and not read-only. Nothing
/// is opened or changed. Error SNN0003 names path and reason.
Expected<OutputPlace> outputPlace(const std::string &path);

/// outputPlace() and error SNN0851 where the output is one of `inputs` (by
/// device and inode, not by name; those that do not exist are no obstacle).
/// For the beginning of a command, before the work.
Status checkOutput(const std::string &path,
                   std::span<const std::string> inputs = {});

/// Writes `bytes` to a temporary name beside the file that `path` leads to,
/// then renames it: readers see the old file or the whole new one, with the old
/// one's mode. FIFOs and devices are written through. Error SNN0003.
Status writeFileAtomically(const std::string &path,
                           std::span<const std::byte> bytes);
Status writeFileAtomically(const std::string &path, std::string_view text);

/// What writes the whole of a file that is empty and can be sought in.
using FileWriter = std::function<Status(int descriptor)>;
/// The same for what need not be in memory as a whole. A FIFO or device gets it
/// from a file without a name. Errors SNN0003 and those of `write`.
Status writeFileAtomically(const std::string &path, const FileWriter &write);

/// open(2), closed on exec, until no signal interrupts it.
int openFile(const char *path, int flags, mode_t mode = 0);

/// pread(2) until `bytes` is full or the file ends: how many there were; -1
/// with errno: an error.
ssize_t readFully(int descriptor, std::span<std::byte> bytes, uint64_t from);

/// write(2) until all is written; false with errno otherwise.
bool writeFully(int descriptor, std::span<const std::byte> bytes);
/// The same with pwrite(2).
bool writeFully(int descriptor, std::span<const std::byte> bytes,
                uint64_t from);

/// Error SNN0003: `path` cannot be written and why.
Diagnostic cannotWrite(const std::string &path, const std::string &why);

/// Error SNN0004: whoever read standard output has ended (EPIPE).
Diagnostic readerGone();

/// Reads a whole regular file of at most `maxBytes`; what is no regular file is
/// refused at once, without a wait for a writer. Errors SNN0001 (cannot read)
/// and SNN0002 (too large: measured against the limit).
Expected<std::string> readFile(const std::string &path,
                               size_t maxBytes = size_t(4) << 30);

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_ATOMICFILE_H
