//===- LinkLoad.h - What links carry in a tick ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packets a tick on the links between chips, found by following keys
// (RouteWalker.h), and by whom they are sent. No IR.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_LINKLOAD_H
#define SNNC_PASSES_MAP_LINKLOAD_H

#include "passes/Map/RouteWalker.h"

#include <span>

namespace snnc::map {

/// Packets a tick: expected at the rates of the plan, and where every source
/// sends as often as it can in one.
struct LinkLoad {
  double expected = 0, worst = 0;
  LinkLoad &operator+=(const LinkLoad &more) {
    expected += more.expected;
    worst += more.worst;
    return *this;
  }
  LinkLoad operator*(double count) const {
    return {expected * count, worst * count};
  }
};

/// Who sends keys [key, key + keys).
struct KeySender {
  ChipCoordinate chip;
  uint32_t key = 0;
  uint64_t keys = 0;
  uint32_t unit = 1; ///< keys of which one is sent at a time
  LinkLoad each;     ///< of `unit` keys
};

/// A link's part of a sender: a run of its keys.
struct LinkFlow {
  uint32_t sender = 0; ///< index
  uint32_t key = 0;
  uint64_t keys = 0;
  LinkLoad load;
};

/// What every link carries that carries something, by sender and key.
std::map<ChipLink, std::vector<LinkFlow>>
flowsOverLinks(const RouteWalker &walker, std::span<const KeySender> senders);

/// The sum.
LinkLoad loadOf(std::span<const LinkFlow> flows);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_LINKLOAD_H
