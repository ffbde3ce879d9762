//===- snnc.cpp - The command ---------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Driver.h"
#include "compiler/Driver/Interrupt.h"

int main(int argc, char **argv) {
  snnc::prepareProcess();
  return snnc::runDriver(argc, argv);
}
