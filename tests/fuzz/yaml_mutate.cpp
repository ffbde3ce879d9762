//===- yaml_mutate.cpp - Damaged YAML networks in bulk --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes seeded mutants of real network files and imports each; every one ends
// in a module that verifies and normalises or is refused with a located error.
// A mutant that needs long or leaves neither is printed; `--only n` repeats it.
//
//   yaml-mutate [--count N] [--seed S] [--only N] folder...
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/YamlImport.h"
#include "passes/Normalize/Passes.h"
#include "runtime/support/AtomicFile.h"

#include "mlir/Pass/PassManager.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <random>

using namespace snnc;

namespace {

struct Tally {
  uint64_t accepted = 0, refused = 0, broken = 0;
  double slowest = 0;
  std::map<std::string, uint64_t> codes;
};

class Dice {
public:
  Dice(uint64_t seed, uint64_t index)
      : engine(seed * 0x9E3779B97F4A7C15 + index) {}
  uint64_t below(uint64_t limit) { return limit ? engine() % limit : 0; }

private:
  std::mt19937_64 engine;
};

/// Past this a mutant counts as broken: a large drawn network takes time, a
/// hang takes for ever.
constexpr double kSeconds = 30;

} // namespace

static void mutateOnce(std::string &text, Dice &dice) {
  static const char *const tokens[] = {"[",
                                       "]",
                                       "{",
                                       "}",
                                       ": ",
                                       "- ",
                                       "&a ",
                                       "*a",
                                       "!",
                                       "|",
                                       ">",
                                       "'",
                                       "\"",
                                       "1e308",
                                       "-1",
                                       "nan",
                                       ".inf",
                                       "4294967296",
                                       "9223372036854775807",
                                       "0",
                                       "null",
                                       "~",
                                       "\t",
                                       "\n",
                                       "size: ",
                                       "model: ",
                                       "*",
                                       "(",
                                       ")",
                                       "? ",
                                       "#",
                                       "{dist: uniform, low: 1, high: 0}",
                                       "{file: /dev/null}",
                                       "\xff",
                                       "\\"};
  if (text.empty())
    return;
  size_t at = dice.below(text.size());
  switch (dice.below(7)) {
  case 0:
    text[at] = char(dice.below(256));
    return;
  case 1:
    text.insert(at, tokens[dice.below(std::size(tokens))]);
    return;
  case 2:
    text.erase(at, 1 + dice.below(12));
    return;
  case 3: { // a part stands somewhere else as well
    std::string part = text.substr(at, 1 + dice.below(80));
    text.insert(dice.below(text.size()), part);
    return;
  }
  case 4: // a token instead of what was there
    text.replace(at, 1 + dice.below(6), tokens[dice.below(std::size(tokens))]);
    return;
  case 5:
    if (dice.below(4) == 0)
      text.resize(at);
    return;
  default: { // a digit, so that sizes and degrees change
    size_t digit = text.find_first_of("0123456789", at);
    if (digit != std::string::npos)
      text[digit] = char('0' + dice.below(10));
  }
  }
}

static std::string outcome(const std::string &text, Tally &tally) {
  mlir::MLIRContext context;
  context.disableMultithreading();
  std::string reported;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    reported += d.str() + "\n";
    return mlir::success();
  });
  DiagnosticSink sink;
  auto module = yaml::importYamlText(text, "mutant.yaml", &context, sink);
  for (const Diagnostic &d : sink.all()) {
    ++tally.codes[d.code.name()];
    if (d.code.name().size() != 7 || d.message.empty())
      return "a finding without code or message";
    if (d.spot.line < 1 && d.code != "SNN1001")
      return "a finding without a line: " + toText(d);
  }
  if (!module) {
    ++tally.refused;
    return sink.hasErrors() ? "" : "refused without an error: " + reported;
  }
  if (sink.hasErrors())
    return "accepted with an error";
  ++tally.accepted;
  // Small ones go on: what was accepted must normalise or say why not.
  bool large = false;
  module->walk([&](snn::ProjectionOp op) {
    large |= op.numSources() * op.numTargets() > 1 << 20;
  });
  if (large)
    return "";
  mlir::PassManager manager(&context);
  manager.addPass(normalize::createExpandMath());
  manager.addPass(normalize::createRetime());
  manager.addPass(normalize::createQuantize());
  manager.addPass(normalize::createSpecialize());
  if (mlir::failed(manager.run(*module)) &&
      reported.find("SNN") == std::string::npos)
    return "normalising failed without a code: " + reported;
  return "";
}

static void check(const std::string &text, uint64_t index, Tally &tally) {
  // Computing time: a busy machine is no fault of the text.
  std::clock_t begin = std::clock();
  std::string broken = outcome(text, tally);
  double seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
  tally.slowest = std::max(tally.slowest, seconds);
  if (broken.empty() && seconds > kSeconds)
    broken = fmt::format("took {:.1f} s", seconds);
  if (broken.empty())
    return;
  ++tally.broken;
  fmt::print("mutant {}: {}\n", index, broken);
}

int main(int argc, char **argv) {
  uint64_t count = 10000, seed = 1;
  int64_t only = -1;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    std::string_view arg = argv[i];
    auto value = [&] { return i + 1 < argc ? std::stoull(argv[++i]) : 0; };
    if (arg == "--count")
      count = value();
    else if (arg == "--seed")
      seed = value();
    else if (arg == "--only")
      only = int64_t(value());
    else
      for (const auto &entry : std::filesystem::directory_iterator(arg))
        if (entry.path().extension() == ".yaml")
          files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const std::string &file : files)
    if (auto text = readFile(file))
      texts.push_back(*text);
  if (texts.empty()) {
    fmt::print(stderr, "no .yaml file in the given folders\n");
    return 2;
  }
  Tally tally;
  for (uint64_t n = 0; n < count; ++n) {
    if (only >= 0 && n != uint64_t(only))
      continue;
    Dice dice(seed, n);
    std::string text = texts[dice.below(texts.size())];
    for (uint64_t k = 1 + dice.below(4); k > 0; --k)
      mutateOnce(text, dice);
    if (only >= 0)
      fmt::print("{}\n---\n", text);
    check(text, n, tally);
  }
  fmt::print("{} accepted, {} refused, {} broken, slowest {:.3f} s\n",
             tally.accepted, tally.refused, tally.broken, tally.slowest);
  for (const auto &[code, times] : tally.codes)
    fmt::print("  {} {}\n", code, times);
  return tally.broken ? 1 : 0;
}
