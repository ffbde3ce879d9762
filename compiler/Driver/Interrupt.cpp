//===- Interrupt.cpp - Ctrl-C ends a run cleanly --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Interrupt.h"

#include <csignal>

namespace snnc {

// A signal handler can reach nothing but a static flag.
static volatile std::sig_atomic_t signalled = 0;

extern "C" void snncOnSignal(int number) {
  signalled = 1;
  std::signal(number, SIG_DFL);
}

void catchInterrupts() {
  std::signal(SIGINT, snncOnSignal);
  std::signal(SIGTERM, snncOnSignal);
}

bool interrupted() { return signalled != 0; }

} // namespace snnc
