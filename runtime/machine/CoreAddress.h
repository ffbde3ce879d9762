//===- CoreAddress.h - A core anywhere in a machine -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_MACHINE_COREADDRESS_H
#define SNNC_RUNTIME_MACHINE_COREADDRESS_H

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snnc {

/// A PE's place on its chip: column and row of its quad (QPE) and its number in
/// the quad.
struct PeCoordinate {
  uint8_t x = 0, y = 0, p = 0;
  /// The 8-bit hardware id, which tells PEs of one chip apart: x<<5 | y<<2 | p
  /// (facts A1).
  uint32_t peId() const { return uint32_t(x) << 5 | uint32_t(y) << 2 | p; }
  auto operator<=>(const PeCoordinate &) const = default;
};

/// A chip's column and row in the machine.
struct ChipCoordinate {
  uint16_t x = 0, y = 0;
  auto operator<=>(const ChipCoordinate &) const = default;
};

/// Tells the cores of all chips apart. What holds no chip is of the first.
struct CoreAddress {
  ChipCoordinate chip;
  PeCoordinate pe;
  auto operator<=>(const CoreAddress &) const = default;
};

/// "7.6.1", as in machine files.
std::string toText(PeCoordinate pe);
/// "7.6.1"; on another chip than the first "0.1/7.6.1". As in reports and
/// `inspect`, where it names a core.
std::string nameOf(const CoreAddress &core);
/// The core of such a name; nothing where it is none.
std::optional<CoreAddress> coreNamed(std::string_view name);
/// "0.1".
std::string nameOf(ChipCoordinate chip);
/// "chip 0.1".
std::string toText(ChipCoordinate chip);
/// "PE 7.6.1"; on another chip than the first "PE 7.6.1 of chip 0.1".
std::string toText(const CoreAddress &core);

} // namespace snnc

#endif // SNNC_RUNTIME_MACHINE_COREADDRESS_H
