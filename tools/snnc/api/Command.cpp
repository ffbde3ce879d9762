//===- Command.cpp - The command on top of libsnnc.so ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For packages that have the library anyway: the same command in a few kB.

#include "tools/snnc/api/Api.h"

int main(int argc, char **argv) { return snnc::api::command(argc, argv); }
