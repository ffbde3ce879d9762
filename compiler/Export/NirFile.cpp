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
#include <optional>

namespace snnc {

using namespace hdf5;

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
  return createDataset(parent, name, dims, type, type, bytes.data());
}

static bool numbers(hid_t parent, const char *name,
                    const runtime::NdArray &array) {
  std::vector<hsize_t> dims(array.shape.begin(), array.shape.end());
  using runtime::DType;
  hid_t type = array.dtype == DType::F32   ? H5T_NATIVE_FLOAT
               : array.dtype == DType::F64 ? H5T_NATIVE_DOUBLE
               : array.dtype == DType::I64 ? H5T_NATIVE_INT64
                                           : H5T_NATIVE_UINT8;
  return createDataset(parent, name, dims, type, type, array.bytes.data());
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
  Handle made = createGroup(parent, "metadata");
  return made && fields(made, all);
}

static bool write(hid_t file, const NirGraph &graph) {
  Handle root = createGroup(file, "node");
  if (!root || !texts(file, "version", {"1.0"}, {}) ||
      !texts(root, "type", {"NIRGraph"}, {}) || !metadata(root, graph.metadata))
    return false;
  std::vector<std::string> ends;
  for (const auto &[from, to] : graph.edges)
    ends.insert(ends.end(), {from, to});
  if (!texts(root, "edges", ends, {graph.edges.size(), 2}))
    return false;
  Handle nodes = createGroup(root, "nodes");
  for (const auto &[name, node] : graph.nodes) {
    Handle made = createGroup(nodes, name);
    if (!made || !fields(made, node.fields) || !metadata(made, node.metadata))
      return false;
  }
  return bool(nodes);
}

Expected<std::string> nirFile(const NirGraph &graph, const std::string &path) {
  Quiet quiet;
  Handle file = createMemoryFile();
  auto bytes =
      file && write(file, graph) ? bytesOf(file) : std::optional<std::string>();
  if (!bytes)
    return cannotWrite(path, "the HDF5 library cannot make it: memory may be "
                             "short");
  return std::move(*bytes);
}

} // namespace snnc
