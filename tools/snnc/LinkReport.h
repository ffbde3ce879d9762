//===- LinkReport.h - What links and routers did in a run -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_LINKREPORT_H
#define SNNC_TOOLS_LINKREPORT_H

#include "runtime/Device.h"

#include <nlohmann/json.hpp>

namespace snnc {

/// The links with most packets in a tick first.
std::vector<runtime::LinkStatistics>
busiestLinks(const runtime::DeviceStatistics &statistics);

/// "link NE of chip 0.1: 3 tick(s), worst tick 12, 70,000 packets of 62,500".
std::string toText(const runtime::LinkStatistics &link, double linkPackets);

/// Objects {"link", "packets", "most_in_tick", "worst_tick", "full_ticks"} of
/// all links, ascending, and {"chip", "packets", "unrouted"} of all routers.
nlohmann::json linksToJson(const runtime::DeviceStatistics &statistics);
nlohmann::json routersToJson(const runtime::DeviceStatistics &statistics);

/// The busiest links and routers as tables on stdout; nothing where packets
/// took no link.
void printLinkUse(const runtime::DeviceStatistics &statistics);

} // namespace snnc

#endif // SNNC_TOOLS_LINKREPORT_H
