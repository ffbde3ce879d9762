//===- NirFile.cpp - What a file is before HDF5 opens it ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirFile.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/ChildProcess.h"
#include "runtime/support/FileReader.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <span>
#include <string_view>
#include <sys/stat.h>

namespace snnc::nir {

using namespace std::string_view_literals;

namespace {

struct Magic {
  std::string_view bytes;
  const char *what;
  const char *hint;
};

/// A pickle runs code when it is opened, so snnc never does.
constexpr Magic knownMagics[] = {
    {"PK\x03\x04"sv, "a zip archive, most likely a torch.save checkpoint",
     "load it in Python, convert the model with the framework's to_nir() and "
     "save that with nir.write(\"model.nir\", graph)"},
    {"\x80\x02"sv, "a Python pickle", "export the model with nir.write()"},
    {"\x80\x03"sv, "a Python pickle", "export the model with nir.write()"},
    {"\x80\x04"sv, "a Python pickle", "export the model with nir.write()"},
    {"\x80\x05"sv, "a Python pickle", "export the model with nir.write()"},
    {"\x93NUMPY"sv, "a NumPy array",
     "pass the .nir model here; arrays are inputs"},
    {"version https://git-lfs"sv, "a Git LFS pointer, not the file itself",
     "run `git lfs pull` to fetch the file"},
    {"\x7f"
     "ELF"sv,
     "a program (ELF)", "pass the .nir model"},
};

constexpr std::string_view hdf5Signature = "\x89HDF\r\n\x1a\n"sv;

class File {
public:
  explicit File(const std::string &path)
      : fd(openFile(path.c_str(), O_RDONLY | O_NONBLOCK)) {}
  bool isOpen() const { return fd.get() >= 0; }
  bool status(struct stat &info) const { return ::fstat(fd.get(), &info) == 0; }
  /// Up to `count` bytes from `offset`; fewer at the end of the file.
  std::string read(uint64_t offset, size_t count) const {
    std::string bytes(count, '\0');
    ssize_t got =
        readFully(fd.get(), std::as_writable_bytes(std::span(bytes)), offset);
    if (got < 0 && error == 0)
      error = errno;
    bytes.resize(got > 0 ? size_t(got) : 0);
    return bytes;
  }

  /// The first error of a read; 0: none.
  int readError() const { return error; }

private:
  Descriptor fd;
  mutable int error = 0;
};

} // namespace

static uint64_t littleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// The end-of-file address that a superblock states (HDF5 File Format
/// Specification 3.0, II.A); 0 when the version is unknown.
static uint64_t statedEnd(std::string_view superblock) {
  unsigned version = static_cast<unsigned char>(superblock[8]);
  size_t sizeAt = version < 2 ? 13 : 9;
  size_t offsetSize = static_cast<unsigned char>(superblock[sizeAt]);
  if (version > 3 || (offsetSize != 2 && offsetSize != 4 && offsetSize != 8))
    return 0;
  // Base address, then one more address, then the end of file address.
  size_t base = version == 0 ? 24 : version == 1 ? 28 : 12;
  return littleEndian(superblock.substr(base + 2 * offsetSize, offsetSize));
}

static Diagnostic notHdf5(const std::string &path, const File &file,
                          uint64_t bytes) {
  if (bytes == 0)
    return makeError("SNN0201", {path, "", 0, 0}, "the file is empty",
                     {"the export did not finish: write the model again"});
  std::string head = file.read(0, 64);
  for (const Magic &magic : knownMagics)
    if (std::string_view(head).starts_with(magic.bytes))
      return makeError("SNN0201", {path, "", 0, 0},
                       fmt::format("not a NIR file: this is {}", magic.what),
                       {magic.hint});
  return makeError("SNN0201", {path, "", 0, 0},
                   "not a NIR file: it does not start with the HDF5 signature",
                   {"write the model with nir.write() of the Python package "
                    "`nir`"});
}

static Status checkHeader(const std::string &path, const File &file,
                          uint64_t bytes) {
  // The signature stands at 0, 512, 1024, 2048, ... (user blocks).
  uint64_t at = 0;
  while (at < bytes && file.read(at, 8) != hdf5Signature)
    at = at == 0 ? 512 : at * 2;
  if (at >= bytes)
    return notHdf5(path, file, bytes);
  std::string superblock = file.read(at, 64);
  uint64_t end = superblock.size() == 64 ? statedEnd(superblock) : UINT64_MAX;
  if (end == 0)
    return makeError("SNN0203", {path, "", 0, 0},
                     "the file is damaged: unknown HDF5 superblock",
                     {"copy or export the file again"});
  if (end == UINT64_MAX || end > bytes)
    return makeError(
        "SNN0202", {path, "", 0, 0},
        end == UINT64_MAX
            ? fmt::format("the file is cut off after {} bytes", bytes)
            : fmt::format("the file is cut off: its header states {} bytes, "
                          "the file has {}",
                          end, bytes),
        {"copy or download the file again"});
  return {};
}

Expected<uint64_t> checkFile(const std::string &path, uint64_t maxBytes) {
  File file(path);
  struct stat info;
  auto cannotRead = [&](const char *why) {
    return makeError("SNN0001", {path, "", 0, 0},
                     fmt::format("cannot read the file: {}", why),
                     {"check the path and its permissions"});
  };
  if (!file.isOpen() || !file.status(info))
    return snnc::cannotRead(path, errno);
  if (S_ISDIR(info.st_mode))
    return snnc::cannotRead(path, EISDIR);
  if (!S_ISREG(info.st_mode))
    return cannotRead("not a regular file");
  uint64_t bytes = uint64_t(info.st_size);
  if (bytes > maxBytes)
    return makeError(
        "SNN0206", {path, "", 0, 0},
        fmt::format("the file has {} bytes, the limit is {}", bytes, maxBytes));
  Status status = checkHeader(path, file, bytes);
  if (file.readError() != 0) // what the header seems to be is not what it is
    return cannotRead(std::strerror(file.readError()));
  if (!status)
    return status.takeError();
  return bytes;
}

} // namespace snnc::nir
