//===- CpuTarget.cpp - This computer as a target --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuTarget.h"

#include "backends/cpu/Engine.h"
#include "backends/cpu/Memory.h"
#include "compiler/Reference/RunReference.h"
#include "compiler/SNN/DrawnRows.h"
#include "runtime/host/EngineDevice.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <new>
#include <thread>

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
  explicit CpuTarget(const Tuning &tuning) : tuning(tuning) {}
  std::string name() const override { return "cpu"; }
  std::vector<target::DeviceInfo> devices() const override {
    return {{"cpu", "the network itself on this computer, of any size", true}};
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

static const char *encodingName(Encoding encoding) {
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

std::vector<std::string> CpuArtifact::facts() const {
  uint64_t synapses = program->synapses(), bytes = program->synapseBytes();
  if (synapses == 0)
    return {};
  std::map<Encoding, double> shares;
  for (const auto &list : program->edges)
    for (const Program::Edge &edge : list)
      for (const Block &block : edge.blocks)
        shares[block.encoding()] += double(block.synapses) / double(synapses);
  std::string how;
  for (auto [encoding, share] : shares)
    how += fmt::format("{}{:.3g} % in {} rows", how.empty() ? "" : ", ",
                       100 * share, encodingName(encoding));
  return {fmt::format("{} synapses in {}, {:.2f} B each; {}; {} thread{}",
                      synapses, bytesText(bytes),
                      double(bytes) / double(synapses), how, program->threads,
                      program->threads == 1 ? "" : "s")};
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
  uint64_t whileBuilt = 0;
  for (Operation &op : networkOf(normalized).getBody().front()) {
    if (auto population = dyn_cast<snn::PopulationOp>(op)) {
      plan.pieces.push_back(pieceOf(population));
    } else if (auto projection = dyn_cast<snn::ProjectionOp>(op)) {
      RowEstimate rows = estimateRows(projection, precision);
      whileBuilt = std::max(whileBuilt, rows.whileBuilt);
      plan.pieces.push_back(std::move(rows.held));
    } else {
      continue;
    }
    plan.bytes += plan.pieces.back().bytes;
  }
  plan.bytes += whileBuilt; // projections are built one after the other
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

/// Where threads are not asked for, there are as many as have something to do
/// between two exchanges.
static unsigned threadsFor(const Tuning &tuning, uint64_t neurons,
                           uint64_t synapses) {
  constexpr unsigned most = 256;
  if (tuning.threads > 0)
    return std::min(tuning.threads, most);
  // A synapse against a neuron's update: few spikes a tick.
  constexpr uint64_t synapsesANeuron = 200, neuronsAThread = 8192;
  uint64_t useful = (neurons + synapses / synapsesANeuron) / neuronsAThread;
  return unsigned(std::clamp<uint64_t>(
      useful, 1, std::clamp(std::thread::hardware_concurrency(), 1u, most)));
}

/// One partition a thread, of whole cache lines.
static uint32_t partitionFor(const Tuning &tuning, uint32_t neurons,
                             unsigned threads) {
  if (tuning.partitionNeurons > 0)
    return std::min(tuning.partitionNeurons, kPartitionNeurons);
  uint32_t each = (neurons + threads - 1) / threads;
  return std::clamp<uint32_t>((each + 63) / 64 * 64, 64, kPartitionNeurons);
}

static std::vector<Block> encodeAll(std::vector<RowBlock> rows,
                                    const Population &target,
                                    uint32_t partition, uint32_t sources,
                                    bool floats, const Tuning &tuning) {
  std::vector<Block> blocks;
  for (RowBlock &block : rows) {
    auto first = uint32_t(block.partition * partition);
    for (Block &encoded : encode(std::move(block), first,
                                 std::min(partition, target.neurons - first),
                                 sources, floats, tuning))
      blocks.push_back(std::move(encoded));
  }
  return blocks;
}

/// Everything but the check for memory.
static std::shared_ptr<const Program>
makeProgram(snn::NetworkOp network, const Plan &plan, Precision precision,
            const Tuning &tuning, DiagnosticSink &sink) {
  auto read = readNetwork(network);
  if (failed(read))
    return nullptr;
  auto program = std::make_shared<Program>();
  program->manifest = reference::describeNetwork(network);
  program->precision = precision;
  auto regions = Regions::create(read->models, sink);
  if (failed(regions))
    return nullptr;
  program->regions = std::move(*regions);
  for (snn::PopulationOp op : network.getOps<snn::PopulationOp>()) {
    auto &scales = program->scales.emplace_back();
    snn::NeuronOp model = op.neuron();
    for (unsigned k = 0; k < model.numStates(); ++k)
      scales.push_back(reference::stateScales(op, model.stateName(k)));
  }
  uint64_t neurons = 0, synapses = 0;
  for (const Piece &piece : plan.pieces) {
    neurons += piece.neurons;
    synapses += piece.synapses;
  }
  program->threads = threadsFor(tuning, neurons, synapses);
  program->vectors = tuning.vectors;
  for (const Population &population : read->populations)
    program->partitionNeurons.push_back(
        partitionFor(tuning, population.neurons, program->threads));
  program->edges.resize(read->channels.size() + read->populations.size());
  for (Projection &projection : read->projections) {
    uint32_t partition = program->partitionNeurons[projection.target];
    auto rows = buildRows(projection.op, precision, partition);
    if (failed(rows))
      return nullptr;
    program->edges[projection.source].push_back(
        {projection.target,
         encodeAll(std::move(*rows), read->populations[projection.target],
                   partition, uint32_t(projection.op.numSources()),
                   precision == Precision::Float, tuning)});
  }
  program->populations = std::move(read->populations);
  return program;
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
    auto program = makeProgram(network, *planned, precision, tuning, sink);
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

std::unique_ptr<target::Target> createTarget(const Tuning &tuning) {
  return std::make_unique<CpuTarget>(tuning);
}

} // namespace snnc::cpu
