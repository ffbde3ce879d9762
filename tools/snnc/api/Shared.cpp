//===- Shared.cpp - libsnnc.so --------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All of it comes from the archives; a library needs one source.

#include "tools/snnc/api/Api.h"
