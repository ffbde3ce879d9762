//===- VerifyLinks.cpp - What links carry in a tick -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packets on the ways that VerifyRoutes.cpp walks, against what links carry.
//
//===----------------------------------------------------------------------===//

#include "passes/Map/MappingChecker.h"
#include "passes/Map/RealTime.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

uint32_t MappingChecker::nodeOf(Value handle) const {
  SliceInfo sender = infoOf(handle);
  const auto &byName = isa<InputOp>(handle.getDefiningOp())
                           ? info.inputByName
                           : info.populationByName;
  return byName.lookup(sender.name);
}

void MappingChecker::addLoad(const RouteWalk &way, uint32_t node,
                             LinkLoad packets) {
  for (const ChipLink &link : way.links)
    onLinks[link][node] += packets;
}

/// The nodes that load a link most: "'a' 1,200, 'b' 300 (assumed)".
std::string MappingChecker::describeSenders(const Loads &loads) const {
  std::vector<std::pair<uint32_t, LinkLoad>> all(loads.begin(), loads.end());
  std::stable_sort(all.begin(), all.end(), [](const auto &a, const auto &b) {
    return a.second.expected > b.second.expected;
  });
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(3, all.size()); ++i) {
    const NetworkNode &node = info.nodes[all[i].first];
    text += fmt::format("{}'{}' {:.4g}{}", i ? ", " : "", node.name,
                        all[i].second.expected,
                        node.rateStated ? "" : " (assumed)");
  }
  return text;
}

/// Whether links carry in a tick what is expected in one.
void MappingChecker::checkLinks() {
  double tick = op.getTickAttr() ? op.getTickAttr().getValueAsDouble() : 0;
  if (!machine.link || tick <= 0)
    return;
  double room = machine.link->packets(tick);
  struct Full {
    ChipLink link;
    const Loads *loads;
    double expected;
  };
  std::vector<Full> full;
  for (const auto &[link, loads] : onLinks) {
    LinkLoad sum;
    for (const auto &[node, load] : loads)
      sum += load;
    if (sum.expected > room)
      full.push_back({link, &loads, sum.expected});
  }
  if (full.empty())
    return;
  std::stable_sort(full.begin(), full.end(), [](const Full &a, const Full &b) {
    return a.expected > b.expected;
  });
  const Full &worst = full.front();
  bool isStated = isTickStated && llvm::all_of(full, [&](const Full &one) {
                    return llvm::all_of(*one.loads, [&](const auto &load) {
                      return info.nodes[load.first].rateStated;
                    });
                  });
  snn::NetworkOp network = info.network;
  InFlightDiagnostic diag =
      isStated ? error(network, "SNN0365") : report(network, "SNN0366");
  diag << (isStated ? "too many packets for a tick: "
                    : "links may be too slow for their ticks: ")
       << toText(worst.link) << " gets "
       << grouped(uint64_t(std::ceil(worst.expected)))
       << " packets in a tick at the expected rates, it carries "
       << grouped(uint64_t(room)) << " in " << duration(tick);
  diag.attachNote() << "expected packets a tick on it: "
                    << describeSenders(*worst.loads);
  if (full.size() > 1)
    diag.attachNote() << grouped(full.size()) << " links get more than they "
                      << "carry; the next is " << toText(full[1].link)
                      << " with "
                      << grouped(uint64_t(std::ceil(full[1].expected)));
  double enough = tick * worst.expected / room;
  attachHelp(diag) << "a tick of at least " << duration(roundedUp(enough))
                   << " (--tick " << fmt::format("{:.6g}", roundedUp(enough))
                   << "), or lower rates";
}

} // namespace snnc::map
