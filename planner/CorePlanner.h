//===- CorePlanner.h - The bytes of one core --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a core of either paradigm keeps in SRAM between the program and the
// stack, to the byte: the same numbers decide how a population is sliced, lay
// out the core and fill the error messages. Layout of header and table:
// runtime/abi/CoreHeader.h.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_COREPLANNER_H
#define SNNC_PLANNER_COREPLANNER_H

#include "runtime/machine/MachineModel.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace snnc::fabric {

/// The synapses of one projection that end on the core, encoded.
struct BlockDemand {
  uint32_t projection = 0;
  uint64_t rowsBytes = 0, indexBytes = 0;
  uint32_t entries = 0;   ///< of the table
  uint64_t dramBytes = 0; ///< of its rows, where they are there
};

/// The weight-delay map of a parallel core, sizes as MapLayout's.
struct MapDemand {
  uint64_t panelBytes = 0, weightBytes = 0, scatterBytes = 0, positionBytes = 0,
           operandBytes = 0, outputBytes = 0, historyBytes = 0,
           historyCountBytes = 0;
};

/// Everything that decides the size of a core.
struct CoreDemand {
  uint32_t neurons = 0, receptors = 1;
  std::vector<std::string> states;      ///< float32 per neuron each
  std::vector<std::string> arrayParams; ///< parameters that are not uniform
  std::vector<BlockDemand> blocks;
  uint64_t sources = 0; ///< distinct neurons and channels that send here
  /// Packets of one tick beyond one of every source: inputs whose channels
  /// spike several times in a tick (NetworkInfo::demand).
  uint64_t morePackets = 0;
  /// Packets of one tick that the stated rates of all senders lead to; absent
  /// where a sender's rate is not stated.
  std::optional<uint64_t> likelyPackets;
  /// Dominant of a row split: packets of partial sums, none of which may be
  /// lost.
  uint64_t sumPackets = 0;
  /// The most packets of one tick.
  uint64_t packets() const { return spikes() + sumPackets; }
  uint64_t spikes() const { return sources + morePackets; }
  uint64_t maxDelay = 1;   ///< ticks, over all blocks
  uint64_t driveBytes = 0; ///< of what the core draws itself
  /// The longest transfer of a row in DRAM, what each row buffer holds, and how
  /// many of those there are.
  uint64_t transferBytes = 0;
  uint32_t rowBuffers = 2;
  /// Parallel core: the rows and index of `blocks` and the ring are not there.
  std::optional<MapDemand> map;
  /// Subordinate of a row split: no neurons, nothing is recorded.
  bool subordinate = false;
  /// Dominant of a row split: table entries of partial sums.
  uint32_t sumEntries = 0;
  /// Whether a core needs room for a packet of every source, not only for the
  /// shortest packet ring that we accept.
  bool fullRing = false;
};

/// A named range of SRAM. Names, in address order: "header", "table", then
/// "rows" and "index" per block (serial) or "panels", "weights", "scatter",
/// "positions" (parallel), "param.<name>", "state.<name>", then "ring" (serial)
/// or "operand", "output", "history", "history_count" (parallel), "spikes",
/// "fifo", "record". A subordinate core (row split) has neither parameters,
/// states, "spikes" nor "record". Rows in DRAM have the row buffers "fetch"
/// behind the last index, inputs that the core draws "drives" behind those.
struct PlannedBuffer {
  std::string name;
  std::optional<uint32_t> projection; ///< of rows and index
  uint64_t bytes = 0;
  bool dram = false; ///< not in SRAM
};

struct CorePlan {
  std::vector<PlannedBuffer> buffers; ///< valid when fits()
  /// Least bytes this core can do with (shortest packet ring, one recorded
  /// tick), alignment included, and what the machine has.
  uint64_t needed = 0, available = 0;
  uint64_t fifoCapacity = 0; ///< packets
  /// Packets of the fullest tick: all sources spike, or what the stated rates
  /// lead to.
  uint64_t fifoSafe = 0;
  bool fits() const { return needed <= available; }
};

/// Bytes that the planner may give away: from the end of the program range to
/// the begin of the stack.
uint64_t availableBytes(const SramLayout &sram);

/// Row buffers of a core whose DMA unit takes `queue` transfers at a time:
/// those on their way, and the row that the core works on.
inline constexpr uint32_t rowBuffers(uint32_t queue) { return queue + 1; }
/// The same of the cores of a machine, with DRAM or without.
inline uint32_t rowBuffers(const MachineModel &machine) {
  return rowBuffers(machine.dram ? machine.dram->dma.queue : 1);
}

/// Ring depth in ticks: the least power of two that is at least `maxDelay`.
uint64_t ringSlots(uint64_t maxDelay);
/// Bytes from one ring slot to the next.
uint64_t ringSlotBytes(uint32_t neurons, uint32_t receptors);
/// Bytes of a spike bitmap.
uint64_t spikeBytes(uint32_t neurons);
/// Bytes of one recorded tick: the spike bitmap and every state.
uint64_t recordTickBytes(const CoreDemand &demand);
/// The sizes of `map` by the name of their buffer, in address order.
std::vector<std::pair<std::string, uint64_t>> mapBuffers(const MapDemand &map);

/// The packet ring holds two ticks of packets() (packets of this tick may
/// arrive while those of the last are still read) where that fits, otherwise as
/// many packets as fit, never fewer than max(512, spikes() / 8), or than the
/// stated rates lead to where that is less (nor more than two ticks need), with
/// `fullRing` never fewer than spikes(), and all sumPackets on top. What is
/// left is the record window.
CorePlan planCore(const CoreDemand &demand, const SramLayout &sram);

/// Bytes per structure, largest first: "synapse rows", "row index", "input
/// ring", ... with the least packet ring and record window.
std::vector<std::pair<std::string, uint64_t>>
bytesByStructure(const CoreDemand &demand);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_COREPLANNER_H
