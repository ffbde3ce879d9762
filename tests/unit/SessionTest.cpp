//===- SessionTest.cpp - Host session, comparison -------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixtures.h"
#include "runtime/host/Compare.h"

#include <gmock/gmock.h>
#include <random>

using namespace snnc;
using namespace snnc::runtime;
using namespace snnc::runtime::test;
using ::testing::HasSubstr;

namespace {

NdArray randomInput(std::vector<uint64_t> shape, unsigned most = 1) {
  NdArray a = NdArray::zeros(DType::U8, std::move(shape));
  std::mt19937 generator(7);
  for (uint8_t &x : a.as<uint8_t>())
    x = uint8_t(generator() % 5 == 0 ? 1 + generator() % most : 0);
  return a;
}

class SessionTest : public ::testing::Test {
protected:
  Expected<RunResult> run(const NdArray &input,
                          const std::vector<std::string> &requests,
                          const RunOptions &options = {}) {
    return BundleSession(bundle, device)
        .run({{"in", input}}, requests, options);
  }
  RunResult good(const NdArray &input, const std::vector<std::string> &requests,
                 const RunOptions &options = {}) {
    Expected<RunResult> result = run(input, requests, options);
    if (!result)
      throw std::runtime_error(toText(result.error()));
    return std::move(*result);
  }
  Diagnostic bad(const NdArray &input, const std::vector<std::string> &requests,
                 const RunOptions &options = {}) {
    Expected<RunResult> result = run(input, requests, options);
    EXPECT_FALSE(result);
    return result ? Diagnostic{} : result.takeError();
  }

  Bundle bundle = makeBundle();
  FakeMachine device;
  std::vector<std::string> all = {"lif1.lif:spikes", "lif1.lif:v", "lif1.lif:i",
                                  "out:put:v"};
};

} // namespace

/// Rasters beyond the limit are lists of the same spikes, states stay arrays.
TEST_F(SessionTest, RastersBeyondTheLimitAreLists) {
  RunOptions lists;
  lists.maxRasterBytes = 0;
  for (auto shape : {std::vector<uint64_t>{11, channels}, {3, 7, channels}}) {
    NdArray input = randomInput(shape);
    RunResult dense = good(input, all), listed = good(input, all, lists);
    ASSERT_EQ(listed.lists.size(), 1u);
    EXPECT_FALSE(listed.arrays.contains("lif1.lif:spikes"));
    EXPECT_EQ(listed.arrays.at("lif1.lif:v"), dense.arrays.at("lif1.lif:v"));
    EXPECT_EQ(listed.spikeTotals, dense.spikeTotals);
    const SpikeList &list = listed.lists.at("lif1.lif:spikes");
    const NdArray &raster = dense.arrays.at("lif1.lif:spikes");
    EXPECT_TRUE(isSound(list));
    EXPECT_EQ(list.shape, raster.shape);
    EXPECT_EQ(list.count(), countSpikes(raster));
    SpikeList made = listOf(raster);
    EXPECT_EQ(list.spikes, made.spikes);
    EXPECT_EQ(list.ends, made.ends);
  }
  RunOptions few = lists;
  few.maxResultBytes = 8;
  Diagnostic error = bad(randomInput({11, channels}), {"lif1.lif:spikes"}, few);
  EXPECT_EQ(error.code, "SNN0426");
  EXPECT_THAT(error.message, HasSubstr("spikes of 8 bytes each"));
}

/// Arrays with arrays, lists with lists and with arrays: the same divergence.
TEST_F(SessionTest, ListsCompareAsArrays) {
  RunResult dense = good(randomInput({2, 9, channels}), {"lif1.lif:spikes"});
  const std::string name = "lif1.lif:spikes";
  const NdArray &raster = dense.arrays.at(name);
  SpikeLists own{{name, listOf(raster)}};
  auto same = compareRuns(bundle.manifest, {}, own, dense.arrays, {});
  ASSERT_TRUE(bool(same));
  EXPECT_EQ(same->arrays, 1u);
  EXPECT_TRUE(same->layers.empty());
  for (uint64_t at = 0; at < raster.size(); ++at) {
    ArrayMap other{{name, raster}};
    other.at(name).as<uint8_t>()[at] ^= 1;
    auto wanted = compareRuns(bundle.manifest, dense.arrays, other);
    auto found = compareRuns(bundle.manifest, {}, own, {},
                             {{name, listOf(other.at(name))}});
    auto mixed = compareRuns(bundle.manifest, dense.arrays, {}, {},
                             {{name, listOf(other.at(name))}});
    ASSERT_TRUE(wanted && found && mixed);
    EXPECT_EQ(toText(*found->first()), toText(*wanted->first()));
    EXPECT_EQ(toText(*mixed->first()), toText(*wanted->first()));
  }
  SpikeList torn = own.at(name);
  torn.ends.back() += 1;
  EXPECT_FALSE(isSound(torn));
  torn = own.at(name);
  torn.shape.back() = 1;
  EXPECT_FALSE(isSound(torn));
}

