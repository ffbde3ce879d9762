//===- CpuTarget.cpp - This computer as a target --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuTarget.h"

#include "backends/cpu/Build.h"
#include "backends/cpu/Memory.h"
#include "compiler/SNN/DrawnRows.h"
#include "runtime/host/EngineDevice.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <new>
#include <numeric>
#include <utility>

using namespace mlir;

namespace snnc::cpu {

using target::Artifact;
using target::networkOf;
using target::Piece;
using target::Plan;
using target::Precision;

namespace {

class CpuArtifact : public Artifact {
public:
  explicit CpuArtifact(std::shared_ptr<const Program> made)
      : program(std::move(made)) {}
  const runtime::Manifest &manifest() const override {
    return program->manifest;
  }
  std::vector<std::string> facts() const override;

  std::shared_ptr<const Program> program;
};

class CpuTarget : public target::Target {
public:
  CpuTarget(const Tuning &tuning, std::shared_ptr<target::NativeCode> code)
      : tuning(tuning), code(std::move(code)) {}
  std::string name() const override { return "cpu"; }
  std::vector<target::DeviceInfo> devices() const override {
    return {{"cpu", "the network itself on this computer, of any size", true}};
  }
  std::vector<std::string> options() const override {
    return {"explain-paradigm"};
  }
  std::string advice() const override {
    return "`snnc run FILE --backend cpu` runs it without a machine, as far as "
           "this computer's memory reaches";
  }
  LogicalResult admit(ModuleOp imported, DiagnosticSink &sink) override;
  std::optional<Plan> plan(ModuleOp normalized, Precision precision,
                           DiagnosticSink &sink) override;
  std::shared_ptr<const Artifact> build(ModuleOp normalized,
                                        Precision precision,
                                        DiagnosticSink &sink) override;
  Expected<std::unique_ptr<runtime::Device>>
  open(std::shared_ptr<const Artifact> artifact,
       const std::string &device) override;

private:
  Tuning tuning;
  std::shared_ptr<target::NativeCode> code;
};

} // namespace

/// "1.23 MB": decimal, three digits.
static std::string bytesText(uint64_t bytes) {
  const char *units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  double value = double(bytes);
  size_t unit = 0;
  for (; value >= 1000 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes)
                   : fmt::format("{:.3g} {}", value, units[unit]);
}

const char *nameOf(Encoding encoding) {
  switch (encoding) {
  case Encoding::Index:
    return "index";
  case Encoding::Bits:
    return "bit";
  case Encoding::Dense:
    return "dense";
  case Encoding::Diagonal:
    return "diagonal";
  }
  return "";
}

/// "exc_inh, group 0: 12 synapses in bit rows, 1.2 kB; ...".
static std::string explanation(const Block &block) {
  std::string text =
      fmt::format("{}, group {}: {} synapses in {} rows, {}; by estimate",
                  block.name, block.group, block.synapses,
                  nameOf(block.encoding()), bytesText(block.bytes()));
  for (const Estimate &estimate : block.estimates)
    text += fmt::format("{} {} rows {:.3g} ns a synapse, {}",
                        &estimate == &block.estimates.front() ? "" : ",",
                        nameOf(estimate.encoding),
                        estimate.time / double(block.synapses),
                        bytesText(uint64_t(estimate.bytes)));
  return text;
}

static std::string explanation(const Costs &costs) {
  std::string text =
      costs.measured
          ? "times of encodings in ns, measured on this computer:"
          : "times of encodings in ns, built in (`snnc doctor` measures "
            "those of this computer):";
  for (const CostName &cost : costNames())
    text += fmt::format("{} {} {:.3g} ns", &cost == &costNames()[0] ? "" : ",",
                        cost.meaning, costs.*cost.value);
  return text;
}

std::vector<std::string> CpuArtifact::facts() const {
  uint64_t synapses = program->synapses(), bytes = program->synapseBytes();
  if (synapses == 0)
    return {};
  std::map<Encoding, double> shares;
  for (const auto &list : program->blocks)
    for (const Block &block : list)
      shares[block.encoding()] += double(block.synapses) / double(synapses);
  std::string how;
  for (auto [encoding, share] : shares)
    how += fmt::format("{}{:.3g} % in {} rows", how.empty() ? "" : ", ",
                       100 * share, nameOf(encoding));
  std::vector<std::string> lines = {
      fmt::format("{} synapses in {}, {:.2f} B each; {}; {} thread{}", synapses,
                  bytesText(bytes), double(bytes) / double(synapses), how,
                  program->threads, program->threads == 1 ? "" : "s")};
  bool isExplained = false;
  for (const auto &list : program->blocks)
    for (const Block &block : list)
      if (!block.estimates.empty()) {
        if (!std::exchange(isExplained, true))
          lines.push_back(explanation(program->costs));
        lines.push_back(explanation(block));
      }
  return lines;
}

/// States before and during a run, parameters and spikes of a population.
static Piece pieceOf(snn::PopulationOp op) {
  Piece piece;
  piece.name = op.getName().str();
  piece.neurons = uint64_t(op.numNeurons());
  snn::NeuronOp model = op.neuron();
  uint64_t columns = model ? 2 * model.numStates() + model.numParams() : 0;
  piece.bytes = piece.neurons * (4 * columns + 1);
  return piece;
}

std::optional<Plan> CpuTarget::plan(ModuleOp normalized, Precision precision,
                                    DiagnosticSink &) {
  Plan plan;
  std::vector<uint64_t> whileBuilt;
  for (Operation &op : networkOf(normalized).getBody().front()) {
    if (auto population = dyn_cast<snn::PopulationOp>(op)) {
      plan.pieces.push_back(pieceOf(population));
    } else if (auto projection = dyn_cast<snn::ProjectionOp>(op)) {
      RowEstimate rows = estimateRows(projection, precision);
      whileBuilt.push_back(rows.whileBuilt);
      plan.pieces.push_back(std::move(rows.held));
    } else {
      continue;
    }
    plan.bytes += plan.pieces.back().bytes;
  }
  // As many projections are built at once as there are threads.
  std::ranges::sort(whileBuilt, std::ranges::greater());
  whileBuilt.resize(std::min<size_t>(whileBuilt.size(), mostThreads(tuning)));
  plan.bytes +=
      std::accumulate(whileBuilt.begin(), whileBuilt.end(), uint64_t(0));
  MemoryLimit limit = memoryLimit();
  plan.limit = limit.source.empty() ? 0 : std::max<uint64_t>(1, limit.bytes);
  plan.limitName = limit.source;
  return plan;
}

static snnc::Diagnostic tooLarge(snn::NetworkOp network, const Plan &plan) {
  const Piece &most = *std::ranges::max_element(
      plan.pieces, std::ranges::less(), &Piece::bytes);
  snnc::Diagnostic d = makeError(
      "SNN0960", {"", network.getSymName().str(), 0, 0},
      fmt::format("the network takes about {} of memory, {} {}",
                  bytesText(plan.bytes), bytesText(plan.limit), plan.limitName),
      {fmt::format("make '{}' smaller, its largest part, or run on a computer "
                   "with more memory",
                   most.name)});
  d.notes.push_back(fmt::format("'{}' takes {}: {} {}", most.name,
                                bytesText(most.bytes),
                                most.neurons ? most.neurons : most.synapses,
                                most.neurons ? "neurons" : "synapses"));
  return d;
}

/// What a YAML file draws is known by its rules; what a NIR file holds is in
/// memory already.
LogicalResult CpuTarget::admit(ModuleOp imported, DiagnosticSink &sink) {
  auto planned = plan(imported, Precision::Quantized, sink);
  if (planned->fits())
    return success();
  sink.report(tooLarge(networkOf(imported), *planned));
  return failure();
}

std::shared_ptr<const Artifact> CpuTarget::build(ModuleOp normalized,
                                                 Precision precision,
                                                 DiagnosticSink &sink) {
  snn::NetworkOp network = networkOf(normalized);
  auto planned = plan(normalized, precision, sink);
  if (!planned->fits()) {
    sink.report(tooLarge(network, *planned));
    return nullptr;
  }
  // What earlier passes left of drawn synapses is not needed any more.
  auto *dialect = normalized.getContext()->getOrLoadDialect<snn::SNNDialect>();
  try {
    auto program =
        buildProgram(network, *planned, precision, tuning, code, sink);
    dialect->drawnRows().clear();
    return program ? std::make_shared<CpuArtifact>(std::move(program))
                   : nullptr;
  } catch (const std::bad_alloc &) {
    sink.report(tooLarge(network, *planned));
    return nullptr;
  }
}

Expected<std::unique_ptr<runtime::Device>>
CpuTarget::open(std::shared_ptr<const Artifact> artifact, const std::string &) {
  auto &made = static_cast<const CpuArtifact &>(*artifact);
  return std::unique_ptr<runtime::Device>(
      std::make_unique<runtime::EngineDevice>(
          "cpu", std::make_unique<Engine>(made.program)));
}

std::unique_ptr<target::Target>
createTarget(const Tuning &tuning, std::shared_ptr<target::NativeCode> code) {
  return std::make_unique<CpuTarget>(tuning, std::move(code));
}

} // namespace snnc::cpu
