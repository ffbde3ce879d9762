//===- RouterMesh.h - The routers of a machine and their links --*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_ROUTERMESH_H
#define SNNC_RUNTIME_EMULATOR_ROUTERMESH_H

#include "runtime/Device.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/emulator/Router.h"

#include <array>
#include <span>

namespace snnc::emulator {

/// One router a chip. A packet is looked up on the chip that sends it, copied
/// to the cores and onto the links of the entry, and looked up again at the
/// other end of each link; there is no default route. A copy is lost, and
/// counted, where a router has no entry for it, where it comes to a chip a
/// second time, and where a link is dead. Deterministic: breadth first, links
/// by number.
class RouterMesh {
public:
  /// The routers of a manifest that nobody checked. `isTimed`: ticks take the
  /// manifest's time, so that links can be full. Errors SNN0610, SNN0611.
  Status load(const runtime::Manifest &manifest, const MachineModel &machine,
              bool isTimed);
  /// Nothing counted.
  void restart();

  /// The number of a chip, for send(); that of the host's is 0.
  uint32_t chipOf(ChipCoordinate chip) const;
  /// A packet of chip `from`: the cores that it reaches, indices into
  /// Manifest::cores, until the next call.
  std::span<const uint32_t> send(uint32_t key, uint32_t from);
  /// The tick ends: what links carried in it counts.
  void endTick();

  uint64_t routed() const { return taken; } ///< packets that a route took
  uint64_t lost() const { return missed; }  ///< packets or copies
  /// Packets that a link carries in a tick; 0: any number.
  double room() const { return linkPackets; }
  /// Those that carried packets in this tick; `mostInTick` of them so far.
  std::vector<runtime::LinkStatistics> linksInTick() const;
  /// The links that carried packets.
  std::vector<runtime::LinkStatistics> links() const;
  /// Routers that saw packets, of machines with several chips.
  std::vector<runtime::RouterStatistics> routers() const;

private:
  struct Link {
    uint32_t to = UINT32_MAX; ///< chip
    uint64_t packets = 0, inTick = 0, mostInTick = 0, worstTick = 0,
             fullTicks = 0;
  };
  struct Chip {
    ChipCoordinate at;
    Router router;
    std::array<Link, kLinksPerChip> links;
    uint64_t packets = 0, missed = 0, mark = 0;
  };
  std::vector<Chip> chips; ///< with routes or cores, and the host's
  std::map<ChipCoordinate, uint32_t> numbers;
  std::vector<uint32_t> cores, work; ///< of a packet
  std::vector<uint32_t> busy;        ///< chip * 6 + link, of this tick
  uint64_t taken = 0, missed = 0, ticks = 0, mark = 0;
  double linkPackets = 0;
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_ROUTERMESH_H
