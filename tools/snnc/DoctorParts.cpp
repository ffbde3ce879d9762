//===- DoctorParts.cpp - What travels with the tool, tried ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Doctor.h"

#include "classifier/Selector.h"
#include "compiler/Import/YAML/YamlImport.h"
#include "runtime/host/Session.h"
#include "runtime/machine/MachineModel.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/Python.h"

#include "llvm/Config/llvm-config.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace mlir;

namespace snnc {

/// With a unit, so that the database of units is read.
static constexpr const char *kNetwork = R"(
network: {name: doctor, dt: 1 ms}
inputs: {in: {size: 1}}
populations: {one: {size: 1, model: lif, params: {tau: 20 ms, threshold: 1.0}}}
projections: [{from: in, to: one, connector: all_to_all, weight: 2.0}]
)";

static constexpr const char *kReport =
    "report it with the output of `snnc doctor --json`";

/// The first error with what helps, as a check that failed.
static Check failure(Check check, const DiagnosticSink &sink) {
  check.isInTheWay = true;
  check.value = "fails";
  check.remedy = kReport;
  for (const snnc::Diagnostic &d : sink.all())
    if (d.severity == Severity::Error) {
      check.value = fmt::format("{} [{}]", d.message, d.code.name());
      if (!d.hints.empty())
        check.remedy = d.hints.front();
      break;
    }
  return check;
}

/// Reads, builds and runs kNetwork on the devices of the target that is
/// `number` in the registry: a build may change the module.
static std::vector<Check> checkTarget(size_t number) {
  DiagnosticSink sink;
  auto began = std::chrono::steady_clock::now();
  auto context = createContext();
  MessageBridge bridge(context.get(), sink);
  CompileOptions options;
  target::Registry registry = targetsFor(options);
  target::Target &target = *registry.all()[number];
  Check check{"parts", target.name(), ""};
  auto module =
      yaml::importYamlText(kNetwork, "doctor.yaml", context.get(), sink);
  if (!module || failed(normalizeNetwork(*module, 1e-3, Dynamics(),
                                         options.network, /*quantized=*/true)))
    return {failure(check, sink)};
  auto artifact = target.build(*module, target::Precision::Quantized, sink);
  if (!artifact)
    return {failure(check, sink)};
  std::vector<std::string> names;
  for (const target::DeviceInfo &info : target.devices()) {
    auto device = target.open(artifact, info.name);
    runtime::RunOptions run;
    run.ticks = 10;
    auto result =
        device ? runtime::Session(**device).run(
                     {{"in", runtime::NdArray::of<uint16_t>(
                                 {10, 1}, std::vector<uint16_t>(10, 1))}},
                     std::vector<runtime::RecordRequest>(), run)
               : Expected<runtime::RunResult>(device.takeError());
    if (!result) {
      sink.report(result.takeError());
      return {failure(check, sink)};
    }
    names.push_back(info.name);
  }
  std::chrono::duration<double, std::milli> taken =
      std::chrono::steady_clock::now() - began;
  check.value = fmt::format("a neuron built and run on {}, {:.0f} ms",
                            fmt::join(names, " and "), taken.count());
  return {check};
}

static Check checkMachines() {
  Check check{"parts", "machines", ""};
  DiagnosticSink sink;
  for (const std::string &name : builtinMachineNames()) {
    auto machine = builtinMachine(name);
    if (!machine) {
      sink.report(machine.takeError());
      return failure(check, sink);
    }
    check.value += (check.value.empty() ? "" : ", ") + name;
  }
  return check;
}

static Check checkSelectors() {
  Check check{"parts", "selectors", ""};
  DiagnosticSink sink;
  auto machine = builtinMachine(defaultMachineName());
  for (fabric::Objective objective : fabric::kObjectives) {
    if (!machine)
      break; // checkMachines says so
    auto model = selector::Selector::shipped(objective, *machine);
    if (!model) {
      sink.report(model.takeError());
      return failure(check, sink);
    }
    check.value +=
        (check.value.empty() ? "" : ", ") + std::string(nameOf(objective));
  }
  return check;
}

/// Only tests and benchmarks read it.
static Check checkData() {
  const char *folder = std::getenv("SNNC_SHARED_DATA");
  Check check{"data", "SNNC_SHARED_DATA",
              folder ? folder : "not set; only tests and benchmarks read it"};
  std::error_code error;
  if (folder && !std::filesystem::is_directory(folder, error)) {
    check.value += ", no folder";
    check.remedy = "set SNNC_SHARED_DATA to the folder of the test data, or "
                   "unset it to skip tests that need it";
  }
  return check;
}

std::vector<Check> checkPackages() {
  struct Package {
    const char *name, *use, *install;
  };
  constexpr Package packages[] = {
      {"snnc", "Python scripts and PyNN",
       "scripts/package wheel; pip install dist/snnc-*.whl"},
      {"numpy", "arrays for --input and -o", "pip install numpy"},
      {"nir", "making NIR files", "pip install nir"},
      {"neo", "PyNN's get_data()", "pip install neo"}};
  std::vector<std::string> names;
  for (const Package &package : packages)
    names.emplace_back(package.name);
  std::vector<bool> there = pythonModules(names);
  std::vector<Check> checks = {
      {"packages", "python3",
       there.empty() ? "not in PATH; only scripts need it" : "in PATH"}};
  for (size_t i = 0; i < there.size(); ++i)
    checks.push_back({"packages", packages[i].name,
                      there[i]
                          ? "there"
                          : fmt::format("not there, for {}: {}",
                                        packages[i].use, packages[i].install)});
  return checks;
}

std::vector<Check> checkBoards() {
  Check check{"boards", "emulated", ""};
  DiagnosticSink sink;
  for (const std::string &name : builtinMachineNames())
    if (auto machine = builtinMachine(name))
      check.value +=
          fmt::format("{}{} ({} PEs)", check.value.empty() ? "" : ", ", name,
                      machine->coreCount());
  return {{"boards", "connected",
           "none: this version runs bundles on emulated machines alone"},
          check};
}

std::vector<Check> checkParts() {
  std::vector<Check> checks = {
      {"parts", "compiler",
       fmt::format("LLVM and MLIR {}", LLVM_VERSION_STRING)}};
  size_t targets = targetsFor(CompileOptions()).all().size();
  for (size_t number = 0; number < targets; ++number)
    for (Check &check : checkTarget(number))
      checks.push_back(std::move(check));
  checks.push_back(checkMachines());
  checks.push_back(checkSelectors());
  checks.push_back(checkData());
  return checks;
}

} // namespace snnc
