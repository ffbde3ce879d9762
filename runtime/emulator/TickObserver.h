//===- TickObserver.h - What the PEs did in a tick --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emulator knows a program's phases by its accesses to devices: it looks at
// the receive ring, acknowledges it when the last packet's rows are added, and
// goes on with its neurons until it sleeps. Cycles are exact to one straight
// run of instructions (docs/cycles.md).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_EMULATOR_TICKOBSERVER_H
#define SNNC_RUNTIME_EMULATOR_TICKOBSERVER_H

#include "runtime/Device.h"

#include <utility>

namespace snnc::emulator {

/// One PE in one tick; awake cycles since it woke.
struct TickPhases {
  uint64_t rows = 0;    ///< looked at the receive ring; 0: never did
  uint64_t neurons = 0; ///< had added the rows of all packets
  uint64_t end = 0;     ///< slept
  uint32_t waiting = 0; ///< keys in its ring when it woke
  uint32_t sent = 0;    ///< packets
  uint64_t firstSent = 0, lastSent = 0;
  /// Begin and end of each product of its MAC array, which goes on beside it.
  std::vector<std::pair<uint64_t, uint64_t>> products;
};

class TickObserver {
public:
  virtual ~TickObserver() = default;
  /// After every tick, on one thread. `pes`: in the order of the manifest's
  /// cores; `links`: those that carried packets in this tick, `mostInTick` of
  /// them; `packets`: that routers took since the run began.
  virtual void onTick(uint64_t tick, double tickCycles,
                      std::span<const TickPhases *const> pes,
                      std::span<const runtime::LinkStatistics> links,
                      uint64_t packets) = 0;
};

} // namespace snnc::emulator

#endif // SNNC_RUNTIME_EMULATOR_TICKOBSERVER_H
