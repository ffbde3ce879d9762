//===- Progress.cpp - A progress bar on terminals -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Progress.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace snnc {

using Clock = std::chrono::steady_clock;

Progress::Progress(bool quiet, std::string label, std::string unit)
    : label(std::move(label)), unit(std::move(unit)),
      enabled(!quiet && ::isatty(STDERR_FILENO)), started(Clock::now()),
      last(started) {}

/// "0.12 of 10 s, 0.3 of real time, "; `rate`: ticks a second.
std::string Progress::timeText(uint64_t done, uint64_t total,
                               double rate) const {
  if (tickSeconds <= 0)
    return "";
  return fmt::format("{:.3g} of {:.3g} s, {:.2g} of real time, ",
                     double(done) * tickSeconds, double(total) * tickSeconds,
                     rate * tickSeconds);
}

void Progress::update(uint64_t done, uint64_t total) {
  if (!enabled || total == 0)
    return;
  if (!first)
    first = done;
  auto now = Clock::now();
  if (now - last < std::chrono::milliseconds(100) && done != total)
    return;
  last = now;
  drawn = true;
  constexpr unsigned width = 30;
  unsigned filled = unsigned(done * width / total);
  double seconds = std::chrono::duration<double>(now - started).count();
  double rate = seconds > 0 ? double(done - *first) / seconds : 0;
  double left = rate > 0 ? double(total - done) / rate : 0;
  fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {}/{} {}, {}{:.0f} s left\033[K",
             label, "", filled, "", width - filled, done, total, unit,
             timeText(done, total, rate), left);
  std::fflush(stderr);
}

void Progress::finish() {
  if (drawn)
    fmt::print(stderr, "\r\033[K");
  drawn = false;
}

} // namespace snnc
