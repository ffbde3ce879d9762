//===- Memory.cpp - How much memory this process can still have -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/cpu/Memory.h"

#include <fstream>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>

namespace snnc::cpu {

/// "KEY: N kB" of a file of /proc, in bytes.
static std::optional<uint64_t> procBytes(const char *path,
                                         const std::string &key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key))
      return std::stoull(line.substr(key.size())) * 1024;
  return std::nullopt;
}

static std::optional<uint64_t> numberIn(const std::string &path) {
  std::ifstream file(path);
  uint64_t number = 0;
  if (file >> number) // "max" is no number: no limit
    return number;
  return std::nullopt;
}

/// What the control groups of this process leave, version 2 or 1.
static std::optional<uint64_t> groupBytes() {
  const std::pair<const char *, const char *> files[] = {
      {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
      {"/sys/fs/cgroup/memory/memory.limit_in_bytes",
       "/sys/fs/cgroup/memory/memory.usage_in_bytes"}};
  for (auto [limit, use] : files) {
    auto most = numberIn(limit), used = numberIn(use);
    if (most && used)
      return *most > *used ? *most - *used : 0;
  }
  return std::nullopt;
}

MemoryLimit memoryLimit() {
  MemoryLimit least;
  auto lower = [&](std::optional<uint64_t> bytes, const char *source) {
    if (bytes && (least.source.empty() || *bytes < least.bytes))
      least = {*bytes, source};
  };
  lower(procBytes("/proc/meminfo", "MemAvailable:"),
        "are free on this computer");
  lower(groupBytes(), "are left to the control group of this process");
  rlimit space{};
  auto used = procBytes("/proc/self/status", "VmSize:");
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
      used)
    lower(space.rlim_cur > *used ? space.rlim_cur - *used : 0,
          "are left of the address space that ulimit -v allows");
  return least;
}

} // namespace snnc::cpu
