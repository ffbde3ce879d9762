//===- Api.h - The verbs as functions that return objects -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What other languages bind (python/): nothing is printed, no signal is caught,
// no exception leaves, and the header knows neither LLVM nor the compiler, so
// that libsnnc.so can be used with it alone. Every function may be called from
// any thread; programs made with one Code take turns while they compile, and
// run side by side.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_API_API_H
#define SNNC_TOOLS_API_API_H

#include "runtime/host/SpikeList.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snnc::api {

/// Options as the command line of a verb spells them: {"--weights", "int8"}.
using Words = std::vector<std::string>;

/// One finding; docs/diagnostics.md.
struct Finding {
  std::string code;     ///< "SNN0354"
  std::string severity; ///< "note", "warning", "error"
  std::string file, node;
  int line = 0, column = 0; ///< 1-based; 0: not known
  std::string message;
  std::vector<std::string> notes, hints;
  std::string text; ///< as the command prints it
};

/// What every call has to say. It failed if a finding is an error.
struct Outcome {
  std::vector<Finding> findings;
  int exitCode = 0; ///< how the command would have ended
  bool failed() const;
};

/// A network file or bundle, or a YAML network as text, which messages and
/// bundles then call `file`; files of numbers are looked for beside that.
struct Source {
  std::string file;
  std::optional<std::string> text;
};

/// Asked now and then while a run goes on, on any thread, with the ticks done
/// and to do over all samples, and before every pass of the compiler, with 0
/// and 0. False ends the call with SNN0427.
using Watch = std::function<bool(uint64_t done, uint64_t total)>;

struct Checked : Outcome {
  std::string json; ///< what `snnc check --json` prints
};
/// `words`: of `snnc check`.
Checked check(const Source &source, const Words &words,
              const Watch &watch = {});

/// Machine code of neuron models and of the chip's core programs, made by this
/// process: whoever compiles networks that share them hands the same one in,
/// and they are compiled once. A network that differs from one before in
/// weights and parameters alone needs no code generation at all.
struct Code {
  struct State;
  std::shared_ptr<State> state;
};
/// `keepsDrawn`: it also keeps, up to 64 MiB, which neurons drawn connectors
/// connect, for networks that differ in the weights of these.
Code makeCode(bool keepsDrawn = false);

/// Of all rasters of a run together; where they are larger, it gives lists.
inline constexpr uint64_t maxRasterBytes = uint64_t(256) << 20;

struct Ran : Outcome {
  runtime::ArrayMap arrays;  ///< "population:variable" to [samples x] ticks x
                             ///< neurons, uint8 spikes and float32 states
  runtime::SpikeLists lists; ///< of all spikes, where the run's rasters
                             ///< together are too large
  uint64_t samples = 1, ticks = 0;
  std::string json; ///< {backend, facts, chip_ticks, verdict, statistics}
};

struct Divergence {
  uint64_t sample = 0, tick = 0, neuron = 0;
  std::string population, variable;
  double a = 0, b = 0;
  std::string text;
};

struct Compared : Outcome {
  uint64_t arrays = 0;            ///< that both have
  std::vector<Divergence> layers; ///< the first of each population that differs
  std::optional<Divergence> first; ///< of all
};

/// A network that is ready to run on one target, or a bundle.
class Program {
public:
  ~Program();

  /// {name, dt, tick_seconds, populations: [{name, neurons, shape, variables,
  /// latency, spiking}], inputs: [{name, channels, shape}], backend,
  /// core_programs, core_programs_reused (of Code, without code generation),
  /// options}.
  std::string describe() const;
  /// The bundle's report.json; empty for a target without bundles.
  std::string report() const;
  /// Writes the bundle, whole or not at all.
  Outcome save(const std::string &path) const;
  /// `words`: of `snnc run`, without those that compiling settled. `inputs` by
  /// name; "" is the only one. Takes as many spikes at once as memory holds.
  Ran run(const Words &words, runtime::ArrayMap inputs, const Watch &watch,
          uint64_t rasterBytes = maxRasterBytes);
  /// Recorded arrays, bit by bit, as `snnc verify`. `b` may be another's: it is
  /// brought to the type and shape of `a` where that loses nothing.
  Compared compare(const runtime::ArrayMap &a,
                   const runtime::SpikeLists &listsOfA,
                   const runtime::ArrayMap &b,
                   const runtime::SpikeLists &listsOfB) const;

private:
  struct State;
  explicit Program(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
  friend struct Opener;
};

struct Opened : Outcome {
  std::shared_ptr<Program> program; ///< null: it failed
};
/// Imports and compiles, or reads a bundle. `words`: of `snnc run`, --backend
/// among them, which says what it is compiled for. `inputs`: known spikes,
/// which size the chip's receive rings; may be empty.
Opened open(const Source &source, const Words &words,
            const runtime::ArrayMap &inputs, const Code &code,
            const Watch &watch = {});

struct Synapses : Outcome {
  /// "source", "target": uint32; "weight": float32, as the file has it or as
  /// drawn, before quantisation; "delay": float32 ticks. By source, then
  /// target.
  runtime::ArrayMap arrays;
};
/// The synapses of one projection, stored or drawn: those that every target
/// simulates. Up to 2^27. `words`: of `snnc check`.
Synapses synapses(const Source &source, const Words &words,
                  const std::string &projection, const Watch &watch = {});

/// Before the process ends while calls still go on in other threads: the files
/// that are not whole are removed. Nothing may be called afterwards.
void removeUnfinished();

/// The built-in machine descriptions, the default one first.
std::vector<std::string> machines();
/// What --backend takes.
std::vector<std::string> backends();
/// "0.1.0".
std::string version();
/// Title, meaning and help of a code, a line each; empty for an unknown one.
std::string explain(const std::string &code);

/// The command itself, for an executable that is nothing but this call: unlike
/// the functions above it prints, and takes over signals. The exit code.
int command(int argc, char **argv);

/// Around fork(): waits until no thread compiles, and keeps others from
/// beginning, so that no lock is held in the child. Runs go on.
void beforeFork();
void afterForkInParent();
void afterForkInChild();

} // namespace snnc::api

#endif // SNNC_TOOLS_API_API_H
