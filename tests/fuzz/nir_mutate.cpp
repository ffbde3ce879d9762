//===- nir_mutate.cpp - Damaged NIR files in bulk -------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes seeded mutants of real .nir files, reads and normalises each, and
// checks that every one ends in an accepted graph that keeps normalise()'s
// promises or in an error with a code, within time and memory. Mutant number n
// of a seed is the same on every machine: `--only n` repeats it.
//
//   nir-mutate [--count N] [--seed S] [--only N] [--save FILE]
//              [--child-errors] folder...
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirReader.h"
#include "runtime/support/AtomicFile.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

using namespace snnc;
using namespace snnc::nir;

namespace {

/// Computing time; a mutant takes a few milliseconds, or for ever.
constexpr double secondsPerMutant = 0.25;
/// Computing time of reader and child together that no mutant may take; one
/// that waits for ever ends by ctest's limit. Never wall time: a busy machine
/// is no fault of the file.
constexpr double hangSeconds = 4 * secondsPerMutant + 2;
constexpr uint64_t childMemoryLimit = uint64_t(1) << 30;

struct Options {
  uint64_t count = 10'000;
  uint64_t seed = 1;
  int64_t only = -1;
  std::string save;
  bool childErrors = false;
  std::vector<std::string> folders;
};

struct Tally {
  uint64_t accepted = 0, refused = 0, contained = 0, hung = 0, broken = 0;
  double slowest = 0;
  std::map<std::string, uint64_t> codes;
};

/// The random choices of one mutant. std::mt19937_64 is the same everywhere;
/// the distributions of <random> are not, so `below` is spelled out.
class Dice {
public:
  Dice(uint64_t seed, uint64_t index)
      : engine(seed * 0x9E3779B97F4A7C15 + index) {}
  uint64_t bits() { return engine(); }
  uint64_t below(uint64_t limit) { return limit ? engine() % limit : 0; }

private:
  std::mt19937_64 engine;
};

} // namespace

//===----------------------------------------------------------------------===//
// Mutations
//===----------------------------------------------------------------------===//

/// Numbers that break length and offset arithmetic.
static uint64_t nastyNumber(Dice &dice, uint64_t fileSize) {
  const uint64_t numbers[] = {0,
                              1,
                              0x7F,
                              0xFF,
                              0xFFFF,
                              0x7FFFFFFF,
                              0xFFFFFFFF,
                              uint64_t(1) << 32,
                              uint64_t(1) << 40,
                              ~uint64_t(0),
                              ~uint64_t(0) - 7,
                              uint64_t(1) << 63,
                              fileSize,
                              fileSize - 1,
                              fileSize + 1,
                              96,
                              dice.below(fileSize)};
  return numbers[dice.below(std::size(numbers))];
}

/// Somewhere in or just behind an HDF5 structure: the superblock, B-trees,
/// symbol tables, heaps, object headers (which version 1 does not mark).
static size_t structureOffset(const std::string &bytes, Dice &dice) {
  static constexpr std::string_view marks[] = {"\x89HDF", "TREE", "SNOD",
                                               "HEAP",    "GCOL", "OHDR"};
  std::string_view mark = marks[dice.below(std::size(marks))];
  size_t found = bytes.find(mark, dice.below(bytes.size()));
  if (found == std::string::npos)
    found = bytes.find(mark);
  if (found == std::string::npos) // then most likely an object header
    found = dice.below(bytes.size()) & ~size_t(7);
  return std::min(found + dice.below(96), bytes.size() - 1);
}

static void overwrite(std::string &bytes, size_t at, uint64_t value,
                      size_t width) {
  width = std::min(width, bytes.size() - at);
  std::memcpy(bytes.data() + at, &value, width);
}

