//===- CoreImage.cpp - The data segment of one core -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/CoreImage.h"

#include "backends/spinnaker2/Image/CountLimit.h"

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "runtime/abi/CoreHeader.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

static_assert(std::endian::native == std::endian::little,
              "header and table are copied as they stand in memory");

/// Writes one core; lives as long as one CoreImageBuilder::build.
class ImageWriter {
public:
  ImageWriter(CoreImageBuilder &builder, SliceOp slice, const NetworkNode &node)
      : b(builder), slice(slice), node(node) {}

  FailureOr<CoreImage> run() {
    if (failed(collect()))
      return failure();
    encodings = rowEncodingsOf(slice);
    if (!slice.getSubordinate())
      work[0].neurons = work[1].neurons = slice.numNeurons();
    if (slice.getParallel() ? failed(writeMap()) : failed(writeBlocks()))
      return failure();
    if (GatherOp gather = gatherOf(slice); gather && failed(addSums(gather)))
      return failure();
    writeTable();
    if (failed(writeHeader()))
      return failure();
    summarise();
    return std::move(image);
  }

private:
  using BufferId = std::pair<std::string, std::optional<uint64_t>>;
  struct Place {
    uint32_t at = 0, bytes = 0;
  };

  static bool isInitialised(llvm::StringRef name) {
    return name != "ring" && name != "spikes" && name != "fifo" &&
           name != "record" && name != "operand" && name != "output" &&
           !name.starts_with("history");
  }
  LogicalResult collect();
  FailureOr<Place> find(llvm::StringRef name,
                        std::optional<uint64_t> block = std::nullopt);
  std::span<std::byte> bytesAt(Place place) {
    return std::span(image.bytes).subspan(place.at - image.base, place.bytes);
  }
  LogicalResult writeBlocks() {
    for (BlockOp block : blocksOf(slice))
      if (failed(writeRows(block)))
        return failure();
    return success();
  }
  LogicalResult writeRows(BlockOp block);
  LogicalResult writeMap();
  LogicalResult addMapEntries(ArrayRef<uint64_t> rows);
  static SnncTableEntry entryFor(SliceInfo sender, Range part);
  LogicalResult writePanels(const MapLayout &layout);
  LogicalResult fillRing(SnncCoreHeader &header);
  LogicalResult fillMap(SnncCoreHeader &header);
  /// Adds to the expected and the worst work of a tick.
  template <typename Add> void addWork(BlockOp block, Add add) {
    const NetworkNode &source =
        b.info.nodes[b.info.edges[block.getProjection()].source];
    uint64_t sources = 0;
    for (Range part : rangesOf(block))
      sources += part.size();
    add(work[0], sources, source.rate);
    add(work[1], sources, std::max(1.0, source.rate));
  }
  LogicalResult addSums(GatherOp gather);
  void addEntries(BlockOp block, Place rows, Place index, uint32_t minDelay);
  void writeTable();
  LogicalResult writeHeader();
  LogicalResult writeParams(SnncCoreHeader &header);
  LogicalResult writeInitial(snn::PopulationOp population,
                             llvm::StringRef state, Place place);
  void summarise();

  CoreImageBuilder &b;
  SliceOp slice;
  const NetworkNode &node;
  std::vector<std::pair<BufferId, Place>> buffers; ///< by address
  llvm::SmallVector<Attribute> encodings;
  std::vector<SnncTableEntry> entries;
  MapLayout layout; ///< parallel
  CoreWork work[2]; ///< expected, worst
  CoreImage image;
};

/// Reads the buffers' addresses and makes room for the initialised ones.
LogicalResult ImageWriter::collect() {
  const SramLayout &sram = b.machine.sram;
  image.base = sram.program.end;
  uint32_t end = image.base;
  for (Operation *user : slice.getSlice().getUsers()) {
    auto buffer = dyn_cast<BufferOp>(user);
    if (!buffer)
      continue;
    uint64_t at = buffer.getAt().value_or(0);
    if (at < image.base || at % 4 != 0 ||
        at + buffer.getBytes() > sram.stack.begin)
      return report(buffer, "SNN0381")
             << "buffer '" << buffer.getName() << "' of population '"
             << slice.getPopulation()
             << "' has no address inside the core's data range; run "
                "fabric-plan-memory";
    Place place{uint32_t(at), uint32_t(buffer.getBytes())};
    buffers.push_back({{buffer.getName().str(), buffer.getBlock()}, place});
    if (isInitialised(buffer.getName()))
      end = std::max(end, place.at + place.bytes);
  }
  std::sort(buffers.begin(), buffers.end(), [](const auto &x, const auto &y) {
    return std::tie(x.second.at, x.first) < std::tie(y.second.at, y.first);
  });
  image.bytes.assign(end - image.base, std::byte(0));
  return success();
}

