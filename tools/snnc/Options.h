//===- Options.h - Everything a user can ask for ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_OPTIONS_H
#define SNNC_TOOLS_OPTIONS_H

#include "backends/spinnaker2/Target/MapNetwork.h"
#include "compiler/Target/NativeCode.h"
#include "runtime/emulator/TickObserver.h"
#include "runtime/host/Recording.h"
#include "runtime/io/Encoders.h"
#include "runtime/support/Diagnostic.h"
#include "tools/snnc/ManPage.h"
#include "tools/snnc/Page/Page.h"
#include "tools/snnc/SelectorCommand.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace snnc {

/// Bits of a weight; Auto: 8, and 16 for the layers that need them (S6.6).
enum class WeightWidth : uint8_t { Auto = 0, Int8 = 8, Int16 = 16 };

/// "auto", "int8", "int16".
constexpr const char *nameOf(WeightWidth width) {
  return width == WeightWidth::Auto   ? "auto"
         : width == WeightWidth::Int8 ? "int8"
                                      : "int16";
}

/// How the network becomes one in ticks and integers.
struct NetworkOptions {
  std::optional<double> dt; ///< the file's time unit; else inferred
  /// Not given: what the framework's profile says (Framework.h).
  std::optional<std::string> framework, integrator, reset;
  std::optional<bool> resetLate;
  normalize::QuantizeMode quantize = normalize::QuantizeMode::PerNeuron;
  WeightWidth weights = WeightWidth::Auto;
  bool relaxTiming = false;
  /// The YAML network itself; the file's name is what messages call it, and
  /// files of numbers are looked for beside it.
  std::optional<std::string> text;
  /// Of every draw, in place of the seeds of the file.
  std::optional<uint64_t> seed;
  /// The options of this struct that the command line had, as it spells them.
  std::vector<std::string> given;
};

/// How a report per layer is printed.
enum class ReportForm { None, Table, Json };

struct CompileOptions : s2::MapOptions {
  std::string input;
  std::string output; ///< default: input's stem + ".s2x"
  NetworkOptions network;
  std::string emit = "bundle"; ///< bundle | imported | snn | a target's stage
  ReportForm report = ReportForm::None;
  std::string trace; ///< of the passes, a Perfetto file; none when empty
  /// Looks at the emulated chip; null: nobody.
  std::shared_ptr<emulator::TickObserver> observer;
  /// Machine code that the caller keeps from verb to verb; null: made anew.
  std::shared_ptr<target::NativeCode> code;
};

/// Which axes of an input array come first.
enum class Layout {
  SamplesFirst,  ///< [samples x] ticks x channels
  TicksFirst,    ///< ticks x samples x channels
  ChannelsFirst, ///< [samples x] channels x ticks
};

struct RunOptions {
  std::string input;               ///< bundle or network file
  std::vector<std::string> inputs; ///< array files, or NAME=FILE
  runtime::ArrayMap arrays; ///< the same in memory, by input; "": the only one
  std::vector<std::string> records;
  std::string output;
  std::string backend;  ///< a device, or reference; empty: chosen for the file
  bool inFloat = false; ///< before quantisation
  runtime::Alignment align = runtime::Alignment::Network;
  std::optional<uint64_t> ticks;
  std::optional<runtime::Encoder> encode; ///< not given: arrays of spikes
  std::optional<Layout> layout;   ///< of input arrays; not given: SamplesFirst
  std::optional<uint64_t> repeat; ///< trials: samples that differ in draws
  double threshold = 0.1;         ///< of the delta encoder
  bool events = false;     ///< spikes as lists, which stream to the output
  uint64_t checkpoint = 0; ///< chip ticks between two; 0: none
  bool resume = false;
  std::string trace; ///< Perfetto file; none when empty
  ReportForm report = ReportForm::None;
  unsigned threads = 0;
  CompileOptions compile; ///< for a network file
  /// Long names of the options on the command line.
  std::set<std::string> given;
};

struct VerifyOptions {
  RunOptions run;
  std::string against = "reference"; ///< backend, float, or recorded arrays
  double tolerance = 0.25; ///< of float: largest LayerComparison::differing()
  bool json = false;
};

struct CheckOptions {
  std::string input;
  bool json = false;
  bool plan = false;      ///< say what every layer needs of the machine
  CompileOptions compile; ///< network and machine
};

struct ConvertOptions {
  std::string input;
  std::string output; ///< default: input's stem + ".yaml"
  NetworkOptions network;
};

struct InspectOptions {
  std::string input;
  bool json = false;
  bool memory = false;
  /// Each absent, empty (all) or the name of one.
  std::optional<std::string> layer, pe, chip, link;
};

enum class Verb {
  None,
  Init,
  Explain,
  Doctor,
  Compile,
  Convert,
  Run,
  Check,
  Verify,
  Inspect,
  Report,
  Targets,
  Selector,
  Completion,
  Man
};

struct Options {
  Verb verb = Verb::None;
  CompileOptions compile;
  ConvertOptions convert;
  RunOptions run;
  CheckOptions check;
  VerifyOptions verify;
  InspectOptions inspect;
  PageOptions page;
  SelectorOptions selector;
  std::vector<std::string> explain;     ///< codes; none: all are listed
  std::string starter = "network.yaml"; ///< what init writes
  bool doctorJson = false;
  std::string shell; ///< of completion
  ManOptions man;
  CommandRow table; ///< of completion and man: the command line itself
  bool jsonDiagnostics = false; ///< --diagnostics=json
  bool quiet = false;           ///< no notes, no progress
};

/// Parses the words of a command line, the tool's name first. A text to print
/// (--help, --version), or none: `options` are filled in. Errors SNN009x.
Expected<std::optional<std::string>>
parseWords(const std::vector<std::string> &words, Options &options);

/// Parses the command line; on --help, --version or a usage error prints and
/// returns the exit code that the process should end with.
std::optional<int> parseOptions(int argc, char **argv, Options &options);

} // namespace snnc

#endif // SNNC_TOOLS_OPTIONS_H
