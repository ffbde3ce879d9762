//===- ArrayWire.h - Arrays through a pipe ----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/io: what the isolated reader sends back. The child may
// have been corrupted by the file that it read, so the parent trusts no length.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_ARRAYWIRE_H
#define SNNC_RUNTIME_IO_ARRAYWIRE_H

#include "runtime/io/Npy.h"

#include <optional>

namespace snnc::runtime {

std::string encodeResult(const Expected<ArrayMap> &result);
/// Nothing: the bytes are not what encodeResult makes.
std::optional<Expected<ArrayMap>> decodeResult(std::string_view bytes,
                                               const std::string &shownPath,
                                               const ArrayLimits &limits);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_ARRAYWIRE_H
