//===- RunVerbs.cpp - The options of run and verify -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/RunVerbs.h"

#include "tools/snnc/Backend.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/OptionGroups.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace snnc {

std::string withoutAlias(std::string name) {
  return name == "host" ? "native" : name;
}

/// "cpu (...), emulator (...), native (...) or reference (...)".
static std::string backendHelp(const target::Registry &registry) {
  std::string text;
  for (const target::DeviceInfo &device : registry.devices())
    text += fmt::format("{} ({}), ", device.name, device.summary);
  return text + "reference (the specification)";
}

static void addBackend(CLI::App *c, RunOptions &o,
                       const std::string &otherwise) {
  target::Registry registry = targetsFor(CompileOptions());
  CLI::Option *backend =
      c->add_option("--backend", o.backend,
                    backendHelp(registry) + "; default: " + otherwise)
          ->check(CLI::IsMember(backendNames(registry)));
  backend->transform(CLI::Validator(
      [](std::string &name) {
        name = withoutAlias(name);
        return std::string();
      },
      "", ""));
}

static void addRunOptions(CLI::App *c, RunOptions &o) {
  std::vector<std::string> files = kNetworkEndings;
  files.insert(files.begin(), ".s2x");
  c->add_option("file", o.input, "Bundle (.s2x) or network file")
      ->required()
      ->type_name(fileType(files));
  c->add_option("-i,--input", o.inputs,
                "Array file (.npy, .npz, NIRData .h5), or NAME=FILE; ticks x "
                "channels, ticks x C x H x W, or with samples in front")
      ->type_name(fileType({".npy", ".npz", ".h5"}));
  c->add_option("--ticks", o.ticks,
                "Rows of the results (default: the input's)")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 40));
  addChoice<runtime::Encoder>(
      c, "--encode", "Turn analog input into spikes: rate, latency, delta",
      {{"rate", runtime::Encoder::Rate},
       {"latency", runtime::Encoder::Latency},
       {"delta", runtime::Encoder::Delta}},
      o.encode);
  addChoice<Layout>(c, "--layout",
                    "Axes of an input array: samples-first (the default: "
                    "ticks x channels, samples before), ticks-first (time x "
                    "batch x channels, as snnTorch and Norse have it) or "
                    "channels-first (channels x ticks, samples before)",
                    {{"samples-first", Layout::SamplesFirst},
                     {"ticks-first", Layout::TicksFirst},
                     {"channels-first", Layout::ChannelsFirst}},
                    o.layout);
  c->add_option("--repeat", o.repeat,
                "Trials: as many samples, each with draws of its own in "
                "Poisson inputs, in noise and in the rate encoder")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 20));
  c->add_option("--threshold", o.threshold, "Step of the delta encoder")
      ->capture_default_str();
  c->add_option("--threads", o.threads, "Host threads (default: all cores)");
  addNetworkOptions(c, o.compile.network);
  addMachineOptions(c, o.compile);
}

void addRun(CLI::App &app, RunOptions &o) {
  CLI::App *c = app.add_subcommand("run", "Run a bundle or a network");
  addRunOptions(c, o);
  addBackend(c, o,
             "emulator for a bundle, and for a network where an option of the "
             "chip is given; else cpu");
  c->add_option("-r,--record", o.records,
                "POPULATION:VARIABLE to keep, for example lif1:spikes or "
                "lif1:v, or lif1:v[0-9,17]/10: these neurons every tenth tick; "
                "repeat for more (default: the network's probes; without any, "
                "all spikes and states)");
  c->add_option("-o,--output", o.output, "Results: .npz or NIRData .h5")
      ->type_name(fileType({".npz", ".h5"}));
  c->add_flag("--events", o.events,
              "Spikes as lists (.npz: rows of tick and neuron) that stream to "
              "OUTPUT.parts/ while the run goes on: for long runs");
  c->add_option("--checkpoint", o.checkpoint,
                "Every so many ticks save what a run needs to go on; implies "
                "--events (cpu)")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 40));
  c->add_flag("--resume", o.resume,
              "Go on from the last checkpoint of the same command, to the same "
              "bits");
  addChoice<runtime::Alignment>(
      c, "--align",
      "network: rows are the network's ticks; chip: the chip's clock",
      {{"network", runtime::Alignment::Network},
       {"chip", runtime::Alignment::Chip}},
      o.align)
      ->default_str("network");
  addChoice<bool>(c, "--precision",
                  "quantized, or float (cpu or reference, network file)",
                  {{"quantized", false}, {"float", true}}, o.inFloat)
      ->default_str("quantized");
  c->add_option("--trace", o.trace,
                "Write what each PE of the emulated chip did when, for "
                "ui.perfetto.dev")
      ->type_name(fileType({".pftrace"}));
  addReport(c, o.report);
  c->footer("Examples:\n"
            "  snnc run digits.s2x --input inputs.npy --record readout:spikes "
            "-o out.npz\n"
            "  snnc run net.nir --backend reference --precision float --input "
            "x.npy \\\n    --record lif1:v -o v.npz");
}

void addVerify(CLI::App &app, VerifyOptions &o) {
  CLI::App *c = app.add_subcommand(
      "verify", "Compare two backends, or the integers with the float network");
  addRunOptions(c, o.run);
  o.run.backend = "emulator";
  addBackend(c, o.run, "emulator");
  std::vector<std::string> others = backendNames(targetsFor(CompileOptions()));
  others.push_back("float");
  c->add_option("--against", o.against,
                "A backend: bit by bit; recorded arrays (.npz, "
                ".npy, NIRData .h5); float: the network file before "
                "quantisation, --backend is the reference then unless given")
      ->type_name(fileType({".npz", ".npy", ".h5"}, others))
      ->capture_default_str();
  CLI::Option *tolerance = c->add_option(
      "--tolerance", o.tolerance,
      "Of --against float, exit 4 beyond it in any layer: share of differing "
      "spikes, 1 - 2 * equal / (before + after); of a layer that never spikes "
      "the RMS error of a state over its RMS");
  tolerance->check(CLI::Range(0.0, 1.0))->capture_default_str();
  c->add_option("-r,--record", o.run.records,
                "Compare only these (default: everything)");
  c->add_flag("--json", o.json, "The comparison as JSON on stdout");
  c->footer(
      "Examples:\n"
      "  snnc verify net.s2x --input x.npy --against reference\n"
      "  snnc verify net.nir --input x.npy --against float\n"
      "  snnc verify net.nir --input x.npy --against float --weights int8 "
      "--tolerance 0.1\n"
      "  snnc verify net.nir --input x.npy -r lif1:spikes --against "
      "raster.npy");
  c->parse_complete_callback([&o, c, tolerance] {
    bool isFloat = o.against == "float";
    if (isFloat && c->get_option("--backend")->count() == 0)
      o.run.backend = "reference";
    if (!isFloat && tolerance->count() > 0)
      throw CLI::ValidationError(
          "--tolerance", "belongs to --against float; every other comparison "
                         "is bit by bit");
  });
}

} // namespace snnc
