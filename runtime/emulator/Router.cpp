//===- Router.cpp - The multicast router of a chip ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/Router.h"

#include <cstddef>

namespace snnc::emulator {

Router::Router(std::vector<Entry> table) : entries(std::move(table)) {
  std::unordered_map<uint32_t, std::size_t> groupOfMask;
  for (uint32_t index = 0; index < entries.size(); ++index) {
    const Entry &entry = entries[index];
    if (entry.key & ~entry.mask)
      continue; // can never match
    auto [at, isNew] = groupOfMask.try_emplace(entry.mask, groups.size());
    if (isNew) {
      groups.emplace_back();
      groups.back().mask = entry.mask;
      groups.back().first = index;
    }
    groups[at->second].byKey.try_emplace(entry.key, index);
  }
}

uint32_t Router::match(uint32_t key) const {
  uint32_t best = noEntry;
  for (const Group &group : groups) {
    if (group.first > best)
      break; // no later group has an earlier entry
    auto found = group.byKey.find(key & group.mask);
    if (found != group.byKey.end() && found->second < best)
      best = found->second;
  }
  return best;
}

} // namespace snnc::emulator
