//===- FileReader.cpp - Pieces of a file, on demand -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/FileReader.h"

#include "runtime/support/AtomicFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace snnc {

/// Files beside `path` whose names are near, as one would write them.
static std::vector<std::string> filesNear(const std::string &path) {
  namespace fs = std::filesystem;
  constexpr unsigned kMost = 10000; // of a folder are looked at
  fs::path whole = path, folder = whole.parent_path();
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator
           at(folder.empty() ? fs::path(".") : folder, error),
       end;
       !error && at != end && names.size() < kMost; at.increment(error))
    if (at->is_regular_file(error))
      names.push_back(at->path().filename());
  // Files of one extension are not near each other for that.
  std::erase_if(names, [&](const fs::path &name) {
    return nearestNames(whole.stem(), {name.stem()}, 1).empty();
  });
  std::ranges::sort(names);
  names = nearestNames(whole.filename(), names, 1);
  for (std::string &name : names)
    name = folder / name;
  return names;
}

Diagnostic cannotRead(const std::string &path, int error) {
  std::string hint = "check the path and its permissions";
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::path folder = fs::path(path).parent_path();
  if (error == EACCES)
    hint =
        fmt::format("give yourself the right to read it: chmod u+r {}", path);
  else if (error == EISDIR)
    hint = "it is a folder: name a file in it";
  else if (error == ENOENT && !folder.empty() && !fs::exists(folder, ignored))
    hint = fmt::format("there is no folder '{}'", folder.native());
  else if (error == ENOENT)
    if (auto near = filesNear(path); !near.empty())
      hint = fmt::format("did you mean '{}'?", near.front());
  return makeError(
      "SNN0001", {path, "", 0, 0},
      fmt::format("cannot read the file: {}", std::strerror(error)), {hint});
}

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
    return cannotRead(path, errno);
  FileReader file;
  file.path = path;
  file.descriptor =
      std::shared_ptr<const int>(new int(number), [](const int *open) {
        ::close(*open);
        delete open;
      });
  struct stat info;
  if (::fstat(number, &info) != 0)
    return cannotRead(path, errno);
  if (S_ISDIR(info.st_mode))
    return cannotRead(path, EISDIR);
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
