//===- DrawnRows.cpp - Drawn synapses that were made already --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/DrawnRows.h"

namespace snnc::snn {

void RowTable::sort(llvm::ArrayRef<uint32_t> from,
                    llvm::ArrayRef<uint64_t> drawn,
                    std::vector<uint32_t> &begins,
                    std::vector<uint64_t> &synapses) {
  for (uint32_t source : from)
    ++begins[source + 1];
  for (size_t s = 1; s < begins.size(); ++s)
    begins[s] += begins[s - 1];
  synapses.resize(drawn.size());
  std::vector<uint32_t> next(begins.begin(), begins.end() - 1);
  for (size_t i = 0; i < drawn.size(); ++i)
    synapses[next[from[i]]++] = drawn[i];
}

void RowTable::copy(float weight, std::vector<uint32_t> &ofSources,
                    std::vector<uint64_t> &words) const {
  uint64_t high = pack({0, weight, 0});
  ofSources = begins;
  words.resize(synapses.size());
  for (size_t i = 0; i < synapses.size(); ++i)
    words[i] = uint32_t(synapses[i]) | high;
}

constexpr uint64_t kPatternBytes = uint64_t(64) << 20;

std::shared_ptr<const RowTable> DrawnPatterns::find(const std::string &rule,
                                                    uint32_t sources,
                                                    uint32_t targets) {
  std::lock_guard lock(mutex);
  auto found = tables.find({rule, sources, targets});
  return found == tables.end() ? nullptr : found->second;
}

void DrawnPatterns::add(const std::string &rule, uint32_t sources,
                        uint32_t targets,
                        std::shared_ptr<const RowTable> table) {
  std::lock_guard lock(mutex);
  uint64_t bytes = table->bytes();
  if (used + bytes <= kPatternBytes &&
      tables.try_emplace({rule, sources, targets}, std::move(table)).second)
    used += bytes;
}

void DrawnPatterns::clear() {
  std::lock_guard lock(mutex);
  tables.clear();
  used = 0;
}

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
  if (!isShared)
    known->clear();
}

void DrawnRows::setBudget(uint64_t bytes) {
  std::lock_guard lock(mutex);
  budget = bytes;
}

} // namespace snnc::snn
