//===- ExitCode.h - How a command ends --------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SUPPORT_EXITCODE_H
#define SNNC_SUPPORT_EXITCODE_H

namespace snnc {

constexpr int kExitOk = 0;
constexpr int kExitInput = 1;
constexpr int kExitUsage = 2;
constexpr int kExitDoesNotFit = 3;
constexpr int kExitMismatch = 4;
constexpr int kExitDevice = 5;
constexpr int kExitLostSpikes = 6;
constexpr int kExitInternal = 70;
constexpr int kExitInterrupted = 130;
constexpr int kExitReaderGone = 141; ///< what a shell shows for SIGPIPE

} // namespace snnc

#endif // SNNC_SUPPORT_EXITCODE_H
