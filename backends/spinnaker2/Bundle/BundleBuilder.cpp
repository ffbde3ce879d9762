//===- BundleBuilder.cpp - A mapped module becomes a bundle ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Bundle/BundleBuilder.h"

#include "backends/spinnaker2/Bundle/NetworkMembers.h"
#include "backends/spinnaker2/Image/CoreImage.h"
#include "compiler/Reference/RunReference.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/SNN/QuantizationReport.h"
#include "compiler/Support/Report.h"
#include "compiler/Tick/Tick.h"

#include "llvm/ADT/StringMap.h"

#include <cmath>
#include <fmt/format.h>
#include <set>

using namespace mlir;

namespace snnc::s2 {

namespace {

using nlohmann::json;

std::string toString(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

class BundleBuilder {
public:
  BundleBuilder(ModuleOp module, const MachineModel &machine,
                BundleOptions options)
      : module(module), machine(machine), options(std::move(options)),
        bundle(std::make_shared<runtime::Bundle>()) {}

  std::shared_ptr<runtime::Bundle> run() {
    auto machines = module.getOps<fabric::MachineOp>();
    auto networks = module.getOps<snn::NetworkOp>();
    if (machines.empty() || networks.empty())
      return nullptr;
    mapping = *machines.begin();
    network = *networks.begin();
    bundle->machine = machine;
    bundle->manifest = reference::describeNetwork(network);
    manifest().compilerVersion = SNNC_VERSION;
    manifest().network = network.getSymName().str();
    FloatAttr tick = mapping.getTickAttr();
    manifest().tickSeconds =
        tick ? tick.getValueAsDouble() : options.tickSeconds;
    manifest().options = options.asked;
    namePrograms();
    if (failed(addCores()))
      return nullptr;
    addInputs();
    if (failed(addRoutes()))
      return nullptr;
    addScales();
    addOrders();
    addNetwork();
    addReport();
    addPrograms();
    return bundle;
  }

private:
  runtime::Manifest &manifest() { return bundle->manifest; }

  void namePrograms() {
    for (auto program : module.getOps<tick::ProgramOp>()) {
      std::string name = program.getSymName().str();
      programIndex[name] = uint32_t(manifest().programs.size());
      manifest().programs.push_back({name, "programs/" + name + ".elf",
                                     "programs/" + name + ".mlir", ""});
    }
  }

  void addPrograms() {
    for (auto [program, code] :
         llvm::zip_equal(module.getOps<tick::ProgramOp>(), options.programs)) {
      std::string name = program.getSymName().str();
      manifest().programs[programIndex.lookup(name)].code =
          std::move(code.digest);
      bundle->addEntry("programs/" + name + ".elf", std::move(code.elf));
      bundle->addEntry("programs/" + name + ".mlir", printBare(program));
    }
  }

  /// Of the first chip "images/pe_7_6_0.bin".
  static std::string imageName(const CoreAddress &at) {
    std::string chip = at.chip == ChipCoordinate()
                           ? std::string()
                           : fmt::format("{}_{}_", at.chip.x, at.chip.y);
    return fmt::format("images/pe_{}{}_{}_{}.bin", chip, at.pe.x, at.pe.y,
                       at.pe.p);
  }

  LogicalResult addCores() {
    auto images = CoreImageBuilder::create(
        mapping, machine, manifest().tickSeconds, options.jobs);
    if (!images)
      return failure();
    addRates(images->network());
    for (auto buffer : mapping.getOps<fabric::BufferOp>())
      buffersOf[buffer.getSlice().getDefiningOp()].push_back(buffer);
    llvm::StringMap<uint32_t> populations;
    for (uint32_t i = 0; i < manifest().populations.size(); ++i)
      populations[manifest().populations[i].name] = i;
    for (auto slice : mapping.getOps<fabric::SliceOp>()) {
      auto image = images->build(slice);
      if (failed(image))
        return failure();
      runtime::CoreEntry core;
      core.at = fabric::addressOf(slice.getAtAttr());
      core.program = programIndex.lookup(slice.getProgramAttr().getValue());
      core.image = imageName(core.at);
      core.imageBase = image->base;
      core.headerAddress = machine.sram.program.end;
      core.largestCount = image->summary.largestCount;
      coreIndex[core.at] = uint32_t(manifest().cores.size());
      runtime::PopulationEntry &population =
          manifest().populations[populations.lookup(slice.getPopulation())];
      auto &slices =
          slice.getSubordinate() ? population.subordinates : population.slices;
      slices.push_back({uint32_t(manifest().cores.size()),
                        uint32_t(slice.getBegin()), uint32_t(slice.getEnd())});
      bundle->addImage(core.image, toString(image->bytes));
      if (!image->dram.empty()) {
        core.dram = "dram" + core.image.substr(core.image.find('/'));
        core.dramBase = image->dramBase;
        bundle->addImage(core.dram, toString(image->dram));
      }
      manifest().cores.push_back(core);
      for (const DrivePlace &drive : image->drives)
        manifest().inputs[drive.input].drawn.push_back(
            {uint32_t(manifest().cores.size()) - 1, drive.at});
      for (auto [k, at] : llvm::enumerate(image->noises))
        population.noises[k].records.push_back(
            {uint32_t(manifest().cores.size()) - 1, at});
      reportCore(slice, core, image->summary);
    }
    return success();
  }

  void reportCore(fabric::SliceOp slice, const runtime::CoreEntry &core,
                  const CoreSummary &summary) {
    json buffers = json::array();
    for (fabric::BufferOp buffer : buffersOf[slice])
      if (!buffer.getDram())
        buffers.push_back({{"name", buffer.getName()},
                           {"bytes", buffer.getBytes()},
                           {"at", buffer.getAt().value_or(0)}});
    cores.push_back(
        {{"pe", nameOf(core.at)},
         {"population", slice.getPopulation().str()},
         {"begin", slice.getBegin()},
         {"end", slice.getEnd()},
         {"program", manifest().programs[core.program].name},
         {"used", summary.used},
         {"available", summary.available},
         {"record_ticks", summary.recordTicks},
         {"fifo_capacity", summary.fifoCapacity},
         {"encodings", summary.encodings},
         {"paradigm",
          summary.parallel || !summary.role.empty() ? "parallel" : "serial"},
         {"cycles_expected", std::round(summary.cycles.expected)},
         {"cycles_worst", std::round(summary.cycles.worst)},
         {"cycles_peak", std::round(summary.cycles.peak)},
         {"cycles_spread", std::round(summary.cycles.spread)},
         {"buffers", buffers}});
    if (!summary.role.empty())
      cores.back()["role"] = summary.role;
    if (summary.dram)
      cores.back()["dram"] = summary.dram;
    if (auto keys = slice.getSubordinate()) {
      cores.back()["keys"] = *keys;
      cores.back()["sums"] = *keys >> fabric::sumsOf(slice).getBits();
    }
    LayerTotals &layer = layers[slice.getPopulation().str()];
    ++layer.pes;
    layer.bytes += summary.used;
    layer.limit += summary.available;
    layer.dram += summary.dram;
    layer.synapses += summary.synapses;
    layer.encodings.insert(summary.encodings.begin(), summary.encodings.end());
    layer.parallel |= summary.parallel;
    for (auto &[name, bytes] : summary.bytes)
      layer.structures[name] += bytes;
    // The busiest core decides whether the layer finishes its tick.
    layer.cycles = fabric::CycleEstimate::busiest(layer.cycles, summary.cycles);
  }

  /// Spikes of a neuron or channel in a tick, as the plan expects them and at
  /// most.
  void addRates(const fabric::NetworkInfo &info) {
    for (const fabric::NetworkNode &node : info.nodes) {
      if (node.isInput)
        inputs.push_back({{"name", node.name},
                          {"rate", node.rate},
                          {"worst_rate", node.worstRate()}});
      else
        rates[node.name] = {node.rate, node.worstRate(), node.rateStated};
    }
  }

  void addInputs() {
    llvm::StringMap<uint32_t> keys;
    for (auto input : mapping.getOps<fabric::InputOp>())
      keys[input.getName()] = uint32_t(input.getKey().value_or(0));
    for (runtime::InputEntry &input : manifest().inputs)
      input.keyBase = keys.lookup(input.name);
  }

  LogicalResult addRoutes() {
    for (auto route : mapping.getOps<fabric::RouteOp>()) {
      runtime::RouteEntry entry;
      entry.key = uint32_t(route.getKey());
      entry.mask = uint32_t(route.getMask());
      entry.chip = fabric::chipOf(route);
      entry.links = uint8_t(fabric::linksOf(route));
      for (Attribute target : route.getTargets()) {
        auto pe = cast<fabric::PeAttr>(target);
        auto core = coreIndex.find(fabric::addressOf(pe));
        if (core == coreIndex.end())
          return report(route, "SNN0374")
                 << "a route names " << toText(fabric::addressOf(pe))
                 << ", on which no slice is";
        entry.cores.push_back(core->second);
      }
      manifest().routes.push_back(std::move(entry));
    }
    return success();
  }

  /// Scales that differ between neurons go into entries of their own.
  void addScales() {
    uint32_t index = 0;
    for (auto population : network.getOps<snn::PopulationOp>()) {
      runtime::PopulationEntry &entry = manifest().populations[index];
      for (runtime::VariableEntry &variable : entry.variables) {
        auto scales = reference::stateScales(population, variable.name);
        if (scales.size() <= 1)
          continue;
        variable.scales = fmt::format("scales/{}_{}.f64", index, variable.name);
        bundle->addEntry(
            variable.scales,
            std::string(reinterpret_cast<const char *>(scales.data()),
                        scales.size() * sizeof(double)));
      }
      ++index;
    }
  }

  /// Which neuron or channel stands at which place, where it is not its own.
  void addOrders() {
    auto add = [&](Operation *node, const std::string &name,
                   std::string &entry) {
      auto order = fabric::NeuronOrder::of(node); // checked when mapped
      if (failed(order) || order->isIdentity())
        return;
      entry = "orders/" + name + ".u32";
      const std::vector<uint32_t> &neurons = order->byPlace();
      bundle->addEntry(
          entry, std::string(reinterpret_cast<const char *>(neurons.data()),
                             neurons.size() * sizeof(uint32_t)));
    };
    for (auto [i, node] : llvm::enumerate(network.getOps<snn::PopulationOp>()))
      add(node, fmt::format("population_{}", i),
          manifest().populations[i].order);
    for (auto [i, node] : llvm::enumerate(network.getOps<snn::InputOp>()))
      add(node, fmt::format("input_{}", i), manifest().inputs[i].order);
  }

  /// What the reference needs to run the same integers.
  void addNetwork() {
    NetworkMembers members = networkMembers(module);
    bundle->addEntry(runtime::Bundle::networkName, std::move(members.text));
    bundle->addEntry(runtime::Bundle::parametersName,
                     std::move(members.parameters));
  }

  static json toJson(const snn::WeightRounding &rounding) {
    double snr = rounding.snrDecibel();
    return {{"min", rounding.smallest},
            {"max", rounding.largest},
            {"snr_db", std::isfinite(snr) ? json(snr) : json(nullptr)},
            {"sum_error", rounding.sumError},
            {"underflow", rounding.underflow},
            {"saturated", rounding.saturated}};
  }

  /// Each receptor by itself where more than one is in use.
  static json quantizationOf(snn::PopulationOp population) {
    snn::QuantizationReport q = snn::reportQuantization(population);
    json all = toJson(q.all);
    all["bits"] = q.bits;
    json receptors = json::object();
    snn::NeuronOp model = population.neuron();
    for (unsigned r = 0; model && r < q.receptors.size(); ++r)
      if (q.receptors[r].synapses + q.receptors[r].underflow > 0)
        receptors[cast<StringAttr>(model.getReceptors()[r]).str()] =
            toJson(q.receptors[r]);
    if (receptors.size() > 1)
      all["receptors"] = receptors;
    return all;
  }

  void addReport() {
    json rows = json::array();
    // As spikes travel: a file's own order is often that of the names.
    std::multimap<int64_t, snn::PopulationOp> populations;
    for (auto population : network.getOps<snn::PopulationOp>())
      populations.emplace(population.getLatency().value_or(0), population);
    for (auto [latency, population] : populations) {
      const LayerTotals &layer = layers[population.getName().str()];
      rows.push_back({{"name", population.getName().str()},
                      {"model", population.getModel().str()},
                      {"neurons", population.numNeurons()},
                      {"synapses", layer.synapses},
                      {"pes", layer.pes},
                      {"bytes", layer.bytes},
                      {"limit", layer.limit},
                      {"encodings", layer.encodings},
                      {"paradigm", layer.parallel ? "parallel" : "serial"},
                      {"bytes_by_structure", layer.structures},
                      {"cycles_expected", std::round(layer.cycles.expected)},
                      {"cycles_worst", std::round(layer.cycles.worst)},
                      {"cycles_peak", std::round(layer.cycles.peak)},
                      {"cycles_spread", std::round(layer.cycles.spread)},
                      {"rate", rates[population.getName().str()].mean},
                      {"rate_stated", rates[population.getName().str()].stated},
                      {"worst_rate", rates[population.getName().str()].worst},
                      {"quantization", quantizationOf(population)}});
      if (layer.dram) {
        rows.back()["dram_bytes"] = layer.dram;
        rows.back()["dram_limit"] = machine.dramRoom() * machine.chipCount();
      }
    }
    bundle->addEntry(
        runtime::Bundle::reportName,
        json{{"tick_seconds", manifest().tickSeconds},
             {"tick_cycles",
              fabric::tickCycles(machine, manifest().tickSeconds)},
             {"layers", rows},
             {"inputs", inputs},
             {"cores", cores}}
                .dump(1, ' ', false, json::error_handler_t::replace) +
            "\n");
  }

  struct LayerTotals {
    uint64_t pes = 0, bytes = 0, limit = 0, synapses = 0, dram = 0;
    std::set<std::string> encodings;
    std::map<std::string, uint64_t> structures; ///< bytes, all cores
    fabric::CycleEstimate cycles;               ///< of the busiest core
    bool parallel = false;
  };

  ModuleOp module;
  const MachineModel &machine;
  BundleOptions options;
  std::shared_ptr<runtime::Bundle> bundle;
  fabric::MachineOp mapping;
  snn::NetworkOp network;
  llvm::StringMap<uint32_t> programIndex;
  llvm::DenseMap<Operation *, std::vector<fabric::BufferOp>> buffersOf;
  std::map<CoreAddress, uint32_t> coreIndex;
  std::map<std::string, LayerTotals> layers;
  struct Rate {
    double mean = 0, worst = 0;
    bool stated = false; ///< by the network, not our default
  };
  std::map<std::string, Rate> rates; ///< of populations
  json cores = json::array(), inputs = json::array();
};

} // namespace

std::shared_ptr<runtime::Bundle> buildBundle(ModuleOp module,
                                             const MachineModel &machine,
                                             BundleOptions options) {
  return BundleBuilder(module, machine, std::move(options)).run();
}

} // namespace snnc::s2