FailureOr<ImageWriter::Place> ImageWriter::find(llvm::StringRef name,
                                                std::optional<uint64_t> block) {
  for (auto &[id, place] : buffers)
    if (id.first == name && id.second == block)
      return place;
  report(slice, "SNN0381") << "population '" << slice.getPopulation()
                           << "': buffer '" << name
                           << "' is missing; run fabric-plan-memory";
  return failure();
}

LogicalResult ImageWriter::writeRows(BlockOp block) {
  auto encoded = b.take(block);
  if (failed(encoded))
    return failure();
  FailureOr<Place> rows = Place{}, index = Place{};
  if (!encoded->rows.empty() &&
      failed(rows = find("rows", block.getProjection())))
    return failure();
  if (!encoded->index.empty() &&
      failed(index = find("index", block.getProjection())))
    return failure();
  if (rows->bytes != encoded->rows.size() ||
      index->bytes != encoded->index.size())
    return report(block, "SNN0382")
           << "the buffers of projection '" << block.getName()
           << "' do not have the block's " << int64_t(block.getBytes()) << " B";
  if (rows->bytes)
    std::ranges::copy(encoded->rows, bytesAt(*rows).begin());
  if (index->bytes)
    std::ranges::copy(encoded->index, bytesAt(*index).begin());
  image.summary.synapses += encoded->synapses;
  addEntries(block, *rows, *index, encoded->minDelay);
  addWork(block, [&](CoreWork &w, uint64_t sources, double rate) {
    addRows(w, encodingOf(block.getEncoding()), sources,
            {uint32_t(slice.getBegin()), uint32_t(slice.getEnd())},
            encoded->synapses, rate);
  });
  return success();
}

/// Weights, scatter table, positions and panels of a parallel core.
LogicalResult ImageWriter::writeMap() {
  auto map = b.takeMap(slice, node);
  if (failed(map))
    return failure();
  layout = map->map.layout;
  std::pair<const char *, std::span<const std::byte>> parts[] = {
      {"weights", map->map.weights},
      {"scatter", map->map.scatter},
      {"positions", map->map.positions}};
  for (auto &[name, bytes] : parts) {
    auto place = find(name);
    if (failed(place))
      return failure();
    std::ranges::copy(bytes, bytesAt(*place).begin());
  }
  image.summary.synapses += map->map.synapses;
  image.summary.largestCount = largestCount(map->map, b.machine.mac);
  if (failed(addMapEntries(map->rows)))
    return failure();
  if (slice.getSubordinate()) {
    auto sums = b.sumsOf(slice, node);
    if (failed(sums))
      return failure();
    for (size_t i : {0, 1})
      work[i].sums = (*sums)[i];
  }
  return writePanels(layout);
}

/// `rows`: by place in NetworkNode::incoming.
LogicalResult ImageWriter::addMapEntries(ArrayRef<uint64_t> rows) {
  for (BlockOp block : blocksOf(slice)) {
    auto edge = llvm::find(node.incoming, block.getProjection());
    if (edge == node.incoming.end())
      continue;
    uint32_t number = uint32_t(edge - node.incoming.begin());
    Range known = layout.sourcesOf[number];
    std::vector<Range> parts = rangesOf(block);
    if (parts.size() != block.getSources().size() ||
        known.size() != (parts.empty() ? 0 : parts.back().end - known.begin) ||
        (known.size() && parts.front().begin != known.begin))
      return report(block, "SNN1106")
             << "the weight-delay map of population '" << slice.getPopulation()
             << "' knows sources [" << known.begin << ", " << known.end
             << ") of projection '" << block.getName() << "', the block others";
    for (auto [part, source] : llvm::zip_equal(parts, block.getSources())) {
      SnncTableEntry entry = entryFor(infoOf(source), part);
      entry.target = layout.firstSource(number) + part.begin - known.begin;
      entries.push_back(entry);
    }
    addWork(block, [&](CoreWork &w, uint64_t sources, double rate) {
      w.packets += double(sources) * rate;
      w.positions += double(rows[number]) * rate;
    });
  }
  return success();
}

/// The keys of `part` of a sender's neurons.
SnncTableEntry ImageWriter::entryFor(SliceInfo sender, Range part) {
  SnncTableEntry entry = {};
  entry.key_first = sender.key.value_or(0) + part.begin - sender.begin;
  entry.key_count = part.size();
  return entry;
}

