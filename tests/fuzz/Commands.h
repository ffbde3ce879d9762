//===- Commands.h - What the driver of the mutants can do -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TESTS_FUZZ_COMMANDS_H
#define SNNC_TESTS_FUZZ_COMMANDS_H

#include "tests/fuzz/Dice.h"
#include "tests/fuzz/Sandbox.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace snnc::fuzz {

/// The command line.
struct Plan {
  uint64_t count = 1000, seed = 1, first = 0;
  std::string save; ///< keeps the last mutant there
  std::vector<std::string> paths;
  SandboxLimits limits;

  /// Runs the mutants, prints counts by outcome; 1 if there was a fault.
  int run(const std::function<void(uint64_t, Notes &)> &mutant) const;
};

/// Networks that are compiled; their bundles are mutated.
int mutateBundles(const Plan &plan);
/// Files of one of the other formats.
int mutateFiles(const std::string &format, const Plan &plan);

/// A folder of this process in $TMPDIR, removed with all it holds.
class Scratch {
public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;
  const std::string &folder() const { return path; }
  std::string file(const std::string &name) const { return path + "/" + name; }

private:
  std::string path;
  int owner;
};

/// Exits with 2 if it cannot.
void writeWhole(const std::string &path, const std::string &bytes);

/// A .npy file (NumPy format 1.0).
std::string npyOf(const std::string &dtype, const std::vector<uint64_t> &shape,
                  const std::string &bytes);

} // namespace snnc::fuzz

#endif // SNNC_TESTS_FUZZ_COMMANDS_H
