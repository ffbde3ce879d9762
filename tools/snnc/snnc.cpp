//===- snnc.cpp - The command ---------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Driver.h"
#include "tools/snnc/Interrupt.h"

int main(int argc, char **argv) {
  snnc::prepareProcess();
  return snnc::runDriver(argc, argv);
}
