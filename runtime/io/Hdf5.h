//===- Hdf5.h - Members and attributes of HDF5 groups -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/io: the few calls that reading and writing NIRData needs.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_HDF5_H
#define SNNC_RUNTIME_IO_HDF5_H

#include "runtime/support/Hdf5.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace snnc::runtime::hdf5 {

using snnc::hdf5::bytesOf;
using snnc::hdf5::createDataset;
using snnc::hdf5::createGroup;
using snnc::hdf5::createMemoryFile;
using snnc::hdf5::Handle;
using snnc::hdf5::Quiet;

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
