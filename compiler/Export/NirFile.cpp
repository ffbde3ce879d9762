//===- NirFile.cpp - A NIR graph as HDF5 ----------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Export/NirWriter.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/Hdf5.h"

#include <algorithm>

namespace snnc {

using hdf5::Handle;
using hdf5::Quiet;

static Handle group(hid_t parent, const char *name) {
  Handle plist(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false); // same content, same bytes
  return {H5Gcreate2(parent, name, H5P_DEFAULT, plist, H5P_DEFAULT), H5Gclose};
}

static bool dataset(hid_t parent, const char *name, hid_t type,
                    const std::vector<hsize_t> &dims, const void *data) {
  Handle space(dims.empty()
                   ? H5Screate(H5S_SCALAR)
                   : H5Screate_simple(int(dims.size()), dims.data(), nullptr),
               H5Sclose);
  Handle plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  Handle made(
      H5Dcreate2(parent, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT),
      H5Dclose);
  return made && H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
}

/// Texts of one length, padded with zeros.
static bool texts(hid_t parent, const char *name,
                  const std::vector<std::string> &all,
                  const std::vector<hsize_t> &dims) {
  size_t longest = 1;
  for (const std::string &text : all)
    longest = std::max(longest, text.size());
  std::string bytes;
  for (std::string text : all) {
    text.resize(longest);
    bytes += text;
  }
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, longest);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  bytes.resize(std::max(bytes.size(), longest));
  return dataset(parent, name, type, dims, bytes.data());
}

static bool numbers(hid_t parent, const char *name,
                    const runtime::NdArray &array) {
  std::vector<hsize_t> dims(array.shape.begin(), array.shape.end());
  using runtime::DType;
  hid_t type = array.dtype == DType::F32   ? H5T_NATIVE_FLOAT
               : array.dtype == DType::F64 ? H5T_NATIVE_DOUBLE
               : array.dtype == DType::I64 ? H5T_NATIVE_INT64
                                           : H5T_NATIVE_UINT8;
  return dataset(parent, name, type, dims, array.bytes.data());
}

static bool fields(hid_t parent, const std::map<std::string, NirField> &all) {
  for (const auto &[name, field] : all) {
    const auto *text = std::get_if<std::string>(&field);
    if (text
            ? !texts(parent, name.c_str(), {*text}, {})
            : !numbers(parent, name.c_str(), std::get<runtime::NdArray>(field)))
      return false;
  }
  return true;
}

static bool metadata(hid_t parent, const std::map<std::string, NirField> &all) {
  if (all.empty())
    return true;
  Handle made = group(parent, "metadata");
  return made && fields(made, all);
}

static bool write(hid_t file, const NirGraph &graph) {
  Handle root = group(file, "node");
  if (!root || !texts(file, "version", {"1.0"}, {}) ||
      !texts(root, "type", {"NIRGraph"}, {}) || !metadata(root, graph.metadata))
    return false;
  std::vector<std::string> ends;
  for (const auto &[from, to] : graph.edges)
    ends.insert(ends.end(), {from, to});
  if (!texts(root, "edges", ends, {graph.edges.size(), 2}))
    return false;
  Handle nodes = group(root, "nodes");
  for (const auto &[name, node] : graph.nodes) {
    Handle made = group(nodes, name.c_str());
    if (!made || !fields(made, node.fields) || !metadata(made, node.metadata))
      return false;
  }
  return bool(nodes);
}

Expected<std::string> nirFile(const NirGraph &graph, const std::string &path) {
  Quiet quiet;
  Handle memory(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(memory, size_t(1) << 20, /*backing_store=*/false);
  Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  Handle file(H5Fcreate("snnc", H5F_ACC_TRUNC, creation, memory), H5Fclose);
  bool written =
      file && write(file, graph) && H5Fflush(file, H5F_SCOPE_LOCAL) >= 0;
  ssize_t size = written ? H5Fget_file_image(file, nullptr, 0) : -1;
  std::string bytes(size_t(std::max<ssize_t>(size, 0)), '\0');
  if (size <= 0 || H5Fget_file_image(file, bytes.data(), bytes.size()) != size)
    return cannotWrite(path, "the HDF5 library cannot make it: memory may be "
                             "short");
  return bytes;
}

} // namespace snnc
