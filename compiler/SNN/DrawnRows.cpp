//===- DrawnRows.cpp - Drawn synapses that were made already --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/DrawnRows.h"

namespace snnc::snn {

std::shared_ptr<RowTable> DrawnRows::table(mlir::Attribute rule,
                                           uint32_t sources, uint32_t targets,
                                           uint64_t synapses) {
  std::lock_guard lock(mutex);
  std::tuple key(rule.getAsOpaquePointer(), sources, targets);
  if (auto known = tables.find(key); known != tables.end())
    return known->second;
  if (synapses > budget / sizeof(uint64_t)) // the product might not fit either
    return nullptr;
  uint64_t bytes =
      synapses * sizeof(uint64_t) + (uint64_t(sources) + 1) * sizeof(uint32_t);
  if (used + bytes > budget)
    return nullptr;
  used += bytes;
  return tables.emplace(key, std::make_shared<RowTable>()).first->second;
}

void DrawnRows::clear() {
  std::lock_guard lock(mutex);
  tables.clear();
  used = 0;
}

void DrawnRows::setBudget(uint64_t bytes) {
  std::lock_guard lock(mutex);
  budget = bytes;
}

} // namespace snnc::snn
