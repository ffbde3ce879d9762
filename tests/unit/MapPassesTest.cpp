//===- MapPassesTest.cpp - Random networks through the whole stage --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Seeded random networks are mapped; then every core image is read back as a
// core would read it and compared with the network, and mappings that were
// broken on purpose have to be found by the independent checker.

#include "backends/spinnaker2/Formats/Formats.h"
#include "backends/spinnaker2/Formats/dense/Dense.h"
#include "backends/spinnaker2/Formats/sparse/Sparse.h"
#include "backends/spinnaker2/Image/CoreImage.h"
#include "passes/Map/Passes.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;
using testing::HasSubstr;

namespace {

constexpr const char *models = R"(
snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.neuron @two receptors ["exc", "inh"] states ["v", "i"] params ["threshold", "alpha"] {
^bb0(%e: f32, %h: f32, %v: f32, %i: f32, %threshold: f32, %alpha: f32):
  %x = arith.subf %e, %h : f32
  %i1 = arith.addf %i, %x : f32
  %v1 = arith.mulf %i1, %alpha : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1, %i1 : f32, f32
}
)";

/// Builds random Normalized networks through the OpBuilder.
class RandomNetwork {
public:
  RandomNetwork(MLIRContext &context, unsigned seed)
      : random(seed), b(&context),
        module(parseSourceString<ModuleOp>(models, &context)) {
    b.setInsertionPointToEnd(module->getBody());
    network = b.create<snn::NetworkOp>(b.getUnknownLoc(), "net",
                                       b.getF64FloatAttr(1e-3));
    b.setInsertionPointToStart(&network.getBody().emplaceBlock());
    unsigned inputs = number(1, 2), populations = number(1, 4);
    for (unsigned i = 0; i < inputs; ++i)
      signals.push_back(b.create<snn::InputOp>(
          b.getUnknownLoc(), type(number(1, 90), b.getF32Type()),
          "in" + std::to_string(i)));
    for (unsigned i = 0; i < populations; ++i)
      addPopulation(i);
    for (unsigned i = 0; i < populations + number(0, 3); ++i)
      addProjection(i);
    for (auto population : network.getOps<snn::PopulationOp>())
      addBatch(population);
    for (Value signal : signals)
      if (number(0, 2) == 0)
        addOrder(signal.getDefiningOp());
  }

