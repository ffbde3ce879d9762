//===- CoreHeaderCheck.cpp - The header words of a core image -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/MemberCheck.h"

#include <bit>
#include <fmt/format.h>
#include <utility>

namespace snnc::runtime {

using H = SnncCoreHeader;

/// Addresses and counts: no core has more of anything than bytes.
static constexpr std::pair<const char *, uint32_t H::*> kWithinSram[] = {
    {"n_neurons", &H::n_neurons},
    {"fifo_base", &H::fifo_base},
    {"fifo_end", &H::fifo_end},
    {"table_base", &H::table_base},
    {"table_count", &H::table_count},
    {"ring_base", &H::ring_base},
    {"ring_slots", &H::ring_slots},
    {"ring_slot_bytes", &H::ring_slot_bytes},
    {"spikes_base", &H::spikes_base},
    {"record_base", &H::record_base},
    {"record_end", &H::record_end},
    {"batch", &H::batch},
    {"panel_base", &H::panel_base},
    {"panel_count", &H::panel_count},
    {"operand_base", &H::operand_base},
    {"operand_bytes", &H::operand_bytes},
    {"scatter_base", &H::scatter_base},
    {"position_base", &H::position_base},
    {"map_sources", &H::map_sources},
    {"map_delay_first", &H::map_delay_first},
    {"map_delays", &H::map_delays},
    {"history_base", &H::history_base},
    {"history_slots", &H::history_slots},
    {"history_length", &H::history_length},
    {"history_count", &H::history_count},
    {"fetch_base", &H::fetch_base},
    {"fetch_bytes", &H::fetch_bytes},
    {"drive_base", &H::drive_base}};

/// What a header cannot say, or null.
static const char *wrongWord(const H &h, uint32_t sramBytes) {
  for (auto [name, word] : kWithinSram)
    if (h.*word > sramBytes)
      return name;
  auto ends = [&](uint64_t base, uint64_t count, uint64_t bytes) {
    return base + count * bytes <= sramBytes;
  };
  if (h.fifo_end < h.fifo_base)
    return "fifo_end";
  if (h.record_end < h.record_base)
    return "record_end";
  if (!ends(h.table_base, h.table_count, sizeof(SnncTableEntry)))
    return "table_count";
  if (!ends(h.panel_base, h.panel_count, sizeof(SnncPanel)))
    return "panel_count";
  if (!ends(h.operand_base, h.operand_bytes, 1))
    return "operand_bytes";
  if (!ends(h.ring_base, h.ring_slots, h.ring_slot_bytes))
    return "ring_slots";
  if (!ends(h.fetch_base, 2, h.fetch_bytes))
    return "fetch_bytes";
  if (!ends(h.history_base, h.history_slots, uint64_t(h.history_length) * 2))
    return "history_slots";
  // Slots are chosen by the low bits of a tick's number.
  for (auto [name, word] : {std::pair("ring_slots", h.ring_slots),
                            std::pair("history_slots", h.history_slots)})
    if (word != 0 && !std::has_single_bit(word))
      return name;
  return nullptr;
}

Status checkCoreHeader(const SnncCoreHeader &header, const CoreEntry &core,
                       uint32_t sramBytes, const std::string &path) {
  const char *word = wrongWord(header, sramBytes);
  if (!word)
    return {};
  return makeError(
      "SNN0560", {path, core.image, 0, 0},
      fmt::format("{}: the word '{}' of the core header fits no core with {} "
                  "bytes of SRAM",
                  toText(core.at), word, sramBytes),
      {"the bundle is damaged or was edited; compile the network again"});
}

} // namespace snnc::runtime
