//===- AtomicFile.cpp - Write whole files or nothing ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/AtomicFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace snnc {

static Diagnostic writeError(const std::string &path, const std::string &why) {
  return makeError("SNN0003", {path, "", 0, 0},
                   fmt::format("cannot write the file: {}", why),
                   {"choose a folder that exists and is writable with -o"});
}

Status writeFileAtomically(
    const std::string &path,
    const std::function<Status(const std::string &)> &write) {
  std::string temporary = fmt::format("{}.tmp{}", path, ::getpid());
  Status status = write(temporary);
  std::error_code ignored;
  if (!status) {
    std::filesystem::remove(temporary, ignored);
    return status;
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::string why = std::strerror(errno);
    std::filesystem::remove(temporary, ignored);
    return writeError(path, why);
  }
  return {};
}

static Status writeAll(const std::string &path, const std::string &shownPath,
                       std::span<const std::byte> bytes) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0)
    return writeError(shownPath, std::strerror(errno));
  while (!bytes.empty()) {
    ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0) {
      std::string why = std::strerror(errno);
      ::close(fd);
      return writeError(shownPath, why);
    }
    bytes = bytes.subspan(size_t(written));
  }
  if (::close(fd) != 0)
    return writeError(shownPath, std::strerror(errno));
  return {};
}

Status writeFileAtomically(const std::string &path,
                           std::span<const std::byte> bytes) {
  return writeFileAtomically(path, [&](const std::string &temporary) {
    return writeAll(temporary, path, bytes);
  });
}

Status writeFileAtomically(const std::string &path, std::string_view text) {
  return writeFileAtomically(
      path, std::as_bytes(std::span(text.data(), text.size())));
}

Expected<std::string> readFile(const std::string &path, size_t maxBytes) {
  auto readError = [&](const char *why) {
    return makeError("SNN0001", {path, "", 0, 0},
                     fmt::format("cannot read the file: {}", why),
                     {"check the path and its permissions"});
  };
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return readError(std::strerror(errno));
  struct stat info;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    return readError("not a regular file");
  }
  if (size_t(info.st_size) > maxBytes) {
    ::close(fd);
    return makeError("SNN0002", {path, "", 0, 0},
                     fmt::format("the file has {} bytes, the limit is {}",
                                 info.st_size, maxBytes));
  }
  std::string text(size_t(info.st_size), '\0');
  size_t done = 0;
  while (done < text.size()) {
    ssize_t got = ::read(fd, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    done += size_t(got);
  }
  ::close(fd);
  if (done != text.size())
    return readError("the file ended early");
  return text;
}

} // namespace snnc
