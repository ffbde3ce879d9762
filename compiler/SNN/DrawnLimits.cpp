//===- DrawnLimits.cpp - Connectors that cannot be drawn -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/DrawnLimits.h"

#include <fmt/format.h>

namespace snnc::snn {

std::string whyNotDrawn(ProceduralAttr rule, uint32_t sources,
                        uint32_t targets) {
  ConnectorKind kind = rule.getKind();
  bool noSelf = rule.getAutapses() == 0;
  if ((noSelf || kind == ConnectorKind::OneToOne) && sources != targets) {
    return fmt::format("{} needs as many sources as targets, not {} and {}",
                       noSelf ? "autapses = 0" : "one-to-one", sources,
                       targets);
  }
  bool outgoing = kind == ConnectorKind::FixedOutDegree;
  if (outgoing || kind == ConnectorKind::FixedInDegree) {
    uint64_t partners = (outgoing ? targets : sources) - (noSelf ? 1 : 0);
    double degree = rule.getAmount().getValueAsDouble();
    bool impossible = rule.getMultapses() ? partners == 0 && degree > 0
                                          : degree > double(partners);
    if (impossible || degree > double(1u << 31)) {
      return fmt::format("a degree of {} needs as many different partners, "
                         "there are {}",
                         degree, partners);
    }
  }
  uint64_t possible = uint64_t(sources - (noSelf ? 1 : 0)) * targets;
  if (kind == ConnectorKind::FixedTotalNumber &&
      rule.getAmount().getValueAsDouble() > (possible ? 0x1p31 * targets : 0)) {
    return fmt::format("{} synapses are too many for {} sources and {} "
                       "targets",
                       rule.getAmount().getValueAsDouble(), sources, targets);
  }
  return "";
}

} // namespace snnc::snn
