//===- CodeDigest.h - Which code generator this is --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_BACKENDS_SPINNAKER2_CODEGEN_CODEDIGEST_H
#define SNNC_BACKENDS_SPINNAKER2_CODEGEN_CODEDIGEST_H

namespace snnc::s2 {

/// SHA-256, as hex digits, of the sources that make machine code of a
/// tick.program: written by the build (CMakeLists.txt lists them). The same in
/// every build of the same sources.
const char *codeDigest();

} // namespace snnc::s2

#endif // SNNC_BACKENDS_SPINNAKER2_CODEGEN_CODEDIGEST_H
