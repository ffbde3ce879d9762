//===- MapLimitsTest.cpp - What a machine has no room for -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/MapFixtures.h"

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;
using namespace snnc::map::test;
using testing::HasSubstr;

namespace {

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
  /// A chip whose SRAM is all that it has.
  void removeDram() {
    MachineModel without = *machine;
    without.dram.reset();
    without.name = "no-dram";
    machine = std::make_shared<const MachineModel>(without);
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
  removeDram();
  auto module = network(60000, 1, dense(60000, 1));
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN0353"));
  EXPECT_THAT(messages, HasSubstr("60,000 sources in 'in'"));
  EXPECT_THAT(messages, HasSubstr("for example by pooling"));
}

TEST_F(MapLimits, TooManyCores) {
  removeDram();
  auto module = network(20000, 600, dense(20000, 600));
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN0354: the network needs 150 cores"));
  EXPECT_THAT(messages, HasSubstr("'hidden' 150 cores"));
  EXPECT_THAT(messages,
              HasSubstr("fits with rows in DRAM, which machine 'no-dram' "
                        "does not have: use --machine spinnaker2 ("));
}

/// The same with DRAM: dense rows of 600 B there, and no index. What fits SRAM
/// is planned without.
TEST_F(MapLimits, RowsThatSramHasNoRoomForAreInDram) {
  auto module = network(20000, 600, dense(20000, 600));
  ASSERT_TRUE(succeeded(map(*module, 0))) << messages;
  uint64_t rows = 0, fetch = 0;
  for (BufferOp buffer : all<BufferOp>(*module)) {
    EXPECT_EQ(bool(buffer.getDram()), buffer.getName() == "rows");
    if (buffer.getDram()) {
      rows += buffer.getBytes();
      EXPECT_GE(*buffer.getAt(), machine->dramInterface(0).begin);
    }
    if (buffer.getName() == "fetch")
      fetch += buffer.getBytes();
  }
  EXPECT_GE(rows, 20000u * 600);
  uint32_t buffers = rowBuffers(*machine);
  EXPECT_EQ(buffers, 3u);
  EXPECT_EQ(fetch % (buffers * kTransferUnit), 0u);
  EXPECT_GT(fetch, buffers * 600);
  auto small = network(1000, 500, dense(1000, 500));
  messages.clear();
  ASSERT_TRUE(succeeded(map(*small, 0))) << messages;
  for (BufferOp buffer : all<BufferOp>(*small))
    EXPECT_FALSE(buffer.getDram());
}

/// Rows in DRAM that do not fit it, or are not where the encoding says.
TEST_F(MapLimits, TheCheckerKnowsRowsInDram) {
  auto module = network(20000, 600, dense(20000, 600));
  ASSERT_TRUE(succeeded(map(*module, 0))) << messages;
  for (BufferOp buffer : all<BufferOp>(*module))
    if (buffer.getDram()) {
      buffer.setAt(int64_t(machine->dram->base)); // reserved
      break;
    }
  EXPECT_TRUE(failed(verifyMapping(*module)));
  EXPECT_THAT(messages, HasSubstr("SNN0377"));
  EXPECT_THAT(messages, HasSubstr("is not rows inside one DRAM interface"));
}

TEST_F(MapLimits, DramHasAnEndToo) {
  MachineModel little = *machine;
  little.dramBytes = 1 << 20;
  little.dram->interfaceStride = 1 << 19;
  machine = std::make_shared<const MachineModel>(little);
  auto module = network(20000, 600, dense(20000, 600));
  EXPECT_TRUE(failed(map(*module, 0)));
  EXPECT_THAT(messages, HasSubstr("SNN0361"));
  EXPECT_THAT(messages, HasSubstr("B of rows for the chip's DRAM"));
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
