//===- NumberFiles.h - Arrays beside a network file -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_NUMBERFILES_H
#define SNNC_IMPORT_YAML_NUMBERFILES_H

#include "runtime/io/NdArray.h"
#include "runtime/support/Diagnostic.h"

#include <string>
#include <vector>

namespace snnc::yaml {

/// Numbers of a file as float64, and what the file calls their columns.
struct NumberTable {
  runtime::NdArray numbers;
  std::vector<std::string> columns; ///< empty: the file does not say
};

/// A .npy, .npz (member `key`), .csv, .txt or .h5 (dataset `key`) file. A .npz
/// of several one-dimensional members of one length, without a key, is a table
/// with the members as columns. SNN1013, or the codes of runtime/io.
Expected<NumberTable> readNumbers(const std::string &path,
                                  const std::string &key);

/// The same in the type that the file has them in.
Expected<NumberTable> readStored(const std::string &path,
                                 const std::string &key);

/// Spikes as rows of tick and channel: NIRData of `dt` a tick (`key`: node or
/// node:observable, where there is more than one), or what readNumbers reads.
Expected<NumberTable> readSpikes(const std::string &path,
                                 const std::string &key, double dt);

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_NUMBERFILES_H
