//===- FileReader.cpp - Pieces of a file, on demand -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/FileReader.h"

#include "runtime/support/AtomicFile.h"

#include "runtime/support/AtomicFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace snnc {

static Diagnostic cannotRead(const std::string &path, const char *why) {
  return makeError("SNN0001", {path, "", 0, 0},
                   fmt::format("cannot read the file: {}", why),
                   {"check the path and its permissions"});
}

Expected<FileReader> FileReader::open(const std::string &path,
                                      uint64_t maxBytes) {
  // O_NONBLOCK: a FIFO is opened, and refused, without a writer.
  int number = openFile(path.c_str(), O_RDONLY | O_NONBLOCK);
  if (number < 0)
    return cannotRead(path, std::strerror(errno));
  FileReader file;
  file.path = path;
  file.descriptor =
      std::shared_ptr<const int>(new int(number), [](const int *open) {
        ::close(*open);
        delete open;
      });
  struct stat info;
  if (::fstat(number, &info) != 0)
    return cannotRead(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode))
    return cannotRead(path, "not a regular file");
  file.bytes = uint64_t(info.st_size);
  if (file.bytes > maxBytes)
    return makeError("SNN0002", {path, "", 0, 0},
                     fmt::format("the file has {} bytes, the limit is {}",
                                 file.bytes, maxBytes));
  return file;
}

Status FileReader::read(uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    ssize_t got = ::pread(*descriptor, out.data(), out.size(), off_t(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return cannotRead(path, got < 0 ? std::strerror(errno)
                                      : "the file ended early");
    out = out.subspan(size_t(got));
    offset += uint64_t(got);
  }
  return {};
}

} // namespace snnc
