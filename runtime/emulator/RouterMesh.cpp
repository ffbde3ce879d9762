//===- RouterMesh.cpp - The routers of a machine and their links ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/emulator/RouterMesh.h"

#include <fmt/format.h>

namespace snnc::emulator {

using runtime::RouteEntry;

Status RouterMesh::load(const runtime::Manifest &manifest,
                        const MachineModel &machine, bool isTimed) {
  *this = RouterMesh();
  if (isTimed && machine.link)
    linkPackets = machine.link->packets(manifest.tickSeconds);
  auto add = [&](ChipCoordinate chip) {
    auto [at, isNew] = numbers.try_emplace(chip, uint32_t(chips.size()));
    if (isNew)
      chips.emplace_back().at = chip;
    return at->second;
  };
  add(machine.hostChip());
  for (const runtime::CoreEntry &core : manifest.cores)
    add(core.at.chip);
  std::map<uint32_t, std::vector<Router::Entry>> tables;
  for (const RouteEntry &route : manifest.routes) {
    if (!machine.has(route.chip))
      return makeError("SNN0610", {},
                       "a route is for " + toText(route.chip) +
                           ", which the machine does not have");
    for (uint32_t core : route.cores)
      if (core >= manifest.cores.size() ||
          manifest.cores[core].at.chip != route.chip)
        return makeError("SNN0610", {},
                         fmt::format("route {:#x}/{:#x} of {} names core {}, "
                                     "which is not there",
                                     route.key, route.mask, toText(route.chip),
                                     core));
    std::vector<Router::Entry> &table = tables[add(route.chip)];
    table.push_back({route.key, route.mask, route.cores, route.links});
    if (table.size() > machine.router.entries)
      return makeError("SNN0611", {},
                       fmt::format("more routes for {} than its router has "
                                   "entries, {}",
                                   toText(route.chip), machine.router.entries));
  }
  for (auto &[chip, table] : tables)
    chips[chip].router = Router(std::move(table));
  for (Chip &chip : chips)
    for (unsigned link = 0; link < kLinksPerChip; ++link)
      if (auto other = machine.neighbour(chip.at, link))
        if (auto at = numbers.find(*other); at != numbers.end())
          chip.links[link].to = at->second;
  return {};
}

void RouterMesh::restart() {
  for (Chip &chip : chips) {
    chip.packets = chip.missed = chip.mark = 0;
    for (Link &link : chip.links)
      link = {link.to};
  }
  busy.clear();
  taken = missed = ticks = mark = 0;
}

uint32_t RouterMesh::chipOf(ChipCoordinate chip) const {
  auto at = numbers.find(chip);
  return at == numbers.end() ? 0 : at->second;
}

std::span<const uint32_t> RouterMesh::send(uint32_t key, uint32_t from) {
  cores.clear();
  work.assign(1, from);
  chips[from].mark = ++mark;
  for (size_t i = 0; i < work.size(); ++i) {
    Chip &chip = chips[work[i]];
    ++chip.packets;
    uint32_t found = chip.router.match(key);
    if (found == Router::noEntry) {
      ++chip.missed;
      ++missed;
      continue;
    }
    taken += i == 0;
    const Router::Entry &entry = chip.router.entry(found);
    cores.insert(cores.end(), entry.cores.begin(), entry.cores.end());
    for (unsigned l = 0; entry.links >> l; ++l) {
      if (!(entry.links >> l & 1))
        continue;
      Link &link = chip.links[l];
      if (link.to == UINT32_MAX) {
        ++missed;
        continue;
      }
      if (link.inTick++ == 0)
        busy.push_back(work[i] * kLinksPerChip + l);
      ++link.packets;
      if (std::exchange(chips[link.to].mark, mark) == mark)
        ++missed;
      else
        work.push_back(link.to);
    }
  }
  return cores;
}

void RouterMesh::endTick() {
  for (uint32_t at : busy) {
    Link &link = chips[at / kLinksPerChip].links[at % kLinksPerChip];
    if (link.inTick > link.mostInTick) {
      link.mostInTick = link.inTick;
      link.worstTick = ticks;
    }
    link.fullTicks += linkPackets > 0 && double(link.inTick) > linkPackets;
    link.inTick = 0;
  }
  busy.clear();
  ++ticks;
}

std::vector<runtime::LinkStatistics> RouterMesh::linksInTick() const {
  std::vector<runtime::LinkStatistics> all;
  for (uint32_t at : busy) {
    const Chip &chip = chips[at / kLinksPerChip];
    uint64_t packets = chip.links[at % kLinksPerChip].inTick;
    all.push_back({{chip.at, uint8_t(at % kLinksPerChip)}, packets, packets});
  }
  return all;
}

std::vector<runtime::LinkStatistics> RouterMesh::links() const {
  std::vector<runtime::LinkStatistics> all;
  for (const auto &[at, number] : numbers)
    for (unsigned l = 0; l < kLinksPerChip; ++l)
      if (const Link &link = chips[number].links[l]; link.packets)
        all.push_back({{at, uint8_t(l)},
                       link.packets,
                       link.mostInTick,
                       link.worstTick,
                       link.fullTicks});
  return all;
}

std::vector<runtime::RouterStatistics> RouterMesh::routers() const {
  std::vector<runtime::RouterStatistics> all;
  if (chips.size() > 1)
    for (const auto &[at, number] : numbers)
      if (const Chip &chip = chips[number]; chip.packets)
        all.push_back({at, chip.packets, chip.missed});
  return all;
}

} // namespace snnc::emulator
