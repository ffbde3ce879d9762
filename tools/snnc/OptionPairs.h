//===- OptionPairs.h - Options that do not go together ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_OPTIONPAIRS_H
#define SNNC_TOOLS_OPTIONPAIRS_H

#include <CLI/App.hpp>

namespace snnc {

/// Throws CLI::ValidationError where an option of the command that was parsed
/// would have no effect beside another one that was given.
void checkPairs(const CLI::App &app);

} // namespace snnc

#endif // SNNC_TOOLS_OPTIONPAIRS_H
