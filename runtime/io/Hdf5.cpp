//===- Hdf5.cpp - The HDF5 C library behind RAII --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/Hdf5.h"

#include <algorithm>
#include <cstring>
#include <exception>

namespace snnc::runtime::hdf5 {

namespace {

struct Listing {
  std::vector<std::string> names;
  size_t limit;
  bool refused = false;
};

constexpr size_t maxName = 1024;

bool printable(const char *name) {
  size_t length = strnlen(name, maxName + 1);
  return length > 0 && length <= maxName &&
         std::none_of(name, name + length,
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// Called from C: nothing may be thrown through the library.
herr_t addName(hid_t, const char *name, const H5L_info_t *info,
               void *state) noexcept {
  auto *listing = static_cast<Listing *>(state);
  listing->refused = info->type != H5L_TYPE_HARD || !printable(name) ||
                     listing->names.size() >= listing->limit;
  if (listing->refused)
    return 1; // stop
  try {
    listing->names.emplace_back(name);
  } catch (const std::exception &) {
    return -1;
  }
  return 0;
}

Handle openScalar(hid_t object, const char *name) {
  if (H5Aexists(object, name) <= 0)
    return {};
  Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  if (!attribute)
    return {};
  Handle space(H5Aget_space(attribute), H5Sclose);
  if (!space || H5Sget_simple_extent_npoints(space) != 1)
    return {};
  return attribute;
}

bool writeScalar(hid_t object, const char *name, hid_t fileType,
                 hid_t memoryType, const void *value) {
  Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  Handle attribute(
      H5Acreate2(object, name, fileType, space, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  return space && attribute && H5Awrite(attribute, memoryType, value) >= 0;
}

} // namespace

std::optional<std::vector<std::string>> memberNames(hid_t group, size_t limit) {
  Listing listing{{}, limit};
  hsize_t index = 0;
  herr_t result =
      H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &index, addName, &listing);
  if (result != 0 || listing.refused)
    return std::nullopt;
  std::sort(listing.names.begin(), listing.names.end());
  return std::move(listing.names);
}

std::optional<std::string> textAttribute(hid_t object, const char *name) {
  Handle attribute = openScalar(object, name);
  if (!attribute)
    return std::nullopt;
  Handle type(H5Aget_type(attribute), H5Tclose);
  if (!type || H5Tget_class(type) != H5T_STRING)
    return std::nullopt;
  if (H5Tis_variable_str(type) > 0) {
    char *text = nullptr;
    Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(memory, H5T_VARIABLE);
    H5Tset_cset(memory, H5Tget_cset(type));
    if (H5Aread(attribute, memory, &text) < 0 || !text)
      return std::nullopt;
    std::string result(text, strnlen(text, size_t(1) << 20));
    H5free_memory(text);
    return result;
  }
  size_t size = H5Tget_size(type);
  if (size == 0 || size > (size_t(1) << 16))
    return std::nullopt;
  std::string result(size, '\0');
  if (H5Aread(attribute, type, result.data()) < 0)
    return std::nullopt;
  result.resize(strnlen(result.data(), size));
  return result;
}

std::optional<double> numberAttribute(hid_t object, const char *name) {
  Handle attribute = openScalar(object, name);
  if (!attribute)
    return std::nullopt;
  Handle type(H5Aget_type(attribute), H5Tclose);
  H5T_class_t kind = type ? H5Tget_class(type) : H5T_NO_CLASS;
  double value = 0;
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) ||
      H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
    return std::nullopt;
  return value;
}

bool setTextAttribute(hid_t object, const char *name, const std::string &text) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  if (!type || H5Tset_size(type, H5T_VARIABLE) < 0 ||
      H5Tset_cset(type, H5T_CSET_UTF8) < 0)
    return false;
  const char *value = text.c_str();
  return writeScalar(object, name, type, type, &value);
}

bool setAttribute(hid_t object, const char *name, double value) {
  return writeScalar(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

bool setAttribute(hid_t object, const char *name, int64_t value) {
  return writeScalar(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

} // namespace snnc::runtime::hdf5
