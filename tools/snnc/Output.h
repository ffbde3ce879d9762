//===- Output.h - Standard output that is checked ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_OUTPUT_H
#define SNNC_TOOLS_OUTPUT_H

#include "runtime/support/Diagnostic.h"

#include <cstdio>

namespace snnc {

/// While it lives, `stdout` (and so fmt::print) goes through safeText(), which
/// keeps new lines and tabs, and a failure to write is remembered: what a file
/// calls its things cannot control a terminal, and nothing is lost in silence.
class StandardOutput {
public:
  StandardOutput();
  ~StandardOutput();
  StandardOutput(const StandardOutput &) = delete;

  /// Writes what is buffered. Error SNN0003 when anything could not be written,
  /// SNN0004 when nobody reads it any more.
  Status finish();

  /// What the stream calls.
  void take(const char *text, size_t size);

private:
  std::FILE *before, *own;
  std::string pending; ///< a character that is not whole yet
  int failure = 0;     ///< errno of the first
};

} // namespace snnc

#endif // SNNC_TOOLS_OUTPUT_H