  uint32_t number(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }
  ModuleOp operator*() { return *module; }
  snn::NetworkOp network;

private:
  static RankedTensorType type(int64_t n, Type element) {
    return RankedTensorType::get({n}, element);
  }
  Attribute numbers(int64_t n, double low, double high) {
    std::uniform_real_distribution<double> value(low, high);
    std::vector<double> values(n);
    for (double &v : values)
      v = value(random);
    return DenseElementsAttr::get(type(n, b.getF64Type()),
                                  llvm::ArrayRef(values));
  }
  void addPopulation(unsigned i) {
    uint32_t n = number(1, 150);
    NamedAttrList params;
    params.set("alpha", b.getF64FloatAttr(0.5));
    params.set("threshold", number(0, 1) ? numbers(n, 1, 2)
                                         : Attribute(b.getF64FloatAttr(1)));
    signals.push_back(b.create<snn::PopulationOp>(
        b.getUnknownLoc(), type(n, b.getI1Type()), "pop" + std::to_string(i),
        number(0, 1) ? "lif" : "two", params.getDictionary(b.getContext()),
        DictionaryAttr(), b.getI64IntegerAttr(i), b.getI64IntegerAttr(i)));
    if (number(0, 1))
      signals.back().getDefiningOp<snn::PopulationOp>().setParadigmAttr(
          snn::ParadigmAttr::get(b.getContext(), snn::Paradigm::Parallel));
  }
  /// As many ticks at once as the least delay allows, two or four.
  void addBatch(snn::PopulationOp population) {
    double least = 4;
    bool driven = false;
    for (auto projection : network.getOps<snn::ProjectionOp>())
      if (projection.getTarget() == population.getSignal()) {
        auto delay = dyn_cast<FloatAttr>(projection.getDelay());
        least = std::min(least, delay ? delay.getValueAsDouble() : 2);
        driven = true;
      }
    if (driven && least >= 2 &&
        population.getParadigm() == snn::Paradigm::Parallel)
      population.setBatchAttr(b.getI64IntegerAttr(least >= 4 ? 4 : 2));
  }
  void addOrder(Operation *node) {
    auto size =
        cast<RankedTensorType>(node->getResult(0).getType()).getNumElements();
    std::vector<int32_t> neurons(static_cast<size_t>(size));
    std::iota(neurons.begin(), neurons.end(), 0);
    std::shuffle(neurons.begin(), neurons.end(), random);
    node->setAttr(kOrderName, b.getDenseI32ArrayAttr(neurons));
  }
  void addProjection(unsigned i) {
    Value source = signals[number(0, uint32_t(signals.size() - 1))];
    Value target;
    while (!target || !target.getDefiningOp<snn::PopulationOp>())
      target = signals[number(0, uint32_t(signals.size() - 1))];
    int64_t from = cast<RankedTensorType>(source.getType()).getNumElements();
    int64_t to = cast<RankedTensorType>(target.getType()).getNumElements();
    std::vector<double> weights(size_t(from * to));
    std::uniform_real_distribution<double> value(-1, 1);
    std::bernoulli_distribution hit(number(0, 100) / 100.0);
    for (double &w : weights)
      w = hit(random) ? value(random) : 0;
    Attribute matrix = DenseElementsAttr::get(
        RankedTensorType::get({to, from}, b.getF64Type()),
        llvm::ArrayRef(weights));
    std::vector<double> ticks(size_t(from), 1.0);
    for (double &t : ticks)
      t = number(2, 9);
    Attribute delay = number(0, 1)
                          ? Attribute(b.getF64FloatAttr(number(1, 4)))
                          : DenseElementsAttr::get(type(from, b.getF64Type()),
                                                   llvm::ArrayRef(ticks));
    unsigned bits = number(0, 1) ? 8 : 16;
    double scale = bits == 8 ? 127 : 32767;
    auto receptors =
        target.getDefiningOp<snn::PopulationOp>().neuron().numReceptors();
    b.create<snn::ProjectionOp>(
        b.getUnknownLoc(), "w" + std::to_string(i), source, target,
        snn::DenseAttr::get(b.getContext(), matrix), snn::PoolAttr(), delay,
        number(0, receptors - 1),
        snn::QuantAttr::get(b.getContext(), bits, snn::Rounding::NearestEven,
                            b.getF64FloatAttr(scale)));
  }

  std::mt19937 random;
  OpBuilder b;
  OwningOpRef<ModuleOp> module;
  std::vector<Value> signals;
};

class MapPasses : public testing::TestWithParam<unsigned> {
protected:
  MapPasses() {
    DialectRegistry registry;
    registry.insert<snn::SNNDialect, FabricDialect, arith::ArithDialect>();
    s2::registerRowFormats(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.disableMultithreading();
    context.printOpOnDiagnostic(false);
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diag) {
      messages += diag.str() + "\n";
      for (auto &note : diag.getNotes())
        messages += "  " + note.str() + "\n";
      return success();
    });
    machine = std::make_shared<const MachineModel>(
        *builtinMachine(defaultMachineName()));
  }

  LogicalResult map(ModuleOp module, uint32_t maxNeurons) {
    PassManager pm(&context);
    map::FabricSliceOptions slice;
    slice.maxNeurons = maxNeurons;
    pm.addPass(map::createFabricSlice(machine, slice));
    pm.addPass(map::createFabricPlace(machine));
    pm.addPass(map::createFabricAssignKeys());
    pm.addPass(map::createFabricRoute(machine));
    pm.addPass(map::createFabricPlanMemory(machine));
    pm.addPass(map::createFabricVerifyMapping(machine));
    return pm.run(module);
  }
  LogicalResult verifyMapping(ModuleOp module) {
    PassManager pm(&context);
    pm.addPass(map::createFabricVerifyMapping(machine));
    return pm.run(module);
  }
  static std::string print(ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream);
    return text;
  }
  template <typename OpTy> static std::vector<OpTy> all(ModuleOp module) {
    std::vector<OpTy> ops;
    module.walk([&](OpTy op) { ops.push_back(op); });
    return ops;
  }

  MLIRContext context;
  std::shared_ptr<const MachineModel> machine;
  std::string messages;
};

//===----------------------------------------------------------------------===//
// What the cores hold is what the network says
//===----------------------------------------------------------------------===//

