//===- Compile.h - What a command line asks of the targets ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_COMPILE_H
#define SNNC_TOOLS_COMPILE_H

#include "compiler/Target/Target.h"
#include "runtime/support/Diagnostic.h"
#include "tools/snnc/Framework.h"
#include "tools/snnc/Options.h"

namespace snnc {

/// What a bundle says about the options that made it. How a file was read is
/// not among them: the network in the bundle has every rule applied.
s2::Provenance provenanceOf(const CompileOptions &options);

/// What the chip's target reads of `options`, and what it tells of the others.
s2::MapOptions mappingOf(const CompileOptions &options);

/// Every target that there is, the preferred one first, ready for one command.
/// `threads`: of this computer, for an emulated chip; 0: all.
target::Registry targetsFor(const CompileOptions &options,
                            unsigned threads = 0);

} // namespace snnc

#endif // SNNC_TOOLS_COMPILE_H
