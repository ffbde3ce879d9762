//===- Interrupt.h - Ctrl-C ends a run cleanly -------------------*- C++
//-*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_DRIVER_INTERRUPT_H
#define SNNC_DRIVER_INTERRUPT_H

namespace snnc {

/// Installs handlers for SIGINT and SIGTERM; a second signal ends the process.
void catchInterrupts();
/// True once a signal has come in.
bool interrupted();

} // namespace snnc

#endif // SNNC_DRIVER_INTERRUPT_H
