//===- GrowingArray.cpp - A .npy that grows while others read it ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/GrowingArray.h"

#include "runtime/io/Npy.h"
#include "runtime/support/AtomicFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace snnc::runtime {

GrowingArray::GrowingArray(std::string path, int fd, DType type,
                           uint64_t columns)
    : name(std::move(path)), file(fd), dtype(type), width(columns) {}

/// That of npyHeader(), with room for any number of rows.
std::string GrowingArray::header(uint64_t rows) const {
  NdArray none;
  none.dtype = dtype;
  none.shape = {rows, width};
  std::string text = npyHeader(none);
  text.pop_back(); // '\n'
  text.resize(kHeaderBytes - 1, ' ');
  text += '\n';
  constexpr size_t preamble = 10, lengthAt = 8;
  text[lengthAt] = char(kHeaderBytes - preamble);
  text[lengthAt + 1] = 0;
  return text;
}

static Expected<int> openArray(const std::string &path, int flags) {
  int fd = openFile(path.c_str(), O_RDWR | flags, 0666);
  if (fd < 0)
    return cannotWrite(path, std::strerror(errno));
  return fd;
}

Expected<GrowingArray> GrowingArray::create(const std::string &path, DType type,
                                            uint64_t columns) {
  auto fd = openArray(path, O_CREAT | O_TRUNC);
  if (!fd)
    return fd.takeError();
  GrowingArray made(path, *fd, type, columns);
  std::string header = made.header(0);
  if (Status s = made.write(std::as_bytes(std::span(header)), 0); !s)
    return s.takeError();
  return made;
}

Expected<GrowingArray> GrowingArray::reopen(const std::string &path, DType type,
                                            uint64_t columns, uint64_t rows) {
  auto fd = openArray(path, 0);
  if (!fd)
    return fd.takeError();
  GrowingArray made(path, *fd, type, columns);
  off_t size = ::lseek(*fd, 0, SEEK_END);
  std::string first(kHeaderBytes, '\0'), zero = made.header(0);
  ssize_t got = readFully(*fd, std::as_writable_bytes(std::span(first)), 0);
  // Up to the shape they are equal.
  size_t fixed = zero.find("(0,");
  if (got != ssize_t(kHeaderBytes) ||
      first.compare(0, fixed, zero, 0, fixed) != 0 ||
      uint64_t(size) < kHeaderBytes + rows * made.rowBytes())
    return makeError("SNN0401", {path, "", 0, 0},
                     fmt::format("not the {} x {} numbers that a run left here",
                                 rows, columns),
                     {"run from the beginning, without --resume"});
  made.count = made.written = rows;
  made.shown = rows + 1; // whatever the header says, flush() writes it
  if (Status s = made.flush(); !s)
    return s.takeError();
  if (::ftruncate(*fd, off_t(kHeaderBytes + rows * made.rowBytes())) != 0)
    return cannotWrite(path, std::strerror(errno));
  return made;
}

Status GrowingArray::write(std::span<const std::byte> bytes, uint64_t at) {
  while (!bytes.empty()) {
    ssize_t done = ::pwrite(file.get(), bytes.data(), bytes.size(), off_t(at));
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return cannotWrite(name, std::strerror(errno));
    bytes = bytes.subspan(size_t(done));
    at += uint64_t(done);
  }
  return {};
}

Status GrowingArray::writePending() {
  if (Status s = write(pending, kHeaderBytes + written * rowBytes()); !s)
    return s;
  written = count;
  pending.clear();
  return {};
}

Status GrowingArray::append(std::span<const std::byte> bytes) {
  constexpr size_t kMostPending = size_t(1) << 20;
  pending.insert(pending.end(), bytes.begin(), bytes.end());
  count += rowBytes() ? bytes.size() / rowBytes() : 0;
  return pending.size() >= kMostPending ? writePending() : Status();
}

Status GrowingArray::flush() {
  if (shown == count)
    return {};
  if (Status s = writePending(); !s)
    return s;
  std::string text = header(count);
  if (Status s = write(std::as_bytes(std::span(text)), 0); !s)
    return s;
  shown = count;
  return {};
}

} // namespace snnc::runtime
