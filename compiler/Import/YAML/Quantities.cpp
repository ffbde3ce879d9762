//===- Quantities.cpp - Numbers of a tree that may have units -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Reader.h"

#include <cmath>
#include <fmt/format.h>

namespace snnc::yaml {

using snn::Dimension;

bool Reader::hasUnit(const Node &node) const {
  return node.isScalar() && splitUnit(node.text).has_value();
}

std::optional<Quantity> Reader::unitOf(const Node &node, const char *what) {
  auto parts = splitUnit(node.text);
  auto quantity = units->convert(*parts);
  if (quantity && std::isfinite(quantity->value))
    return quantity;
  if (!units->hasTables()) {
    error(node, "SNN1018",
          fmt::format("{}: the table of units cannot be read", what),
          {"install the package libudunits2-data, set UDUNITS2_XML_PATH to a "
           "readable udunits2.xml, or write plain numbers"});
    return std::nullopt;
  }
  error(
      node, "SNN1018",
      fmt::format("{}: '{}' is no unit that is known here", what, parts->unit),
      {"known: ms, Hz, mV, pA, pF, nS, GOhm, and what has another prefix "
       "or is made of the same"});
  return std::nullopt;
}

std::optional<double> Reader::readTick(const Node &node, double low,
                                       double high) {
  unitMs.reset();
  if (!hasUnit(node))
    return number(node, "dt", low, high);
  unitMs = 1; // where the unit is wrong: nobody is told that there is none
  auto quantity = unitOf(node, "dt");
  if (!quantity)
    return std::nullopt;
  auto one = units->convert({1, splitUnit(node.text)->unit});
  if (quantity->dimension != Dimension::Time) {
    error(node, "SNN1018",
          fmt::format("dt is a time, found '{}', {}", node.text,
                      snn::dimensionName(quantity->dimension)),
          {"write dt: 0.1 ms"});
    return std::nullopt;
  }
  unitMs = one->value;
  double seconds = quantity->value / 1000;
  if (seconds >= low && seconds <= high)
    return seconds;
  error(node, "SNN1006",
        fmt::format("dt is {}, possible are {:g} s to {:g} s", node.text, low,
                    high));
  return std::nullopt;
}

std::optional<double> Reader::quantity(const Node &node, const char *what,
                                       Dimension expected, double low,
                                       double high) {
  if (!hasUnit(node))
    return number(node, what, low, high);
  auto found = unitOf(node, what);
  if (!found)
    return std::nullopt;
  if (expected != Dimension::None && found->dimension != expected) {
    error(node, "SNN1018",
          fmt::format("{} is {}, found '{}', {}", what,
                      snn::dimensionName(expected), node.text,
                      snn::dimensionName(found->dimension)),
          {fmt::format("give it in {}", snn::canonicalUnit(expected))});
    return std::nullopt;
  }
  double value = found->value;
  bool isTime = found->dimension == Dimension::Time;
  if (isTime || found->dimension == Dimension::Rate) {
    if (!needsTimeUnit(node, what))
      return std::nullopt;
    value = isTime ? value / *unitMs : value * *unitMs / 1000;
  }
  if (value >= low && value <= high)
    return value;
  error(node, "SNN1006",
        fmt::format("{} is {}, possible are {:g} to {:g}", what, node.text, low,
                    high));
  return std::nullopt;
}

bool Reader::needsTimeUnit(const Node &node, const char *what) {
  if (unitMs)
    return true;
  error(node, "SNN1018",
        fmt::format("{} has a unit of time, but 'dt' of the network is a plain "
                    "number",
                    what),
        {"give dt its unit, for example `dt: 0.1 ms`; plain times and rates of "
         "the file then count in that unit"});
  return false;
}

} // namespace snnc::yaml
