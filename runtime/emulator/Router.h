//===- Router.h - The multicast router of a chip ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_EMULATOR_ROUTER_H
#define SNNC_RUNTIME_EMULATOR_ROUTER_H

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace snnc::emulator {

/// Ternary match, first entry wins (the chip's priority encoder, facts A6).
/// Entries are grouped by mask, one hash look-up each, so a look-up costs as
/// many probes as there are distinct masks, not entries.
class Router {
public:
  static constexpr uint32_t noEntry = UINT32_MAX;

  struct Entry {
    uint32_t key = 0, mask = 0;
    std::vector<uint32_t> cores; ///< indices of the chip's PEs
    uint8_t links = 0;           ///< RouterMesh.h
  };

  Router() = default;
  explicit Router(std::vector<Entry> table);

  /// Index of the first entry with (key & mask) == entry.key, or noEntry.
  uint32_t match(uint32_t key) const;
  const Entry &entry(uint32_t index) const { return entries[index]; }

private:
  struct Group {
    uint32_t mask = 0;
    uint32_t first = 0; ///< lowest entry index of the group
    std::unordered_map<uint32_t, uint32_t> byKey; ///< only ever looked up
  };
  std::vector<Entry> entries;
  std::vector<Group> groups; ///< by rising `first`
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_ROUTER_H
