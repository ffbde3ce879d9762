//===- Nir.cpp - Mutated NIR files through the reader ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reader and normalise() themselves, not a verb: with a time limit that
// keeps 100,000 files possible (the HDF5 library loops for ever on some), and
// with the promises that normalise() makes.
//
//===----------------------------------------------------------------------===//

#include "tests/fuzz/Format.h"

#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirPrimitive.h"
#include "compiler/Import/NIR/NirReader.h"
#include "runtime/support/ExitCode.h"

#include <stdexcept>

namespace snnc::fuzz {

using namespace snnc::nir;

/// The promises of normalise(); empty: all kept.
static std::string brokenPromise(const Graph &graph) {
  if (!graph.unresolved.empty())
    return "unresolved edges";
  for (const Node &node : graph.nodes) {
    if (node.graph || node.kind->isGraph())
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
      if (node.kind->isElementwise() && !tensor->isScalar() &&
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

/// Reads and normalises; throws where a promise is broken.
static int readAndNormalise(const std::string &path, DiagnosticSink &sink) {
  ReadLimits limits;
  limits.tensorBytes = uint64_t(64) << 20;
  limits.totalBytes = uint64_t(128) << 20;
  limits.seconds = 0.25;
  Expected<Graph> graph = readNir(path, sink, limits);
  if (!graph) {
    sink.report(graph.takeError());
    return 1;
  }
  if (!normalise(*graph, sink))
    return 1;
  if (std::string broken = brokenPromise(*graph); !broken.empty())
    throw std::runtime_error(broken);
  (void)inferDt(*graph);
  DiagnosticSink again;
  if (!normalise(*graph, again))
    throw std::runtime_error("not idempotent: " + toText(again.all().back()));
  return 0;
}

namespace {

class NirFormat final : public Format {
public:
  explicit NirFormat(const Setting &setting)
      : seeds(seedsOf(setting.plan, ".nir")),
        path(setting.scratch.file("mutant.nir")) {}
  std::string mutant(Dice &dice) override {
    std::string bytes = dice.from(seeds);
    for (uint64_t n = 1 + dice.below(4); n > 0; --n)
      mutateHdf5(bytes, dice);
    return bytes;
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    writeWhole(path, bytes);
    int read = runVerb(
        "read", "read",
        [&](DiagnosticSink &sink) { return readAndNormalise(path, sink); },
        notes);
    if (read == kExitOk && dice.oneIn(8))
      runNetwork(path, dice, code, notes);
  }

private:
  std::vector<std::string> seeds;
  std::string path;
  std::shared_ptr<target::NativeCode> code =
      std::make_shared<target::NativeCode>();
};

} // namespace

std::unique_ptr<Format> makeNirFormat(const Setting &setting) {
  return std::make_unique<NirFormat>(setting);
}

} // namespace snnc::fuzz
