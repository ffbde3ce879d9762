//===- ZipWrite.cpp - Deterministic writing of zips -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/Zip.h"

#include "runtime/bundle/OpenZip.h"
#include "runtime/support/AtomicFile.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <set>
#include <zip.h>

namespace snnc::runtime {

// 1980-01-01 00:00, the first date a zip can hold.
static constexpr zip_uint16_t dosDate = 0x21, dosTime = 0;
static constexpr zip_uint32_t unixFile0644 = zip_uint32_t(0100644) << 16;

static Diagnostic writeError(const std::string &path, const std::string &member,
                             const std::string &why, const ZipCodes &codes) {
  return makeError(codes.write, {path, member, 0, 0},
                   fmt::format("cannot write the zip: {}", why),
                   {"check that the folder exists, is writable and has room"});
}

/// Null: an error of the archive.
static bool addSource(zip_t *archive, const std::string &name,
                      zip_source_t *source) {
  if (!source)
    return false;
  zip_int64_t index =
      zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  auto i = zip_uint64_t(index);
  return zip_set_file_compression(archive, i, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, i, dosTime, dosDate, 0) == 0 &&
         zip_file_set_external_attributes(archive, i, 0, ZIP_OPSYS_UNIX,
                                          unixFile0644) == 0;
}

namespace {

/// Gives libzip a member that is made when its turn comes, and goes when it is
/// written.
class MadeMember {
public:
  MadeMember(const ZipSource &member, std::optional<Diagnostic> &failure)
      : member(member), failure(failure) {
    zip_error_init(&error);
  }
  /// A zip_source_callback; `self` is freed with the source.
  static zip_int64_t call(void *self, void *data, zip_uint64_t bytes,
                          zip_source_cmd_t command) {
    return static_cast<MadeMember *>(self)->handle(data, bytes, command);
  }

private:
  zip_int64_t handle(void *data, zip_uint64_t size, zip_source_cmd_t command);
  zip_int64_t open();

  const ZipSource &member;
  std::optional<Diagnostic> &failure;
  std::string bytes;
  size_t done = 0;
  zip_error_t error;
};

} // namespace

zip_int64_t MadeMember::open() {
  Expected<std::string> made = member.make();
  done = 0;
  if (made && made->size() == member.size) {
    bytes = std::move(*made);
    return 0;
  }
  if (!made)
    failure = made.takeError();
  zip_error_set(&error, ZIP_ER_INTERNAL, 0);
  return -1;
}

zip_int64_t MadeMember::handle(void *data, zip_uint64_t size,
                               zip_source_cmd_t command) {
  switch (command) {
  case ZIP_SOURCE_SUPPORTS:
    return ZIP_SOURCE_SUPPORTS_READABLE;
  case ZIP_SOURCE_ERROR:
    return zip_error_to_data(&error, data, size);
  case ZIP_SOURCE_STAT: {
    auto *stat = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, size, &error);
    if (!stat)
      return -1;
    zip_stat_init(stat);
    stat->size = member.size;
    stat->valid = ZIP_STAT_SIZE;
    return sizeof(zip_stat_t);
  }
  case ZIP_SOURCE_OPEN:
    return open();
  case ZIP_SOURCE_READ: {
    size_t now = std::min<size_t>(size, bytes.size() - done);
    std::memcpy(data, bytes.data() + done, now);
    done += now;
    return zip_int64_t(now);
  }
  case ZIP_SOURCE_CLOSE:
    std::string().swap(bytes);
    return 0;
  case ZIP_SOURCE_FREE:
    delete this;
    return 0;
  default:
    zip_error_set(&error, ZIP_ER_OPNOTSUPP, 0);
    return -1;
  }
}

static bool addMade(zip_t *archive, const ZipSource &member,
                    std::optional<Diagnostic> &failure) {
  auto made = std::make_unique<MadeMember>(member, failure);
  zip_source_t *source =
      zip_source_function(archive, MadeMember::call, made.get());
  if (source)
    made.release(); // goes with the source
  return addSource(archive, member.name, source);
}

static bool addMember(zip_t *archive, const ZipSource &member) {
  std::array<zip_buffer_fragment_t, 2> parts;
  auto bytesOf = [](std::span<const std::byte> part) {
    // libzip's type is not const; it only reads a fragment that it does not
    // own.
    return reinterpret_cast<zip_uint8_t *>(
        const_cast<std::byte *>(part.data()));
  };
  size_t used = 0;
  for (std::span<const std::byte> part : {member.head, member.body})
    if (!part.empty())
      parts[used++] = {bytesOf(part), part.size()};
  zip_source_t *source =
      used == 0 ? zip_source_buffer(archive, nullptr, 0, 0)
                : zip_source_buffer_fragment(archive, parts.data(), used, 0);
  return addSource(archive, member.name, source);
}

namespace {

/// An empty file, open for reading and writing, as libzip wants its output:
/// given a name, it would make temporary files of its own.
class FileSink {
public:
  explicit FileSink(int descriptor) : descriptor(descriptor) {
    zip_error_init(&error);
  }
  FileSink(const FileSink &) = delete;
  FileSink &operator=(const FileSink &) = delete;