TEST_F(SessionTest, NetworkAlignmentTakesLatencyOut) {
  NdArray input = randomInput({11, channels});
  RunResult r = good(input, all);
  // Echo neurons: the aligned raster is the input itself.
  EXPECT_EQ(r.arrays.at("lif1.lif:spikes"), input);
  EXPECT_EQ(r.chipTicks, 13u); // latency 2 of out:put
  EXPECT_EQ(r.ticks, 11u);
  const NdArray &out = r.arrays.at("out:put:v");
  ASSERT_EQ(out.shape, (std::vector<uint64_t>{11, channels}));
  for (uint64_t i = 0; i < out.size(); ++i)
    ASSERT_EQ(out.at(i), input.at(i) / -0.5) << i;
  EXPECT_EQ(r.spikeTotals.at("lif1.lif"), countSpikes(input));
  EXPECT_EQ(r.spikeTotals.size(), 1u);
  EXPECT_TRUE(r.verdict.clean());
}

TEST_F(SessionTest, OnlyRecordedPopulationsLengthenTheRun) {
  RunResult r = good(randomInput({11, channels}), {"lif1.lif:spikes"});
  EXPECT_EQ(r.chipTicks, 12u);
  EXPECT_EQ(good(randomInput({11, channels}), {}).chipTicks, 11u);
}

TEST_F(SessionTest, ChipAlignmentShowsChipTicks) {
  NdArray input = randomInput({11, channels});
  RunOptions options;
  options.align = Alignment::Chip;
  RunResult r = good(input, all, options);
  EXPECT_EQ(r.chipTicks, 11u);
  EXPECT_EQ(device.stats.ticks, 11u);
  const NdArray &s = r.arrays.at("lif1.lif:spikes");
  ASSERT_EQ(s.shape, input.shape);
  for (uint64_t t = 0; t < 11; ++t)
    for (uint64_t c = 0; c < channels; ++c)
      ASSERT_EQ(s.at(t * channels + c),
                t == 0 ? 0 : input.at((t - 1) * channels + c));
}

TEST_F(SessionTest, StatesInUserUnits) {
  RunOptions options;
  options.align = Alignment::Chip;
  RunResult r = good(randomInput({6, channels}), all, options);
  const NdArray &i = r.arrays.at("lif1.lif:i");
  ASSERT_EQ(i.dtype, DType::F32);
  for (uint64_t t = 0; t < 6; ++t)
    for (uint64_t n = 0; n < channels; ++n) {
      // start_tick 1: the initial state before it.
      double chip = t < 1 ? 0 : double((t + 1) * (n + 1));
      ASSERT_EQ(i.as<float>()[t * channels + n], float(chip / (0.5 + n)));
    }
}

TEST_F(SessionTest, SmallWindowsGiveTheSameResult) {
  NdArray input = randomInput({50, channels}, 3);
  RunResult large = good(input, all);
  unsigned fewReads = device.reads;
  // Slices of 20 and 17, and 37 neurons: (1 + 2 * 20) words are the largest
  // tick of a slice of lif1.lif, 37 words the one of out:put.
  for (uint32_t bytes : {164u, 165u, 200u, 330u, 500u, 1000u}) {
    Bundle small = makeBundle(bytes);
    FakeMachine other;
    auto r = BundleSession(small, other).run({{"in", input}}, all);
    ASSERT_TRUE(r) << toText(r.error());
    EXPECT_EQ(r->arrays, large.arrays) << bytes;
    EXPECT_GT(other.reads, fewReads);
  }
}

