//===- Units.cpp - Numbers with units -------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Units.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <dlfcn.h>
#include <filesystem>
#include <mutex>
#include <udunits2.h>

namespace snnc::yaml {

std::optional<NumberAndUnit> splitUnit(std::string_view text) {
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  double number = 0;
  auto [end, bad] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc())
    return std::nullopt;
  text.remove_prefix(size_t(end - text.data()));
  size_t blanks = std::min(text.find_first_not_of(" \t"), text.size());
  std::string unit(text.substr(blanks));
  // UDUNITS knows more than units: dates, logarithms, offsets. Letters of any
  // alphabet and what products and powers need are enough.
  constexpr size_t longest = 24;
  bool isUnit = !unit.empty() && unit.size() <= longest &&
                std::all_of(unit.begin(), unit.end(), [](unsigned char c) {
                  return std::isalnum(c) || c >= 0x80 || c == '/' || c == '*' ||
                         c == '^' || c == '-';
                });
  if (!isUnit || std::isdigit(static_cast<unsigned char>(unit.front())))
    return std::nullopt;
  return NumberAndUnit{number, std::move(unit)};
}

/// UDUNITS reads its tables, and every unit, with a parser that the process has
/// one of.
static std::mutex &parser() {
  static std::mutex one;
  return one;
}

/// Where a package that brings UDUNITS along has its tables: beside the file
/// that this code is in.
static std::string tablesBesideUs() {
  Dl_info info{};
  if (!::dladdr(reinterpret_cast<const void *>(&splitUnit), &info) ||
      !info.dli_fname)
    return "";
  auto folder = std::filesystem::path(info.dli_fname).parent_path();
  return (folder / "udunits" / "udunits2.xml").string();
}

struct Units::System {
  System() {
    ut_set_error_message_handler(ut_ignore);
    units = ut_read_xml(nullptr);
    if (!units)
      units = ut_read_xml(tablesBesideUs().c_str());
  }
  ~System() { ut_free_system(units); }
  System(const System &) = delete;
  System &operator=(const System &) = delete;

  ut_system *units = nullptr; ///< null when its tables are not installed
};

Units::Units() = default;

Units::~Units() {
  std::lock_guard lock(parser());
  system.reset();
}

bool Units::hasTables() {
  std::lock_guard lock(parser());
  return read();
}

bool Units::read() {
  if (!system)
    system = std::make_unique<System>();
  return system->units;
}

std::optional<Quantity> Units::convert(const NumberAndUnit &given) {
  using snn::Dimension;
  std::lock_guard lock(parser());
  ut_unit *from =
      read() ? ut_parse(system->units, given.unit.c_str(), UT_UTF8) : nullptr;
  std::optional<Quantity> result;
  for (Dimension to : {Dimension::Time, Dimension::Rate, Dimension::Voltage,
                       Dimension::Current, Dimension::Capacitance,
                       Dimension::Conductance, Dimension::Resistance}) {
    ut_unit *unit =
        from ? ut_parse(system->units, snn::canonicalUnit(to), UT_UTF8)
             : nullptr;
    // Convertible would do for reciprocals too: S is not Ohm.
    if (unit && ut_same_system(from, unit) && !result) {
      ut_unit *ratio = ut_divide(from, unit);
      if (ratio && ut_is_dimensionless(ratio)) {
        cv_converter *converter = ut_get_converter(from, unit);
        if (converter) {
          result = Quantity{cv_convert_double(converter, given.number), to};
          cv_free(converter);
        }
      }
      ut_free(ratio);
    }
    ut_free(unit);
  }
  ut_free(from);
  return result;
}

} // namespace snnc::yaml
