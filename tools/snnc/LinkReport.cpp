//===- LinkReport.cpp - What links and routers did in a run ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/snnc/LinkReport.h"

#include "tools/snnc/Report.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc {

using nlohmann::json;
using runtime::DeviceStatistics;
using runtime::LinkStatistics;
using runtime::RouterStatistics;

/// Rows of a table for people; JSON has all.
static constexpr size_t kMostRows = 10;

std::vector<LinkStatistics> busiestLinks(const DeviceStatistics &statistics) {
  std::vector<LinkStatistics> links = statistics.links;
  std::stable_sort(links.begin(), links.end(),
                   [](const LinkStatistics &a, const LinkStatistics &b) {
                     return a.mostInTick > b.mostInTick;
                   });
  return links;
}

std::string toText(const LinkStatistics &link, double linkPackets) {
  return fmt::format("{}: {} tick(s), worst tick {}, {} packets of {:.0f}",
                     toText(link.link), link.fullTicks, link.worstTick,
                     link.mostInTick, linkPackets);
}

json linksToJson(const DeviceStatistics &statistics) {
  json all = json::array();
  for (const LinkStatistics &link : statistics.links)
    all.push_back({{"link", nameOf(link.link)},
                   {"packets", link.packets},
                   {"most_in_tick", link.mostInTick},
                   {"worst_tick", link.worstTick},
                   {"full_ticks", link.fullTicks}});
  return all;
}

json routersToJson(const DeviceStatistics &statistics) {
  json all = json::array();
  for (const RouterStatistics &router : statistics.routers)
    all.push_back({{"chip", nameOf(router.chip)},
                   {"packets", router.packets},
                   {"unrouted", router.unrouted}});
  return all;
}

static void printMore(size_t all, const char *what) {
  if (all > kMostRows)
    fmt::print("and {} more {}; --report json has all\n", all - kMostRows,
               what);
}

void printLinkUse(const DeviceStatistics &statistics) {
  if (statistics.links.empty())
    return;
  double room = statistics.linkPackets;
  std::vector<std::vector<std::string>> rows = {
      {"busiest link", "packets", "most in a tick", "in tick",
       "of what it carries", "full ticks"}};
  std::vector<LinkStatistics> links = busiestLinks(statistics);
  for (size_t i = 0; i < std::min(kMostRows, links.size()); ++i)
    rows.push_back(
        {nameOf(links[i].link), std::to_string(links[i].packets),
         std::to_string(links[i].mostInTick),
         std::to_string(links[i].worstTick),
         room > 0
             ? fmt::format("{:.2f} %", 100 * double(links[i].mostInTick) / room)
             : "-",
         std::to_string(links[i].fullTicks)});
  fmt::print("\n");
  printTable(rows);
  printMore(links.size(), "links");
  std::vector<RouterStatistics> routers = statistics.routers;
  std::stable_sort(routers.begin(), routers.end(),
                   [](const RouterStatistics &a, const RouterStatistics &b) {
                     return a.packets > b.packets;
                   });
  rows = {{"busiest router", "packets", "without a route"}};
  for (size_t i = 0; i < std::min(kMostRows, routers.size()); ++i)
    rows.push_back({nameOf(routers[i].chip), std::to_string(routers[i].packets),
                    std::to_string(routers[i].unrouted)});
  fmt::print("\n");
  printTable(rows);
  printMore(routers.size(), "routers");
}

} // namespace snnc
