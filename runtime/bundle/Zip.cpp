//===- Zip.cpp - Deterministic writing and bounded reading of zips --------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/Zip.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/FileReader.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <zip.h>

namespace snnc::runtime {

namespace {

// 1980-01-01 00:00, the first date a zip can hold.
constexpr zip_uint16_t dosDate = 0x21, dosTime = 0;
constexpr zip_uint32_t unixFile0644 = zip_uint32_t(0100644) << 16;

struct Discard {
  void operator()(zip_t *archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t *file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using OpenMember = std::unique_ptr<zip_file_t, CloseFile>;

} // namespace

std::string unsafeMemberName(const std::string &name) {
  if (name.empty())
    return "the name is empty";
  if (name.size() > 255)
    return fmt::format("the name has {} bytes, the limit is 255", name.size());
  if (name.front() == '/')
    return "the name is an absolute path";
  for (unsigned char c : name)
    if (c < 0x20 || c == 0x7f || c == '\\')
      return fmt::format("the name holds the byte 0x{:02x}", c);
  size_t begin = 0;
  while (begin <= name.size()) {
    size_t end = std::min(name.find('/', begin), name.size());
    std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..")
      return fmt::format("the name has the path component '{}'", part);
    begin = end + 1;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

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

/// The archive in memory: libzip, writing a file, would make temporary files of
/// its own, and could not write a FIFO.
static Expected<std::string> archiveOf(const std::string &shownPath,
                                       const std::vector<ZipSource> &members,
                                       const ZipCodes &codes) {
  zip_error_t error;
  zip_error_init(&error);
  std::unique_ptr<zip_source_t, void (*)(zip_source_t *)> target(
      zip_source_buffer_create(nullptr, 0, 0, &error), zip_source_free);
  Archive archive(target
                      ? zip_open_from_source(target.get(), ZIP_TRUNCATE, &error)
                      : nullptr);
  if (!archive) {
    std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    return writeError(shownPath, "", why, codes);
  }
  zip_source_keep(target.get()); // zip_close and zip_discard free one reference
  for (const ZipSource &member : members)
    if (!addMember(archive.get(), member))
      return writeError(shownPath, member.name, zip_strerror(archive.get()),
                        codes);
  if (zip_close(archive.get()) != 0)
    return writeError(shownPath, "", zip_strerror(archive.get()), codes);
  archive.release(); // zip_close freed it
  zip_stat_t stat;
  zip_stat_init(&stat);
  auto failed = [&] {
    return writeError(shownPath, "",
                      zip_error_strerror(zip_source_error(target.get())),
                      codes);
  };
  if (zip_source_stat(target.get(), &stat) != 0 ||
      zip_source_open(target.get()) != 0)
    return failed();
  std::string bytes(stat.size, '\0');
  zip_int64_t got = zip_source_read(target.get(), bytes.data(), bytes.size());
  zip_source_close(target.get());
  if (got < 0 || size_t(got) != bytes.size())
    return failed();
  return bytes;
}

Status writeZip(const std::string &path, const std::vector<ZipSource> &members,
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
  Expected<std::string> bytes = archiveOf(path, members, codes);
  if (!bytes)
    return bytes.takeError();
  return writeFileAtomically(path, *bytes);
}

Status writeZipOfFiles(const std::string &path,
                       const std::vector<ZipFile> &members,
                       const ZipCodes &codes) {
  int error = 0;
  Archive archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error));
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

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

class Reader {
public:
  Reader(const std::string &shownPath, const ZipLimits &limits,
         const ZipCodes &codes, uint64_t fileBytes)
      : path(shownPath), limits(limits), codes(codes), fileBytes(fileBytes) {}

  Expected<std::vector<ZipMember>> read(zip_t *archive,
                                        const ZipFilter &wanted = {});

private:
  Diagnostic error(DiagnosticCode code, const std::string &member,
                   std::string message, std::string hint = {}) const;
  Status check(const zip_stat_t &stat);
  Expected<std::string> readMember(zip_t *archive, const zip_stat_t &stat);

  const std::string &path;
  const ZipLimits &limits;
  const ZipCodes &codes;
  uint64_t fileBytes, totalBytes = 0, storedBytes = 0;
  std::set<std::string> names;
};

} // namespace

Diagnostic Reader::error(DiagnosticCode code, const std::string &member,
                         std::string message, std::string hint) const {
  std::vector<std::string> hints;
  if (!hint.empty())
    hints.push_back(std::move(hint));
  return makeError(code, {path, member, 0, 0}, std::move(message),
                   std::move(hints));
}

Status Reader::check(const zip_stat_t &stat) {
  constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE |
                                  ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD |
                                  ZIP_STAT_ENCRYPTION_METHOD;
  if ((stat.valid & needed) != needed)
    return error(codes.damaged, "", "the zip directory is incomplete");
  std::string name = stat.name;
  if (std::string why = unsafeMemberName(name); !why.empty())
    return error(codes.name, name.substr(0, 80),
                 fmt::format("member refused: {}", why));
  if (!names.insert(name).second)
    return error(codes.name, name, "the zip holds this member twice");
  if (stat.encryption_method != ZIP_EM_NONE)
    return error(codes.method, name, "the member is encrypted",
                 "write the file without a password");
  bool stored = stat.comp_method == ZIP_CM_STORE;
  if (!stored && !(limits.allowDeflate && stat.comp_method == ZIP_CM_DEFLATE))
    return error(codes.method, name,
                 fmt::format("the member is compressed with method {}; {}",
                             stat.comp_method,
                             limits.allowDeflate ? "stored and deflate are read"
                                                 : "only stored is read"),
                 "pack the zip again without compression (zip -0)");
  if (stat.size > limits.memberBytes)
    return error(codes.limit, name,
                 fmt::format("the member has {} bytes, the limit is {}",
                             stat.size, limits.memberBytes));
  if (stat.comp_size > fileBytes)
    return error(codes.damaged, name,
                 fmt::format("the member claims {} bytes of a file of {}",
                             stat.comp_size, fileBytes));
  totalBytes += stat.size;
  storedBytes += stat.comp_size;
  if (totalBytes > limits.totalBytes)
    return error(codes.limit, name,
                 fmt::format("the members up to this one have {} bytes, the "
                             "limit is {}",
                             totalBytes, limits.totalBytes));
  // Members that overlap in the file would unpack to more than was sent.
  if (storedBytes > fileBytes || (stored && stat.size != stat.comp_size))
    return error(codes.damaged, name,
                 fmt::format("the members claim {} bytes of a file of {}",
                             storedBytes, fileBytes));
  return {};
}

Expected<std::string> Reader::readMember(zip_t *archive,
                                         const zip_stat_t &stat) {
  auto damaged = [&](const char *why) {
    return error(codes.damaged, stat.name,
                 fmt::format("cannot read the member: {}", why),
                 "the file is damaged or was cut off; write it again");
  };
  OpenMember file(zip_fopen_index(archive, stat.index, 0));
  if (!file)
    return damaged(zip_strerror(archive));
  std::string bytes;
  // Grows as data really comes out, so a false size cannot take memory.
  constexpr uint64_t chunk = 1 << 20;
  while (bytes.size() < stat.size) {
    size_t done = bytes.size();
    uint64_t want = std::min<uint64_t>(chunk, stat.size - done);
    bytes.resize(done + want);
    zip_int64_t got = zip_fread(file.get(), bytes.data() + done, want);
    if (got <= 0)
      return damaged(got < 0 ? zip_file_strerror(file.get())
                             : "it ends too early");
    bytes.resize(done + size_t(got));
  }
  // One read past the end makes libzip compare the CRC.
  char extra;
  if (zip_fread(file.get(), &extra, 1) != 0)
    return damaged("its checksum or length is wrong");
  return bytes;
}

Expected<std::vector<ZipMember>> Reader::read(zip_t *archive,
                                              const ZipFilter &wanted) {
  zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count < 0 || uint64_t(count) > limits.members)
    return error(codes.limit, "",
                 fmt::format("the zip has {} members, the limit is {}", count,
                             limits.members));
  std::vector<zip_stat_t> stats{size_t(count)};
  for (size_t i = 0; i < stats.size(); ++i) {
    zip_stat_init(&stats[i]);
    if (zip_stat_index(archive, i, 0, &stats[i]) != 0)
      return error(codes.damaged, "", zip_strerror(archive));
    if (Status status = check(stats[i]); !status)
      return status.takeError();
  }
  std::vector<ZipMember> members;
  members.reserve(stats.size());
  for (const zip_stat_t &stat : stats) {
    if (wanted && !wanted(stat.name))
      continue;
    Expected<std::string> bytes = readMember(archive, stat);
    if (!bytes)
      return bytes.takeError();
    members.push_back({stat.name, std::move(*bytes)});
  }
  return members;
}

static Diagnostic notAZip(const std::string &path, const ZipCodes &codes,
                          const std::string &why) {
  return makeError(codes.damaged, {path, "", 0, 0},
                   fmt::format("not a readable zip file: {}", why),
                   {"the file is damaged, cut off or of another kind"});
}

Expected<std::vector<ZipMember>> readZipBytes(const std::string &bytes,
                                              const std::string &shownPath,
                                              const ZipLimits &limits,
                                              const ZipCodes &codes) {
  zip_error_t zipError;
  zip_error_init(&zipError);
  zip_source_t *source =
      zip_source_buffer_create(bytes.data(), bytes.size(), 0, &zipError);
  // libzip takes an empty file for a zip without members.
  bool open = source && !bytes.empty();
  Archive archive(open ? zip_open_from_source(source, ZIP_RDONLY, &zipError)
                       : nullptr);
  if (!archive) {
    std::string why =
        bytes.empty() ? "it is empty" : zip_error_strerror(&zipError);
    zip_error_fini(&zipError);
    if (source)
      zip_source_free(source);
    return notAZip(shownPath, codes, why);
  }
  zip_error_fini(&zipError);
  return Reader(shownPath, limits, codes, bytes.size()).read(archive.get());
}

Expected<std::vector<ZipMember>> readZipMembers(const std::string &path,
                                                const ZipFilter &wanted,
                                                const ZipLimits &limits,
                                                const ZipCodes &codes) {
  // Whether it can be read; libzip would wait for the writer of a FIFO.
  Expected<FileReader> file = FileReader::open(path, limits.fileBytes);
  if (!file)
    return file.takeError();
  if (!file->size())
    return notAZip(path, codes, "it is empty");
  int error = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &error));
  if (!archive) {
    zip_error_t zipError;
    zip_error_init_with_code(&zipError, error);
    std::string why = zip_error_strerror(&zipError);
    zip_error_fini(&zipError);
    return notAZip(path, codes, why);
  }
  return Reader(path, limits, codes, file->size()).read(archive.get(), wanted);
}

Expected<std::vector<ZipMember>> readZip(const std::string &path,
                                         const ZipLimits &limits,
                                         const ZipCodes &codes) {
  return readZipMembers(path, {}, limits, codes);
}

} // namespace snnc::runtime