  /// A zip_source_callback; `self` outlives the archive.
  static zip_int64_t call(void *self, void *data, zip_uint64_t bytes,
                          zip_source_cmd_t command) {
    return static_cast<FileSink *>(self)->handle(data, bytes, command);
  }
  /// errno of the write that failed; 0: none.
  int failure() const { return failed; }

private:
  zip_int64_t handle(void *data, zip_uint64_t bytes, zip_source_cmd_t command);
  zip_int64_t write(const void *data, zip_uint64_t bytes);

  int descriptor;
  uint64_t at = 0;  ///< of the next write
  uint64_t end = 0; ///< of all that was written
  int failed = 0;   ///< errno of a write
  zip_error_t error;
};

} // namespace

zip_int64_t FileSink::write(const void *data, zip_uint64_t bytes) {
  auto *begin = static_cast<const std::byte *>(data);
  if (!writeFully(descriptor, {begin, size_t(bytes)}, at)) {
    failed = errno;
    zip_error_set(&error, ZIP_ER_WRITE, failed);
    return -1;
  }
  at += bytes;
  end = std::max(end, at);
  return zip_int64_t(bytes);
}

zip_int64_t FileSink::handle(void *data, zip_uint64_t bytes,
                             zip_source_cmd_t command) {
  switch (command) {
  case ZIP_SOURCE_SUPPORTS:
    return zip_source_make_command_bitmap(
        ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_OPEN,
        ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
        ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE,
        ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE,
        ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE, -1);
  case ZIP_SOURCE_ERROR:
    return zip_error_to_data(&error, data, bytes);
  case ZIP_SOURCE_STAT: {
    auto *stat = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, bytes, &error);
    if (!stat)
      return -1;
    zip_stat_init(stat);
    stat->valid = ZIP_STAT_SIZE;
    return sizeof(zip_stat_t);
  }
  case ZIP_SOURCE_WRITE:
    return write(data, bytes);
  case ZIP_SOURCE_TELL_WRITE:
    return zip_int64_t(at);
  case ZIP_SOURCE_SEEK_WRITE: {
    zip_int64_t to =
        zip_source_seek_compute_offset(at, end, data, bytes, &error);
    if (to < 0)
      return -1;
    at = uint64_t(to);
    return 0;
  }
  default: // it has nothing to read, and begins and ends by itself
    return 0;
  }
}

/// Through libzip, which takes what members hold where it is.
static Status writeArchive(int descriptor, const std::string &shownPath,
                           const std::vector<ZipSource> &members,
                           const ZipCodes &codes) {
  FileSink sink(descriptor);
  std::optional<Diagnostic> failure;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *target =
      zip_source_function_create(FileSink::call, &sink, &error);
  OpenZip archive(target ? zip_open_from_source(target, ZIP_TRUNCATE, &error)
                         : nullptr);
  if (!archive) {
    std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (target)
      zip_source_free(target);
    return writeError(shownPath, "", why, codes);
  }
  for (const ZipSource &member : members)
    if (!(member.make ? addMade(archive.get(), member, failure)
                      : addMember(archive.get(), member)))
      return writeError(shownPath, member.name, zip_strerror(archive.get()),
                        codes);
  if (zip_close(archive.get()) == 0) {
    archive.release(); // zip_close freed it
    return {};
  }
  if (failure)
    return std::move(*failure);
  if (sink.failure())
    return cannotWrite(shownPath, std::strerror(sink.failure()));
  return writeError(shownPath, "", zip_strerror(archive.get()), codes);
}

static Status checkNames(const std::string &path,
                         const std::vector<ZipSource> &members,
                         const ZipCodes &codes) {
  if (members.empty())
    return writeError(path, "", "it would have no member", codes);
  std::set<std::string> names;
  for (const ZipSource &member : members) {
    std::string why = unsafeMemberName(member.name);
    if (why.empty() && !names.insert(member.name).second)
      why = "the name is used twice";
    if (!why.empty())
      return makeError(codes.name, {path, member.name, 0, 0},
                       fmt::format("cannot be a member of a zip: {}", why));
  }
  return {};
}

Status writeZip(const std::string &path, const std::vector<ZipSource> &members,
                const ZipCodes &codes) {
  if (Status status = checkNames(path, members, codes); !status)
    return status;
  return writeFileAtomically(path, [&](int descriptor) {
    return writeArchive(descriptor, path, members, codes);
  });
}

Status writeZipOfFiles(const std::string &path,
                       const std::vector<ZipFile> &members,
                       const ZipCodes &codes) {
  int error = 0;
  OpenZip archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (!archive)
    return writeError(path, "", "libzip cannot create it", codes);
  for (const ZipFile &member : members) {
    std::string why = unsafeMemberName(member.name);
    if (!why.empty())
      return makeError(codes.name, {path, member.name, 0, 0},
                       fmt::format("cannot be a member of a zip: {}", why));
    zip_source_t *source =
        member.file.empty()
            ? zip_source_buffer(archive.get(), member.bytes.data(),
                                member.bytes.size(), 0)
            : zip_source_file(archive.get(), member.file.c_str(), 0, -1);
    if (!addSource(archive.get(), member.name, source))
      return writeError(path, member.name, zip_strerror(archive.get()), codes);
  }
  if (zip_close(archive.get()) != 0)
    return writeError(path, "", zip_strerror(archive.get()), codes);
  archive.release(); // zip_close freed it
  return {};
}

} // namespace snnc::runtime
