//===- Distributions.cpp - Numbers that are drawn -------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"

#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

snn::DistAttr Importer::constant(double value) {
  return snn::DistAttr::get(context, snn::DistKind::Constant,
                            ArrayRef<double>{value});
}

/// A number, or {dist: kind, ...}.
snn::DistAttr Importer::distribution(const Node &node, const char *what,
                                     snn::Dimension dimension) {
  if (!node.isMap()) {
    auto value = reader.quantity(node, what, dimension);
    return value ? constant(*value) : snn::DistAttr();
  }
  NodePtr kindNode = reader.need(node, "dist", what, "uniform");
  std::string name =
      kindNode ? reader.text(*kindNode, "dist").value_or("") : "";
  auto kind = snn::symbolizeDistKind(name);
  if (!kind || *kind > snn::DistKind::LogNormal ||
      *kind == snn::DistKind::Constant) {
    if (kindNode)
      reader.unknown(*kindNode, "distribution", name,
                     {"uniform", "normal", "lognormal"});
    return nullptr;
  }
  bool bell =
      *kind == snn::DistKind::Normal || *kind == snn::DistKind::LogNormal;
  if (bell ? !reader.map(node, what, {"dist", "mean", "std", "min", "max"})
           : !reader.map(node, what, {"dist", "low", "high"}))
    return nullptr;
  SmallVector<double, 4> numbers;
  constexpr double most = Reader::kLargest;
  auto add = [&](const char *key, std::optional<double> missing, double low) {
    NodePtr value = missing ? node.find(key) : reader.need(node, key, what);
    if (!value) {
      numbers.push_back(missing.value_or(0));
      return missing.has_value();
    }
    llvm::StringRef name = key;
    bool ofLogarithm =
        *kind == snn::DistKind::LogNormal && (name == "mean" || name == "std");
    auto number = ofLogarithm
                      ? reader.number(*value, key, low, most)
                      : reader.quantity(*value, key, dimension, low, most);
    numbers.push_back(number.value_or(0));
    return number.has_value();
  };
  bool good = bell ? add("mean", {}, -1e30) && add("std", {}, 0) &&
                         add("min", -most, -most) && add("max", most, -most)
                   : add("low", {}, -1e30) && add("high", {}, -1e30);
  if (!good)
    return nullptr;
  // A draw is at most 6.4 deviations off (32 random bits).
  double top = bell ? numbers[0] + 6.4 * numbers[1] : 0;
  bool beyond =
      *kind == snn::DistKind::LogNormal ? top > std::log(most) : top > most;
  if (beyond && !node.find("max")) {
    reader.error(node, "SNN1006",
                 fmt::format("{}: draws can exceed {:g}, the largest float32",
                             what, most),
                 {"give the largest value with max",
                  *kind == snn::DistKind::LogNormal
                      ? "mean and std are those of the logarithm"
                      : "check mean and std"});
    return nullptr;
  }
  auto quiet = [&] { return emitError(at(node)); };
  std::string problem;
  ScopedDiagnosticHandler collect(context, [&](mlir::Diagnostic &d) {
    problem = d.str();
    return success();
  });
  if (mlir::failed(snn::DistAttr::verify(quiet, *kind,
                                         builder.getF64ArrayAttr(numbers)))) {
    reader.error(node, "SNN1006", fmt::format("{}: {}", what, problem));
    return nullptr;
  }
  return snn::DistAttr::get(context, *kind, ArrayRef<double>(numbers));
}

} // namespace snnc::yaml
