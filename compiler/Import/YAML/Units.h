//===- Units.h - Numbers with units -----------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "20 ms", "87.8 pA", "8 Hz": parsed by UDUNITS-2.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_UNITS_H
#define SNNC_IMPORT_YAML_UNITS_H

#include "compiler/SNN/CellTypes.h"

#include <memory>
#include <optional>
#include <string>

namespace snnc::yaml {

struct Quantity {
  double value = 0; ///< in canonicalUnit(dimension); of a plain number, itself
  snn::Dimension dimension = snn::Dimension::None;
};

/// A number, then blanks, then a unit; nothing when `text` does not begin with
/// a number or nothing follows it.
struct NumberAndUnit {
  double number;
  std::string unit;
};
std::optional<NumberAndUnit> splitUnit(std::string_view text);

class Units {
public:
  Units();
  ~Units();
  Units(const Units &) = delete;
  Units &operator=(const Units &) = delete;

  /// Nothing where `unit` is no unit that snnc knows: of time, rate, voltage,
  /// current, capacitance, conductance, resistance.
  std::optional<Quantity> convert(const NumberAndUnit &given);
  /// False: UDUNITS' tables of units cannot be read, no unit is known.
  bool hasTables();

private:
  struct System;
  bool read(); ///< under the lock
  std::unique_ptr<System> system; ///< read when the first unit comes
};

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_UNITS_H
