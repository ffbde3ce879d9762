//===- ParameterStore.h - Where weights and parameters live -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The IR says what and where, never the bytes: `#snn.param` names a blob here.
// On disk the store is a safetensors file (8-byte header length, JSON header
// padded so that the data starts at a multiple of 64 bytes, blobs without
// holes), so other tools can open it. Blobs are
// immutable once added. Free of LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PARAMS_PARAMETERSTORE_H
#define SNNC_PARAMS_PARAMETERSTORE_H

#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snnc {

enum class ElementKind : uint8_t { F32, F64, I64 };
unsigned byteWidth(ElementKind kind);

/// A dense tensor, row major, little endian.
struct ParameterBlob {
  ElementKind kind = ElementKind::F32;
  std::vector<int64_t> shape;
  std::shared_ptr<const std::vector<std::byte>> bytes;

  size_t count() const;
  /// Element i as double; exact for every kind that is stored.
  double at(size_t i) const;
  /// The raw elements; only for the blob's own kind.
  std::span<const float> f32() const;
  std::span<const double> f64() const;
};

class ParameterStore {
public:
  /// Adds a blob under `key`, or under key + ".1", ".2", ... when the name is
  /// taken. Returns the name used.
  std::string add(std::string_view key, ParameterBlob blob);
  std::string addF32(std::string_view key, std::vector<int64_t> shape,
                     std::span<const float> values);
  std::string addF64(std::string_view key, std::vector<int64_t> shape,
                     std::span<const double> values);
  /// Null when there is no such blob.
  const ParameterBlob *find(std::string_view key) const;

  /// safetensors bytes with the blobs `keys` names, in that order.
  std::string serialize(const std::vector<std::string> &keys) const;
  /// Replaces the content. Errors SNN0801: not a safetensors file, sizes that
  /// disagree, a kind that the store does not hold.
  Status deserialize(std::string_view bytes, const std::string &shownPath);

private:
  std::map<std::string, ParameterBlob, std::less<>> blobs;
};

} // namespace snnc

#endif // SNNC_PARAMS_PARAMETERSTORE_H
