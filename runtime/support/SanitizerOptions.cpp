//===- SanitizerOptions.cpp - Defaults of sanitized executables -----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Debian's libLLVM is built without AddressSanitizer. Its arenas are templates:
// the copies that our own objects instantiate poison fresh memory, the ones in
// the library hand it out without telling the sanitizer. So arenas are not
// watched; everything else is. ASAN_OPTIONS still wins.
//
//===----------------------------------------------------------------------===//

extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0";
}
