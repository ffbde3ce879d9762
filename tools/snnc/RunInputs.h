//===- RunInputs.h - The arrays of --input ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_RUNINPUTS_H
#define SNNC_TOOLS_RUNINPUTS_H

#include "runtime/bundle/Bundle.h"
#include "runtime/io/NdArray.h"
#include "tools/snnc/Options.h"

namespace snnc {

/// Reads the files of --input, by the input that each is for: axes as --layout
/// says, as many samples as --repeat, analog arrays encoded (--encode). Nothing
/// after an error in `sink`.
std::optional<runtime::ArrayMap>
readRunInputs(const RunOptions &options, const runtime::Manifest &manifest,
              DiagnosticSink &sink);

} // namespace snnc

#endif // SNNC_TOOLS_RUNINPUTS_H
