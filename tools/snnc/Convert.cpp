//===- Convert.cpp - snnc convert -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Export/YamlWriter.h"
#include "runtime/io/Npy.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"

#include <filesystem>
#include <fmt/format.h>

using namespace mlir;

namespace snnc {

int runConvert(const ConvertOptions &options, DiagnosticSink &sink) {
  auto refuse = [&](Diagnostic why) {
    sink.report(std::move(why));
    return kExitInput;
  };
  std::filesystem::path output = options.output;
  if (output.empty())
    output = std::filesystem::path(options.input).stem().string() + ".yaml";
  std::filesystem::path arrays = output;
  arrays.replace_extension(".npz");
  std::string inputs[] = {options.input};
  for (const auto &path : {output, arrays})
    if (Status s = checkOutput(path, inputs); !s)
      return refuse(s.takeError());
  auto context = createContext();
  MessageBridge bridge(context.get(), sink);
  ImportedNetwork imported =
      importNetwork(options.input, options.network, context.get(), sink);
  if (!imported.module)
    return kExitInput;
  if (networkOf(*imported.module).getDt())
    return refuse(makeError("SNN0384", {options.input, "", 0, 0},
                            "convert has no effect on a YAML network",
                            {"give a NIR file"}));
  if (failed(discretizeNetwork(*imported.module, imported.dt, imported.dynamics,
                               options.network)))
    return kExitInput;
  auto network = writeYaml(*imported.module, imported.dt, arrays.filename());
  if (failed(network))
    return kExitInput;
  std::string text = fmt::format(
      "# Made by snnc convert from {}: in ticks, every rule of time and reset "
      "applied.\n{}\n",
      std::filesystem::path(options.input).filename().string(), network->text);
  if (!network->arrays.empty())
    if (Status s = runtime::writeNpz(arrays, network->arrays); !s)
      return refuse(s.takeError());
  if (Status s = writeFileAtomically(output, text); !s)
    return refuse(s.takeError());
  return kExitOk;
}

} // namespace snnc
