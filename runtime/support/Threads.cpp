//===- Threads.cpp - As many threads as there can be ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Threads.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#if defined(__linux__)
#include <sched.h>
#endif

namespace snnc {

/// Cores that the process may run on (taskset, cpusets).
static unsigned affineCores() {
#if defined(__linux__)
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0)
    return unsigned(CPU_COUNT(&cores));
#endif
  return std::thread::hardware_concurrency();
}

/// Cores' worth of time that the control group gives (docker --cpus).
static double quotaCores() {
  std::ifstream file(
      "/sys/fs/cgroup/cpu.max"); // "max 100000" or "150000 100000"
  double time = 0, period = 0;
  if (file >> time >> period && time > 0 && period > 0)
    return time / period;
  return 1e6;
}

unsigned usableCores() {
  static const unsigned cores = [] {
    double quota = std::ceil(std::min(quotaCores(), 1e6));
    return std::max(1u, std::min(affineCores(), unsigned(quota)));
  }();
  return cores;
}

} // namespace snnc
