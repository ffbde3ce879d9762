//===- EquationHints.h - Other languages' spellings -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What to write instead of Brian2's, NESTML's, C's and Python's operators and
// functions. Every hint holds text that can be copied into the file.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_EQUATIONHINTS_H
#define SNNC_IMPORT_YAML_EQUATIONHINTS_H

#include "compiler/Import/YAML/YamlTree.h"

#include <optional>

namespace snnc::yaml {

/// "name = " is missing on the left: +=, dv/dt, v', :=. `dt`: of the file.
std::vector<std::string> hintsOnAssignment(const std::string &text, double dt);

/// What stands at `at` is no operator here. `begin`: of the operand before it.
std::vector<std::string> hintsOnOperator(const std::string &text, size_t at,
                                         size_t begin);

/// For a function that does not exist, called as text[begin, ..).
std::vector<std::string> hintsOnFunction(const std::string &text, size_t begin,
                                         const std::string &name);

/// For a name that does not exist: dt, units, np.
std::vector<std::string> hintsOnName(const std::string &name);

/// An equation that YAML has read as a map or cut at a comma.
std::vector<std::string> hintsOnQuotes(const Node &node);

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_EQUATIONHINTS_H