TEST_F(SessionTest, WindowTooSmallIsAnError) {
  bundle = makeBundle(163);
  Diagnostic d = bad(randomInput({5, channels}), all);
  EXPECT_EQ(d.code, "SNN0423");
  EXPECT_EQ(d.spot.node, "lif1.lif");
  EXPECT_THAT(d.message, HasSubstr("164"));
  EXPECT_THAT(d.message, HasSubstr("163"));
  EXPECT_FALSE(d.hints.empty());
  // One variable fewer fits.
  EXPECT_TRUE(run(randomInput({5, channels}), {"lif1.lif:v"}));
}

TEST_F(SessionTest, RandomRunsAgreeWithTheEcho) {
  std::mt19937 generator(11);
  for (int round = 0; round < 40; ++round) {
    uint64_t ticks = 2 + generator() % 40, samples = 1 + generator() % 3;
    uint32_t bytes = 164 + generator() % 2000;
    NdArray input = randomInput({samples, ticks, channels}, 4);
    Bundle b = makeBundle(bytes);
    FakeMachine d;
    auto r = BundleSession(b, d).run({{"in", input}}, all);
    ASSERT_TRUE(r) << toText(r.error());
    const NdArray &v = r->arrays.at("lif1.lif:v");
    ASSERT_EQ(v.shape, input.shape);
    for (uint64_t i = 0; i < v.size(); ++i)
      ASSERT_EQ(v.at(i) * 4, input.at(i)) << round << " " << i;
  }
}

TEST_F(SessionTest, CountsRepeatKeys) {
  NdArray input = randomInput({9, channels}, 200);
  RunResult r = good(input, {"lif1.lif:v"});
  for (uint64_t i = 0; i < input.size(); ++i)
    ASSERT_EQ(r.arrays.at("lif1.lif:v").at(i) * 4, input.at(i));
}

TEST_F(SessionTest, SamplesAreIndependent) {
  NdArray input = randomInput({3, 8, channels});
  RunResult r = good(input, all);
  EXPECT_EQ(device.loads, 1u);
  EXPECT_EQ(device.resets, 3u);
  EXPECT_EQ(r.samples, 3u);
  EXPECT_EQ(r.arrays.at("lif1.lif:spikes"), input);
  // The tick counter of every sample begins at zero again.
  const NdArray &i = r.arrays.at("lif1.lif:i");
  for (uint64_t k = 0; k < 8 * channels; ++k) {
    ASSERT_EQ(i.at(k), i.at(8 * channels + k));
    ASSERT_EQ(i.at(k), i.at(16 * channels + k));
  }
  EXPECT_EQ(r.statistics.ticks, 30u); // 3 samples of 8 + 2 ticks
}

TEST_F(SessionTest, OneSampleWithAxisKeepsTheAxis) {
  RunResult r = good(randomInput({1, 8, channels}), {"lif1.lif:spikes"});
  EXPECT_EQ(r.arrays.begin()->second.shape,
            (std::vector<uint64_t>{1, 8, channels}));
}

TEST_F(SessionTest, ShapedChannelsAndUnnamedArray) {
  NdArray input = randomInput({8, 1, channels}); // the input's shape is 1 x 37
  auto r = BundleSession(bundle, device).run({{"", input}}, all);
  ASSERT_TRUE(r) << toText(r.error());
  EXPECT_EQ(r->arrays.at("lif1.lif:spikes").bytes, input.bytes);
  EXPECT_EQ(r->arrays.at("lif1.lif:spikes").shape.size(), 2u);
}

TEST_F(SessionTest, SecondRunResets) {
  NdArray input = randomInput({8, channels});
  BundleSession session(bundle, device);
  auto first = session.run({{"in", input}}, all);
  auto second = session.run({{"in", input}}, all);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->arrays, second->arrays);
  EXPECT_EQ(device.loads, 1u);
}

