//===- ImageHeader.cpp - Header, parameters and states of one core -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/ImageWriter.h"

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include <bit>
#include <cstring>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

static_assert(std::endian::native == std::endian::little,
              "header and table are copied as they stand in memory");

/// What the user gave a state before tick 0 (S1.4); the image is zero
/// elsewhere.
LogicalResult ImageWriter::writeInitial(snn::PopulationOp population,
                                        llvm::StringRef state, Place place) {
  Attribute first = snn::initialState(population, state);
  if (!first)
    return success();
  auto values = snn::ParamValues::get(first, size_t(population.numNeurons()),
                                      population.getContext());
  if (!values || place.bytes < uint64_t(slice.numNeurons()) * sizeof(float))
    return report(slice, "SNN0381")
           << "the initial values or the buffer of state "
              "'"
           << state << "' have a wrong size";
  std::byte *out = bytesAt(place).data();
  for (uint64_t n = slice.getBegin(); n < slice.getEnd(); ++n) {
    float value = float(values->at(node.order.neuronAt(uint32_t(n))));
    std::memcpy(out + (n - slice.getBegin()) * sizeof value, &value,
                sizeof value);
  }
  return success();
}

LogicalResult ImageWriter::writeParams(SnncCoreHeader &header) {
  auto population = cast<snn::PopulationOp>(node.op);
  snn::NeuronOp model = population.neuron();
  for (unsigned j = 0; j < model.numParams(); ++j) {
    auto values = snn::ParamValues::get(
        population.getParams().get(model.paramName(j)),
        size_t(population.numNeurons()), population.getContext());
    if (auto uniform = values ? values->uniform() : std::nullopt) {
      header.param[j] = std::bit_cast<uint32_t>(float(*uniform));
      continue;
    }
    auto place = find(("param." + model.paramName(j)).str());
    if (failed(place))
      return failure();
    if (place->bytes < uint64_t(slice.numNeurons()) * sizeof(float))
      return report(slice, "SNN0381") << "buffer of parameter '"
                                      << model.paramName(j) << "' is too small";
    header.param[j] = place->at;
    if (!values) // drawn by the core
      continue;
    std::byte *out = bytesAt(*place).data();
    for (uint64_t n = slice.getBegin(); n < slice.getEnd(); ++n) {
      float value = float(values->at(node.order.neuronAt(uint32_t(n))));
      std::memcpy(out + (n - slice.getBegin()) * sizeof value, &value,
                  sizeof value);
    }
  }
  for (unsigned k = 0; k < model.numStates(); ++k) {
    auto place = find(("state." + model.stateName(k)).str());
    if (failed(place))
      return failure();
    header.state[k] = place->at;
    if (failed(writeInitial(population, model.stateName(k), *place)))
      return failure();
  }
  return success();
}

LogicalResult ImageWriter::fillRing(SnncCoreHeader &header) {
  auto ring = find("ring");
  if (failed(ring))
    return failure();
  header.batch = 1;
  header.ring_base = ring->at;
  header.ring_slot_bytes =
      uint32_t(ringSlotBytes(slice.numNeurons(), node.receptors));
  header.ring_slots = std::bit_floor(ring->bytes / header.ring_slot_bytes);
  return success();
}

LogicalResult ImageWriter::fillMap(SnncCoreHeader &header) {
  auto panels = find("panels"), operand = find("operand"),
       scatter = find("scatter"), positions = find("positions"),
       history = find("history"), counts = find("history_count");
  if (failed(panels) || failed(operand) || failed(scatter) ||
      failed(positions) || failed(history) || failed(counts))
    return failure();
  header.ring_slots = 1;
  header.batch = layout.format.batch;
  header.panel_base = panels->at;
  header.panel_count = uint32_t(layout.panels.size());
  header.operand_base = operand->at;
  header.operand_bytes = uint32_t(layout.operandBytes());
  header.scatter_base = scatter->at;
  header.position_base = positions->at;
  header.map_sources = uint32_t(layout.sources);
  header.history_length = uint32_t(layout.historyLength);
  header.map_delay_first = uint32_t(layout.firstDelay);
  header.map_delays = uint32_t(layout.lastDelay);
  header.history_base = history->at;
  header.history_slots = uint32_t(layout.historySlots());
  header.history_count = counts->at;
  return success();
}

LogicalResult ImageWriter::writeHeader() {
  if (!slice.getKey())
    return report(slice, "SNN0381") << "population '" << slice.getPopulation()
                                    << "' has no key; run fabric-assign-keys";
  auto population = cast<snn::PopulationOp>(node.op);
  bool holdsNeurons = !slice.getSubordinate();
  FailureOr<Place> spikes = Place{}, record = Place{};
  auto place = find("header"), table = find("table"), fifo = find("fifo");
  if (holdsNeurons) {
    spikes = find("spikes");
    record = find("record");
  }
  if (failed(place) || failed(table) || failed(spikes) || failed(fifo) ||
      failed(record))
    return failure();
  SnncCoreHeader header = {};
  header.magic = SNNC_ABI_MAGIC;
  header.abi_version = SNNC_ABI_VERSION;
  header.timer_load = b.timerLoad;
  header.start_tick = uint32_t(population.getStart().value_or(0));
  header.n_neurons = slice.numNeurons();
  header.key_base = uint32_t(*slice.getKey());
  header.fifo_base = fifo->at;
  header.fifo_end = fifo->at + fifo->bytes;
  header.table_base = table->at;
  header.table_count = uint32_t(entries.size());
  if (slice.getParallel() ? failed(fillMap(header)) : failed(fillRing(header)))
    return failure();
  if (!inDram.empty()) {
    auto fetch = find("fetch");
    if (failed(fetch))
      return failure();
    header.fetch_base = fetch->at;
    header.fetch_bytes = fetch->bytes / fabric::rowBuffers(b.machine);
  }
  header.spikes_base = spikes->at;
  header.record_base = header.record_cursor = record->at;
  header.record_end = record->at + record->bytes;
  if (place->at != image.base || place->bytes != sizeof header ||
      table->bytes != entries.size() * sizeof(SnncTableEntry) ||
      header.ring_slots == 0)
    return report(slice, "SNN0381")
           << "header, table or ring of population '" << slice.getPopulation()
           << "' have a wrong place or size";
  if (holdsNeurons &&
      (failed(writeParams(header)) || failed(writeDrives(header))))
    return failure();
  std::memcpy(bytesAt(*place).data(), &header, sizeof header);
  if (!entries.empty())
    std::memcpy(bytesAt(*table).data(), entries.data(), table->bytes);
  return success();
}

} // namespace snnc::s2
