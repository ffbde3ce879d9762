//===- Convert.cpp - snnc convert -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Export/NirWriter.h"
#include "compiler/Export/YamlWriter.h"
#include "runtime/io/Npy.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/Python.h"
#include "tools/snnc/StandardStreams.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

using namespace mlir;

namespace snnc {

/// A PyNN script is run by the package, up to its first run(), where its
/// network is written.
static Status convertScript(const std::string &script,
                            const std::string &output) {
  if (!pythonHas("snnc"))
    return makeError(
        "SNN0448", {script, "", 0, 0},
        "PyNN scripts are read by the Python package snnc, which the python3 "
        "in "
        "PATH does not have",
        {"make the package and install it: scripts/package wheel, then pip "
         "install dist/snnc-*.whl (docs/python.md)"});
  auto code = runPython({"-m", "snnc.pynn", script, "-o",
                         output == kStandardOutput ? "-" : output},
                        false);
  if (code != 0)
    return makeError("SNN0448", {script, "", 0, 0},
                     "the script ended before there was a network to write",
                     {script == kStandardInput
                          ? "mend what is said above"
                          : fmt::format("mend what is said above; python3 {} "
                                        "alone runs it",
                                        script)});
  return {};
}

/// As YAML, with the arrays that it names.
static Status convertToYaml(ModuleOp module, double dt,
                            const ConvertOptions &options,
                            const std::filesystem::path &output) {
  std::filesystem::path arrays; // beside a file; a stream holds them itself
  if (output != kStandardOutput) {
    arrays = output;
    arrays.replace_extension(".npz");
    std::string inputs[] = {options.input};
    if (Status s = checkOutput(arrays, inputs); !s)
      return s;
  }
  auto network = writeYaml(module, dt, arrays.filename());
  if (failed(network))
    return {}; // said through the bridge
  std::string text = fmt::format(
      "# Made by snnc convert from {}: in ticks, every rule of time and reset "
      "applied.\n{}\n",
      std::filesystem::path(options.input).filename().string(), network->text);
  if (!network->arrays.empty())
    if (Status s = runtime::writeNpz(arrays, network->arrays); !s)
      return s;
  return writeFileAtomically(output, text);
}

static Status convertToNir(ModuleOp module, double dt,
                           const std::string &output) {
  auto graph = writeNir(module, dt);
  if (failed(graph))
    return {}; // said through the bridge
  auto file = nirFile(*graph, output);
  return file ? writeFileAtomically(output, *file) : Status(file.takeError());
}

/// A YAML network becomes NIR, everything else YAML.
static std::filesystem::path outputOf(const ConvertOptions &options,
                                      bool isYaml) {
  if (!options.output.empty())
    return options.output;
  std::filesystem::path name = std::filesystem::path(options.input).stem();
  return name.string() + (isYaml ? ".nir" : ".yaml");
}

static bool isYamlName(const std::string &name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

/// Of a stream, which has no extension: whether a line of its beginning imports
/// a module, as no YAML network and no HDF5 file does.
static bool isScript(const std::string &input) {
  if (input.ends_with(".py"))
    return true;
  if (input != kStandardInput)
    return false;
  std::ifstream file(input, std::ios::binary);
  std::string line;
  for (unsigned lines = 0; lines < 1000 && std::getline(file, line); ++lines)
    if (line.starts_with("import ") ||
        (line.starts_with("from ") && line.find(" import ") != line.npos))
      return true;
  return false;
}

int runConvert(const ConvertOptions &options, DiagnosticSink &sink) {
  auto refuse = [&](Diagnostic why) {
    sink.report(std::move(why));
    return kExitInput;
  };
  // What a stream holds is known once it is read.
  std::filesystem::path output = outputOf(options, isYamlName(options.input));
  std::string inputs[] = {options.input};
  if (Status s = checkOutput(output, inputs); !s)
    return refuse(s.takeError());
  if (isScript(options.input)) {
    Status done = convertScript(options.input, output);
    return done ? kExitOk : refuse(done.takeError());
  }
  auto context = createContext();
  MessageBridge bridge(context.get(), sink);
  ImportedNetwork imported =
      importNetwork(options.input, options.network, context.get(), sink);
  if (!imported.module)
    return kExitInput;
  bool isYaml = bool(networkOf(*imported.module).getDt());
  if (options.input == kStandardInput)
    output = outputOf(options, isYaml);
  bool toNir = output == kStandardOutput ? isYaml
                                         : output.extension() == ".nir" ||
                                               output.extension() == ".h5";
  if (isYaml != toNir)
    return refuse(
        makeError("SNN0384", {options.input, "", 0, 0},
                  fmt::format("convert has no effect from a {0} network to {0}",
                              isYaml ? "YAML" : "NIR"),
                  {fmt::format("name the output .{0}, as in -o net.{0}",
                               isYaml ? "nir" : "yaml")}));
  if (!isYaml && failed(discretizeNetwork(*imported.module, imported.dt,
                                          imported.dynamics, options.network)))
    return kExitInput;
  Status done =
      toNir ? convertToNir(*imported.module, imported.dt, output)
            : convertToYaml(*imported.module, imported.dt, options, output);
  if (!done)
    return refuse(done.takeError());
  return sink.hasErrors() ? kExitInput : kExitOk;
}

} // namespace snnc
