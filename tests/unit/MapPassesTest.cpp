//===- MapPassesTest.cpp - Random networks through the whole stage --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Seeded random networks are mapped; then every core image is read back as a
// core would read it and compared with the network.

#include "tests/unit/LoadedCore.h"
#include "tests/unit/MapFixtures.h"

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;
using namespace snnc::map::test;

namespace {

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

INSTANTIATE_TEST_SUITE_P(Random, MapPasses, testing::Range(0u, 40u));

} // namespace
