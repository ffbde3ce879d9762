//===- Spinnaker2Target.cpp - The chip as a target ------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/spinnaker2/Target/Spinnaker2Target.h"

#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "backends/spinnaker2/Native/NativePrograms.h"
#include "runtime/emulator/Emulator.h"
#include "runtime/host/CoreDevice.h"

using namespace mlir;

namespace snnc::s2 {

using target::Artifact;
using target::Precision;

namespace {

class BundleArtifact : public Artifact {
public:
  explicit BundleArtifact(std::shared_ptr<const runtime::Bundle> made)
      : file(std::move(made)) {}
  const runtime::Manifest &manifest() const override { return file->manifest; }
  std::shared_ptr<const runtime::Bundle> bundle() const override {
    return file;
  }

private:
  std::shared_ptr<const runtime::Bundle> file;
};

class Spinnaker2Target : public target::Target {
public:
  Spinnaker2Target(MapOptions options, Provenance provenance, unsigned threads,
                   std::shared_ptr<target::NativeCode> code,
                   std::shared_ptr<emulator::TickObserver> observer)
      : mapping(std::move(options)), provenance(std::move(provenance)),
        threads(threads), code(std::move(code)), observer(std::move(observer)) {
  }

  std::string name() const override { return "spinnaker2"; }
  std::vector<target::DeviceInfo> devices() const override {
    return {{"emulator", "core programs on an emulated chip, cycles counted"},
            {"native", "core programs compiled for this CPU"}};
  }
  std::vector<std::string> options() const override {
    return {"machine",          "tick",           "paradigm",
            "objective",        "selector-model", "selector-budget",
            "explain-paradigm", "trace"};
  }
  bool readsBundles() const override { return true; }
  LogicalResult admit(ModuleOp imported, DiagnosticSink &sink) override {
    return checkCapacity(imported, mapping, sink);
  }
  std::optional<target::Plan> plan(ModuleOp normalized, Precision precision,
                                   DiagnosticSink &sink) override;
  std::shared_ptr<const Artifact> build(ModuleOp normalized,
                                        Precision precision,
                                        DiagnosticSink &sink) override;
  Expected<std::unique_ptr<runtime::Device>>
  open(std::shared_ptr<const Artifact> artifact,
       const std::string &device) override;
  std::vector<std::string> stages() const override {
    using pipeline::StageId;
    auto names = pipeline::dumpNames(StageId::Decided, StageId::Programs);
    names.push_back("asm"); // of the programs, behind the last stage
    return names;
  }
  LogicalResult print(ModuleOp normalized, const std::string &stage,
                      llvm::raw_ostream &out, DiagnosticSink &sink) override;

private:
  std::shared_ptr<const MachineModel> machine(DiagnosticSink &sink) const;

  MapOptions mapping;
  Provenance provenance;
  unsigned threads;
  std::shared_ptr<target::NativeCode> code;         ///< of the device `native`
  std::shared_ptr<emulator::TickObserver> observer; ///< of `emulator`
};

} // namespace

std::shared_ptr<const MachineModel>
Spinnaker2Target::machine(DiagnosticSink &sink) const {
  auto read = machineOf(mapping);
  if (read)
    return std::make_shared<const MachineModel>(std::move(*read));
  sink.report(read.takeError());
  return nullptr;
}

/// Bytes of every population's PEs, against all that the machine has.
std::optional<target::Plan>
Spinnaker2Target::plan(ModuleOp normalized, Precision, DiagnosticSink &sink) {
  auto model = machine(sink);
  if (!model)
    return std::nullopt;
  auto decisions = planParadigms(normalized, mapping, model);
  if (failed(decisions))
    return std::nullopt;
  target::Plan plan;
  for (const decide::Decision &decision : *decisions) {
    target::Piece piece;
    piece.name = decision.population;
    piece.neurons = decision.neurons;
    if (const auto &layer = decision.chosen().plan)
      piece.bytes = layer->bytes;
    plan.bytes += piece.bytes;
    plan.pieces.push_back(std::move(piece));
  }
  plan.limit = uint64_t(model->sram.bytes) * model->coreCount();
  plan.limitName = "are on '" + model->name + "'";
  return plan;
}

std::shared_ptr<const Artifact> Spinnaker2Target::build(ModuleOp normalized,
                                                        Precision precision,
                                                        DiagnosticSink &sink) {
  if (precision == Precision::Float) {
    sink.report(makeError("SNN0440", {provenance.networkName, "", 0, 0},
                          "the chip computes with integers only",
                          {"leave --precision float out"}));
    return nullptr;
  }
  auto bundle = buildBundle(normalized, mapping, provenance, sink);
  return bundle ? artifactOf(std::move(bundle)) : nullptr;
}

Expected<std::unique_ptr<runtime::Device>>
Spinnaker2Target::open(std::shared_ptr<const Artifact> artifact,
                       const std::string &device) {
  return std::unique_ptr<runtime::Device>(std::make_unique<runtime::CoreDevice>(
      artifact->bundle(),
      device == "native" ? native::createNativeMachine(s2::rowFormats(), code)
                         : emulator::createEmulator({threads, observer})));
}

LogicalResult Spinnaker2Target::print(ModuleOp normalized,
                                      const std::string &stage,
                                      llvm::raw_ostream &out,
                                      DiagnosticSink &sink) {
  using pipeline::StageId;
  auto model = machine(sink);
  auto [reached, dump] = pipeline::findDump(stage);
  if (!model)
    return failure();
  if (dump) {
    if (failed(pipelineOf(mapping, model)
                   .run(normalized, StageId::Normalized, reached->id)))
      return failure();
    pipeline::print(normalized, dump->part, out);
    return success();
  }
  auto mapped = mapAndCompile(normalized, mapping, model, /*assembly=*/true);
  if (failed(mapped))
    return failure();
  for (auto [program, result] :
       llvm::zip_equal(normalized.getOps<tick::ProgramOp>(), mapped->programs))
    out << "@ program " << program.getSymName() << ", " << result.textBytes
        << " B\n"
        << result.assembly << "\n";
  return success();
}

std::unique_ptr<target::Target>
createTarget(MapOptions options, Provenance provenance, unsigned threads,
             std::shared_ptr<target::NativeCode> code,
             std::shared_ptr<emulator::TickObserver> observer) {
  return std::make_unique<Spinnaker2Target>(
      std::move(options), std::move(provenance), threads, std::move(code),
      std::move(observer));
}

std::shared_ptr<const Artifact>
artifactOf(std::shared_ptr<const runtime::Bundle> bundle) {
  return std::make_shared<BundleArtifact>(std::move(bundle));
}

} // namespace snnc::s2
