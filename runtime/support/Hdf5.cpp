//===- Hdf5.cpp - The HDF5 C library behind RAII --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Hdf5.h"

#include "runtime/support/Text.h"

#include <algorithm>

namespace snnc::hdf5 {

static herr_t keepFirst(unsigned, const H5E_error2_t *entry, void *text) {
  auto &message = *static_cast<std::string *>(text);
  if (message.empty() && entry->desc)
    message = entry->desc;
  return 0;
}

std::string lastError() {
  std::string message;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keepFirst, &message);
  return message.empty() ? "no reason given" : printable(message, 200);
}

Handle createGroup(hid_t parent, const std::string &name) {
  Handle plist(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_char_encoding(links, H5T_CSET_UTF8);
  return {H5Gcreate2(parent, name.c_str(), links, plist, H5P_DEFAULT),
          H5Gclose};
}

bool createDataset(hid_t parent, const char *name,
                   const std::vector<hsize_t> &dims, hid_t fileType,
                   hid_t memoryType, const void *data) {
  Handle space(dims.empty()
                   ? H5Screate(H5S_SCALAR)
                   : H5Screate_simple(int(dims.size()), dims.data(), nullptr),
               H5Sclose);
  Handle plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  Handle made(H5Dcreate2(parent, name, fileType, space, H5P_DEFAULT, plist,
                         H5P_DEFAULT),
              H5Dclose);
  bool isEmpty = !data || std::find(dims.begin(), dims.end(), 0) != dims.end();
  return made && (isEmpty || H5Dwrite(made, memoryType, H5S_ALL, H5S_ALL,
                                      H5P_DEFAULT, data) >= 0);
}

Handle createMemoryFile() {
  Handle memory(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr size_t growth = size_t(1) << 20;
  if (H5Pset_fapl_core(memory, growth, /*backing_store=*/false) < 0)
    return {};
  Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  return {H5Fcreate("snnc", H5F_ACC_TRUNC, creation, memory), H5Fclose};
}

std::optional<std::string> bytesOf(hid_t memoryFile) {
  ssize_t size = H5Fflush(memoryFile, H5F_SCOPE_LOCAL) < 0
                     ? -1
                     : H5Fget_file_image(memoryFile, nullptr, 0);
  std::string bytes(size_t(std::max<ssize_t>(size, 0)), '\0');
  if (size <= 0 ||
      H5Fget_file_image(memoryFile, bytes.data(), bytes.size()) != size)
    return std::nullopt;
  return bytes;
}

} // namespace snnc::hdf5
