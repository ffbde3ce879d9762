//===- NdArray.h - A dense array of numbers ---------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What crosses the border between files and the host session: a shape, an
// element type and the bytes in row-major (C) order, little endian.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_NDARRAY_H
#define SNNC_RUNTIME_IO_NDARRAY_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace snnc::runtime {

enum class DType { U8, I8, U16, I16, I32, U32, I64, U64, F32, F64, Bool };

size_t itemBytes(DType dtype);
const char *name(DType dtype); ///< as numpy says it: "uint8", "float32"

template <typename T> constexpr DType dtypeOf();
template <> constexpr DType dtypeOf<uint8_t>() { return DType::U8; }
template <> constexpr DType dtypeOf<int8_t>() { return DType::I8; }
template <> constexpr DType dtypeOf<uint16_t>() { return DType::U16; }
template <> constexpr DType dtypeOf<int16_t>() { return DType::I16; }
template <> constexpr DType dtypeOf<int32_t>() { return DType::I32; }
template <> constexpr DType dtypeOf<uint32_t>() { return DType::U32; }
template <> constexpr DType dtypeOf<int64_t>() { return DType::I64; }
template <> constexpr DType dtypeOf<uint64_t>() { return DType::U64; }
template <> constexpr DType dtypeOf<float>() { return DType::F32; }
template <> constexpr DType dtypeOf<double>() { return DType::F64; }

/// The number of elements, or nothing when the product leaves 64 bits.
/// Zero-sized dimensions do not hide an overflow of the others.
std::optional<uint64_t> elementCount(std::span<const uint64_t> shape);

/// "256 x 12"; "scalar" for rank 0.
std::string shapeText(std::span<const uint64_t> shape);

struct NdArray {
  std::vector<uint64_t> shape; ///< empty: a scalar
  DType dtype = DType::F32;
  std::vector<std::byte> bytes; ///< elements x itemBytes(dtype)

  /// Zeros. The shape's product must fit memory: check elementCount first when
  /// the shape comes from a file.
  static NdArray zeros(DType dtype, std::vector<uint64_t> shape);

  template <typename T>
  static NdArray of(std::vector<uint64_t> shape, const std::vector<T> &values) {
    NdArray array{std::move(shape), dtypeOf<T>(), {}};
    array.bytes.resize(values.size() * sizeof(T));
    if (!values.empty())
      std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
    return array;
  }

  uint64_t size() const { return bytes.size() / itemBytes(dtype); }
  bool isFloat() const { return dtype == DType::F32 || dtype == DType::F64; }

  /// The elements as they are stored; T must be the type of `dtype`.
  template <typename T> std::span<T> as() {
    return {reinterpret_cast<T *>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <typename T> std::span<const T> as() const {
    return {reinterpret_cast<const T *>(bytes.data()),
            bytes.size() / sizeof(T)};
  }

  /// Element i as a double (64-bit integers beyond 2^53 are rounded).
  double at(uint64_t i) const;
  /// The first elements as doubles, as many as `out` has.
  void toDoubles(std::span<double> out) const;

  bool operator==(const NdArray &) const = default;
};

/// Arrays by the user's name, in name order.
using ArrayMap = std::map<std::string, NdArray>;

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_NDARRAY_H
