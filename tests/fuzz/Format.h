//===- Format.h - What a mutated file format is -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TESTS_FUZZ_FORMAT_H
#define SNNC_TESTS_FUZZ_FORMAT_H

#include "compiler/Target/NativeCode.h"
#include "tests/fuzz/Commands.h"

#include <memory>

namespace snnc::fuzz {

/// A format: what is mutated, how, and which verbs get it.
class Format {
public:
  virtual ~Format() = default;
  /// The changed file.
  virtual std::string mutant(Dice &dice) = 0;
  /// Gives it to the verbs.
  virtual void use(const std::string &bytes, Dice &dice, Notes &notes) = 0;
};

struct Setting {
  const Plan &plan;
  const Scratch &scratch;
};

/// The contents of the files given; of folders those that end in `extension`.
/// Exits with 2 if there are none, with 77 (skipped) if a folder is missing.
std::vector<std::string> seedsOf(const Plan &plan,
                                 const std::string &extension);

std::unique_ptr<Format> makeNirFormat(const Setting &setting);
/// .npy, .npz and NIRData; null for another name.
std::unique_ptr<Format> makeArrayFormat(const std::string &name,
                                        const Setting &setting);
/// Runs a network for some ticks on one of the backends, without inputs.
void runNetwork(const std::string &path, Dice &dice,
                const std::shared_ptr<target::NativeCode> &code, Notes &notes);
std::string contentsOf(const std::string &path);
/// How many changes a mutant gets.
uint64_t changes(Dice &dice);

} // namespace snnc::fuzz

#endif // SNNC_TESTS_FUZZ_FORMAT_H
