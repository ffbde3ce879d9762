//===- Zip.cpp - Bounded reading of zips ----------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/Zip.h"

#include "runtime/bundle/OpenZip.h"
#include "runtime/support/FileReader.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <mutex>
#include <set>
#include <zip.h>

namespace snnc::runtime {

namespace {

struct CloseFile {
  void operator()(zip_file_t *file) const { zip_fclose(file); }
};
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

namespace {

class Reader : public ZipArchive {
public:
  Reader(const std::string &shownPath, const ZipLimits &limits,
         const ZipCodes &codes, uint64_t fileBytes, OpenZip archive)
      : path(shownPath), limits(limits), codes(codes), fileBytes(fileBytes),
        archive(std::move(archive)) {}

  /// Reads and checks the directory.
  Status start();
  const std::vector<std::string> &names() const override { return inOrder; }
  Expected<std::string> read(size_t place) const override;

private:
  Diagnostic error(DiagnosticCode code, const std::string &member,
                   std::string message, std::string hint = {}) const;
  Status check(const zip_stat_t &stat);

  std::string path;
  ZipLimits limits;
  ZipCodes codes;
  uint64_t fileBytes, totalBytes = 0, storedBytes = 0;
  std::set<std::string> seen;
  std::vector<std::string> inOrder;
  mutable std::mutex mutex; ///< libzip has none
  OpenZip archive;
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
  if (!seen.insert(name).second)
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

Expected<std::string> Reader::read(size_t place) const {
  std::lock_guard<std::mutex> lock(mutex);
  zip_stat_t stat;
  zip_stat_init(&stat);
  auto damaged = [&](const char *why) {
    return error(codes.damaged, inOrder[place],
                 fmt::format("cannot read the member: {}", why),
                 "the file is damaged or was cut off; write it again");
  };
  if (zip_stat_index(archive.get(), place, 0, &stat) != 0)
    return damaged(zip_strerror(archive.get()));
  OpenMember file(zip_fopen_index(archive.get(), place, 0));
  if (!file)
    return damaged(zip_strerror(archive.get()));
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

Status Reader::start() {
  zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count < 0 || uint64_t(count) > limits.members)
    return error(codes.limit, "",
                 fmt::format("the zip has {} members, the limit is {}", count,
                             limits.members));
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive.get(), zip_uint64_t(i), 0, &stat) != 0)
      return error(codes.damaged, "", zip_strerror(archive.get()));
    if (Status status = check(stat); !status)
      return status;
    inOrder.push_back(stat.name);
  }
  return {};
}

static Expected<std::vector<ZipMember>> membersOf(const ZipArchive &archive,
                                                  const ZipFilter &wanted) {
  std::vector<ZipMember> members;
  for (size_t i = 0; i < archive.names().size(); ++i) {
    const std::string &name = archive.names()[i];
    if (wanted && !wanted(name))
      continue;
    Expected<std::string> bytes = archive.read(i);
    if (!bytes)
      return bytes.takeError();
    members.push_back({name, std::move(*bytes)});
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
  OpenZip archive(open ? zip_open_from_source(source, ZIP_RDONLY, &zipError)
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
  Reader reader(shownPath, limits, codes, bytes.size(), std::move(archive));
  if (Status status = reader.start(); !status)
    return status.takeError();
  return membersOf(reader, {});
}

Expected<std::shared_ptr<const ZipArchive>>
ZipArchive::open(const std::string &path, const ZipLimits &limits,
                 const ZipCodes &codes) {
  // Whether it can be read; libzip would wait for the writer of a FIFO.
  Expected<FileReader> file = FileReader::open(path, limits.fileBytes);
  if (!file)
    return file.takeError();
  if (!file->size())
    return notAZip(path, codes, "it is empty");
  int error = 0;
  OpenZip archive(zip_open(path.c_str(), ZIP_RDONLY, &error));
  if (!archive) {
    zip_error_t zipError;
    zip_error_init_with_code(&zipError, error);
    std::string why = zip_error_strerror(&zipError);
    zip_error_fini(&zipError);
    return notAZip(path, codes, why);
  }
  auto reader = std::make_shared<Reader>(path, limits, codes, file->size(),
                                         std::move(archive));
  if (Status status = reader->start(); !status)
    return status.takeError();
  return std::shared_ptr<const ZipArchive>(std::move(reader));
}

Expected<std::vector<ZipMember>> readZipMembers(const std::string &path,
                                                const ZipFilter &wanted,
                                                const ZipLimits &limits,
                                                const ZipCodes &codes) {
  auto archive = ZipArchive::open(path, limits, codes);
  if (!archive)
    return archive.takeError();
  return membersOf(**archive, wanted);
}

Expected<std::vector<ZipMember>> readZip(const std::string &path,
                                         const ZipLimits &limits,
                                         const ZipCodes &codes) {
  return readZipMembers(path, {}, limits, codes);
}

} // namespace snnc::runtime