LogicalResult ImageWriter::writePanels(const MapLayout &layout) {
  auto place = find("panels"), weights = find("weights"),
       operand = find("operand"), output = find("output");
  if (failed(place) || failed(weights) || failed(operand) || failed(output))
    return failure();
  std::byte *out = bytesAt(*place).data();
  for (const MapPanel &panel : layout.panels) {
    SnncPanel entry = {};
    entry.operand =
        operand->at + uint32_t(panel.firstRow * layout.format.operandBytes());
    entry.rows = panel.rows;
    entry.weights = weights->at + uint32_t(panel.weights);
    entry.columns = panel.columns;
    entry.output = output->at + uint32_t(panel.output);
    entry.neuron_first = panel.neurons.begin;
    entry.neuron_end = panel.neurons.end;
    std::memcpy(out, &entry, sizeof entry);
    out += sizeof entry;
  }
  return success();
}

/// One table entry per source slice.
void ImageWriter::addEntries(BlockOp block, Place rows, Place index,
                             uint32_t minDelay) {
  RowEncoding encoding = encodingOf(block.getEncoding());
  snn::ProjectionOp projection = b.info.edges[block.getProjection()].op;
  uint32_t padded = uint32_t(align4(slice.numNeurons()));
  std::vector<Range> parts = rangesOf(block);
  IndexLayout layout(parts);
  for (auto [i, source] : llvm::enumerate(block.getSources())) {
    SnncTableEntry entry = entryFor(infoOf(source), parts[i]);
    entry.kind = uint32_t(llvm::find(encodings, block.getEncoding()) -
                          encodings.begin());
    entry.target = uint32_t(projection.getReceptor()) * padded;
    entry.delay = minDelay - 1;
    if (encoding.kind == RowEncoding::Kind::Dense) {
      entry.index_base = padded * (encoding.word / 8);
      entry.rows_base =
          rows.at + (parts[i].begin - parts.front().begin) * entry.index_base;
      entry.length = padded;
    } else if (encoding.kind == RowEncoding::Kind::Conv) {
      entry.rows_base = rows.at;
      entry.index_base = parts[i].begin;
      entry.length = uint32_t(slice.getBegin());
    } else {
      entry.rows_base = rows.at;
      entry.index_base = index.at + 2 * layout.first[i];
    }
    entries.push_back(entry);
  }
}

/// Per subordinate and receptor, one table entry for the keys of its sums.
LogicalResult ImageWriter::addSums(GatherOp gather) {
  unsigned bits = gather.getEncoding().getBits();
  uint32_t padded = uint32_t(align4(slice.numNeurons()));
  for (Value part : gather.getSources()) {
    SliceInfo sender = infoOf(part);
    for (uint32_t r = 0; r < node.receptors; ++r) {
      SnncTableEntry entry = {};
      entry.key_count = (2 * sender.size()) << bits;
      entry.key_first = sender.key.value_or(0) + r * entry.key_count;
      entry.kind = uint32_t(encodings.size() - 1);
      entry.target = r * padded + sender.begin - uint32_t(slice.getBegin());
      entries.push_back(entry);
    }
    auto sums = b.sumsOf(part.getDefiningOp<SliceOp>(), node);
    if (failed(sums))
      return failure();
    work[0].sums += (*sums)[0];
    work[1].sums += (*sums)[1];
  }
  return success();
}

void ImageWriter::writeTable() {
  std::sort(entries.begin(), entries.end(),
            [](const SnncTableEntry &x, const SnncTableEntry &y) {
              return std::tie(x.key_first, x.rows_base, x.target) <
                     std::tie(y.key_first, y.rows_base, y.target);
            });
}

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
    if (auto uniform = values->uniform()) {
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
  header.spikes_base = spikes->at;
  header.record_base = header.record_cursor = record->at;
  header.record_end = record->at + record->bytes;
  if (place->at != image.base || place->bytes != sizeof header ||
      table->bytes != entries.size() * sizeof(SnncTableEntry) ||
      header.ring_slots == 0)
    return report(slice, "SNN0381")
           << "header, table or ring of population '" << slice.getPopulation()
           << "' have a wrong place or size";
  if (holdsNeurons && failed(writeParams(header)))
    return failure();
  std::memcpy(bytesAt(*place).data(), &header, sizeof header);
  if (!entries.empty())
    std::memcpy(bytesAt(*table).data(), entries.data(), table->bytes);
  return success();
}

