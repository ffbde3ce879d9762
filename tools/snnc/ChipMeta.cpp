//===- ChipMeta.cpp - What a run counted, kept with its results -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/ChipMeta.h"

#include <algorithm>
#include <cmath>

namespace snnc {

using nlohmann::json;

static json columnsOf(const runtime::RunResult &result, uint64_t ticks) {
  json out = json::object();
  for (const char *name :
       {"mean", "worst", "overruns", "sent", "received", "dropped", "waiting"})
    out[name] = json::array();
  for (const runtime::PeStatistics &pe : result.statistics.pes) {
    out["mean"].push_back(std::round(double(pe.cycles) / double(ticks)));
    out["worst"].push_back(pe.worstTickCycles);
    out["overruns"].push_back(pe.overruns);
    out["sent"].push_back(pe.packetsSent);
    out["received"].push_back(pe.packetsReceived);
    out["dropped"].push_back(pe.packetsDropped);
    out["waiting"].push_back(pe.receiveHighWater);
  }
  return out;
}

json chipMeta(const runtime::RunResult &result, bool perPe) {
  const runtime::DeviceStatistics &all = result.statistics;
  if (all.pes.empty())
    return {};
  uint64_t ticks = std::max<uint64_t>(1, result.chipTicks * result.samples);
  json links = json::array();
  for (const runtime::LinkStatistics &link : all.links)
    links.push_back({link.link.chip.x, link.link.chip.y, link.link.link,
                     link.packets, link.mostInTick});
  json meta = {{"ticks", ticks},
               {"tick_cycles", all.tickCycles},
               {"packets", all.packetsRouted},
               {"verdict",
                {{"overruns", result.verdict.overruns},
                 {"dropped", result.verdict.droppedPackets},
                 {"unrouted", result.verdict.unroutedPackets},
                 {"unrecorded", result.verdict.recordOverflows}}},
               {"link_packets", all.linkPackets},
               {"links", perPe ? links : json::array()}};
  if (perPe)
    meta["pes"] = columnsOf(result, ticks);
  return meta;
}

} // namespace snnc
