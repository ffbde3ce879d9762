//===- RowTable.h - Rows of numbers, a block at a time ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A list of synapses may have as many rows as memory holds synapses, so a .npy
// stays on disk and the members of a .npz stay what they are.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_ROWTABLE_H
#define SNNC_IMPORT_YAML_ROWTABLE_H

#include "compiler/Import/YAML/NumberFiles.h"
#include "runtime/io/NpyFile.h"

#include <variant>

namespace snnc::yaml {

class RowTable {
public:
  explicit RowTable(NumberTable table);
  explicit RowTable(runtime::NpyFile file);
  /// Columns of one length, by name.
  explicit RowTable(runtime::ArrayMap columns);

  const std::vector<uint64_t> &shape() const { return extents; }
  /// What the file calls the columns; empty: it does not say.
  const std::vector<std::string> &columns() const { return names; }
  bool isEmpty() const { return runtime::elementCount(extents) == 0; }
  /// Of a table that has two axes and is not empty; else 0.
  uint64_t rows() const { return width() && !isEmpty() ? extents[0] : 0; }
  uint64_t width() const { return extents.size() == 2 ? extents[1] : 0; }

  /// Makes `values` the rows [first, first + count), one after another, as
  /// float64. Error SNN0001 when a file has become shorter.
  Status read(uint64_t first, uint64_t count,
              std::vector<double> &values) const;

private:
  std::variant<runtime::NdArray, runtime::NpyFile, runtime::ArrayMap> numbers;
  std::vector<uint64_t> extents;
  std::vector<std::string> names;
};

/// As readNumbers, with the same errors.
Expected<RowTable> readRows(const std::string &path, const std::string &key);

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_ROWTABLE_H