void ImageWriter::summarise() {
  CoreSummary &summary = image.summary;
  summary.available = availableBytes(b.machine.sram);
  for (auto &[id, place] : buffers) {
    std::string name = id.first.substr(0, id.first.find('.'));
    auto it = std::find_if(summary.bytes.begin(), summary.bytes.end(),
                           [&](auto &entry) { return entry.first == name; });
    if (it == summary.bytes.end())
      it = summary.bytes.insert(it, {name, 0});
    it->second += place.bytes;
    if (name != "record")
      summary.used += place.bytes;
    if (name == "fifo")
      summary.fifoCapacity = place.bytes / sizeof(uint32_t);
    if (uint64_t tick =
            recordTickBytes(b.info.demand(node, slice.numNeurons()));
        name == "record" && tick)
      summary.recordTicks = place.bytes / tick;
  }
  summary.parallel = slice.getParallel();
  summary.role = slice.getSubordinate() ? "subordinate"
                 : gatherOf(slice)      ? "dominant"
                                        : "";
  if (summary.parallel) {
    summary.encodings.push_back("map<" +
                                std::to_string(layout.format.weightBits) + ">");
    const MacArray &mac = b.machine.mac;
    summary.cycles = {parallelCycles(work[0], mac, layout),
                      parallelCycles(work[1], mac, layout),
                      parallelPeakCycles(work[0], mac, layout)};
    return;
  }
  for (Attribute encoding : encodings)
    if (auto sums = dyn_cast<SumsAttr>(encoding))
      summary.encodings.push_back("sums<" + std::to_string(sums.getBits()) +
                                  ">");
    else
      summary.encodings.push_back(toText(encodingOf(encoding)));
  double cycles = serialCycles(work[0]);
  summary.cycles = {cycles, serialCycles(work[1]), cycles};
}

//===----------------------------------------------------------------------===//
// CoreImageBuilder
//===----------------------------------------------------------------------===//

std::unique_ptr<CoreImageBuilder>
CoreImageBuilder::create(MachineOp op, const MachineModel &machine,
                         double tickSeconds) {
  auto info = NetworkInfo::read(op);
  if (failed(info))
    return nullptr;
  double load = std::round(tickSeconds * machine.timerClockHz);
  if (!(load >= 1 && load <= double(UINT32_MAX))) {
    report(op, "SNN0380") << "a tick of " << tickSeconds << " s is " << load
                          << " periods of the chip's " << machine.timerClockHz
                          << " Hz timer; 1 to 4294967295 are possible";
    return nullptr;
  }
  return std::unique_ptr<CoreImageBuilder>(
      new CoreImageBuilder(op, std::move(*info), machine, uint32_t(load)));
}

LogicalResult CoreImageBuilder::encode(uint32_t edge) {
  auto view = viewOf(info.edges[edge].op);
  if (!view)
    return failure();
  std::vector<BlockOp> blocks;
  for (BlockOp block : op.getOps<BlockOp>())
    if (block.getProjection() == edge)
      blocks.push_back(block);
  std::vector<BlockOutput> outputs;
  for (BlockOp block : blocks) {
    auto size = sizeOf(block);
    if (!size || size->total() > machine.sram.bytes ||
        rangesOf(block).size() != block.getSources().size())
      return report(block, "SNN0382")
             << "block of projection '" << block.getName() << "' has "
             << int64_t(block.getBytes())
             << " B, which is not its size, or sources outside its range";
    EncodedBlock &bytes = encoded[block];
    bytes.rows.resize(size->rows);
    bytes.index.resize(size->index);
    bytes.minDelay = view->minDelay();
    SliceInfo target = infoOf(block.getTarget());
    outputs.push_back({encodingOf(block.getEncoding()),
                       {target.begin, target.end},
                       rangesOf(block),
                       bytes.rows,
                       bytes.index});
  }
  if (!fabric::writeBlocks(*view, outputs))
    return report(blocks.front(), "SNN0382")
           << "the rows of projection '" << blocks.front().getName()
           << "' do not have the planned sizes or do not fit their encodings";
  for (size_t i = 0; i < blocks.size(); ++i)
    encoded[blocks[i]].synapses = outputs[i].synapses;
  return success();
}

FailureOr<CoreImageBuilder::EncodedBlock>
CoreImageBuilder::take(BlockOp block) {
  if (block.getProjection() >= info.edges.size())
    return report(block, "SNN0381")
           << "there is no projection " << int64_t(block.getProjection());
  if (!encoded.contains(block) &&
      failed(encode(uint32_t(block.getProjection()))))
    return failure();
  EncodedBlock bytes = std::move(encoded[block]);
  encoded.erase(block);
  return bytes;
}

FailureOr<CoreImage> CoreImageBuilder::build(SliceOp slice) {
  auto node = info.populationByName.find(slice.getPopulation());
  if (node == info.populationByName.end() ||
      slice.getEnd() > info.nodes[node->second].size)
    return report(slice, "SNN0381")
           << "there is no population '" << slice.getPopulation()
           << "' with neurons [" << slice.getBegin() << ", " << slice.getEnd()
           << ")";
  return ImageWriter(*this, slice, info.nodes[node->second]).run();
}

} // namespace snnc::s2
