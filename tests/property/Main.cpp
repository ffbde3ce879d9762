//===- Main.cpp - snnc-property: random networks, every way to run them ---===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   snnc-property --first 0 --count 65       a range of seeds, as ctest does
//   snnc-property --seed 17 --dump           one network, with its YAML
//   snnc-property --seed 17 --yaml           its YAML alone, nothing runs
//   snnc-property --seed 17 --shrink         the smallest that still fails
//   snnc-property --first 0 --count 12 --added-format
//                                            with rows of tests/formats
//   snnc-property --first 0 --count 24 --dram  rows in DRAM
//   snnc-property --first 0 --count 400 --engine
//   snnc-property --first 0 --count 400 --machines
//                                            on damaged machines of 1 chip to 3
//                                            boards
//
// Exit code 1 when a network fails, when more variants are refused than
// expected, or when the networks are too silent to say anything.
//
//===----------------------------------------------------------------------===//

#include "compiler/SNN/NeuronLibrary.h"
#include "tests/formats/PairRows.h"
#include "tests/property/Check.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>

using namespace snnc;
using namespace snnc::property;

namespace {

struct Totals {
  unsigned networks = 0, failed = 0, compared = 0, parallel = 0;
  unsigned rowSplits = 0, addedFormat = 0;
  unsigned spiking = 0, silent = 0; ///< populations
  uint64_t spikes = 0, cores = 0, buffers = 0, chips = 0, pins = 0;
  std::map<std::string, unsigned> refusals;
  std::set<std::string> models;

  void add(const Outcome &outcome) {
    ++networks;
    compared += outcome.compared;
    parallel += outcome.parallelPes;
    rowSplits += outcome.rowSplits;
    addedFormat += outcome.addedFormat;
    spiking += outcome.spiking;
    silent += unsigned(outcome.silent.size());
    spikes += outcome.spikes;
    cores += outcome.cores;
    buffers += outcome.buffers;
    chips += outcome.chips;
    pins += outcome.pins;
    for (const auto &[what, count] : outcome.refusals)
      refusals[what] += count;
    models.insert(outcome.models.begin(), outcome.models.end());
  }
};

void describe(const NetworkSpec &spec) {
  fmt::print("# seed {} ({}), {} tick(s), {} sample(s), {}{}, slices of {} "
             "(serial split) and {} (mixed split), {} sources (row split), "
             "parallel in the mix: {:b}\n",
             spec.seed, spec.origin, spec.ticks, spec.samples,
             spec.wide ? "int16" : "int8",
             spec.oneScale ? ", py-spinnaker2" : "", spec.serialSlice,
             spec.mixedSlice, spec.rowSources, spec.pins);
  for (uint32_t i = 0; i < spec.inputs.size(); ++i)
    fmt::print("# {}: rate {:g}, up to {} spike(s) a tick\n", spec.nameOf(i),
               spec.inputs[i].rate, spec.inputs[i].largestCount);
}

NetworkSpec shrink(NetworkSpec spec,
                   const std::shared_ptr<s2::ProgramCache> &cache) {
  // A greedy walk: any smaller network that fails, whatever its message.
  for (bool again = true; again;) {
    again = false;
    for (NetworkSpec &candidate : smaller(spec)) {
      if (check(candidate, cache).failure.empty())
        continue;
      spec = std::move(candidate);
      again = true;
      break;
    }
  }
  return spec;
}

int runOne(NetworkSpec spec, bool dump, bool shrinks) {
  auto cache = std::make_shared<s2::ProgramCache>();
  if (shrinks && !check(spec, cache).failure.empty())
    spec = shrink(std::move(spec), cache);
  describe(spec);
  if (dump || shrinks)
    fmt::print("{}", spec.toYaml());
  Outcome outcome = check(spec, cache);
  for (const auto &[what, count] : outcome.refusals)
    fmt::print("# refused: {}\n", what);
  fmt::print("# {} spike(s), {} run(s) agree with the reference, {} buffer(s) "
             "of {} core(s) as planned\n",
             outcome.spikes, outcome.compared, outcome.buffers, outcome.cores);
  for (const std::string &name : outcome.silent)
    fmt::print("# silent: {}\n", name);
  if (outcome.failure.empty())
    return 0;
  fmt::print("FAILED: {}\n", outcome.failure);
  return 1;
}

/// What a range of seeds must show besides agreement.
int judge(const Totals &totals, const std::vector<std::string> &models,
          bool added) {
  unsigned refused = 0;
  for (const auto &[what, count] : totals.refusals) {
    fmt::print("refused: {} x {}\n", count, what);
    refused += count;
  }
  fmt::print("{} network(s), {} failed; {} run(s) agree with the reference; "
             "{} spike(s), {} of {} population(s) silent, {} network(s) with "
             "parallel cores, {} with row splits; "
             "{} buffer(s) of {} core(s) as planned; {} variant(s) refused\n",
             totals.networks, totals.failed, totals.compared, totals.spikes,
             totals.silent, totals.spiking, totals.parallel, totals.rowSplits,
             totals.buffers, totals.cores, refused);
  int code = totals.failed != 0;
  auto demand = [&](bool good, const char *what) {
    if (!good)
      fmt::print("FAILED: {}\n", what);
    code |= !good;
  };
  demand(refused * 20 <= totals.compared, "more than 5 % are refused");
  if (added) {
    fmt::print("{} network(s) with rows of the added format\n",
               totals.addedFormat);
    demand(totals.addedFormat * 10 >= totals.networks * 9,
           "fewer than 90 % of the networks use the added format");
  }
  if (totals.networks < 40)
    return code;
  demand(totals.silent * 3 <= totals.spiking,
         "more than a third of the populations is silent");
  demand(totals.parallel * 10 >= totals.networks * 9,
         "fewer than 90 % of the networks use the MAC array");
  demand(totals.rowSplits * 2 >= totals.networks,
         "fewer than half of the networks split sources over cores");
  for (const std::string &model : models)
    demand(totals.models.count(model), ("no population is " + model).c_str());
  return code;
}

/// What `checkOne` finds of the networks of so many seeds.
template <typename Check>
Totals overSeeds(uint64_t first, uint64_t count,
                 const std::vector<std::string> &models, Check checkOne) {
  Totals totals;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    Outcome outcome = checkOne(generate(seed, models));
    totals.add(outcome);
    if (!outcome.failure.empty()) {
      ++totals.failed;
      fmt::print("FAILED: seed {}: {}\n", seed, outcome.failure);
      std::fflush(stdout);
    }
  }
  return totals;
}

