//===- UsageError.h - What is wrong with a command line ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_USAGEERROR_H
#define SNNC_TOOLS_USAGEERROR_H

#include "runtime/support/Diagnostic.h"

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace snnc {

/// The finding that stands for what CLI11 refused: SNN0090 no such command,
/// SNN0091 an option or argument that the command does not take, SNN0092 a
/// value that the option does not take, SNN0093 something is missing. Names the
/// nearest command, option or value. `arguments` are those of the process
/// without its name.
Diagnostic usageError(const CLI::App &app, const CLI::ParseError &error,
                      const std::vector<std::string> &arguments);

/// What CLI11 lets pass: nan and infinity where a number belongs, and whole
/// numbers that are negative or too large and would wrap around. Throws
/// CLI::ValidationError.
void checkNumbers(const CLI::App &app);

} // namespace snnc

#endif // SNNC_TOOLS_USAGEERROR_H
