//===- EarlyStart.cpp - Before the first constructor ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file of its own: a shared library cannot have such a function.

#include "tools/snnc/Interrupt.h"

namespace snnc {

/// Before the constructors of the shared libraries (XGBoost's, HDF5's), which
/// allocate, take their time and are not ready for the exception. The address
/// sanitizer is not up yet.
__attribute__((no_sanitize("address", "undefined"))) static void
onStart(int, char **, char **) {
  catchEarly();
}

__attribute__((section(".preinit_array"),
               used)) static void (*const early)(int, char **,
                                                 char **) = onStart;

} // namespace snnc