TEST_F(SessionTest, TicksOption) {
  NdArray input = randomInput({8, channels});
  RunOptions options;
  options.ticks = 12;
  RunResult longer = good(input, {"lif1.lif:spikes"}, options);
  const NdArray &s = longer.arrays.begin()->second;
  ASSERT_EQ(s.shape[0], 12u);
  EXPECT_EQ(std::memcmp(s.bytes.data(), input.bytes.data(), input.bytes.size()),
            0);
  EXPECT_EQ(countSpikes(s), countSpikes(input));
  options.ticks = 3;
  RunResult shorter = good(input, {"lif1.lif:spikes"}, options);
  EXPECT_EQ(std::memcmp(shorter.arrays.begin()->second.bytes.data(),
                        input.bytes.data(), 3 * channels),
            0);
  options.ticks = 0;
  EXPECT_EQ(bad(input, {}, options).code, "SNN0428");
  options.ticks = UINT64_MAX;
  EXPECT_EQ(bad(input, {}, options).code, "SNN0426");
}

TEST_F(SessionTest, ProgressAndInterruption) {
  std::vector<uint64_t> seen;
  RunOptions options;
  options.progress = [&](uint64_t done, uint64_t total) {
    EXPECT_EQ(total, 2u * 7);
    seen.push_back(done);
    return done < 9;
  };
  Diagnostic d = bad(randomInput({2, 5, channels}), all, options);
  EXPECT_EQ(d.code, "SNN0427");
  ASSERT_EQ(seen.size(), 9u);
  for (uint64_t i = 0; i < seen.size(); ++i)
    EXPECT_EQ(seen[i], i + 1);
}

TEST_F(SessionTest, ResultLimit) {
  RunOptions options;
  options.maxResultBytes = 5 * channels + 5 * channels * 4 - 1;
  // What fits is named as it is asked for.
  Diagnostic d = bad(randomInput({5, channels}),
                     {"lif1.lif:spikes", "out:put:v"}, options);
  EXPECT_EQ(d.code, "SNN0426");
  EXPECT_EQ(d.spot.node, "out:put:v");
  EXPECT_EQ(d.hints[0], "record the spikes alone: --record lif1.lif:spikes");
  // Nothing is made of the first before the second is looked at: the time of
  // a refusal does not grow with what it refuses.
  options.ticks = uint64_t(1) << 39;
  options.maxResultBytes = (uint64_t(1) << 39) * channels;
  d = bad(randomInput({5, channels}), {"lif1.lif:spikes", "out:put:v"},
          options);
  EXPECT_EQ(d.code, "SNN0426");
  options.ticks = {};
  options.maxResultBytes = 5 * channels + 5 * channels * 4 - 1;
  ++options.maxResultBytes;
  EXPECT_TRUE(run(randomInput({5, channels}), {"lif1.lif:spikes", "out:put:v"},
                  options));
}

TEST_F(SessionTest, RequestsTwiceAreRecordedOnce) {
  RunResult r = good(randomInput({5, channels}),
                     {"out:put:v", "lif1.lif:v", "out:put:v"});
  EXPECT_EQ(r.arrays.size(), 2u);
}

TEST_F(SessionTest, RequestErrors) {
  auto code = [&](const std::string &text) {
    return bad(randomInput({5, channels}), {text});
  };
  EXPECT_EQ(code("lif1.lif").code, "SNN0420");
  EXPECT_EQ(code(":v").code, "SNN0420");
  EXPECT_EQ(code("lif1.lif:").code, "SNN0420");
  Diagnostic population = code("lif1.lfi:spikes");
  EXPECT_EQ(population.code, "SNN0421");
  EXPECT_THAT(population.hints[0], HasSubstr("did you mean 'lif1.lif'"));
  EXPECT_THAT(population.hints[1], HasSubstr("out:put"));
  Diagnostic variable = code("lif1.lif:spike");
  EXPECT_EQ(variable.code, "SNN0422");
  EXPECT_THAT(variable.hints[0], HasSubstr("did you mean 'spikes'"));
  EXPECT_THAT(variable.hints[1], HasSubstr("spikes, v, i"));
  Diagnostic readout = code("out:put:spikes");
  EXPECT_EQ(readout.code, "SNN0422");
  EXPECT_THAT(readout.notes[0], HasSubstr("never spikes"));
  Diagnostic input = code("in:spikes");
  EXPECT_EQ(input.code, "SNN0421");
  EXPECT_THAT(input.message, HasSubstr("input"));
}

