//===- DiagnosticText.h - Findings for a terminal ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_DIAGNOSTICTEXT_H
#define SNNC_RUNTIME_SUPPORT_DIAGNOSTICTEXT_H

#include "runtime/support/Diagnostic.h"

namespace snnc {

enum class Colours : bool { Off, On };

/// toText() of Diagnostic.h, with ANSI colours where asked.
std::string toText(const Diagnostic &diagnostic, Colours colours);

/// Whether what is printed to this descriptor should have colours: a terminal
/// that is not dumb, and NO_COLOR is not set (no-color.org).
Colours coloursOf(int descriptor);

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_DIAGNOSTICTEXT_H
