//===- SpillFile.cpp - Bytes that memory need not hold --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/SpillFile.h"

#include "runtime/support/AtomicFile.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <unistd.h>

namespace snnc {

static Descriptor unnamedIn(const std::string &folder) {
  Descriptor file(openFile(folder.c_str(), O_TMPFILE | O_RDWR, 0600));
  if (file.get() >= 0)
    return file;
  // Not every file system has O_TMPFILE.
  std::string name = folder + "/snncXXXXXX";
  Descriptor named(::mkostemp(name.data(), O_CLOEXEC));
  if (named.get() >= 0)
    ::unlink(name.c_str());
  return named;
}

Descriptor unnamedFile() {
  const char *own = std::getenv("TMPDIR");
  for (const char *folder : {own ? own : "", "/var/tmp", "/tmp"})
    if (*folder)
      if (Descriptor file = unnamedIn(folder); file.get() >= 0)
        return file;
  return Descriptor();
}

std::shared_ptr<SpillFile> SpillFile::create() {
  Descriptor file = unnamedFile();
  return file.get() < 0
             ? nullptr
             : std::shared_ptr<SpillFile>(new SpillFile(std::move(file)));
}

std::optional<uint64_t> SpillFile::append(std::span<const std::byte> bytes) {
  if (!writeFully(file.get(), bytes, end))
    return std::nullopt;
  uint64_t begin = end;
  end += bytes.size();
  return begin;
}

Status SpillFile::read(uint64_t from, std::span<std::byte> bytes) const {
  ssize_t got = readFully(file.get(), bytes, from);
  if (got >= 0 && size_t(got) == bytes.size())
    return {};
  return makeError(
      "SNN0001", {"", "", 0, 0},
      fmt::format("cannot read a temporary file: {}",
                  got < 0 ? std::strerror(errno) : "it ends too early"));
}

} // namespace snnc
