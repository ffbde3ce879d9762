//===- NdArray.cpp - A dense array of numbers -----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/NdArray.h"

#include <bit>
#include <fmt/format.h>

namespace snnc::runtime {

static_assert(std::endian::native == std::endian::little,
              "array files are little endian and are not swapped");

size_t itemBytes(DType dtype) {
  switch (dtype) {
  case DType::U8:
  case DType::I8:
  case DType::Bool:
    return 1;
  case DType::U16:
  case DType::I16:
    return 2;
  case DType::U32:
  case DType::I32:
  case DType::F32:
    return 4;
  case DType::U64:
  case DType::I64:
  case DType::F64:
    return 8;
  }
  return 1;
}

const char *name(DType dtype) {
  switch (dtype) {
  case DType::U8:
    return "uint8";
  case DType::I8:
    return "int8";
  case DType::U16:
    return "uint16";
  case DType::I16:
    return "int16";
  case DType::I32:
    return "int32";
  case DType::U32:
    return "uint32";
  case DType::I64:
    return "int64";
  case DType::U64:
    return "uint64";
  case DType::F32:
    return "float32";
  case DType::F64:
    return "float64";
  case DType::Bool:
    return "bool";
  }
  return "?";
}

std::optional<uint64_t> elementCount(std::span<const uint64_t> shape) {
  uint64_t product = 1;
  bool zero = false;
  for (uint64_t dim : shape) {
    zero |= dim == 0;
    if (dim != 0 && __builtin_mul_overflow(product, dim, &product))
      return std::nullopt;
  }
  return zero ? 0 : product;
}

std::string shapeText(std::span<const uint64_t> shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, " x "));
}

NdArray NdArray::zeros(DType dtype, std::vector<uint64_t> shape) {
  NdArray array{std::move(shape), dtype, {}};
  array.bytes.resize(elementCount(array.shape).value_or(0) * itemBytes(dtype));
  return array;
}

template <typename T>
static double elementAt(const std::vector<std::byte> &bytes, uint64_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return double(value);
}

/// Calls `f` with a number of the type.
template <typename F> static auto withType(DType dtype, F f) {
  switch (dtype) {
  case DType::U8:
  case DType::Bool:
    return f(uint8_t());
  case DType::I8:
    return f(int8_t());
  case DType::U16:
    return f(uint16_t());
  case DType::I16:
    return f(int16_t());
  case DType::I32:
    return f(int32_t());
  case DType::U32:
    return f(uint32_t());
  case DType::I64:
    return f(int64_t());
  case DType::U64:
    return f(uint64_t());
  case DType::F32:
    return f(float());
  case DType::F64:
    break;
  }
  return f(double());
}

double NdArray::at(uint64_t i) const {
  return withType(dtype, [&]<typename T>(T) { return elementAt<T>(bytes, i); });
}

void NdArray::toDoubles(std::span<double> out) const {
  withType(dtype, [&]<typename T>(T) {
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = elementAt<T>(bytes, i);
  });
}

} // namespace snnc::runtime
