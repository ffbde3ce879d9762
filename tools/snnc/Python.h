//===- Python.h - The Python of this computer -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_PYTHON_H
#define SNNC_TOOLS_PYTHON_H

#include <optional>
#include <string>
#include <vector>

namespace snnc {

/// Runs `python3` with these arguments until it ends, with this process's
/// standard streams, or with nothing where `silent`. Its exit code (128 + the
/// signal that killed it), none where there is no python3 in PATH.
std::optional<int> runPython(const std::vector<std::string> &arguments,
                             bool silent);

/// Which of up to six modules python3 finds, in one process; empty where there
/// is no python3 in PATH, or it fails.
std::vector<bool> pythonModules(const std::vector<std::string> &names);

/// Whether python3 finds the module.
bool pythonHas(const std::string &module);

} // namespace snnc

#endif // SNNC_TOOLS_PYTHON_H
