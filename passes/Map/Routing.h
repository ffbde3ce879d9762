//===- Routing.h - Router entries as plain data -----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Key and mask entries of one chip's multicast router. No IR.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_ROUTING_H
#define SNNC_PASSES_MAP_ROUTING_H

#include <cstdint>
#include <vector>

namespace snnc::map {

/// Packet key & mask == key: copy to `targets` and onto `links`.
struct RouterEntry {
  uint32_t key = 0, mask = 0;
  std::vector<uint32_t> targets; ///< numbers of cores, ascending
  uint8_t links = 0;             ///< bit l: link l, runtime/machine/ChipGrid.h
  bool operator==(const RouterEntry &) const = default;
};

/// Merges entries with equal mask, targets and links whose keys differ in one
/// bit, until none is left. The merged entries match exactly the keys that the
/// entries matched before. Sorted by key, then mask; O(n log n * 32).
std::vector<RouterEntry> mergeSiblings(std::vector<RouterEntry> entries);

/// Answers "where does this key go?" as the router does: first match wins.
class RouterLookup {
public:
  explicit RouterLookup(const std::vector<RouterEntry> &entries);
  /// Index of the entry, or -1.
  int64_t find(uint32_t key) const;

private:
  struct MaskGroup {
    uint32_t mask;
    std::vector<std::pair<uint32_t, uint32_t>> firstByKey; ///< sorted
  };
  std::vector<MaskGroup> groups;
};

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_ROUTING_H