/// (receptor, neuron, delay) -> sum of weights.
using Effect = std::map<std::tuple<uint32_t, uint32_t, uint32_t>, int64_t>;

/// What a packet does on a core, read from its image alone.
class LoadedCore {
public:
  LoadedCore(const s2::CoreImage &image, llvm::ArrayRef<Attribute> encodings)
      : image(image), encodings(encodings) {
    std::memcpy(&header, image.bytes.data(), sizeof header);
  }
  SnncCoreHeader header;

  Effect effectOf(uint32_t key) const {
    Effect effect;
    uint32_t lastKey = 0;
    for (uint32_t i = 0; i < header.table_count; ++i) {
      SnncTableEntry entry;
      read(header.table_base + i * sizeof entry, &entry, sizeof entry);
      EXPECT_GE(entry.key_first, lastKey) << "table is sorted";
      lastKey = entry.key_first;
      if (key - entry.key_first >= entry.key_count)
        continue;
      if (header.panel_count)
        addPositions(entry.target + key - entry.key_first, effect);
      else
        addRow(entry, key - entry.key_first, effect);
    }
    std::erase_if(effect, [](auto &item) { return item.second == 0; });
    return effect;
  }
  float floatAt(uint32_t address) const {
    float value = 0;
    read(address, &value, sizeof value);
    return value;
  }

private:
  void read(uint64_t address, void *out, size_t bytes) const {
    ASSERT_LE(address - image.base + bytes, image.bytes.size());
    std::memcpy(out, image.bytes.data() + (address - image.base), bytes);
  }
  uint32_t padded() const { return uint32_t(align4(header.n_neurons)); }

  void add(Effect &effect, const SnncTableEntry &entry, uint32_t neuron,
           uint32_t delay, int32_t weight) const {
    uint32_t cell = entry.target + neuron;
    EXPECT_LT(delay, header.ring_slots) << "a slot per tick of delay";
    effect[{cell / padded(), cell % padded(), delay + 1}] += weight;
  }
  void addRow(const SnncTableEntry &entry, uint32_t source,
              Effect &effect) const {
    ASSERT_LT(entry.kind, encodings.size());
    auto rows = cast<RowsAttr>(encodings[entry.kind]);
    if (rows.getFormat() == &s2::denseRows()) {
      ASSERT_EQ(entry.rows_base % 4 + entry.index_base % 4, 0u);
      for (uint32_t n = 0; n < entry.length; ++n) {
        int8_t narrow = 0;
        int16_t wide = 0;
        uint64_t row = entry.rows_base + uint64_t(source) * entry.index_base;
        if (rows.getFields()[0] == 8)
          read(row + n, &narrow, 1);
        else
          read(row + n * 2, &wide, 2);
        add(effect, entry, n, entry.delay, narrow + wide);
      }
      return;
    }
    auto sparse = s2::SparseFields::of(rows.getFields());
    uint16_t range[2];
    ASSERT_EQ(entry.index_base % 4, 0u);
    read(entry.index_base + 2 * source, range, 4);
    for (uint32_t w = range[0]; w < range[1]; ++w) {
      uint32_t word = 0;
      unsigned bytes = sparse.word / 8;
      read(entry.rows_base + uint64_t(w) * bytes, &word, bytes);
      word <<= 32 - sparse.word;
      unsigned top = sparse.word - sparse.weightBits;
      int32_t weight = int32_t(word) >> (32 - sparse.weightBits);
      word >>= 32 - sparse.word;
      uint32_t neuron = word & ((1u << sparse.indexBits) - 1);
      uint32_t delay = (word & ((1u << top) - 1)) >> sparse.indexBits;
      add(effect, entry, neuron, entry.delay + delay, weight);
    }
  }