TEST_F(SessionTest, InputErrors) {
  auto run = [&](const ArrayMap &inputs) {
    auto r = BundleSession(bundle, device).run(inputs, all);
    EXPECT_FALSE(r);
    return r.takeError();
  };
  NdArray fine = randomInput({5, channels});
  EXPECT_EQ(run({}).code, "SNN0410");
  Diagnostic name = run({{"im", fine}});
  EXPECT_EQ(name.code, "SNN0410");
  EXPECT_THAT(name.hints[0], HasSubstr("did you mean 'in'"));
  Diagnostic shape = run({{"in", randomInput({5, 12})}});
  EXPECT_EQ(shape.code, "SNN0411");
  EXPECT_THAT(shape.message, HasSubstr("5 x 12"));
  EXPECT_THAT(shape.message, HasSubstr("ticks x 37"));
  EXPECT_EQ(run({{"in", randomInput({channels})}}).code, "SNN0411");
  EXPECT_EQ(run({{"in", randomInput({0, channels})}}).code, "SNN0411");
  EXPECT_EQ(run({{"in", randomInput({1, 1, 2, channels})}}).code, "SNN0411");
  NdArray analog = NdArray::zeros(DType::F32, {5, channels});
  analog.as<float>()[channels + 2] = 0.25f;
  Diagnostic value = run({{"in", analog}});
  EXPECT_EQ(value.code, "SNN0412");
  EXPECT_EQ(value.spot.node, "in");
  EXPECT_THAT(value.message, HasSubstr("0.25 at row 1, channel 2"));
  EXPECT_THAT(value.hints[0], HasSubstr("--encode rate"));
  // Two inputs must be of one length, and an array needs a name.
  bundle.manifest.inputs.push_back({"second", 3, {}, 0x9000, {}});
  EXPECT_EQ(run({{"in", fine}}).code, "SNN0410");
  EXPECT_EQ(run({{"", fine}}).code, "SNN0410");
  EXPECT_EQ(run({{"in", fine}, {"second", randomInput({4, 3})}}).code,
            "SNN0411");
  EXPECT_EQ(run({{"in", fine}, {"second", randomInput({1, 5, 3})}}).code,
            "SNN0411");
}

TEST_F(SessionTest, NetworkWithoutInputsNeedsTicks) {
  bundle.manifest.inputs.clear();
  BundleSession session(bundle, device);
  auto none = session.run({}, all);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "SNN0428");
  RunOptions options;
  options.ticks = 4;
  auto r = session.run({}, all, options);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->arrays.at("lif1.lif:spikes").shape[0], 4u);
}

TEST_F(SessionTest, HeaderOfAnotherBundle) {
  bundle.addEntry("images/c1", coreImage(16, hiddenKey + 20, 1, 4096));
  Diagnostic d = bad(randomInput({5, channels}), all);
  EXPECT_EQ(d.code, "SNN0425");
  EXPECT_THAT(d.message, HasSubstr("16 neurons"));
  std::string image = coreImage(17, hiddenKey + 20, 1, 4096);
  image[0] = 'X';
  bundle.addEntry("images/c1", image);
  EXPECT_EQ(bad(randomInput({5, channels}), all).code, "SNN0425");
  bundle.addEntry("images/c1", coreImage(17, hiddenKey + 20, 1, 1u << 20));
  EXPECT_EQ(bad(randomInput({5, channels}), all).code, "SNN0425");
}

TEST_F(SessionTest, CoreThatLosesARecord) {
  device.skipsOneRecord = true;
  Diagnostic d = bad(randomInput({5, channels}), all);
  EXPECT_EQ(d.code, "SNN0424");
  EXPECT_THAT(d.message, HasSubstr("expected"));
}

TEST_F(SessionTest, DeviceFaultsPassThrough) {
  device.failInTick = 3;
  EXPECT_EQ(bad(randomInput({5, channels}), all).code, "SNN0699");
}

namespace {
/// A machine that is late and loses spikes.
class PoorMachine : public FakeMachine {
public:
  Status tick(std::span<const uint32_t> keys) override {
    Status status = FakeMachine::tick(keys);
    stats.pes[1].overruns = 2;
    stats.pes[0].packetsDropped = 3;
    stats.packetsUnrouted = 5;
    stats.pes[0].cycles += 10 * (1 + bundle->manifest.cores.size());
    stats.pes[0].receiveHighWater = 9;
    const CoreEntry &core = bundle->manifest.cores[2];
    uint32_t unknown = 7;
    std::memcpy(at(core.at,
                   core.headerAddress + offsetof(SnncCoreHeader, unknown_keys),
                   4),
                &unknown, 4);
    return status;
  }
};
} // namespace

