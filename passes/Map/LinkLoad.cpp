//===- LinkLoad.cpp - What links carry in a tick --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Map/LinkLoad.h"

#include <algorithm>

namespace snnc::map {

std::map<ChipLink, std::vector<LinkFlow>>
flowsOverLinks(const RouteWalker &walker, std::span<const KeySender> senders) {
  std::map<ChipLink, std::vector<LinkFlow>> all;
  for (uint32_t s = 0; s < senders.size(); ++s) {
    const KeySender &sender = senders[s];
    for (uint64_t i = 0; i < sender.keys;) {
      uint32_t key = uint32_t(sender.key + i);
      uint64_t step = std::max<uint64_t>(walker.step(), sender.unit);
      uint64_t count = std::min(step - key % step, sender.keys - i);
      LinkLoad load = sender.each * (double(count) / sender.unit);
      for (const ChipLink &link : walker.follow(key, sender.chip).links) {
        std::vector<LinkFlow> &flows = all[link];
        if (!flows.empty() && flows.back().sender == s &&
            flows.back().key + flows.back().keys == key) {
          flows.back().keys += count;
          flows.back().load += load;
        } else {
          flows.push_back({s, key, count, load});
        }
      }
      i += count;
    }
  }
  return all;
}

LinkLoad loadOf(std::span<const LinkFlow> flows) {
  LinkLoad sum;
  for (const LinkFlow &flow : flows)
    sum += flow.load;
  return sum;
}

} // namespace snnc::map
