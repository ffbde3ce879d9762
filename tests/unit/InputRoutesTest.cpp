//===- InputRoutesTest.cpp - Channels go where they are wanted -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cores that know parts of an input get these parts, as far as routers have
// room.

#include "tests/unit/MapFixtures.h"

#include "planner/Arrivals.h"

#include <set>

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;
using namespace snnc::map::test;

namespace {

/// `size` channels one to one into as many neurons, and all of them into one.
std::string oneToOne(unsigned size) {
  std::string n = std::to_string(size);
  return std::string(models) + R"(
snn.network @net dt 1.0e-3 {
  %in = snn.input "in" : tensor<)" +
         n + R"(xf32>
  %h = snn.population "hid" model @lif params {alpha = 0.5, threshold = 1.0} latency 1 : tensor<)" +
         n + R"(xi1>
  snn.projection "w" %in to %h weights #snn.one_to_one<1.0> delay(1.0) quant <8, nearest, 10.0> : tensor<)" +
         n + "xf32>, tensor<" + n + R"(xi1>
}
)";
}

class InputRoutes : public MapPasses {
protected:
  OwningOpRef<ModuleOp> mapped(unsigned channels, unsigned maxNeurons) {
    auto module = parseSourceString<ModuleOp>(oneToOne(channels), &context);
    EXPECT_TRUE(module) << messages;
    EXPECT_TRUE(module && succeeded(map(*module, maxNeurons))) << messages;
    return module;
  }
  /// Keys that routes copy to each core, by the routes alone.
  llvm::DenseMap<Attribute, std::set<uint32_t>> keysAt(ModuleOp module) {
    llvm::DenseMap<Attribute, std::set<uint32_t>> keys;
    auto input = all<InputOp>(module)[0];
    auto routes = all<RouteOp>(module);
    for (uint32_t i = 0; i < input.getChannels(); ++i) {
      uint32_t key = uint32_t(*input.getKey()) + i;
      for (RouteOp route : routes)
        if ((key & uint32_t(route.getMask())) == uint32_t(route.getKey())) {
          for (Attribute pe : route.getTargets())
            keys[pe].insert(i);
          break;
        }
    }
    return keys;
  }
};

TEST_F(InputRoutes, CoresGetWhatTheyKnowAndTheRestOfItsUnits) {
  auto module = mapped(1000, 36);
  auto mapping = all<MachineOp>(*module)[0];
  auto info = NetworkInfo::read(mapping);
  ASSERT_TRUE(succeeded(info));
  Belongings belongings(mapping);
  auto keys = keysAt(*module);
  unsigned cores = 0;
  for (SliceOp slice : all<SliceOp>(*module)) {
    const std::set<uint32_t> &here = keys[slice.getAtAttr()];
    ASSERT_FALSE(here.empty());
    EXPECT_LE(*here.begin(), slice.getBegin());
    EXPECT_GE(*here.rbegin() + 1, slice.getEnd());
    EXPECT_LE(here.size(), slice.numNeurons() + 2 * (kRouteUnit - 1));
    // What the plan of its memory and its cycles count.
    auto arrivals = arrivalsAt(slice, *info, belongings);
    ASSERT_EQ(arrivals.size(), 1u);
    EXPECT_EQ(arrivals[0].keys, here.size());
    EXPECT_EQ(arrivals[0].known,
              Range(uint32_t(slice.getBegin()), uint32_t(slice.getEnd())));
    CoreDemand demand;
    addPackets(demand, arrivals, *info);
    EXPECT_EQ(demand.packets(), here.size());
    ++cores;
  }
  EXPECT_EQ(cores, 28u);
}

TEST_F(InputRoutes, RoutersWithoutRoomGetLargerParts) {
  size_t before = 0;
  for (uint32_t entries : {1000u, 40u, 12u, 4u, 1u}) {
    MachineModel little = *machine;
    little.router.entries = entries;
    machine = std::make_shared<const MachineModel>(little);
    auto module = mapped(1000, 36); // checked there, too
    EXPECT_LE(all<RouteOp>(*module).size(), entries);
    auto unit = all<InputOp>(*module)[0].getUnit();
    EXPECT_EQ(unit.has_value(), entries < 1000u) << entries;
    EXPECT_GE(unit.value_or(kRouteUnit), before);
    before = unit.value_or(kRouteUnit);
    for (auto &[pe, keys] : keysAt(*module))
      EXPECT_LE(keys.size(), std::min<uint64_t>(36 + 2 * before, 1000));
  }
}

TEST_F(InputRoutes, TheCheckerFindsAChannelTooManyAndOneTooFew) {
  auto module = mapped(64, 16);
  auto routes = all<RouteOp>(*module);
  ASSERT_EQ(routes.size(), 4u);
  Builder b(&context);
  routes[1].setTargetsAttr(
      b.getArrayAttr({routes[1].getTargets()[0], routes[0].getTargets()[0]}));
  messages.clear();
  EXPECT_TRUE(failed(verifyMapping(*module)));
  EXPECT_THAT(messages, testing::HasSubstr("SNN0374: spikes of 'in'"));
  routes[1].erase();
  messages.clear();
  EXPECT_TRUE(failed(verifyMapping(*module)));
  EXPECT_THAT(messages, testing::HasSubstr("SNN0373: spikes of 'in'"));
}

/// The packets of a part of an input: as many as its channels can have, never
/// more than all channels have.
TEST(PacketsOfAPart, AreThoseOfItsBusiestChannels) {
  NetworkNode list;
  list.isInput = true;
  list.size = 1000;
  list.mostSpikes = 800;
  list.mostOfChannel = 50;
  EXPECT_EQ(list.mostPackets(), 1000u); // all that are not in the list, too
  EXPECT_EQ(list.mostPackets(16), 800u);
  EXPECT_EQ(list.worstRate(16), 50);
  EXPECT_EQ(list.mostPackets(4), 200u);
  EXPECT_EQ(list.likelyPackets(1000), 800u);
  EXPECT_EQ(list.likelyPackets(0), 0u);

  NetworkNode drawn;
  drawn.isInput = drawn.rateStated = true;
  drawn.size = 1000;
  drawn.rate = 0.25;
  drawn.mostRate = 5; // of a few
  EXPECT_EQ(drawn.likelyPackets(1000), packetRoom(1000, 0.25));
  EXPECT_EQ(drawn.likelyPackets(50), packetRoom(1000, 0.25));
  EXPECT_EQ(drawn.likelyPackets(10), packetRoom(10, 5));
  EXPECT_EQ(drawn.mostPackets(), 1000u);
  EXPECT_EQ(drawn.mostPackets(10), packetRoom(10, 5));

  NetworkNode cells;
  cells.size = 500;
  EXPECT_EQ(cells.mostPackets(20), 20u);
  EXPECT_FALSE(cells.likelyPackets(20).has_value());
  cells.rateStated = true;
  cells.rate = 0.1;
  EXPECT_EQ(cells.likelyPackets(20), packetRoom(20, 0.1));
}

TEST_F(InputRoutes, KeysOfSlicesInParts) {
  // Slices [0, 100), [100, 200), [200, 230): neurons 90 to 209 are known.
  SlicesMet met{{0, 100}, {200, 230}, 3};
  EXPECT_EQ(keysSent(met, {90, 210}, 0), 230u);
  EXPECT_EQ(keysSent(met, {90, 210}, 16), 20u + 100u + 16u);
  EXPECT_EQ(keysSent({{0, 100}, {0, 100}, 1}, {17, 31}, 16), 16u);
  EXPECT_EQ(keysSent({}, {}, 16), 0u);
}

} // namespace
