//===- Recorder.cpp - Recording buffers on the cores ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Recorder.h"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>

namespace snnc::runtime {

Expected<SnncCoreHeader> readHeader(Device &device, const CoreEntry &core) {
  SnncCoreHeader header;
  if (Status status =
          device.read(core.pe.peId(), core.headerAddress,
                      std::as_writable_bytes(std::span(&header, 1)));
      !status)
    return status.takeError();
  return header;
}

Recorder::Recorder(const Bundle &bundle, Device &device,
                   std::span<const RecordRequest> requests)
    : bundle(bundle), device(device), requests(requests) {
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

Status Recorder::allocate(uint64_t samples, uint64_t chipTicks,
                          uint64_t maxBytes) {
  if (Status status = readOrders(); !status)
    return status;
  rowsPerSample = chipTicks;
  uint64_t total = 0;
  std::vector<std::vector<uint64_t>> shapes;
  for (const RecordRequest &r : requests) {
    uint64_t neurons = bundle.manifest.populations[r.populationIndex].neurons;
    shapes.push_back({samples, chipTicks, neurons});
    uint64_t item = r.variableIndex ? sizeof(float) : 1;
    std::optional<uint64_t> count = elementCount(shapes.back());
    if (count && *count <= (maxBytes - total) / item) {
      total += *count * item;
      continue;
    }
    return makeError(
        "SNN0426", {"", r.name(), 0, 0},
        fmt::format("the recordings up to this one ({} of {} bytes) exceed the "
                    "limit of {} bytes",
                    shapeText(shapes.back()), item, maxBytes),
        {"record fewer variables or populations", "run fewer ticks or samples "
                                                  "at once"});
  }
  for (size_t r = 0; r < requests.size(); ++r)
    arrays.push_back(NdArray::zeros(
        requests[r].variableIndex ? DType::F32 : DType::U8, shapes[r]));
  return {};
}

SourceSpot Recorder::spotOf(const Part &part) const {
  return {"", part.population->name, 0, 0};
}

Status Recorder::writeWord(const Part &part, size_t offset, uint32_t value) {
  return device.write(part.core->pe.peId(),
                      part.core->headerAddress + uint32_t(offset),
                      std::as_bytes(std::span(&value, 1)));
}

static std::string placeOf(const CoreEntry &core) {
  return fmt::format("PE ({}, {}, {})", core.pe.x, core.pe.y, core.pe.p);
}

Status Recorder::armPart(Part &part) {
  Expected<SnncCoreHeader> header = readHeader(device, *part.core);
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
                    placeOf(*part.core), header->magic, header->abi_version,
                    header->n_neurons, header->record_base, header->record_end),
        {"compile the network again with this version of snnc"});
  uint64_t room = header->record_end - header->record_base;
  if (room < part.bytesPerTick)
    return makeError(
        "SNN0423", spotOf(part),
        fmt::format("{}: one tick of recording needs {} bytes for {} neurons, "
                    "the record buffer has {}",
                    placeOf(*part.core), part.bytesPerTick, part.neurons(),
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
  for (Part &part : parts)
    if (Status status = armPart(part); !status)
      return status;
  return {};
}

/// One tick of a core's buffer into row `row` of the arrays.
void Recorder::decodeTick(const Part &part, uint64_t row,
                          const std::byte *bytes) {
  uint64_t first = row * part.population->neurons;
  uint32_t n = part.neurons();
  auto neuron = [&](uint32_t i) {
    return part.order.empty() ? part.slice.begin + i : part.order[i];
  };
  for (size_t r : part.spikeTargets) {
    uint8_t *out = arrays[r].as<uint8_t>().data() + first;
    for (uint32_t i = 0; i < n; ++i) // words are little endian
      out[neuron(i)] = uint8_t(bytes[i / 8] >> (i % 8)) & 1;
  }
  if (!part.spikeTargets.empty())
    bytes += part.bitmapWords() * 4;
  for (const std::vector<size_t> &wanting : part.stateTargets) {
    for (size_t r : wanting)
      for (uint32_t i = 0; i < n; ++i)
        std::memcpy(arrays[r].as<float>().data() + first + neuron(i),
                    bytes + i * sizeof(float), sizeof(float));
    bytes += n * sizeof(float);
  }
}

Status Recorder::drainPart(const Part &part, uint64_t sample,
                           uint64_t firstTick, uint64_t ticks) {
  Expected<SnncCoreHeader> header = readHeader(device, *part.core);
  if (!header)
    return header.takeError();
  uint64_t expected = part.recordBase + ticks * part.bytesPerTick;
  if (header->record_cursor != expected || header->record_overflow != 0)
    return makeError(
        "SNN0424", spotOf(part),
        fmt::format("{}: after {} ticks the record cursor is {:#x}, expected "
                    "{:#x}; {} ticks found no room",
                    placeOf(*part.core), ticks, header->record_cursor, expected,
                    header->record_overflow),
        {"the core program does not follow the recording contract; please "
         "report it with the bundle"});
  buffer.resize(ticks * part.bytesPerTick);
  if (Status s = device.read(part.core->pe.peId(), part.recordBase, buffer); !s)
    return s;
  uint64_t row = sample * rowsPerSample + firstTick;
  for (uint64_t t = 0; t < ticks; ++t)
    decodeTick(part, row + t, buffer.data() + t * part.bytesPerTick);
  return writeWord(part, offsetof(SnncCoreHeader, record_cursor),
                   part.recordBase);
}

Status Recorder::drain(uint64_t sample, uint64_t firstTick, uint64_t ticks) {
  if (ticks == 0)
    return {};
  for (const Part &part : parts)
    if (Status status = drainPart(part, sample, firstTick, ticks); !status)
      return status;
  return {};
}

} // namespace snnc::runtime
