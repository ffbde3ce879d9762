//===- CorePlanner.cpp - The bytes of one core ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/CorePlanner.h"

#include "runtime/abi/CoreHeader.h"

#include <algorithm>
#include <bit>

namespace snnc::fabric {

static uint64_t alignTo(uint64_t bytes, uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

uint64_t availableBytes(const SramLayout &sram) {
  return sram.stack.begin > sram.program.end
             ? sram.stack.begin - sram.program.end
             : 0;
}

uint64_t ringSlots(uint64_t maxDelay) {
  // A slot has at least 16 B, so a ring of 2^20 slots is beyond any core; the
  // bound keeps the products of hostile numbers inside 64 bits.
  return std::bit_ceil(std::clamp<uint64_t>(maxDelay, 1, 1u << 20));
}

uint64_t ringSlotBytes(uint32_t neurons, uint32_t receptors) {
  return receptors * alignTo(neurons, 4) * sizeof(int32_t);
}

uint64_t spikeBytes(uint32_t neurons) {
  return (uint64_t(neurons) + 31) / 32 * sizeof(uint32_t);
}

uint64_t recordTickBytes(const CoreDemand &demand) {
  if (demand.subordinate)
    return 0;
  return spikeBytes(demand.neurons) +
         demand.states.size() * uint64_t(demand.neurons) * sizeof(float);
}

/// The smallest packet ring that we accept, packets.
static uint64_t leastFifo(const CoreDemand &demand) {
  uint64_t wanted = std::max<uint64_t>(2 * demand.packets(), 4);
  uint64_t least = demand.fullRing
                       ? demand.spikes()
                       : std::min(demand.spikes() / 8,
                                  demand.likelyPackets.value_or(UINT64_MAX));
  return std::min(wanted, std::max<uint64_t>(512, least + demand.sumPackets));
}

std::vector<std::pair<std::string, uint64_t>> mapBuffers(const MapDemand &map) {
  return {
      {"panels", map.panelBytes},    {"weights", map.weightBytes},
      {"scatter", map.scatterBytes}, {"positions", map.positionBytes},
      {"operand", map.operandBytes}, {"output", map.outputBytes},
      {"history", map.historyBytes}, {"history_count", map.historyCountBytes}};
}

/// Of the map's buffers: the core fills them, the image does not.
static bool isScratch(const std::string &name) {
  return name == "operand" || name == "output" || name.starts_with("history");
}

/// Everything but the packet ring and the record window.
static std::vector<PlannedBuffer> fixedBuffers(const CoreDemand &demand) {
  std::vector<PlannedBuffer> buffers;
  auto add = [&](std::string name, uint64_t bytes,
                 std::optional<uint32_t> projection = std::nullopt) {
    buffers.push_back({std::move(name), projection, bytes});
  };
  uint64_t entries = demand.sumEntries,
           array = uint64_t(demand.neurons) * sizeof(float);
  for (const BlockDemand &block : demand.blocks)
    entries += block.entries;
  add("header", sizeof(SnncCoreHeader));
  add("table", entries * sizeof(SnncTableEntry));
  auto addMap = [&](bool scratch) {
    for (auto &[name, bytes] : mapBuffers(*demand.map))
      if (isScratch(name) == scratch)
        add(name, bytes);
  };
  if (demand.map)
    addMap(false);
  else
    for (const BlockDemand &block : demand.blocks) {
      if (block.rowsBytes)
        add("rows", block.rowsBytes, block.projection);
      if (block.indexBytes)
        add("index", block.indexBytes, block.projection);
    }
  if (demand.transferBytes)
    add("fetch", demand.rowBuffers * demand.transferBytes);
  if (!demand.subordinate) {
    if (demand.driveBytes)
      add("drives", demand.driveBytes);
    for (const std::string &name : demand.arrayParams)
      add("param." + name, array);
    for (const std::string &name : demand.states)
      add("state." + name, array);
  }
  if (demand.map)
    addMap(true);
  else
    add("ring", ringSlots(demand.maxDelay) *
                    ringSlotBytes(demand.neurons, demand.receptors));
  if (!demand.subordinate)
    add("spikes", spikeBytes(demand.neurons));
  return buffers;
}

CorePlan planCore(const CoreDemand &demand, const SramLayout &sram) {
  CorePlan plan;
  uint64_t alignment = std::max<uint64_t>(4, sram.alignment);
  plan.available = availableBytes(sram) / alignment * alignment;
  plan.buffers = fixedBuffers(demand);
  uint64_t fixed = 0;
  for (const PlannedBuffer &buffer : plan.buffers)
    fixed += alignTo(buffer.bytes, alignment);
  uint64_t record = alignTo(recordTickBytes(demand), alignment);
  uint64_t least = alignTo(leastFifo(demand) * sizeof(uint32_t), alignment);
  plan.needed = fixed + least + record;
  plan.fifoSafe =
      demand.sumPackets +
      std::min(demand.spikes(), demand.likelyPackets.value_or(UINT64_MAX));
  if (!plan.fits())
    return plan;
  uint64_t wanted = alignTo(2 * demand.packets() * sizeof(uint32_t), alignment);
  uint64_t room = plan.available - fixed - record;
  uint64_t fifo = std::max(least, std::min(wanted, room));
  plan.fifoCapacity = fifo / sizeof(uint32_t);
  plan.buffers.push_back({"fifo", std::nullopt, fifo});
  if (!demand.subordinate)
    plan.buffers.push_back(
        {"record", std::nullopt, plan.available - fixed - fifo});
  for (const BlockDemand &block : demand.blocks)
    if (block.dramBytes)
      plan.buffers.push_back(
          {"rows", block.projection, block.dramBytes, /*dram=*/true});
  return plan;
}

/// The user's word for a buffer.
static std::string structureOf(const std::string &buffer) {
  if (buffer == "rows")
    return "synapse rows";
  if (buffer == "index")
    return "row index";
  if (buffer == "fetch")
    return "row buffers (DRAM)";
  if (buffer == "drives")
    return "drives";
  if (buffer == "ring")
    return "input ring (delays)";
  if (buffer == "header" || buffer == "table" || buffer == "panels")
    return "header and table";
  if (buffer == "weights")
    return "weight-delay map";
  if (buffer == "scatter" || buffer == "positions")
    return "positions in the map";
  if (buffer == "operand" || buffer == "output")
    return "operand and results";
  if (buffer.starts_with("history"))
    return "spike history (delays)";
  if (buffer.starts_with("param."))
    return "neuron parameters";
  return "neuron state";
}

std::vector<std::pair<std::string, uint64_t>>
bytesByStructure(const CoreDemand &demand) {
  std::vector<std::pair<std::string, uint64_t>> result;
  auto add = [&](const std::string &name, uint64_t bytes) {
    for (auto &entry : result)
      if (entry.first == name) {
        entry.second += bytes;
        return;
      }
    result.emplace_back(name, bytes);
  };
  for (const PlannedBuffer &buffer : fixedBuffers(demand))
    add(structureOf(buffer.name), buffer.bytes);
  add("packet ring", leastFifo(demand) * sizeof(uint32_t));
  add("record window", recordTickBytes(demand));
  std::sort(result.begin(), result.end(), [](const auto &a, const auto &b) {
    return std::pair(b.second, a.first) < std::pair(a.second, b.first);
  });
  return result;
}

} // namespace snnc::fabric
