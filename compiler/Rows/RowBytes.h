//===- RowBytes.h - Numbers in rows -----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the row formats share. Little endian, byte by byte: the host's order
// does not matter.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_ROWS_ROWBYTES_H
#define SNNC_ROWS_ROWBYTES_H

#include <cstddef>
#include <cstdint>
#include <span>

namespace snnc::fabric {

inline bool fitsSigned(int64_t value, unsigned bits) {
  int64_t limit = int64_t(1) << (bits - 1);
  return -limit <= value && value < limit;
}

/// The low `bits` of `value`, as a signed number.
inline int32_t signExtend(uint32_t value, unsigned bits) {
  return int32_t(value << (32 - bits)) >> (32 - bits);
}

/// The low `width` bytes of `value`, to byte `at` and on.
inline void store(std::span<std::byte> bytes, uint64_t at, uint32_t value,
                  unsigned width) {
  for (unsigned i = 0; i < width; ++i)
    bytes[at + i] = std::byte(value >> (8 * i));
}

inline uint32_t fetch(std::span<const std::byte> bytes, uint64_t at,
                      unsigned width) {
  uint32_t value = 0;
  for (unsigned i = 0; i < width; ++i)
    value |= uint32_t(bytes[at + i]) << (8 * i);
  return value;
}

} // namespace snnc::fabric

#endif // SNNC_ROWS_ROWBYTES_H