  /// Parallel: what the operand rows of one source add to the products.
  void addPositions(uint32_t source, Effect &effect) const {
    ASSERT_LT(source, header.map_sources);
    ASSERT_GE(header.history_slots, header.map_delays);
    ASSERT_GE(header.map_delay_first, header.batch);
    uint32_t nearest = header.map_delay_first - 1;
    for (uint32_t d = nearest; d < header.map_delays; ++d) {
      uint16_t range[2];
      uint64_t at = uint64_t(d - nearest) * header.map_sources + source;
      read(header.scatter_base + 2 * at, range, 4);
      ASSERT_LE(range[0], range[1]);
      for (uint32_t i = range[0]; i < range[1]; ++i) {
        uint16_t row;
        read(header.position_base + 2 * i, &row, 2);
        addMapRow(row, d + 1, effect);
      }
    }
  }
  void addMapRow(uint32_t row, uint32_t delay, Effect &effect) const {
    uint32_t width = image.summary.encodings[0] == "map<16>" ? 2 : 1;
    uint64_t operand =
        header.operand_base + uint64_t(row) * header.batch * width;
    ASSERT_LE(operand + header.batch * width,
              header.operand_base + header.operand_bytes);
    std::set<std::pair<uint32_t, uint32_t>> owners;
    std::map<uint32_t, uint32_t> receptorOf; // by first neuron
    for (uint32_t p = 0; p < header.panel_count; ++p) {
      SnncPanel panel;
      read(header.panel_base + p * sizeof panel, &panel, sizeof panel);
      ASSERT_EQ(panel.operand % 16 + panel.weights % 16 + panel.output % 16 +
                    panel.columns % 16,
                0u);
      uint32_t receptor = receptorOf[panel.neuron_first]++;
      uint64_t local = (operand - panel.operand) / (header.batch * width);
      if (operand < panel.operand || local >= panel.rows)
        continue;
      owners.insert({panel.operand, panel.rows});
      for (uint32_t c = 0; c < panel.columns; ++c) {
        int8_t narrow = 0;
        int16_t wide = 0;
        uint64_t at = panel.weights + (local * panel.columns + c) * width;
        width == 1 ? read(at, &narrow, 1) : read(at, &wide, 2);
        if (!narrow && !wide)
          continue;
        ASSERT_LT(panel.neuron_first + c, panel.neuron_end);
        effect[{receptor, panel.neuron_first + c, delay}] += narrow + wide;
      }
    }
    EXPECT_EQ(owners.size(), 1u) << "panels share all operand rows or none";
  }

  const s2::CoreImage &image;
  llvm::ArrayRef<Attribute> encodings;
};

/// Neuron by place, read from the attribute.
std::vector<int32_t> neuronsOf(Operation *node) {
  std::vector<int32_t> neurons(static_cast<size_t>(
      cast<RankedTensorType>(node->getResult(0).getType()).getNumElements()));
  std::iota(neurons.begin(), neurons.end(), 0);
  if (auto order = node->getAttrOfType<DenseI32ArrayAttr>(kOrderName))
    neurons.assign(order.asArrayRef().begin(), order.asArrayRef().end());
  return neurons;
}

/// The same from the snn ops.
class Expectation {
public:
  explicit Expectation(snn::NetworkOp network) {
    for (auto projection : network.getOps<snn::ProjectionOp>())
      views.emplace_back(projection, snn::IntConnectivity::create(projection));
  }
  /// Of the source at place `index`; targets are places, too.
  Effect effectOf(llvm::StringRef source, uint32_t index, SliceOp slice) const {
    Effect effect;
    std::vector<snn::IntSynapse> row;
    for (auto &[op, view] : views) {
      snn::ProjectionOp projection = op;
      if (projection.sourceName() != source ||
          projection.targetPopulation().getName() != slice.getPopulation())
        continue;
      auto from = neuronsOf(projection.getSource().getDefiningOp()),
           to = neuronsOf(projection.getTarget().getDefiningOp());
      view->row(uint32_t(from[index]), row);
      for (const snn::IntSynapse &synapse : row)
        for (auto place = slice.getBegin(); place < slice.getEnd(); ++place)
          if (uint32_t(to[place]) == synapse.target)
            effect[{uint32_t(projection.getReceptor()),
                    uint32_t(place - slice.getBegin()), synapse.delay}] +=
                synapse.weight;
    }
    std::erase_if(effect, [](auto &item) { return item.second == 0; });
    return effect;
  }

private:
  std::vector<
      std::pair<snn::ProjectionOp, std::shared_ptr<snn::IntConnectivity>>>
      views;
};

