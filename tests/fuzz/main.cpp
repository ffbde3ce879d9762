//===- main.cpp - Mutated files of every kind in bulk ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes seeded mutants of files and gives them to snnc's own verbs in child
// processes (Sandbox.h). A signal, a sanitizer's report, exit 70, an error
// without a finding, more than 2 GiB or more than 60 s of computing time are
// faults; the counts by outcome are printed. `--first N --count 1` repeats one.
//
//   snnc-mutate bundle NETWORK...      through run, inspect, verify
//   snnc-mutate FORMAT [FILE...]       yaml, expression, machine, selector,
//                                      npy, npz, csv, nirdata, nir
//
//===----------------------------------------------------------------------===//

#include "tests/fuzz/Commands.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string_view>
#include <unistd.h>

using namespace snnc::fuzz;

namespace snnc::fuzz {

Scratch::Scratch() : owner(::getpid()) {
  path = std::filesystem::temp_directory_path() / "snnc-mutate-XXXXXX";
  if (!::mkdtemp(path.data())) {
    fmt::print(stderr, "no temporary folder\n");
    std::exit(2);
  }
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (owner == ::getpid())
    std::filesystem::remove_all(path, ignored);
}

void writeWhole(const std::string &path, const std::string &bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), std::streamsize(bytes.size()));
  if (!file.flush()) {
    fmt::print(stderr, "cannot write {}\n", path);
    ::_exit(2);
  }
}

std::string npyOf(const std::string &dtype, const std::vector<uint64_t> &shape,
                  const std::string &bytes) {
  std::string head =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}",
                  dtype, fmt::join(shape, ", "));
  head += std::string(63 - (10 + head.size()) % 64, ' ') + "\n";
  std::string file("\x93NUMPY\x01\0", 8);
  file += char(head.size() & 0xFF);
  file += char(head.size() >> 8);
  return file + head + bytes;
}

/// The commands that refused every one of at least 200 files: what they would
/// do with a good one has never been tried.
static std::vector<std::string>
idleCommands(const std::map<std::string, uint64_t> &outcomes) {
  struct Counts {
    uint64_t all = 0, good = 0;
  };
  std::map<std::string, Counts> commands;
  for (const auto &[outcome, times] : outcomes) {
    size_t end = outcome.find(": exit ");
    if (end == std::string::npos)
      continue;
    Counts &counts = commands[outcome.substr(0, end)];
    counts.all += times;
    // Done, with another result, or with lost spikes.
    if (std::string_view("046").find(outcome[end + 7]) !=
        std::string_view::npos)
      counts.good += times;
  }
  std::vector<std::string> idle;
  for (const auto &[command, counts] : commands)
    if (counts.all >= 200 && counts.good == 0)
      idle.push_back(command);
  return idle;
}

int Plan::run(const std::function<void(uint64_t, Notes &)> &mutant) const {
  SandboxResult result = runSandboxed(first, first + count, limits, mutant);
  for (const auto &[outcome, times] : result.outcomes)
    fmt::print("{:>9}  {}\n", times, outcome);
  fmt::print("{} mutants, seed {}: {} fault(s), slowest command {:.2f} s, "
             "largest child {} MiB\n",
             count, seed, result.faults.size(), result.slowest,
             result.peakBytes >> 20);
  std::vector<std::string> idle = idleCommands(result.outcomes);
  for (const std::string &command : idle)
    fmt::print("'{}' refused every file: the mutants are no test of it\n",
               command);
  return result.faults.empty() && idle.empty() ? 0 : 1;
}

} // namespace snnc::fuzz

int main(int argc, char **argv) {
  Plan plan;
  std::string command = argc > 1 ? argv[1] : "";
  bool valid = !command.empty() && command[0] != '-';
  for (int i = 2; i < argc && valid; ++i) {
    std::string_view arg = argv[i];
    if (!arg.starts_with("--")) {
      plan.paths.emplace_back(arg);
      continue;
    }
    valid = i + 1 < argc;
    const char *value = valid ? argv[++i] : "0";
    auto number = [&] { return std::strtoull(value, nullptr, 10); };
    if (arg == "--count")
      plan.count = number();
    else if (arg == "--seed")
      plan.seed = number();
    else if (arg == "--first")
      plan.first = number();
    else if (arg == "--save")
      plan.save = value;
    else if (arg == "--memory")
      plan.limits.bytes = number() << 20;
    else if (arg == "--seconds")
      plan.limits.seconds = double(number());
    else
      valid = false;
  }
  if (!valid) {
    fmt::print(stderr,
               "usage: snnc-mutate FORMAT [--count N] [--seed S] [--first N] "
               "[--save FILE] [--memory MiB] [--seconds S] [file...]\n");
    return 2;
  }
  return command == "bundle" ? mutateBundles(plan) : mutateFiles(command, plan);
}
