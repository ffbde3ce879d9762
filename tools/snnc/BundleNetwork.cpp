//===- BundleNetwork.cpp - The network that a bundle carries --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/BundleNetwork.h"

#include "compiler/SNN/Finite.h"
#include "planner/Capacity.h"
#include "planner/NetworkInfo.h"
#include "runtime/support/Text.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"

#include "mlir/Parser/Parser.h"

#include <fmt/format.h>

using namespace mlir;

namespace snnc {

/// Brackets in network.mlir nest this deep at most: MLIR's parser recurses.
static constexpr unsigned maxNetworkNesting = 256;
static constexpr size_t maxNetworkBytes = size_t(64) << 20;

/// Inputs and populations of a network against those of the manifest, by name:
/// one side says what the cores hold, the other what the reference takes memory
/// for. Empty: they agree; else the name that does not.
static std::optional<std::string>
unlikeManifest(snn::NetworkOp network, const runtime::Manifest &manifest) {
  using Node = std::pair<uint64_t, uint64_t>; // size, latency
  std::map<std::string, Node> inputs, populations;
  for (const runtime::InputEntry &input : manifest.inputs)
    inputs[input.name] = {input.channels, 0};
  // A run is longer by the largest latency, which the manifest bounds.
  for (const runtime::PopulationEntry &population : manifest.populations)
    populations[population.name] = {population.neurons, population.latency};
  auto take = [](auto &nodes, llvm::StringRef name, Node node) {
    auto known = nodes.find(name.str());
    if (known == nodes.end() || known->second != node)
      return false;
    nodes.erase(known);
    return true;
  };
  for (snn::InputOp input : network.getOps<snn::InputOp>())
    if (!take(inputs, input.getName(),
              {input.getSignal().getType().getNumElements(), 0}))
      return input.getName().str();
  for (auto population : network.getOps<snn::PopulationOp>())
    if (!take(populations, population.getName(),
              {population.numNeurons(), population.getLatency().value_or(0)}))
      return population.getName().str();
  for (const auto *left : {&inputs, &populations})
    if (!left->empty())
      return left->begin()->first;
  return std::nullopt;
}

/// Null after an error in `why`.
static OwningOpRef<ModuleOp> parseNetwork(const runtime::Bundle &bundle,
                                          MLIRContext *context,
                                          std::string &why) {
  const std::string &text = *bundle.entry(runtime::Bundle::networkName);
  if (text.size() > maxNetworkBytes)
    why = "it has more than 64 MiB";
  else
    why = refusedIr(text, maxNetworkNesting);
  if (!why.empty())
    return {};
  // The parser's own words name no member; the refusal does.
  ScopedDiagnosticHandler silent(context,
                                 [](mlir::Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> parsed = parseSourceString<ModuleOp>(
      text, ParserConfig(context), runtime::Bundle::networkName);
  if (!parsed) {
    why = "it cannot be read";
  } else if (!llvm::hasSingleElement(parsed->getOps<snn::NetworkOp>())) {
    why = "it is not one snn.network";
  } else if (auto name = unlikeManifest(networkOf(*parsed), bundle.manifest)) {
    why = fmt::format("'{}' is not the same in it and in the manifest", *name);
  } else if (failed(
                 fabric::refuseHopeless(networkOf(*parsed), bundle.machine))) {
    why = "its neurons or synapses are more than the machine's memory holds";
  } else if (auto beyond = snn::weightBeyondNumbers(networkOf(*parsed))) {
    why = *beyond;
  }
  return why.empty() ? std::move(parsed) : OwningOpRef<ModuleOp>();
}

Expected<OwningOpRef<ModuleOp>> readBundleNetwork(const runtime::Bundle &bundle,
                                                  MLIRContext *context) {
  const std::string *numbers = bundle.entry(runtime::Bundle::parametersName);
  if (!bundle.entry(runtime::Bundle::networkName) || !numbers)
    return makeError("SNN0441", {},
                     "this bundle was stripped of its "
                     "network; the reference needs it",
                     {"compile the network again"});
  auto *dialect = context->getOrLoadDialect<snn::SNNDialect>();
  if (Status s = dialect->params().deserialize(*numbers, ""); !s)
    return s.takeError();
  std::string why;
  OwningOpRef<ModuleOp> module = parseNetwork(bundle, context, why);
  if (module)
    return module;
  return makeError("SNN0441", {"", runtime::Bundle::networkName, 0, 0},
                   "the bundle's network cannot be used: " + why,
                   {"the bundle is damaged or was edited; compile the "
                    "network again"});
}

bool hasDrivenInputs(const runtime::Bundle &bundle) {
  const std::string *text = bundle.entry(runtime::Bundle::networkName);
  return text && text->find(" drive(#snn.") != std::string::npos;
}

bool namesProbes(const runtime::Bundle &bundle) {
  const std::string *text = bundle.entry(runtime::Bundle::networkName);
  constexpr std::string_view probe = "snn.probe \"";
  for (size_t at = text ? text->find(probe) : std::string::npos;
       at != std::string::npos; at = text->find(probe, at + 1)) {
    size_t begin = at + probe.size();
    std::string_view rest = std::string_view(*text).substr(begin);
    if (rest.substr(0, rest.find('"')).find(':') != std::string_view::npos)
      return true;
  }
  return false;
}
} // namespace snnc