static void mutateOnce(std::string &bytes, Dice &dice) {
  if (bytes.size() < 64)
    return;
  size_t anywhere = dice.below(bytes.size());
  size_t structural = structureOffset(bytes, dice);
  size_t at = dice.below(3) ? structural : anywhere;
  switch (dice.below(9)) {
  case 0: // one bit
    bytes[at] = char(bytes[at] ^ (1 << dice.below(8)));
    return;
  case 1: // one byte
    bytes[at] = char(dice.bits());
    return;
  case 2: { // a run of one byte
    size_t end = std::min(bytes.size(), at + 1 + dice.below(64));
    std::fill(bytes.begin() + long(at), bytes.begin() + long(end),
              dice.below(2) ? char(dice.bits()) : '\0');
    return;
  }
  case 3: // a length or an address, 8 bytes
    return overwrite(bytes, at & ~size_t(7), nastyNumber(dice, bytes.size()),
                     8);
  case 4: // a count or a size, 2 or 4 bytes
    return overwrite(bytes, at & ~size_t(1), nastyNumber(dice, bytes.size()),
                     dice.below(2) ? 2 : 4);
  case 5: { // two blocks change places
    size_t size = size_t(8) << dice.below(8);
    size_t a = dice.below(bytes.size()) & ~size_t(7);
    size_t b = dice.below(bytes.size()) & ~size_t(7);
    if (a + size <= bytes.size() && b + size <= bytes.size() &&
        std::max(a, b) - std::min(a, b) >= size)
      std::swap_ranges(bytes.begin() + long(a), bytes.begin() + long(a + size),
                       bytes.begin() + long(b));
    return;
  }
  case 6: { // one block twice
    size_t size = size_t(8) << dice.below(6);
    size_t a = dice.below(bytes.size()) & ~size_t(7);
    if (a + size <= bytes.size() && at + size <= bytes.size())
      std::memmove(bytes.data() + at, bytes.data() + a, size);
    return;
  }
  case 7: // cut off, sometimes with the header's end of file made to fit
    if (dice.below(4) == 0) {
      bytes.resize(std::max<size_t>(64, anywhere));
      if (dice.below(2))
        overwrite(bytes, 40, bytes.size(), 8);
    }
    return;
  case 8: { // small arithmetic on a field
    uint64_t value = 0;
    size_t field = at & ~size_t(7);
    std::memcpy(&value, bytes.data() + field,
                std::min<size_t>(8, bytes.size() - field));
    return overwrite(bytes, field, value + dice.below(17) - 8, 8);
  }
  }
}

static std::string mutant(const std::vector<std::string> &files, Dice &dice) {
  std::string bytes = files[dice.below(files.size())];
  for (uint64_t n = 1 + dice.below(4); n > 0; --n)
    mutateOnce(bytes, dice);
  return bytes;
}

//===----------------------------------------------------------------------===//
// The check
//===----------------------------------------------------------------------===//

/// The promises of normalise(); empty: all kept.
static std::string brokenPromise(const Graph &graph) {
  if (!graph.unresolved.empty())
    return "unresolved edges";
  for (const Node &node : graph.nodes) {
    if (node.graph || node.kind == NodeKind::NIRGraph)
      return "a nested graph";
    auto in = elementCount(node.inputShape);
    auto out = elementCount(node.outputShape);
    if (!in || !out || *in == 0 || *out == 0 || node.inputShape.empty())
      return node.name + ": no shape";
    for (const auto &[name, field] : node.fields) {
      const auto *tensor = std::get_if<Tensor>(&field);
      if (!tensor)
        return node.name + ": text in " + name;
      if (elementCount(tensor->shape()) != tensor->size())
        return node.name + ": size of " + name;
      if (isElementwise(node.kind) && !tensor->isScalar() &&
          tensor->shape() != node.outputShape)
        return node.name + ": shape of " + name;
    }
  }
  for (const Edge &edge : graph.edges) {
    if (edge.source >= graph.nodes.size() || edge.target >= graph.nodes.size())
      return "an edge to nowhere";
    if (elementCount(graph.nodes[edge.source].outputShape) !=
        elementCount(graph.nodes[edge.target].inputShape))
      return "an edge between different sizes";
  }
  return "";
}

/// The mutant on disk, in $TMPDIR. (HDF5 asks for the real path of what it
/// opens, so an anonymous file will not do.)
class TemporaryFile {
public:
  TemporaryFile() {
    name = std::filesystem::temp_directory_path() / "nir-mutate-XXXXXX";
    fd = ::mkstemp(name.data());
  }
  ~TemporaryFile() {
    ::close(fd);
    ::unlink(name.c_str());
  }
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  const std::string &path() const { return name; }
  void write(const std::string &bytes) const {
    if (::ftruncate(fd, 0) != 0 ||
        ::pwrite(fd, bytes.data(), bytes.size(), 0) != ssize_t(bytes.size())) {
      fmt::print(stderr, "cannot write {}\n", name);
      std::exit(2);
    }
  }

private:
  std::string name;
  int fd;
};

/// User and system time of this process and of its children that ended.
static double computingSeconds() {
  double sum = 0;
  for (int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    for (const timeval &time : {used.ru_utime, used.ru_stime})
      sum += double(time.tv_sec) + double(time.tv_usec) * 1e-6;
  }
  return sum;
}

