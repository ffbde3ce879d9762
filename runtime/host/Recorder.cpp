//===- Recorder.cpp - Recording buffers on the cores ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Recorder.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <fmt/format.h>

namespace snnc::runtime {

Expected<SnncCoreHeader> readHeader(CoreMachine &machine,
                                    const CoreEntry &core) {
  SnncCoreHeader header;
  if (Status status =
          machine.read(core.at, core.headerAddress,
                       std::as_writable_bytes(std::span(&header, 1)));
      !status)
    return status.takeError();
  return header;
}

Recorder::Recorder(const Bundle &bundle, CoreMachine &machine,
                   std::span<const RecordRequest> requests)
    : bundle(bundle), machine(machine), requests(requests) {
  for (size_t p = 0; p < bundle.manifest.populations.size(); ++p)
    addParts(p);
}

/// Plans what each core of the population records, if anything.
void Recorder::addParts(size_t index) {
  const PopulationEntry &population = bundle.manifest.populations[index];
  Part plan{nullptr, &population, {}, 0, 0, 0, {}, {}, {}};
  std::map<uint32_t, std::vector<size_t>> byState;
  for (size_t r = 0; r < requests.size(); ++r) {
    if (requests[r].populationIndex != index)
      continue;
    if (requests[r].variableIndex)
      byState[population.variables[*requests[r].variableIndex].state].push_back(
          r);
    else
      plan.spikeTargets.push_back(r);
  }
  plan.flags = plan.spikeTargets.empty() ? 0 : 1;
  for (auto &[state, wanting] : byState) {
    plan.flags |= 2u << state;
    plan.stateTargets.push_back(std::move(wanting));
  }
  if (plan.flags == 0)
    return;
  for (const SliceEntry &slice : population.slices) {
    Part &part = parts.emplace_back(plan);
    part.core = &bundle.manifest.cores[slice.core];
    part.slice = slice;
    uint64_t words = part.spikeTargets.empty() ? 0 : part.bitmapWords();
    words += part.stateTargets.size() * part.neurons();
    part.bytesPerTick = words * 4;
  }
}

Status Recorder::readOrders() {
  for (Part &part : parts) {
    const PopulationEntry &p = *part.population;
    auto order = orderOf(bundle, p.order, p.neurons, p.name);
    if (!order)
      return order.takeError();
    if (!order->empty())
      part.order.assign(order->begin() + part.slice.begin,
                        order->begin() + part.slice.end);
  }
  return {};
}

SourceSpot Recorder::spotOf(const Part &part) const {
  return {"", part.population->name, 0, 0};
}

Status Recorder::writeWord(const Part &part, size_t offset, uint32_t value) {
  return machine.write(part.core->at,
                       part.core->headerAddress + uint32_t(offset),
                       std::as_bytes(std::span(&value, 1)));
}

Status Recorder::armPart(Part &part) {
  Expected<SnncCoreHeader> header = readHeader(machine, *part.core);
  if (!header)
    return header.takeError();
  bool plausible = header->magic == SNNC_ABI_MAGIC &&
                   header->abi_version == SNNC_ABI_VERSION &&
                   header->n_neurons == part.neurons() &&
                   header->record_base % 4 == 0 &&
                   header->record_base <= header->record_end &&
                   header->record_end <= bundle.machine.sram.bytes;
  if (!plausible)
    return makeError(
        "SNN0425", spotOf(part),
        fmt::format("{}: the core header does not belong to this bundle (magic "
                    "{:#x}, version {}, {} neurons, record buffer [{:#x}, "
                    "{:#x}))",
                    toText(part.core->at), header->magic, header->abi_version,
                    header->n_neurons, header->record_base, header->record_end),
        {"compile the network again with this version of snnc"});
  uint64_t room = header->record_end - header->record_base;
  if (room < part.bytesPerTick)
    return makeError(
        "SNN0423", spotOf(part),
        fmt::format("{}: one tick of recording needs {} bytes for {} neurons, "
                    "the record buffer has {}",
                    toText(part.core->at), part.bytesPerTick, part.neurons(),
                    room),
        {"record fewer variables of this population",
         "compile with a larger record buffer or fewer neurons per PE"});
  windowTicks = std::min(windowTicks, room / part.bytesPerTick);
  part.recordBase = header->record_base;
  if (Status s = writeWord(part, offsetof(SnncCoreHeader, record_cursor),
                           part.recordBase);
      !s)
    return s;
  return writeWord(part, offsetof(SnncCoreHeader, record_flags), part.flags);
}

Status Recorder::arm() {
  windowTicks = UINT64_MAX;
  if (Status status = readOrders(); !status)
    return status;
  for (Part &part : parts)
    if (Status status = armPart(part); !status)
      return status;
  return {};
}

/// One tick of a core's buffer as row `row` of the recordings.
void Recorder::decodeTick(const Part &part, uint64_t row,
                          const std::byte *bytes,
                          Recordings &recordings) const {
  uint32_t n = part.neurons();
  auto neuron = [&](uint32_t i) {
    return part.order.empty() ? part.slice.begin + i : part.order[i];
  };
  for (uint32_t word = 0;
       word < (part.spikeTargets.empty() ? 0 : part.bitmapWords()); ++word) {
    uint32_t bits;
    std::memcpy(&bits, bytes + word * sizeof bits, sizeof bits);
    for (; bits; bits &= bits - 1)
      if (uint32_t i = word * 32 + uint32_t(std::countr_zero(bits)); i < n)
        for (size_t r : part.spikeTargets)
          recordings.records[r].spikes.push_back({uint32_t(row), neuron(i)});
  }
  if (!part.spikeTargets.empty())
    bytes += part.bitmapWords() * 4;
  uint64_t first = row * part.population->neurons;
  for (const std::vector<size_t> &wanting : part.stateTargets) {
    for (size_t r : wanting)
      for (uint32_t i = 0; i < n; ++i)
        std::memcpy(recordings.records[r].values.data() + first + neuron(i),
                    bytes + i * sizeof(float), sizeof(float));
    bytes += n * sizeof(float);
  }
}

Status Recorder::drainPart(const Part &part, uint64_t ticks,
                           Recordings &recordings) {
  Expected<SnncCoreHeader> header = readHeader(machine, *part.core);
  if (!header)
    return header.takeError();
  uint64_t expected = part.recordBase + ticks * part.bytesPerTick;
  if (header->record_cursor != expected || header->record_overflow != 0)
    return makeError(
        "SNN0424", spotOf(part),
        fmt::format("{}: after {} ticks the record cursor is {:#x}, expected "
                    "{:#x}; {} ticks found no room",
                    toText(part.core->at), ticks, header->record_cursor,
                    expected, header->record_overflow),
        {"the core program does not follow the recording contract; please "
         "report it with the bundle"});
  buffer.resize(ticks * part.bytesPerTick);
  if (Status s = machine.read(part.core->at, part.recordBase, buffer); !s)
    return s;
  for (uint64_t t = 0; t < ticks; ++t)
    decodeTick(part, recordings.ticks + t,
               buffer.data() + t * part.bytesPerTick, recordings);
  return writeWord(part, offsetof(SnncCoreHeader, record_cursor),
                   part.recordBase);
}

Status Recorder::drain(uint64_t ticks, Recordings &recordings) {
  if (ticks == 0)
    return {};
  for (size_t r = 0; r < requests.size(); ++r)
    if (requests[r].variableIndex)
      recordings.records[r].values.resize(
          (recordings.ticks + ticks) *
          bundle.manifest.populations[requests[r].populationIndex].neurons);
  for (const Part &part : parts)
    if (Status status = drainPart(part, ticks, recordings); !status)
      return status;
  recordings.ticks += ticks;
  return {};
}

} // namespace snnc::runtime
