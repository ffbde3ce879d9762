//===- StandardStreams.h - "-" in place of a file ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_STANDARDSTREAMS_H
#define SNNC_TOOLS_STANDARDSTREAMS_H

#include "runtime/support/Diagnostic.h"
#include "runtime/support/Temporaries.h"

#include <optional>

namespace snnc {

struct Options;

/// What "-" becomes.
inline constexpr const char *kStandardInput = "/dev/stdin",
                            *kStandardOutput = "/dev/stdout";

/// What "-" stands for, while it lives.
class StandardStreams {
public:
  /// Turns every "-" of the options into /dev/stdin, or /dev/stdout where a
  /// file is written. What is read is read more than once: a pipe is first
  /// copied to a temporary file that takes its place. Errors SNN0094 (two files
  /// from one stream, a terminal) and SNN0940 (the copy).
  Status use(Options &options);

private:
  Status holdInput();

  std::optional<Temporary> copy;
};

} // namespace snnc

#endif // SNNC_TOOLS_STANDARDSTREAMS_H
