//===- AtomicFile.cpp - Write whole files or nothing ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/AtomicFile.h"

#include "runtime/support/ChildProcess.h"
#include "runtime/support/FileReader.h"
#include "runtime/support/SpillFile.h"
#include "runtime/support/Temporaries.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace snnc {

Diagnostic cannotWrite(const std::string &path, const std::string &why) {
  std::vector<std::string> hints = {
      "choose a place that can be written, with -o FILE"};
  std::error_code ignored;
  auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && !std::filesystem::exists(folder, ignored))
    hints.push_back(
        fmt::format("or make the folder: mkdir -p {}", folder.native()));
  return makeError("SNN0003", {path, "", 0, 0},
                   fmt::format("cannot write the file: {}", why), hints);
}

Diagnostic readerGone() {
  return makeError("SNN0004", {"standard output", "", 0, 0},
                   "its reader has ended");
}

//===----------------------------------------------------------------------===//
// Where an output goes
//===----------------------------------------------------------------------===//

/// N of /proc/self/fd/N, where /dev/stdout and /dev/fd/N end; -1: another path.
/// Opening such a name anew would begin at the start of a file that the shell
/// appends to.
static int ownDescriptor(const std::string &path) {
  for (const std::string &folder : {std::string("/proc/self/fd/"),
                                    fmt::format("/proc/{}/fd/", ::getpid())}) {
    if (!path.starts_with(folder))
      continue;
    int number = -1;
    const char *end = path.data() + path.size();
    auto [stop, bad] =
        std::from_chars(path.data() + folder.size(), end, number);
    if (bad == std::errc() && stop == end)
      return number;
  }
  return path == "/dev/stdout" ? 1 : path == "/dev/stderr" ? 2 : -1;
}

/// `path` behind its symbolic links, which may lead to nothing yet.
static Expected<OutputPlace> follow(const std::string &path) {
  namespace fs = std::filesystem;
  OutputPlace place;
  fs::path at = path;
  constexpr int kMostLinks = 40; // as Linux
  for (int links = 0; links <= kMostLinks; ++links) {
    if (at.native().starts_with("/dev/fd/"))
      at = "/proc/self/fd" / at.lexically_relative("/dev/fd");
    place.path = at;
    place.descriptor = ownDescriptor(place.path);
    if (place.descriptor >= 0)
      return place;
    std::error_code error;
    if (!fs::is_symlink(at, error))
      return place;
    fs::path target = fs::read_symlink(at, error);
    if (error)
      return cannotWrite(path, error.message());
    at = target.is_absolute() ? target : at.parent_path() / target;
  }
  return cannotWrite(path, std::strerror(ELOOP));
}

