//===- Doctor.cpp - snnc doctor: what this computer offers ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Doctor.h"

#include "backends/cpu/Costs.h"
#include "backends/cpu/Memory.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace snnc {

//===----------------------------------------------------------------------===//
// Computer
//===----------------------------------------------------------------------===//

static Check checkSystem() {
  utsname system{};
  uname(&system);
  return {
      "computer", "system",
      fmt::format("{} {}, {}", system.sysname, system.release, system.machine)};
}

static Check checkVectors() {
  VectorSet widest = widestVectors();
  Check check{"computer", "vectors", nameOf(widest)};
#if defined(__x86_64__)
  if (widest == VectorSet::Portable)
    check.remedy = "the processor, or the virtual machine, shows no AVX2: let "
                   "the machine show what its host has (qemu: -cpu host)";
#endif
  return check;
}

static Check checkCores() {
  long all = sysconf(_SC_NPROCESSORS_ONLN);
  unsigned usable = usableCores();
  Check check{"computer", "cores",
              fmt::format("{} of {}", usable, std::max(all, long(usable)))};
  if (all > long(usable))
    check.remedy = "taskset, a cpuset or the control group's cpu.max keeps the "
                   "others from this process: widen it";
  return check;
}

/// The limit may count threads of others, so it is tried.
static Check checkThreads() {
  std::vector<std::thread> threads;
  unsigned wanted = usableCores();
  startThreads(threads, wanted, [] {});
  for (std::thread &thread : threads)
    thread.join();
  Check check{"computer", "threads",
              fmt::format("{} of {} started", threads.size(), wanted)};
  if (threads.size() < wanted)
    check.remedy = "raise the limits on processes and address space (ulimit "
                   "-u, -v; pids.max of the control group)";
  return check;
}

static Check checkMemory() {
  cpu::MemoryLimit limit = cpu::memoryLimit();
  if (limit.source.empty())
    return {"computer", "memory", "not known"};
  constexpr double bytesASynapse = 4; // backends/cpu/README.md
  Check check{"computer", "memory",
              fmt::format("{:.1f} GB {}: some {:.0f} million synapses",
                          double(limit.bytes) / 1e9, limit.source,
                          double(limit.bytes) / bytesASynapse / 1e6)};
  if (limit.bytes < 500'000'000)
    check.remedy = limit.source.find("ulimit") != std::string::npos
                       ? "raise ulimit -v"
                   : limit.source.find("control group") != std::string::npos
                       ? "raise memory.max of the control group (docker "
                         "--memory)"
                       : "end programs that hold memory, or add some";
  return check;
}

/// What the widest loops use of what the processor shows.
static Check checkInstructions() {
  std::vector<std::string> have;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2"))
    have.push_back("AVX2");
  if (__builtin_cpu_supports("fma"))
    have.push_back("FMA");
  if (__builtin_cpu_supports("avx512f"))
    have.push_back("AVX-512F");
  if (__builtin_cpu_supports("avx512bw"))
    have.push_back("AVX-512BW");
  if (__builtin_cpu_supports("avx512vpopcntdq"))
    have.push_back("AVX-512VPOPCNTDQ");
#elif defined(__aarch64__)
  have.push_back("NEON");
#endif
  return {"computer", "instructions",
          have.empty() ? "none beyond the base"
                       : fmt::format("{}", fmt::join(have, ", "))};
}

/// Pipes, links and HDF5 files pass through it.
static Check checkTemporary() {
  std::error_code error;
  fs::path folder = fs::temp_directory_path(error);
  Check check{"computer", "temporary files", folder.native()};
  fs::space_info room = fs::space(folder, error);
  if (error || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    check.value = "TMPDIR cannot be written";
    check.remedy = "set TMPDIR to a folder that you may write";
  } else {
    check.value +=
        fmt::format(", {:.1f} GB free", double(room.available) / 1e9);
    if (room.available < 100'000'000)
      check.remedy =
          "make room there, or set TMPDIR to a folder with 100 MB or "
          "more";
  }
  return check;
}

std::vector<Check> checkComputer() {
  cpu::CostKey key = cpu::costKey(widestVectors());
  return {checkSystem(),  {"computer", "processor", key.processor},
          checkVectors(), checkInstructions(),
          checkCores(),   checkThreads(),
          checkMemory(),  checkTemporary()};
}

//===----------------------------------------------------------------------===//
// Caches
//===----------------------------------------------------------------------===//

std::vector<Check> checkCaches() {
  VectorSet vectors = widestVectors();
  cpu::CostKey key = cpu::costKey(vectors);
  std::string folder = cpu::cacheFolder();
  cpu::Costs costs = cpu::measureCosts(vectors);
  Check place{"caches", "folder", folder};
  if (folder.empty()) {
    place.value = "none";
    place.remedy = "set HOME or XDG_CACHE_HOME to a folder's whole path: else "
                   "built-in times choose encodings";
  } else if (!cpu::storeCosts(folder, key, costs)) {
    place.value += ", cannot be written";
    place.remedy = fmt::format(
        "make {} a folder that you may write, or set XDG_CACHE_HOME to another "
        "one's whole path: else built-in times choose encodings",
        folder);
  }
  std::vector<Check> checks = {place};
  if (place.remedy.empty())
    checks.push_back(
        {"caches", "file",
         fs::path(cpu::costFile(folder, key)).filename().string()});
  for (const cpu::CostName &cost : cpu::costNames())
    checks.push_back(
        {"caches", cost.name,
         fmt::format("{:.3g} ns, {} (built in: {:g} ns)", costs.*cost.value,
                     cost.meaning, cpu::Costs().*cost.value)});
  return checks;
}

//===----------------------------------------------------------------------===//
// All
//===----------------------------------------------------------------------===//

static void print(const std::vector<Check> &checks) {
  std::string section;
  size_t width = 0;
  for (const Check &check : checks)
    width = std::max(width, check.name.size());
  for (const Check &check : checks) {
    if (check.section != section)
      fmt::print("{}\n", section = check.section);
    fmt::print("  {:{}}  {}{}\n", check.name, width, check.value,
               check.remedy.empty() ? "" : "  (see below)");
  }
}

static void printJson(const std::vector<Check> &checks) {
  nlohmann::json all = nlohmann::json::array();
  bool isWell = true;
  for (const Check &check : checks) {
    const char *state = check.remedy.empty() ? "ok"
                        : check.isInTheWay   ? "in the way"
                                             : "less";
    isWell &= check.remedy.empty();
    all.push_back(
        {{"section", check.section},
         {"name", check.name},
         {"value", check.value},
         {"state", state},
         {"remedy", check.remedy.empty() ? nlohmann::json(nullptr)
                                         : nlohmann::json(check.remedy)}});
  }
  nlohmann::json report = {{"ok", isWell}, {"checks", all}};
  fmt::print("{}\n", jsonText(report, 2));
}

int runDoctor(bool json, DiagnosticSink &sink) {
  std::vector<Check> checks = checkComputer();
  for (auto part : {checkParts, checkPackages, checkBoards, checkCaches}) {
    std::vector<Check> more = part();
    std::ranges::move(more, std::back_inserter(checks));
  }
  json ? printJson(checks) : print(checks);
  for (const Check &check : checks)
    if (!check.remedy.empty())
      sink.report(makeFinding(
          check.isInTheWay ? DiagnosticCode("SNN0964")
                           : DiagnosticCode("SNN0963"),
          {}, fmt::format("{}: {}", check.name, check.value), {check.remedy}));
  return kExitOk;
}

} // namespace snnc
