//===- ChipTrace.cpp - A run of the emulated chip as a trace --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Trace/ChipTrace.h"

#include "runtime/machine/ChipGrid.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::trace {

using emulator::TickPhases;
using runtime::Manifest;

/// Who is on each core: "hidden [0, 128)".
static std::vector<std::string> tenants(const Manifest &manifest) {
  std::vector<std::string> names(manifest.cores.size());
  for (const auto &population : manifest.populations) {
    for (const auto &slice : population.slices)
      names[slice.core] =
          fmt::format("{} [{}, {})", population.name, slice.begin, slice.end);
    for (const auto &part : population.subordinates)
      names[part.core] = fmt::format("sums for {} [{}, {})", population.name,
                                     part.begin, part.end);
  }
  return names;
}

void ChipTrace::begin(const Manifest &manifest, const MachineModel &machine) {
  nanoseconds = 1e9 / machine.level().clockHz;
  ticks = writer.addTrack("ticks");
  routed = writer.addCounter("packets of a tick", "packets");
  std::map<ChipCoordinate, PerfettoWriter::Track> chips;
  std::vector<std::string> names = tenants(manifest);
  for (size_t core = 0; core < manifest.cores.size(); ++core) {
    const CoreAddress &at = manifest.cores[core].at;
    auto [chip, isNew] = chips.try_emplace(at.chip, 0);
    if (isNew)
      chip->second = writer.addTrack(toText(at.chip));
    PeTracks &tracks = pes.emplace_back();
    tracks.name = fmt::format("PE {} {}", toText(at.pe), names[core]);
    tracks.phases = writer.addTrack(tracks.name, chip->second);
  }
}

void ChipTrace::addPe(PeTracks &tracks, const TickPhases &phases) {
  // Tracks below a PE's come when there is something on them.
  auto below = [&](PerfettoWriter::Track &track, const char *name) {
    if (!track)
      track = writer.addTrack(name, tracks.phases);
    return track;
  };
  uint64_t neurons = std::max(phases.rows, phases.neurons);
  writer.addSlice(tracks.phases, at(0), at(phases.rows), "receive");
  writer.addSlice(tracks.phases, at(phases.rows), at(neurons), "rows",
                  "packets", phases.waiting);
  writer.addSlice(tracks.phases, at(neurons), at(phases.end), "neurons");
  for (auto [from, to] : phases.products)
    writer.addSlice(below(tracks.mac, "MAC"), at(from), at(to), "MAC");
  if (phases.sent)
    writer.addSlice(below(tracks.send, "send"), at(phases.firstSent),
                    std::max(at(phases.lastSent), at(phases.firstSent) + 1),
                    "send", "packets", phases.sent);
  if (phases.waiting == tracks.waiting && tracks.queue)
    return;
  if (!tracks.queue)
    tracks.queue = writer.addCounter("keys waiting", "packets", tracks.phases);
  writer.setCounter(tracks.queue, at(0), phases.waiting);
  tracks.waiting = phases.waiting;
}

void ChipTrace::addLinks(std::span<const runtime::LinkStatistics> busy) {
  std::map<ChipLink, uint64_t> now;
  for (const runtime::LinkStatistics &link : busy)
    now[link.link] = link.mostInTick;
  for (const auto &[link, packets] : now)
    if (!links.contains(link))
      links[link] = {
          writer.addCounter(fmt::format("{}, link {}", toText(link.chip),
                                        kLinkNames[link.link]),
                            "packets"),
          0};
  for (auto &[link, track] : links) {
    auto found = now.find(link);
    uint64_t packets = found == now.end() ? 0 : found->second;
    if (packets != track.second)
      writer.setCounter(track.first, at(0), int64_t(packets));
    track.second = packets;
  }
}

void ChipTrace::onTick(uint64_t tick, double tickCycles,
                       std::span<const TickPhases *const> phases,
                       std::span<const runtime::LinkStatistics> busy,
                       uint64_t packets) {
  uint64_t number = count++;
  if (leftOut || phases.size() != pes.size())
    return;
  if (writer.bytes() > mostBytes) {
    leftOut = number;
    return;
  }
  uint64_t longest = uint64_t(tickCycles);
  for (const TickPhases *pe : phases)
    longest = std::max(longest, pe->end);
  writer.addSlice(ticks, at(0), at(longest), "tick", "tick", tick);
  for (size_t i = 0; i < pes.size(); ++i)
    addPe(pes[i], *phases[i]);
  uint64_t before = tick == 0 ? 0 : packetsBefore; // a new sample
  writer.setCounter(routed, at(0), int64_t(packets - before));
  packetsBefore = packets;
  addLinks(busy);
  begun += double(longest);
}

std::optional<Diagnostic> ChipTrace::shortage(const std::string &path) const {
  if (!leftOut)
    return std::nullopt;
  return makeFinding(
      "SNN0451", {path, "", 0, 0},
      fmt::format("the trace has its {} MiB; ticks from {} on are not in it",
                  mostBytes >> 20, *leftOut),
      {fmt::format("trace fewer with --ticks {}", *leftOut)});
}

} // namespace snnc::trace