static std::string folderOf(const std::string &path) {
  std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

Expected<OutputPlace> outputPlace(const std::string &path) {
  Expected<OutputPlace> place = follow(path);
  if (!place)
    return place;
  struct stat info;
  if (place->descriptor >= 0) {
    int flags = ::fcntl(place->descriptor, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
      return cannotWrite(path, std::strerror(EBADF));
    place->through = true;
    return place;
  }
  if (::stat(place->path.c_str(), &info) == 0) {
    place->exists = true;
    place->mode = info.st_mode & 07777;
    place->through = !S_ISREG(info.st_mode);
    if (S_ISDIR(info.st_mode))
      return cannotWrite(path, std::strerror(EISDIR));
    if (::access(place->path.c_str(), W_OK) != 0)
      return cannotWrite(path, std::strerror(errno));
    if (place->through)
      return place;
  } else if (errno != ENOENT) {
    return cannotWrite(path, std::strerror(errno));
  }
  if (::access(folderOf(place->path).c_str(), W_OK | X_OK) != 0)
    return cannotWrite(path, std::strerror(errno));
  std::error_code error;
  bool isFolder = std::filesystem::is_directory(folderOf(place->path), error);
  if (error)
    return cannotWrite(path, error.message());
  if (!isFolder || place->path.empty() || place->path.back() == '/')
    return cannotWrite(path, std::strerror(isFolder ? EISDIR : ENOTDIR));
  return place;
}

Status checkOutput(const std::string &path,
                   std::span<const std::string> inputs) {
  Expected<OutputPlace> place = outputPlace(path);
  if (!place)
    return place.takeError();
  struct stat output, input;
  if (place->descriptor >= 0 ? ::fstat(place->descriptor, &output) != 0
                             : ::stat(place->path.c_str(), &output) != 0)
    return {};
  for (const std::string &name : inputs)
    if (::stat(name.c_str(), &input) == 0 && S_ISREG(input.st_mode) &&
        input.st_dev == output.st_dev && input.st_ino == output.st_ino)
      return makeError(
          "SNN0851", {path, "", 0, 0},
          fmt::format("the output would replace the input '{}'", name),
          {"choose another name with -o FILE"});
  return {};
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

int openFile(const char *path, int flags, mode_t mode) {
  int fd;
  do
    fd = ::open(path, flags | O_CLOEXEC, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

/// `write` is given what is left.
template <typename Write>
static bool writeAll(std::span<const std::byte> bytes, Write write) {
  while (!bytes.empty()) {
    ssize_t written = write(bytes);
    if (written < 0 && errno == EINTR)
      continue;
    if (written == 0)
      errno = ENOSPC;
    if (written <= 0)
      return false;
    bytes = bytes.subspan(size_t(written));
  }
  return true;
}

bool writeFully(int descriptor, std::span<const std::byte> bytes) {
  return writeAll(bytes, [&](std::span<const std::byte> left) {
    return ::write(descriptor, left.data(), left.size());
  });
}

bool writeFully(int descriptor, std::span<const std::byte> bytes,
                uint64_t from) {
  uint64_t end = from + bytes.size();
  return writeAll(bytes, [&](std::span<const std::byte> left) {
    return ::pwrite(descriptor, left.data(), left.size(),
                    off_t(end - left.size()));
  });
}

/// From an unnamed file to what cannot be sought in.
static Status copyThrough(const std::string &shown, int to,
                          const FileWriter &write) {
  Descriptor file = unnamedFile();
  int from = file.get();
  if (from < 0)
    return cannotWrite(shown, std::strerror(errno));
  if (Status s = write(from); !s)
    return s;
  std::vector<std::byte> piece(1 << 20);
  for (uint64_t at = 0;;) {
    ssize_t got = readFully(from, piece, at);
    if (got < 0 || !writeFully(to, std::span(piece).first(size_t(got))))
      return cannotWrite(shown, std::strerror(errno));
    at += uint64_t(got);
    if (size_t(got) < piece.size())
      return {};
  }
}

/// Whether whoever read the pipe `descriptor` has ended.
static bool hasNoReader(int descriptor) {
  pollfd asked = {descriptor, POLLOUT, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & (POLLERR | POLLHUP));
}

static Status writeThrough(const OutputPlace &place, const std::string &shown,
                           const FileWriter &write) {
  if (place.descriptor == STDOUT_FILENO)
    std::fflush(stdout);
  Descriptor file(place.descriptor >= 0
                      ? ::fcntl(place.descriptor, F_DUPFD_CLOEXEC, 3)
                      : openFile(place.path.c_str(), O_WRONLY));
  if (file.get() < 0)
    return cannotWrite(shown, std::strerror(errno));
  if (Status s = write(file.get()); !s)
    return place.descriptor == STDOUT_FILENO && hasNoReader(file.get())
               ? Status(readerGone())
               : std::move(s);
  if (::close(file.release()) != 0)
    return cannotWrite(shown, std::strerror(errno));
  return {};
}

/// A new file that is whole, on the disk and has the mode of the old one.
static Status writeNew(const OutputPlace &place, const std::string &shown,
                       const char *name, const FileWriter &write) {
  auto failed = [&] { return cannotWrite(shown, std::strerror(errno)); };
  ::unlink(name); // left by a killed process of the same number
  Descriptor file(
      openFile(name, O_WRONLY | O_CREAT | O_EXCL, place.exists ? 0600 : 0666));
  if (file.get() < 0)
    return failed();
  if (place.exists) {
    struct stat old;
    if (::stat(place.path.c_str(), &old) == 0 &&
        ::fchown(file.get(), old.st_uid, old.st_gid) != 0)
      errno = 0; // not root: the file becomes this user's
    if (::fchmod(file.get(), place.mode) != 0)
      return failed();
  }
  if (Status s = write(file.get()); !s)
    return s;
  if (::fsync(file.get()) != 0 && errno != EINVAL && errno != EROFS)
    return failed(); // a disk that is found full only now
  if (::close(file.release()) != 0)
    return failed();
  return {};
}

/// `through`: the same for what cannot be sought in.
static Status writeFile(const std::string &path, const FileWriter &write,
                        const FileWriter &through) {
  Expected<OutputPlace> place = outputPlace(path);
  if (!place)
    return place.takeError();
  if (place->through)
    return writeThrough(*place, path, through);
  Temporary temporary(fmt::format("{}.tmp{}", place->path, ::getpid()));
  const char *name = temporary.path().c_str();
  if (Status s = writeNew(*place, path, name, write); !s)
    return s;
  if (std::rename(name, place->path.c_str()) != 0)
    return cannotWrite(path, std::strerror(errno));
  temporary.keep();
  return {};
}

Status writeFileAtomically(const std::string &path, const FileWriter &write) {
  return writeFile(path, write,
                   [&](int to) { return copyThrough(path, to, write); });
}

Status writeFileAtomically(const std::string &path,
                           std::span<const std::byte> bytes) {
  FileWriter write = [&](int to) -> Status {
    if (writeFully(to, bytes))
      return {};
    return cannotWrite(path, std::strerror(errno));
  };
  return writeFile(path, write, write);
}

Status writeFileAtomically(const std::string &path, std::string_view text) {
  return writeFileAtomically(
      path, std::as_bytes(std::span(text.data(), text.size())));
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

ssize_t readFully(int descriptor, std::span<std::byte> bytes, uint64_t from) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t got = ::pread(descriptor, bytes.data() + done, bytes.size() - done,
                          off_t(from + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    done += size_t(got);
  }
  return ssize_t(done);
}

Expected<std::string> readFile(const std::string &path, size_t maxBytes) {
  auto file = FileReader::open(path, maxBytes);
  if (!file)
    return file.takeError();
  std::string text(file->size(), '\0');
  if (Status s = file->read(0, std::as_writable_bytes(std::span(text))); !s)
    return s.takeError();
  return text;
}

} // namespace snnc
