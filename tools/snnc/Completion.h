//===- Completion.h - snnc completion ---------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_COMPLETION_H
#define SNNC_TOOLS_COMPLETION_H

#include "tools/snnc/OptionTable.h"

namespace snnc {

/// "bash", "zsh", "fish".
std::vector<std::string> shellNames();

/// Prints the script by which `shell` completes commands, options, their
/// values, and files by their endings.
int runCompletion(const std::string &shell, const CommandRow &snnc);

std::string bashCompletion(const CommandRow &snnc);
std::string zshCompletion(const CommandRow &snnc);
std::string fishCompletion(const CommandRow &snnc);

/// 'text' for a shell.
std::string quotedForShell(const std::string &text);

/// Help in one line: up to its first full stop, colon or semicolon.
std::string shortHelp(const std::string &help);

} // namespace snnc

#endif // SNNC_TOOLS_COMPLETION_H
