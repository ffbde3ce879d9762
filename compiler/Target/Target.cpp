//===- Target.cpp - The seam between networks and what runs them ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Target/Target.h"

namespace snnc::target {

snn::NetworkOp networkOf(mlir::ModuleOp module) {
  auto networks = module.getOps<snn::NetworkOp>();
  return networks.empty() ? snn::NetworkOp() : *networks.begin();
}

Target *Registry::find(const std::string &name) const {
  for (const auto &target : targets)
    if (target->name() == name)
      return target.get();
  return nullptr;
}

Target *Registry::findDevice(const std::string &device) const {
  for (const auto &target : targets)
    for (const DeviceInfo &info : target->devices())
      if (info.name == device)
        return target.get();
  return nullptr;
}

std::optional<DeviceInfo> Registry::device(const std::string &name) const {
  for (const DeviceInfo &info : devices())
    if (info.name == name)
      return info;
  return std::nullopt;
}

std::vector<DeviceInfo> Registry::devices() const {
  std::vector<DeviceInfo> all;
  for (const auto &target : targets)
    for (DeviceInfo &info : target->devices())
      all.push_back(std::move(info));
  return all;
}

} // namespace snnc::target
