//===- Hdf5.h - The HDF5 C library behind RAII ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handles that close themselves and the library's error printing switched off
// while a scope lasts. Files of unknown origin are read inside runInChild()
// (ChildProcess.h): libhdf5 1.10.8 crashes on some and loops on others.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_HDF5_H
#define SNNC_RUNTIME_SUPPORT_HDF5_H

#include <hdf5.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snnc::hdf5 {

/// An owned identifier of the HDF5 library; negative means "none".
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
  hid_t get() const { return id; }
  operator hid_t() const { return id; }

private:
  hid_t id = H5I_INVALID_HID;
  Closer closer = nullptr;
};

/// Silences the library's error printing, which is process-wide state, and
/// restores it.
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

/// What is made here has no times: the same content gives the same bytes. An
/// empty handle, false or nothing: the library refused.
Handle createGroup(hid_t parent, const std::string &name);
/// Of `dims`, none: a scalar. `data`: as `memoryType`; null: nothing is
/// written.
bool createDataset(hid_t parent, const char *name,
                   const std::vector<hsize_t> &dims, hid_t fileType,
                   hid_t memoryType, const void *data);
/// A file that stays in memory, and its bytes when it is complete.
Handle createMemoryFile();
std::optional<std::string> bytesOf(hid_t memoryFile);

/// The innermost message of the library's error stack.
std::string lastError();

} // namespace snnc::hdf5

#endif // SNNC_RUNTIME_SUPPORT_HDF5_H
