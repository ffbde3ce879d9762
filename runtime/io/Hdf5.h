//===- Hdf5.h - The HDF5 C library behind RAII -------------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/io: handles that close themselves, and the few calls that
// reading and writing NIRData needs.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_HDF5_H
#define SNNC_RUNTIME_IO_HDF5_H

#include <cstdint>
#include <hdf5.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snnc::runtime::hdf5 {

/// An owned identifier of the library; negative: none.
class Handle {
public:
  using Closer = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Closer closer) : id(id), closer(closer) {}
  Handle(Handle &&other) noexcept
      : id(std::exchange(other.id, H5I_INVALID_HID)), closer(other.closer) {}
  Handle &operator=(Handle &&other) noexcept {
    std::swap(id, other.id);
    std::swap(closer, other.closer);
    return *this;
  }
  ~Handle() {
    if (id >= 0)
      closer(id);
  }
  explicit operator bool() const { return id >= 0; }
  operator hid_t() const { return id; }

private:
  hid_t id = H5I_INVALID_HID;
  Closer closer = nullptr;
};

/// Silences the library's printing of errors while it lives.
class Quiet {
public:
  Quiet() {
    H5Eget_auto2(H5E_DEFAULT, &function, &data);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Quiet() { H5Eset_auto2(H5E_DEFAULT, function, data); }
  Quiet(const Quiet &) = delete;
  Quiet &operator=(const Quiet &) = delete;

private:
  H5E_auto2_t function = nullptr;
  void *data = nullptr;
};

/// The members of a group in name order. Nothing when one of them is not a
/// plain hard link, has an unprintable or over-long name, or there are more
/// than `limit`.
std::optional<std::vector<std::string>> memberNames(hid_t group, size_t limit);

/// Scalar attributes; nothing when absent or of another kind.
std::optional<std::string> textAttribute(hid_t object, const char *name);
std::optional<double> numberAttribute(hid_t object, const char *name);

/// False: the library refused.
bool setTextAttribute(hid_t object, const char *name, const std::string &text);
bool setAttribute(hid_t object, const char *name, double value);
bool setAttribute(hid_t object, const char *name, int64_t value);

} // namespace snnc::runtime::hdf5

#endif // SNNC_RUNTIME_IO_HDF5_H