void checkParams(const LoadedCore &core, SliceOp slice, ModuleOp module) {
  snn::PopulationOp population;
  module.walk([&](snn::PopulationOp op) {
    if (op.getName() == slice.getPopulation())
      population = op;
  });
  snn::NeuronOp model = population.neuron();
  for (unsigned j = 0; j < model.numParams(); ++j) {
    Attribute value = population.getParams().get(model.paramName(j));
    uint32_t word = core.header.param[j];
    if (auto number = dyn_cast<FloatAttr>(value)) {
      EXPECT_EQ(std::bit_cast<float>(word), float(number.getValueAsDouble()));
      continue;
    }
    auto values = cast<DenseElementsAttr>(value).getValues<double>();
    if (values.size() == 1)
      continue; // a single value is uniform
    for (uint64_t n = slice.getBegin(); n < slice.getEnd(); ++n)
      EXPECT_EQ(core.floatAt(word + uint32_t(n - slice.getBegin()) * 4),
                float(values[neuronsOf(population)[n]]));
  }
}

TEST_P(MapPasses, ImagesHoldTheNetwork) {
  RandomNetwork net(context, GetParam());
  ASSERT_TRUE(succeeded(map(*net, net.number(4, 200)))) << messages;
  auto machineOp = all<MachineOp>(*net)[0];
  auto builder = s2::CoreImageBuilder::create(machineOp, *machine, 1e-3);
  ASSERT_TRUE(builder) << messages;
  Expectation expected(net.network);
  for (SliceOp slice : all<SliceOp>(*net)) {
    auto image = builder->build(slice);
    ASSERT_TRUE(succeeded(image)) << messages;
    auto encodings = rowEncodingsOf(slice);
    LoadedCore core(*image, encodings);
    EXPECT_EQ(image->base, machine->sram.program.end);
    EXPECT_EQ(core.header.magic, SNNC_ABI_MAGIC);
    EXPECT_EQ(core.header.timer_load, 1000u);
    EXPECT_EQ(core.header.n_neurons, slice.numNeurons());
    EXPECT_EQ(core.header.key_base, uint32_t(*slice.getKey()));
    EXPECT_EQ(std::popcount(core.header.ring_slots), 1);
    EXPECT_EQ(core.header.panel_count != 0, slice.getParallel());
    EXPECT_EQ(core.header.ring_base == 0, slice.getParallel());
    checkParams(core, slice, *net);
    for (Operation &part : machineOp.getBody().front())
      if (isa<InputOp, SliceOp>(part)) {
        SliceInfo info = infoOf(part.getResult(0));
        for (uint32_t i = 0; i < info.size(); ++i)
          ASSERT_EQ(core.effectOf(*info.key + i),
                    expected.effectOf(info.name, info.begin + i, slice))
              << info.name.str() << " " << i;
      }
  }
}

TEST_P(MapPasses, MappingTwiceChangesNothing) {
  RandomNetwork net(context, GetParam());
  uint32_t maxNeurons = net.number(4, 200);
  ASSERT_TRUE(succeeded(map(*net, maxNeurons))) << messages;
  std::string once = print(*net);
  ASSERT_TRUE(succeeded(map(*net, maxNeurons))) << messages;
  EXPECT_EQ(print(*net), once);
  auto reparsed = parseSourceString<ModuleOp>(once, &context);
  ASSERT_TRUE(reparsed) << messages;
  EXPECT_EQ(print(*reparsed), once);
}

//===----------------------------------------------------------------------===//
// The checker finds what is broken
//===----------------------------------------------------------------------===//