/// The CPU engine alone.
int runEngine(uint64_t first, uint64_t count,
              const std::vector<std::string> &models) {
  auto code = std::make_shared<target::NativeCode>();
  Totals totals = overSeeds(first, count, models, [&](const NetworkSpec &net) {
    return checkEngine(net, code);
  });
  fmt::print("{} network(s), {} failed; {} run(s) of the CPU engine agree with "
             "the reference; {} spike(s)\n",
             totals.networks, totals.failed, totals.compared, totals.spikes);
  return totals.failed != 0;
}

/// Rows in DRAM alone.
int runDram(uint64_t first, uint64_t count,
            const std::vector<std::string> &models) {
  unsigned inDram = 0;
  Totals totals = overSeeds(first, count, models, [&](const NetworkSpec &net) {
    Outcome outcome = checkDram(net);
    inDram += outcome.inDram;
    return outcome;
  });
  fmt::print("{} network(s), {} with rows in DRAM, {} failed; {} run(s) agree "
             "with the reference; {} spike(s)\n",
             totals.networks, inDram, totals.failed, totals.compared,
             totals.spikes);
  if (inDram * 2 < totals.networks) {
    fmt::print("FAILED: fewer than half of the networks have rows in DRAM\n");
    return 1;
  }
  return totals.failed != 0;
}

/// Damaged machines of one chip to three boards.
int runMachines(uint64_t first, uint64_t count,
                const std::vector<std::string> &models) {
  auto cache = std::make_shared<s2::ProgramCache>();
  Totals totals = overSeeds(first, count, models, [&](const NetworkSpec &net) {
    return checkMachines(net, cache);
  });
  unsigned refused = 0;
  for (const auto &[what, number] : totals.refusals) {
    fmt::print("refused: {} x {}\n", number, what);
    refused += number;
  }
  fmt::print("{} network(s), {} failed; {} run(s) on damaged machines "
             "agree with the reference; {} spike(s); {} core(s) on {} chip(s); "
             "{} pin(s) kept; {} variant(s) refused\n",
             totals.networks, totals.failed, totals.compared, totals.spikes,
             totals.cores, totals.chips, totals.pins, refused);
  bool isVaried = totals.pins >= totals.networks &&
                  totals.chips >= 2 * uint64_t(totals.compared);
  if (!isVaried || refused * 20 > totals.compared)
    fmt::print("FAILED: too few pins or chips, or more than 5 % are refused\n");
  return totals.failed || !isVaried || refused * 20 > totals.compared;
}

int runRange(uint64_t first, uint64_t count,
             const std::vector<std::string> &models, const char *program,
             const fabric::RowFormat *added) {
  Totals totals;
  auto cache = std::make_shared<s2::ProgramCache>();
  for (uint64_t seed = first; seed < first + count; ++seed) {
    Outcome outcome = check(generate(seed, models), cache, added);
    totals.add(outcome);
    if (outcome.failure.empty())
      continue;
    ++totals.failed;
    fmt::print("FAILED: seed {}: {}\n  replay: {} --seed {} --dump\n", seed,
               outcome.failure, program, seed);
    std::fflush(stdout);
  }
  return judge(totals, models, added);
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"Random networks: reference, serial, parallel, any split"};
  uint64_t first = 0, count = 0, seed = 0;
  bool dump = false, yaml = false, shrinks = false, added = false, engine = false,
       machines = false, inDram = false;
  app.add_option("--first", first, "First seed of a range");
  app.add_option("--count", count, "Seeds in the range");
  CLI::Option *one = app.add_option("--seed", seed, "One network");
  app.add_flag("--dump", dump, "Print its YAML")->needs(one);
  app.add_flag("--yaml", yaml, "Print its YAML and run nothing")->needs(one);
  app.add_flag("--shrink", shrinks, "Make a failing one smaller")->needs(one);
  app.add_flag("--added-format", added,
               "A range with a row format that only the tests have");
  app.add_flag("--dram", inDram,
               "A range on machines with little SRAM: rows are in DRAM");
  app.add_flag("--engine", engine,
               "A range on the CPU engine: all threads, all encodings");
  app.add_flag(
      "--machines", machines,
      "A range on damaged machines of 1 chip to 3 boards, some cores pinned");
  CLI11_PARSE(app, argc, argv);
  std::vector<std::string> models = snn::libraryModelNames();
  if (yaml) {
    NetworkSpec spec = generate(seed, models);
    describe(spec);
    fmt::print("{}", spec.toYaml());
    return 0;
  }
  if (one->count())
    return runOne(generate(seed, models), dump, shrinks);
  if (inDram)
    return runDram(first, count, models);
  if (machines)
    return runMachines(first, count, models);
  if (engine)
    return runEngine(first, count, models);
  return runRange(first, count, models, argv[0],
                  added ? &tests::pairRows() : nullptr);
}