TEST_F(SessionTest, VerdictSumsOverSamples) {
  PoorMachine poor;
  auto r = BundleSession(bundle, poor)
               .run({{"in", randomInput({2, 5, channels})}}, all);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->verdict.overruns, 4u);
  EXPECT_EQ(r->verdict.droppedPackets, 6u);
  EXPECT_EQ(r->verdict.unroutedPackets, 10u);
  EXPECT_EQ(r->verdict.lostPackets(), 16u);
  EXPECT_EQ(r->verdict.unknownKeys, 14u);
  EXPECT_FALSE(r->verdict.clean());
  EXPECT_EQ(r->statistics.pes[0].cycles, 2u * 7 * 40);
  EXPECT_EQ(r->statistics.pes[0].receiveHighWater, 9u);
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

class CompareTest : public SessionTest {
protected:
  void SetUp() override {
    a = good(randomInput({2, 6, channels}), all);
    b = a;
  }
  /// Flips bits of one element of b.
  void disturb(const char *name, uint64_t sample, uint64_t tick, uint64_t n) {
    NdArray &x = b.arrays.at(name);
    size_t item = itemBytes(x.dtype);
    x.bytes[((sample * 6 + tick) * channels + n) * item] ^= std::byte(1);
  }
  Divergence first() {
    auto d = firstDivergence(bundle.manifest, a, b);
    if (!d)
      throw std::runtime_error(toText(d.error()));
    return d->value();
  }
  RunResult a, b;
};

TEST_F(CompareTest, EqualRuns) {
  auto d = firstDivergence(bundle.manifest, a, b);
  ASSERT_TRUE(d);
  EXPECT_FALSE(d->has_value());
}

TEST_F(CompareTest, Order) {
  auto is = [](const Divergence &d, uint64_t sample, uint64_t tick,
               const char *population, const char *variable, uint64_t neuron) {
    EXPECT_EQ(d.sample, sample);
    EXPECT_EQ(d.tick, tick);
    EXPECT_EQ(d.population, population);
    EXPECT_EQ(d.variable, variable);
    EXPECT_EQ(d.neuron, neuron);
    EXPECT_NE(d.a, d.b);
  };
  disturb("lif1.lif:spikes", 1, 5, 30);
  is(first(), 1, 5, "lif1.lif", "spikes", 30);
  disturb("lif1.lif:spikes", 1, 5, 3);
  is(first(), 1, 5, "lif1.lif", "spikes", 3);
  disturb("out:put:v", 1, 4, 36);
  is(first(), 1, 4, "out:put", "v", 36);
  disturb("lif1.lif:i", 1, 4, 36);
  is(first(), 1, 4, "lif1.lif", "i", 36);
  disturb("lif1.lif:v", 1, 4, 36);
  is(first(), 1, 4, "lif1.lif", "v", 36);
  disturb("out:put:v", 0, 5, 0);
  is(first(), 0, 5, "out:put", "v", 0);
  EXPECT_THAT(toText(first()), HasSubstr("tick 5, population 'out:put'"));
}

TEST_F(CompareTest, BitsCount) {
  for (RunResult *r : {&a, &b})
    r->arrays.at("out:put:v").as<float>()[0] = NAN;
  EXPECT_FALSE(firstDivergence(bundle.manifest, a, b)->has_value());
  a.arrays.at("out:put:v").as<float>()[1] = 0.0f;
  b.arrays.at("out:put:v").as<float>()[1] = -0.0f;
  EXPECT_EQ(firstDivergence(bundle.manifest, a, b)->value().neuron, 1u);
}

TEST_F(CompareTest, Incomparable) {
  RunResult none;
  auto d = firstDivergence(bundle.manifest, a, none);
  ASSERT_FALSE(d);
  EXPECT_EQ(d.error().code, "SNN0430");
  b = good(randomInput({2, 7, channels}), all);
  EXPECT_FALSE(firstDivergence(bundle.manifest, a, b));
}
