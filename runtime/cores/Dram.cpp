//===- Dram.cpp - The DRAM of one chip ------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cores/Dram.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace snnc::runtime {

bool Dram::holds(uint32_t address, uint64_t bytes) const {
  for (uint32_t i = 0; i < machine->dram->interfaces; ++i) {
    AddressRange range = machine->dramInterface(i);
    if (address >= range.begin && address + bytes <= range.end)
      return true;
  }
  return false;
}

bool Dram::add(uint32_t address, std::shared_ptr<const std::string> bytes) {
  if (!holds(address, bytes->size()))
    return false;
  auto next = parts.lower_bound(address);
  if (next != parts.end() && next->first < address + uint64_t(bytes->size()))
    return false;
  if (next != parts.begin()) {
    const auto &[before, content] = *std::prev(next);
    if (before + uint64_t(content->size()) > address)
      return false;
  }
  parts.emplace(address, std::move(bytes));
  return true;
}

void Dram::read(uint32_t address, std::span<std::byte> bytes) const {
  std::fill(bytes.begin(), bytes.end(), std::byte(0));
  uint64_t end = address + uint64_t(bytes.size());
  auto part = parts.upper_bound(address);
  if (part != parts.begin())
    --part;
  for (; part != parts.end() && part->first < end; ++part) {
    uint64_t first = std::max<uint64_t>(address, part->first);
    uint64_t last = std::min(end, part->first + uint64_t(part->second->size()));
    if (first < last)
      std::memcpy(bytes.data() + (first - address),
                  part->second->data() + (first - part->first), last - first);
  }
}

Status ChipDrams::load(const Bundle &bundle, const MachineModel &machine) {
  drams.clear();
  for (const CoreEntry &core : bundle.manifest.cores) {
    if (machine.hasDram())
      drams.try_emplace(core.at.chip, Chip{Dram(machine)});
    if (core.dram.empty())
      continue;
    auto chip = drams.find(core.at.chip);
    auto rows = bundle.load(core.dram);
    if (!rows)
      return rows.takeError();
    if (!*rows || chip == drams.end() ||
        !chip->second.dram.add(core.dramBase, *rows))
      return makeError(
          "SNN0610", {},
          fmt::format("the rows of {} at {:#x} are not there, outside of the "
                      "chip's DRAM or overlap others",
                      toText(core.at), core.dramBase),
          {"compile the network again"});
    ++chip->second.readers;
  }
  return {};
}

} // namespace snnc::runtime
