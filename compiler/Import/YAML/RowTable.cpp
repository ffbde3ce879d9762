//===- RowTable.cpp - Rows of numbers, a block at a time ------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/RowTable.h"

#include <filesystem>

namespace snnc::yaml {

using runtime::ArrayMap;
using runtime::NdArray;
using runtime::NpyFile;

RowTable::RowTable(NumberTable table)
    : numbers(std::move(table.numbers)),
      extents(std::get<NdArray>(numbers).shape),
      names(std::move(table.columns)) {}

RowTable::RowTable(NpyFile file)
    : numbers(std::move(file)),
      extents(std::get<NpyFile>(numbers).layout().shape) {}

RowTable::RowTable(ArrayMap columns) : numbers(std::move(columns)) {
  const ArrayMap &all = std::get<ArrayMap>(numbers);
  extents = {all.begin()->second.size(), all.size()};
  for (const auto &[name, array] : all)
    names.push_back(name);
}

/// In Fortran order a column is together.
static Status readColumns(const NpyFile &file, uint64_t first, uint64_t count,
                          std::vector<double> &values) {
  uint64_t rows = file.layout().shape[0], width = file.layout().shape[1];
  std::vector<double> column(count);
  for (uint64_t c = 0; c < width; ++c) {
    if (Status s = file.read(c * rows + first, std::span(column)); !s)
      return s;
    for (uint64_t r = 0; r < count; ++r)
      values[r * width + c] = column[r];
  }
  return {};
}

Status RowTable::read(uint64_t first, uint64_t count,
                      std::vector<double> &values) const {
  uint64_t width = this->width();
  values.resize(count * width);
  if (auto *file = std::get_if<NpyFile>(&numbers))
    return file->layout().fortran
               ? readColumns(*file, first, count, values)
               : file->read(first * width, std::span(values));
  if (auto *array = std::get_if<NdArray>(&numbers)) {
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = array->at(first * width + i);
    return {};
  }
  size_t c = 0;
  for (const auto &[name, column] : std::get<ArrayMap>(numbers)) {
    for (uint64_t r = 0; r < count; ++r)
      values[r * width + c] = column.at(first + r);
    ++c;
  }
  return {};
}

} // namespace snnc::yaml