static void check(const TemporaryFile &file, uint64_t index,
                  const Options &options, Tally &tally) {
  ReadLimits limits;
  limits.tensorBytes = uint64_t(64) << 20;
  limits.totalBytes = uint64_t(128) << 20;
  limits.seconds = secondsPerMutant;
  limits.showChildErrors = options.childErrors;
  if (options.childErrors)
    fmt::print(stderr, "--- mutant {}\n", index);
  double begin = computingSeconds();
  DiagnosticSink findings;
  Expected<Graph> graph = readNir(file.path(), findings, limits);
  std::string broken, code;
  if (!graph) {
    code = graph.error().code.name();
    if (options.only >= 0)
      fmt::print("{}\n", toText(graph.error()));
    (void)toJson(graph.error()).dump(); // throws on text that is not UTF-8
  } else if (normalise(*graph, findings)) {
    broken = brokenPromise(*graph);
    (void)inferDt(*graph);
    DiagnosticSink again;
    if (broken.empty() && !normalise(*graph, again))
      broken = "not idempotent: " + toText(again.all().back());
  }
  for (const Diagnostic &finding : findings.all()) {
    (void)toJson(finding).dump();
    if (finding.severity == Severity::Error && code.empty())
      code = finding.code.name();
  }
  double taken = computingSeconds() - begin;
  tally.slowest = std::max(tally.slowest, taken);
  ++(code.empty() ? tally.accepted : tally.refused);
  if (!code.empty())
    ++tally.codes[code];
  tally.contained += code == "SNN0204";
  bool isHung = taken > hangSeconds;
  tally.hung += isHung;
  tally.broken += !broken.empty();
  if (!broken.empty() || isHung || options.only >= 0)
    fmt::print("mutant {}: {} {} {:.3f} s\n", index,
               code.empty() ? "accepted" : code, broken, taken);
}

static bool parse(int argc, char **argv, Options &options) {
  for (int i = 1; i < argc; ++i) {
    std::string_view arg = argv[i];
    bool hasValue = i + 1 < argc;
    if (arg == "--count" && hasValue)
      options.count = std::strtoull(argv[++i], nullptr, 10);
    else if (arg == "--seed" && hasValue)
      options.seed = std::strtoull(argv[++i], nullptr, 10);
    else if (arg == "--only" && hasValue)
      options.only = std::strtoll(argv[++i], nullptr, 10);
    else if (arg == "--save" && hasValue)
      options.save = argv[++i];
    else if (arg == "--child-errors")
      options.childErrors = true;
    else if (arg.starts_with("--"))
      return false;
    else
      options.folders.emplace_back(arg);
  }
  return !options.folders.empty();
}

static std::vector<std::string> load(const std::vector<std::string> &folders) {
  std::vector<std::string> paths, files;
  for (const std::string &folder : folders)
    for (const auto &entry :
         std::filesystem::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".nir")
        paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const std::string &path : paths)
    if (Expected<std::string> bytes = readFile(path))
      files.push_back(std::move(*bytes));
  return files;
}

static int report(const Tally &tally, const Options &options) {
  struct rusage children{};
  ::getrusage(RUSAGE_CHILDREN, &children);
  uint64_t peak = uint64_t(children.ru_maxrss) * 1024;
  fmt::print("{} mutants, seed {}: {} accepted, {} refused, of which {} ended "
             "the HDF5 library and {} its time; {} hung, {} broke a promise\n",
             tally.accepted + tally.refused, options.seed, tally.accepted,
             tally.refused, tally.contained,
             tally.codes.count("SNN0205") ? tally.codes.at("SNN0205") : 0,
             tally.hung, tally.broken);
  for (const auto &[code, count] : tally.codes)
    fmt::print("  {} {}\n", code, count);
  fmt::print("slowest {:.3f} s, largest child {} MiB\n", tally.slowest,
             peak >> 20);
  return tally.hung || tally.broken || peak > childMemoryLimit;
}

int main(int argc, char **argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr, "usage: nir-mutate [--count N] [--seed S] [--only N] "
                       "[--save FILE] [--child-errors] folder...\n");
    return 2;
  }
  // A clone with nothing beside it: 77 is a skipped test.
  if (!std::getenv("SNNC_SHARED_DATA") &&
      std::none_of(
          options.folders.begin(), options.folders.end(),
          [](auto &folder) { return std::filesystem::is_directory(folder); })) {
    fmt::print("skipped 'no test data: set SNNC_SHARED_DATA'\n");
    return 77;
  }
  std::vector<std::string> files = load(options.folders);
  if (files.empty()) {
    fmt::print(stderr, "no .nir files in {}\n",
               fmt::join(options.folders, " "));
    return 2;
  }
  Tally tally;
  TemporaryFile file;
  for (uint64_t i = 0; i < options.count; ++i) {
    if (options.only >= 0 && uint64_t(options.only) != i)
      continue;
    Dice dice(options.seed, i);
    std::string bytes = mutant(files, dice);
    if (!options.save.empty() && !writeFileAtomically(options.save, bytes))
      return 2;
    file.write(bytes);
    check(file, i, options, tally);
  }
  return report(tally, options);
}