TEST_P(MapPasses, CheckerFindsEveryKindOfDamage) {
  RandomNetwork net(context, GetParam());
  ASSERT_TRUE(succeeded(map(*net, net.number(10, 200)))) << messages;
  Builder b(&context);
  auto damaged = [&](const char *what, auto damage) {
    OwningOpRef<ModuleOp> copy((*net).clone());
    if (!damage(*copy))
      return; // this network has nothing of the kind
    messages.clear();
    EXPECT_TRUE(failed(verifyMapping(*copy))) << what;
    EXPECT_THAT(messages,
                testing::AnyOf(HasSubstr("SNN037"), HasSubstr("SNN1105")))
        << what;
  };
  auto pick = [&](auto ops) {
    return ops[net.number(0, uint32_t(ops.size() - 1))];
  };
  damaged("a route is gone", [&](ModuleOp m) {
    auto routes = all<RouteOp>(m);
    return !routes.empty() && (pick(routes).erase(), true);
  });
  damaged("a route misses a core", [&](ModuleOp m) {
    auto routes = all<RouteOp>(m);
    if (routes.empty())
      return false;
    RouteOp route = pick(routes);
    route.setTargetsAttr(
        b.getArrayAttr(route.getTargets().getValue().drop_back()));
    return true;
  });
  damaged("a route reaches a core too many", [&](ModuleOp m) {
    auto routes = all<RouteOp>(m);
    if (routes.empty())
      return false;
    RouteOp route = pick(routes);
    llvm::SmallVector<Attribute> targets(route.getTargets().getValue());
    targets.push_back(PeAttr::get(&context, 6, 3, 0));
    route.setTargetsAttr(b.getArrayAttr(targets));
    return true;
  });
  damaged("a slice moved", [&](ModuleOp m) {
    auto slices = all<SliceOp>(m);
    SliceOp slice = pick(slices);
    slice.setAtAttr(PeAttr::get(&context, 6, 3, 1));
    return !blocksOf(slice).empty();
  });
  damaged("two slices on a core", [&](ModuleOp m) {
    auto slices = all<SliceOp>(m);
    if (slices.size() < 2)
      return false;
    slices[0].setAtAttr(slices[1].getAtAttr());
    return true;
  });
  damaged("a core that does not exist", [&](ModuleOp m) {
    pick(all<SliceOp>(m)).setAtAttr(PeAttr::get(&context, 4, 3, 0));
    return true;
  });
  damaged("keys overlap", [&](ModuleOp m) {
    auto slices = all<SliceOp>(m);
    if (slices.size() < 2)
      return false;
    slices[0].setKeyAttr(slices[1].getKeyAttr());
    return true;
  });
  damaged("a neuron is missing", [&](ModuleOp m) {
    SliceOp slice = pick(all<SliceOp>(m));
    slice.setEndAttr(b.getI64IntegerAttr(int64_t(slice.getEnd()) + 1));
    return true;
  });
  damaged("a block is gone", [&](ModuleOp m) {
    auto blocks = all<BlockOp>(m);
    return !blocks.empty() && (pick(blocks).erase(), true);
  });
  damaged("a block forgot a source", [&](ModuleOp m) {
    auto blocks = all<BlockOp>(m);
    if (blocks.empty())
      return false;
    BlockOp block = pick(blocks);
    if (block.getSources().size() < 2)
      return false;
    block.getSourcesMutable().erase(0);
    return true;
  });
  damaged("a block knows a source too few", [&](ModuleOp m) {
    for (BlockOp block : all<BlockOp>(m))
      if (auto known = rangesOf(block);
          !known.empty() && known.back().end - known.front().begin > 1) {
        block.setFirst(known.front().begin + 1);
        block.setLast(known.back().end);
        return true;
      }
    return false;
  });
  damaged("a block knows no source", [&](ModuleOp m) {
    for (BlockOp block : all<BlockOp>(m))
      if (!block.getSources().empty()) {
        block.getSourcesMutable().clear();
        block.removeFirstAttr();
        block.removeLastAttr();
        return true;
      }
    return false;
  });
  damaged("a buffer moved by 4 bytes", [&](ModuleOp m) {
    BufferOp buffer = pick(all<BufferOp>(m));
    buffer.setAtAttr(b.getI64IntegerAttr(int64_t(*buffer.getAt()) + 4));
    return true;
  });
  damaged("a buffer on top of another", [&](ModuleOp m) {
    for (BufferOp buffer : all<BufferOp>(m))
      if (buffer.getName() == "spikes")
        buffer.setAtAttr(b.getI64IntegerAttr(machine->sram.program.end));
    return true;
  });
  damaged("a buffer is gone", [&](ModuleOp m) {
    auto buffers = all<BufferOp>(m);
    BufferOp buffer = pick(buffers);
    if (buffer.getBytes() == 0)
      return false;
    buffer.erase();
    return true;
  });
  damaged("a map of another size", [&](ModuleOp m) {
    for (BufferOp buffer : all<BufferOp>(m))
      if (buffer.getName() == "weights" && buffer.getBytes() > 16) {
        buffer.setBytesAttr(b.getI64IntegerAttr(buffer.getBytes() - 16));
        return true;
      }
    return false;
  });
  damaged("a parallel slice became serial", [&](ModuleOp m) {
    for (SliceOp slice : all<SliceOp>(m))
      if (slice.getParallel()) {
        slice.setParallel(false);
        return true;
      }
    return false;
  });
  damaged("a serial slice became parallel", [&](ModuleOp m) {
    for (SliceOp slice : all<SliceOp>(m))
      if (!slice.getParallel()) {
        slice.setParallel(true);
        return true;
      }
    return false;
  });
  damaged("a record window that reaches into the stack", [&](ModuleOp m) {
    for (BufferOp buffer : all<BufferOp>(m))
      if (buffer.getName() == "record")
        buffer.setBytesAttr(b.getI64IntegerAttr(buffer.getBytes() + 16));
    return true;
  });
}

