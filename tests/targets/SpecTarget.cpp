//===- SpecTarget.cpp - A target that only the tests have -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/targets/SpecTarget.h"

#include "compiler/Reference/RunReference.h"

using namespace mlir;

namespace snnc::tests {

namespace {

struct SpecArtifact : target::Artifact {
  const runtime::Manifest &manifest() const override { return description; }

  OwningOpRef<ModuleOp> module;
  runtime::Manifest description;
  std::unique_ptr<reference::Interpreter> interpreter;
};

class SpecTarget : public target::Target {
public:
  std::string name() const override { return "spec"; }
  std::vector<target::DeviceInfo> devices() const override {
    return {{"spec", "the reference behind the seam", true}};
  }
  std::optional<target::Plan> plan(ModuleOp, target::Precision,
                                   DiagnosticSink &) override {
    return target::Plan();
  }
  std::shared_ptr<const target::Artifact>
  build(ModuleOp normalized, target::Precision precision,
        DiagnosticSink &) override {
    auto artifact = std::make_shared<SpecArtifact>();
    artifact->module = normalized.clone();
    snn::NetworkOp network = target::networkOf(*artifact->module);
    artifact->description = reference::describeNetwork(network);
    auto made = reference::Interpreter::create(
        network, precision == target::Precision::Float
                     ? reference::Precision::Float
                     : reference::Precision::Quantized);
    if (failed(made))
      return nullptr;
    artifact->interpreter = std::move(*made);
    return artifact;
  }
  Expected<std::unique_ptr<runtime::Device>>
  open(std::shared_ptr<const target::Artifact> artifact,
       const std::string &) override {
    return reference::openReference(
        *static_cast<const SpecArtifact &>(*artifact).interpreter);
  }
};

} // namespace

std::unique_ptr<target::Target> createSpecTarget() {
  return std::make_unique<SpecTarget>();
}

} // namespace snnc::tests
