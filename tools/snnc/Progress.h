//===- Progress.h - A progress bar on terminals -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_PROGRESS_H
#define SNNC_TOOLS_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <string>

namespace snnc {

/// Redraws one line on stderr at most ten times a second; silent when stderr is
/// not a terminal.
class Progress {
public:
  /// `unit`: what is counted.
  Progress(bool quiet, std::string label, std::string unit = "ticks");
  ~Progress() { finish(); }
  void update(uint64_t done, uint64_t total);
  /// Removes the line.
  void finish();

private:
  std::string label, unit;
  bool enabled = false, drawn = false;
  std::chrono::steady_clock::time_point started, last;
};

} // namespace snnc

#endif // SNNC_TOOLS_PROGRESS_H
