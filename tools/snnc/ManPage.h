//===- ManPage.h - snnc man -------------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_MANPAGE_H
#define SNNC_TOOLS_MANPAGE_H

#include "runtime/support/Diagnostic.h"
#include "tools/snnc/OptionTable.h"

namespace snnc {

struct ManOptions {
  std::vector<std::string> command; ///< "selector", "train"; empty: snnc
  std::string folder;               ///< every page goes there; empty: stdout
};

/// Prints the manual page of a command in man(7), or writes all pages
/// (snnc.1, snnc-run.1, ...). Errors SNN0090, SNN0003.
int runMan(const ManOptions &options, const CommandRow &snnc,
           DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_MANPAGE_H
