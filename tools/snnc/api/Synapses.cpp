//===- Synapses.cpp - The synapses of a projection ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/api/Convert.h"
#include "tools/snnc/api/Gate.h"

#include <fmt/format.h>

using namespace mlir;

namespace snnc::api {

/// 16 bytes each: 2 GiB.
constexpr uint64_t kMost = uint64_t(1) << 27;

static snn::ProjectionOp find(snn::NetworkOp network, const std::string &name,
                              const std::string &file, DiagnosticSink &sink) {
  std::vector<std::string> names;
  for (auto projection : network.getOps<snn::ProjectionOp>()) {
    names.push_back(projection.getName().str());
    if (names.back() == name)
      return projection;
  }
  std::vector<std::string> hints;
  for (const std::string &near : nearestNames(name, names))
    hints.push_back("did you mean '" + near + "'?");
  sink.report(makeError("SNN0443", {file, name, 0, 0},
                        "the network has no projection '" + name + "'",
                        std::move(hints)));
  return {};
}

namespace {
struct Columns {
  std::vector<uint32_t> source, target;
  std::vector<float> weight, delay;
};
} // namespace

static bool read(snn::ProjectionOp projection, Columns &columns,
                 const std::string &file, const Watch &watch,
                 DiagnosticSink &sink) {
  auto synapses = snn::Connectivity::create(projection);
  if (!synapses)
    return false;
  std::vector<uint32_t> degrees;
  synapses->countByTarget(degrees);
  uint64_t count = 0;
  for (uint32_t degree : degrees)
    count += degree;
  if (count > kMost) {
    sink.report(
        makeError("SNN0403", {file, projection.getName().str(), 0, 0},
                  fmt::format("{} synapses; up to {} are given out at once",
                              count, kMost),
                  {"connect smaller populations"}));
    return false;
  }
  auto delays = snn::ParamValues::get(
      projection.getDelay(), synapses->numSources(), projection.getContext());
  std::vector<snn::Synapse> row;
  for (uint32_t source = 0; source < synapses->numSources(); ++source) {
    if (source % 64 == 0 && watch && !watch(0, 0))
      return false;
    synapses->row(source, row);
    double delay = delays ? delays->at(source) : 0;
    for (const snn::Synapse &synapse : row) {
      columns.source.push_back(source);
      columns.target.push_back(synapse.target);
      columns.weight.push_back(synapse.weight);
      columns.delay.push_back(float(delay + synapse.delay));
    }
  }
  return true;
}

Synapses synapses(const Source &source, const Words &words,
                  const std::string &projection, const Watch &watch) {
  Synapses result;
  DiagnosticSink sink;
  auto work = [&] {
    auto options = parse("check", source, words, sink);
    if (!options)
      return kExitUsage;
    Pass pass;
    const CheckOptions &check = options->check;
    auto context = createContext();
    MessageBridge bridge(context.get(), sink);
    ImportedNetwork imported =
        importNetwork(check.input, check.compile.network, context.get(), sink);
    if (!imported.module)
      return kExitInput;
    auto found =
        find(networkOf(*imported.module), projection, source.file, sink);
    Columns columns;
    if (!found || !read(found, columns, source.file, watch, sink))
      return kExitInput;
    using runtime::NdArray;
    uint64_t count = columns.source.size();
    result.arrays = {{"source", NdArray::of({count}, columns.source)},
                     {"target", NdArray::of({count}, columns.target)},
                     {"weight", NdArray::of({count}, columns.weight)},
                     {"delay", NdArray::of({count}, columns.delay)}};
    return kExitOk;
  };
  guarded(work, sink);
  endIfStopped(watch, source, "reading the synapses", sink);
  take(sink, result);
  return result;
}

} // namespace snnc::api