INSTANTIATE_TEST_SUITE_P(Random, MapPasses, testing::Range(0u, 40u));

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

class MapLimits : public MapPasses {
protected:
  /// One input that drives one population.
  OwningOpRef<ModuleOp> network(int64_t sources, int64_t neurons,
                                const std::string &weights,
                                const std::string &delay = "1.0") {
    std::string in = "tensor<" + std::to_string(sources) + "xf32>",
                out = "tensor<" + std::to_string(neurons) + "xi1>";
    auto module = parseSourceString<ModuleOp>(
        models + ("snn.network @net { %in = snn.input \"in\" : " + in +
                  "\n %p = snn.population \"hidden\" model @lif params "
                  "{alpha = 0.5, threshold = 1.0} latency 1 : " +
                  out + "\n snn.projection \"fc\" %in to %p weights " +
                  weights + " delay(" + delay +
                  ") quant <8, nearest, 10.0> : " + in + ", " + out + "}"),
        &context);
    EXPECT_TRUE(module) << messages;
    return module;
  }
  static std::string dense(int64_t sources, int64_t neurons) {
    return "#snn.dense<dense<1.0> : tensor<" + std::to_string(neurons) + "x" +
           std::to_string(sources) + "xf64>>";
  }
};

TEST_F(MapLimits, FewestCores) {
  // 1,000 x 500 int8 weights: 500 kB, 116 kB a core, five cores at least.
  auto module = network(1000, 500, dense(1000, 500));
  ASSERT_TRUE(succeeded(map(*module, 0))) << messages;
  EXPECT_EQ(all<SliceOp>(*module).size(), 5u);
  EXPECT_EQ(all<SliceOp>(*module)[0].getEnd(), 100u);
}

TEST_F(MapLimits, OneNeuronThatDoesNotFit) {
  auto module = network(8, 4, dense(8, 4), "40000.0");
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN0353: population 'hidden' does not fit"));
  EXPECT_THAT(messages, HasSubstr("118,784 B available"));
  EXPECT_THAT(messages, HasSubstr("largest parts: input ring"));
  EXPECT_THAT(messages, HasSubstr("help: shorten the longest delay, 40,000"));
}

TEST_F(MapLimits, TooManySources) {
  auto module = network(60000, 1, dense(60000, 1));
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN0353"));
  EXPECT_THAT(messages, HasSubstr("60,000 sources in 'in'"));
}

TEST_F(MapLimits, TooManyCores) {
  auto module = network(20000, 600, dense(20000, 600));
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN0354: the network needs 150 cores"));
  EXPECT_THAT(messages, HasSubstr("'hidden' 150 cores"));
}

TEST_F(MapLimits, APopulationLargerThanAnyChipIsRefusedAtOnce) {
  auto module = network(2000000000, 2000000000, "#snn.one_to_one<1.0>");
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN0354"));
}

TEST_F(MapLimits, AShortPacketRingIsAWarning) {
  // 26,000 sources: two ticks of packets would be 208 kB.
  auto module = network(26000, 4, dense(26000, 4));
  ASSERT_TRUE(succeeded(map(*module, 0))) << messages;
  EXPECT_THAT(messages, HasSubstr("SNN0355"));
  EXPECT_THAT(messages, HasSubstr("26,000 sources could spike"));
}

TEST_F(MapLimits, ForgottenRowFormatsAreNamed) {
  context.getLoadedDialect<FabricDialect>()->setRowFormats({});
  auto module = network(8, 4, dense(8, 4));
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN1105: population 'hidden' is serial, but "
                                  "the context has no row formats"));
}

} // namespace
