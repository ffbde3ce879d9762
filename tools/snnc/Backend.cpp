//===- Backend.cpp - Which backend a run is for ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Backend.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc {

bool isBackend(const target::Registry &registry, const std::string &name) {
  return name == kReferenceBackend || registry.findDevice(name);
}

std::vector<std::string> backendNames(const target::Registry &registry) {
  std::vector<std::string> names;
  for (const target::DeviceInfo &device : registry.devices())
    names.push_back(device.name);
  names.push_back(kReferenceBackend);
  return names;
}

/// The first option on the command line that `target` reads and `other` does
/// not, or empty.
static std::string askedWith(const RunOptions &options,
                             const target::Target &target,
                             const target::Target *other = nullptr) {
  std::vector<std::string> known;
  if (other)
    known = other->options();
  for (const std::string &option : target.options())
    if (options.given.count(option) && !std::ranges::count(known, option))
      return option;
  return "";
}

BackendChoice chooseBackend(const RunOptions &options, bool isBundle,
                            const target::Registry &registry) {
  if (!options.backend.empty())
    return {options.backend, ""};
  auto deviceOf = [](const target::Target &target) {
    return target.devices().front().name;
  };
  for (const auto &target : registry.all()) {
    if (isBundle && target->readsBundles())
      return {deviceOf(*target), "the file is a bundle"};
    if (target == registry.all().front())
      continue; // what it reads asks for no other than the usual one
    std::string option = askedWith(options, *target);
    if (!isBundle && !option.empty())
      return {deviceOf(*target), fmt::format("--{} asks for it", option)};
  }
  return {deviceOf(*registry.all().front()),
          "a network file, and no option asks for a chip"};
}

void warnOfIdleOptions(const RunOptions &options, const std::string &backend,
                       const target::Registry &registry, DiagnosticSink &sink) {
  const target::Target *running = registry.findDevice(backend);
  for (const auto &target : registry.all()) {
    std::string option = askedWith(options, *target, running);
    if (target.get() == running || option.empty())
      continue;
    sink.report(makeFinding(
        "SNN0962", {options.input, "", 0, 0},
        fmt::format("--{} has no effect on --backend {}", option, backend),
        {fmt::format("leave it out, or use --backend {}",
                     target->devices().front().name)}));
  }
}

} // namespace snnc
