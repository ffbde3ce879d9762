//===- ChipMeta.h - What a run counted, kept with its results ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_CHIPMETA_H
#define SNNC_TOOLS_CHIPMETA_H

#include "runtime/host/Session.h"

#include <nlohmann/json.hpp>

namespace snnc {

/// {"ticks", "tick_cycles" (0: not timed), "packets", "verdict": {"overruns",
/// "dropped", "unrouted", "unrecorded"}, "pes": {"mean", "worst" (cycles of a
/// tick), "overruns", "sent", "received", "dropped", "waiting" (most at once)},
/// a column each in the order of the manifest's cores, "links": [[x, y, link,
/// packets, most in a tick]], "link_packets"}. Null for runs without cores.
/// `perPe` false leaves "pes" out: an attribute of HDF5 holds 64 KiB.
nlohmann::json chipMeta(const runtime::RunResult &result, bool perPe);

} // namespace snnc

#endif // SNNC_TOOLS_CHIPMETA_H
