//===- Interrupt.h - Ways in which the process ends early -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_INTERRUPT_H
#define SNNC_TOOLS_INTERRUPT_H

namespace snnc {

/// From here on SIGINT and SIGTERM (unless they are ignored, as under nohup),
/// memory that runs out, LLVM's fatal errors and std::terminate end the process
/// at once, in whatever it is doing: temporary files are removed, one finding
/// (SNN0427, SNN0852, SNN0940, SNN0901) goes to standard error, the exit code is
/// kExitInterrupted, kExitInput or kExitInternal. Nothing is unwound: a result
/// is written whole or not at all, and a data set line by line.
/// Memory: from before the first constructor of the shared libraries on.
/// Also: a closed standard descriptor is never given to a file, and SIGPIPE
/// becomes an error of the write.
void prepareProcess();

/// The part of it that an executable does before the constructors of the shared
/// libraries run (EarlyStart.cpp).
void catchEarly();

/// From here on the first SIGINT or SIGTERM is only noted: the caller asks
/// isInterrupted() often and ends in its own way. The second one ends at once.
void holdInterrupts();
bool isInterrupted();

/// Those findings as one JSON object from here on.
void describeEndsAsJson();

} // namespace snnc

#endif // SNNC_TOOLS_INTERRUPT_H
