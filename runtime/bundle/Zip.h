//===- Zip.h - Deterministic writing and bounded reading of zips -*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thin layer over libzip that bundles (.s2x) and array files (.npz) share.
// Writing: stored members, fixed dates, the order of the caller, so the same
// content gives the same bytes. Reading: the file is an attacker's; the number
// of members, every size and their sum are bounded before memory is taken.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_BUNDLE_ZIP_H
#define SNNC_RUNTIME_BUNDLE_ZIP_H

#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace snnc::runtime {

/// The codes under which a user of this layer reports its findings.
struct ZipCodes {
  DiagnosticCode damaged; ///< not a zip, truncated, CRC mismatch
  DiagnosticCode limit;   ///< a bound of ZipLimits is exceeded
  DiagnosticCode name;    ///< member name unusable or used twice
  DiagnosticCode method;  ///< compressed where stored is required, or encrypted
  DiagnosticCode write;   ///< the file could not be written
};

struct ZipLimits {
  uint64_t fileBytes = uint64_t(4) << 30;   ///< the zip itself
  uint64_t memberBytes = uint64_t(2) << 30; ///< one member, uncompressed
  uint64_t totalBytes = uint64_t(4) << 30;  ///< all members, uncompressed
  uint64_t members = 65536;
  bool allowDeflate = false; ///< false: only "stored" members
};

struct ZipMember {
  std::string name;
  std::string bytes;
};

/// A member to write: the concatenation of two parts that the caller keeps
/// alive (a header and a payload that need not be copied together), or what
/// `make` gives when its turn comes, which has `size` bytes and is held until
/// it is written.
struct ZipSource {
  std::string name;
  std::span<const std::byte> head;
  std::span<const std::byte> body;
  std::function<Expected<std::string>()> make = {};
  uint64_t size = 0; ///< of what `make` gives
};

/// Why a member name cannot stand in a zip that somebody will unpack: empty,
/// longer than 255 bytes, absolute, a ".." or empty component, a backslash, a
/// control character. Empty when the name is fine.
std::string unsafeMemberName(const std::string &name);

/// Which members of a zip are read; empty: all.
using ZipFilter = std::function<bool(const std::string &name)>;

/// Writes whole or not at all, one member after the other; nothing of the file
/// is held in memory. Members are stored with the date 1980-01-01. What `make`
/// fails with, this does.
Status writeZip(const std::string &path, const std::vector<ZipSource> &members,
                const ZipCodes &codes);

/// A member that is a file, or `bytes` where `file` is empty.
struct ZipFile {
  std::string name, file, bytes;
};

/// Streams files into a stored zip at `path`, which is not written atomically.
Status writeZipOfFiles(const std::string &path,
                       const std::vector<ZipFile> &members,
                       const ZipCodes &codes);

/// A zip whose members are read when they are wanted. Any thread.
class ZipArchive {
public:
  /// Opens a regular file and checks its directory against the limits. Errors
  /// carry `codes` and the member's name; SNN0001 and SNN0002 as FileReader.
  static Expected<std::shared_ptr<const ZipArchive>>
  open(const std::string &path, const ZipLimits &limits, const ZipCodes &codes);
  virtual ~ZipArchive() = default;

  /// In file order.
  virtual const std::vector<std::string> &names() const = 0;
  /// The member of that place, its checksum compared.
  virtual Expected<std::string> read(size_t place) const = 0;
};

/// Every member, in file order, of a regular file that is not held as a whole
/// beside them. Errors as ZipArchive.
Expected<std::vector<ZipMember>> readZip(const std::string &path,
                                         const ZipLimits &limits,
                                         const ZipCodes &codes);

/// Those that `wanted` names; no more is read than they and the directory.
Expected<std::vector<ZipMember>> readZipMembers(const std::string &path,
                                                const ZipFilter &wanted,
                                                const ZipLimits &limits,
                                                const ZipCodes &codes);

/// The same for a zip that is in memory; `shownPath` is for messages.
Expected<std::vector<ZipMember>> readZipBytes(const std::string &bytes,
                                              const std::string &shownPath,
                                              const ZipLimits &limits,
                                              const ZipCodes &codes);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_BUNDLE_ZIP_H
