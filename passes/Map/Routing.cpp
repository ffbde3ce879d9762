//===- Routing.cpp - Router entries as plain data -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/Routing.h"

#include <algorithm>
#include <map>
#include <set>

namespace snnc::map {

/// All (key, mask) pairs with the same targets.
static void mergeGroup(std::set<std::pair<uint32_t, uint32_t>> &pairs) {
  std::vector<std::pair<uint32_t, uint32_t>> work(pairs.begin(), pairs.end());
  while (!work.empty()) {
    auto [key, mask] = work.back();
    work.pop_back();
    if (!pairs.contains({key, mask}))
      continue; // merged meanwhile
    for (uint32_t bit = 1; bit; bit <<= 1) {
      if (!(mask & bit) || !pairs.contains({key ^ bit, mask}))
        continue;
      pairs.erase({key, mask});
      pairs.erase({key ^ bit, mask});
      pairs.insert({key & ~bit, mask & ~bit});
      work.emplace_back(key & ~bit, mask & ~bit);
      break;
    }
  }
}

std::vector<RouterEntry> mergeSiblings(std::vector<RouterEntry> entries) {
  std::map<std::pair<std::vector<uint32_t>, uint8_t>,
           std::set<std::pair<uint32_t, uint32_t>>>
      byTargets;
  for (RouterEntry &entry : entries)
    byTargets[{std::move(entry.targets), entry.links}].insert(
        {entry.key, entry.mask});
  std::vector<RouterEntry> merged;
  for (auto &[way, pairs] : byTargets) {
    mergeGroup(pairs);
    for (auto [key, mask] : pairs)
      merged.push_back({key, mask, way.first, way.second});
  }
  std::sort(merged.begin(), merged.end(),
            [](const RouterEntry &a, const RouterEntry &b) {
              return std::pair(a.key, a.mask) < std::pair(b.key, b.mask);
            });
  return merged;
}

RouterLookup::RouterLookup(const std::vector<RouterEntry> &entries) {
  std::map<uint32_t, std::map<uint32_t, uint32_t>> byMask;
  for (uint32_t i = 0; i < entries.size(); ++i)
    byMask[entries[i].mask].try_emplace(entries[i].key, i);
  for (auto &[mask, keys] : byMask)
    groups.push_back({mask, {keys.begin(), keys.end()}});
}

int64_t RouterLookup::find(uint32_t key) const {
  int64_t best = -1;
  for (const MaskGroup &group : groups) {
    std::pair<uint32_t, uint32_t> wanted(key & group.mask, 0);
    auto it = std::lower_bound(group.firstByKey.begin(), group.firstByKey.end(),
                               wanted);
    if (it != group.firstByKey.end() && it->first == wanted.first &&
        (best < 0 || it->second < best))
      best = it->second;
  }
  return best;
}

} // namespace snnc::map
