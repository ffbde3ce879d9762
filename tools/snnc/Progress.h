//===- Progress.h - A progress bar on terminals -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_PROGRESS_H
#define SNNC_TOOLS_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace snnc {

/// How much is done, how fast, and the seconds that are left. Redraws one line on stderr at most ten times a second; silent when stderr is
/// not a terminal.
class Progress {
public:
  /// `unit`: what is counted.
  Progress(bool quiet, std::string label, std::string unit = "ticks");
  ~Progress() { finish(); }
  void update(uint64_t done, uint64_t total);
  /// What is counted is model time: how much has passed and how fast are shown.
  void setTick(double seconds) { tickSeconds = seconds; }
  /// Removes the line.
  void finish();

private:
  std::string label, unit;
  std::string timeText(uint64_t done, uint64_t total, double rate) const;

  bool enabled = false, drawn = false;
  double tickSeconds = 0;
  std::optional<uint64_t> first; ///< done before this process began
  std::chrono::steady_clock::time_point started, last;
};

} // namespace snnc

#endif // SNNC_TOOLS_PROGRESS_H
