//===- ParameterStore.h - Where weights and parameters live -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The IR says what and where, never the bytes: `#snn.param` names a blob here.
// Numbers keep the type that they came with; who reads them converts.
// On disk the store is a safetensors file (8-byte header length, JSON header
// padded so that the data starts at a multiple of 64 bytes, blobs without
// holes), so other tools can open it. Blobs are
// immutable once added. Free of LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PARAMS_PARAMETERSTORE_H
#define SNNC_PARAMS_PARAMETERSTORE_H

#include "compiler/Params/SharedBytes.h"
#include "runtime/support/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snnc {

enum class ElementKind : uint8_t { F32, F64, I64, I8, U8, I16, U16, I32, U32 };
unsigned byteWidth(ElementKind kind);
/// As safetensors spells it: "F32", "U16"; and back.
const char *kindName(ElementKind kind);
std::optional<ElementKind> kindFromName(std::string_view name);

template <typename T> constexpr ElementKind kindOf();
template <> constexpr ElementKind kindOf<float>() { return ElementKind::F32; }
template <> constexpr ElementKind kindOf<double>() { return ElementKind::F64; }
template <> constexpr ElementKind kindOf<int64_t>() { return ElementKind::I64; }
template <> constexpr ElementKind kindOf<int8_t>() { return ElementKind::I8; }
template <> constexpr ElementKind kindOf<uint8_t>() { return ElementKind::U8; }
template <> constexpr ElementKind kindOf<int16_t>() { return ElementKind::I16; }
template <> constexpr ElementKind kindOf<uint16_t>() {
  return ElementKind::U16;
}
template <> constexpr ElementKind kindOf<int32_t>() { return ElementKind::I32; }
template <> constexpr ElementKind kindOf<uint32_t>() {
  return ElementKind::U32;
}

/// A dense tensor, row major, little endian.
struct ParameterBlob {
  ElementKind kind = ElementKind::F32;
  std::vector<int64_t> shape;
  SharedBytes bytes;

  /// Takes the elements over; nothing is copied.
  template <typename T>
  static ParameterBlob of(std::vector<int64_t> shape, std::vector<T> values) {
    return {kindOf<T>(), std::move(shape), SharedBytes::of(std::move(values))};
  }

  size_t count() const;
  /// Element i as double; exact for every kind but I64 beyond 2^53.
  double at(size_t i) const;
  /// The elements as they are stored; only for the blob's own kind.
  template <typename T> std::span<const T> elements() const {
    return bytes.as<T>();
  }
  std::span<const float> f32() const { return elements<float>(); }
  std::span<const double> f64() const { return elements<double>(); }

  /// Calls `f` with the span of the elements in their own type.
  template <typename F> decltype(auto) visit(F &&f) const {
    switch (kind) {
    case ElementKind::F32:
      return f(elements<float>());
    case ElementKind::F64:
      return f(elements<double>());
    case ElementKind::I64:
      return f(elements<int64_t>());
    case ElementKind::I8:
      return f(elements<int8_t>());
    case ElementKind::U8:
      return f(elements<uint8_t>());
    case ElementKind::I16:
      return f(elements<int16_t>());
    case ElementKind::U16:
      return f(elements<uint16_t>());
    case ElementKind::I32:
      return f(elements<int32_t>());
    case ElementKind::U32:
      break;
    }
    return f(elements<uint32_t>());
  }
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
