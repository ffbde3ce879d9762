//===- Hdf5Dataset.h - Data sets of HDF5 as arrays --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What any file may claim is checked before memory is taken for it: extents,
// filters, chunks, data outside of the file, bytes that were never written.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_HDF5DATASET_H
#define SNNC_RUNTIME_IO_HDF5DATASET_H

#include "runtime/io/NdArray.h"
#include "runtime/support/Hdf5.h"

#include <optional>
#include <string>
#include <variant>

namespace snnc::runtime {

/// What a reader wants of a data set.
struct DatasetWish {
  std::optional<size_t> rank;
  /// Numbers alone, converted to it; else the type of the file (float16 as
  /// float32, what numpy writes for bool as Bool).
  std::optional<DType> dtype;
  uint64_t bytes = 0; ///< of the array, of a chunk and of the file's elements
};

/// Why a data set is no array, for the caller to say where.
struct DatasetFault {
  std::string message;
  std::string hint; ///< may be empty
  bool tooLarge = false;
};

/// The data set `name` of a group or file.
std::variant<NdArray, DatasetFault>
readDataset(hid_t parent, const std::string &name, const DatasetWish &wish);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_HDF5DATASET_H
