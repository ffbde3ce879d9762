//===- DeviceTest.cpp - What every device has to keep ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The contract of runtime/Device.h, on every device of every target that the
// tool has, and of one that it has never seen: how a run is cut into spans, and
// when inputs are given, changes nothing.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/YamlImport.h"
#include "compiler/Reference/RunReference.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/host/Session.h"
#include "tests/targets/SpecTarget.h"
#include "tools/snnc/Compile.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace snnc;
using namespace snnc::runtime;

namespace {

/// Two layers with delays, one that spikes and one that does not, and a state
/// that leaves float32 where its neuron is pushed.
constexpr const char *kNetwork = R"(network: {name: contract, dt: 1.0, seed: 5}
models:
  runaway:
    states: {x: 0.0}
    params: {factor: 1.0e10}
    equations: [x = (x + input) * factor]
inputs:
  in: {size: 37}
  push: {size: 2}
populations:
  hidden: {size: 45, model: lif, params: {tau: 6.0, threshold: 1.0}}
  out: {size: 9, model: li, params: {tau: 4.0}}
  wild: {size: 3, model: runaway}
projections:
  - {from: in, to: hidden, connector: {fixed_probability: 0.4},
     weight: {dist: uniform, low: 0.1, high: 1.0},
     delay: {dist: uniform_int, low: 1, high: 9}}
  - {from: hidden, to: out, connector: all_to_all,
     weight: {dist: uniform, low: -1.0, high: 1.0}, delay: 3}
  - {from: push, to: wild, connector: all_to_all, weight: 1.0}
)";
constexpr uint64_t kTicks = 40;
constexpr uint32_t kChannels = 37;

/// The tool's targets and one more.
target::Registry allTargets() {
  CompileOptions options;
  options.input = "contract.yaml";
  options.tickSeconds = 0.01;
  options.maxNeurons = 20;
  target::Registry targets = targetsFor(options, /*threads=*/2);
  targets.add(tests::createSpecTarget());
  return targets;
}

/// A network, made once, on every device.
class Networks {
public:
  Networks() : context(createContext()) {
    MessageBridge bridge(context.get(), sink);
    module =
        yaml::importYamlText(kNetwork, "contract.yaml", context.get(), sink);
    if (!module || failed(normalizeNetwork(*module, 1.0, Dynamics(),
                                           NetworkOptions(), true)))
      return;
    auto made = reference::Interpreter::create(networkOf(*module),
                                               reference::Precision::Quantized);
    if (succeeded(made))
      interpreter = std::move(*made);
  }

  std::unique_ptr<Device> open(const std::string &name) {
    if (name == "reference")
      return reference::openReference(*interpreter);
    target::Target &target = *targets.findDevice(name);
    auto &artifact = artifacts[target.name()];
    if (!artifact) {
      MessageBridge bridge(context.get(), sink);
      OwningOpRef<ModuleOp> copy = module->clone();
      artifact = target.build(*copy, target::Precision::Quantized, sink);
    }
    auto device = artifact ? target.open(artifact, name)
                           : makeError("SNN0901", {}, "nothing was built");
    return device ? std::move(*device) : nullptr;
  }

  DiagnosticSink sink;
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  std::unique_ptr<reference::Interpreter> interpreter;
  target::Registry targets = allTargets();
  std::map<std::string, std::shared_ptr<const target::Artifact>> artifacts;
};

class DeviceContract : public ::testing::TestWithParam<std::string> {
protected:
  static void SetUpTestSuite() { networks = new Networks(); }
  static void TearDownTestSuite() {
    delete networks;
    networks = nullptr;
  }
  void SetUp() override {
    if (networks->interpreter)
      device = networks->open(GetParam());
    ASSERT_TRUE(device) << (networks->sink.all().empty()
                                ? ""
                                : toText(networks->sink.all().back()));
    requests = everyRequest(device->manifest());
    // Between spikes of tick 0, of the last tick and of all borders.
    for (uint64_t tick = 0; tick < kTicks; ++tick)
      for (uint32_t c = 0; c < kChannels; ++c)
        if ((tick * 31 + c * 7) % 5 == 0 && tick % 11 != 3)
          spikes.push_back({tick, 0, c, uint16_t(1 + (tick + c) % 2)});
  }

  std::span<const InputSpike> between(uint64_t first, uint64_t end) const {
    auto at = [&](uint64_t tick) {
      return std::ranges::lower_bound(spikes, tick, {}, &InputSpike::tick);
    };
    return {at(first), at(end)};
  }

  Status begin() { return device->begin({requests, kTicks, kTicks, 0}); }

  /// The ticks from `first` on in spans; `ahead`: all inputs are there.
  Recordings go(uint64_t span, bool ahead = false, uint64_t first = 0) {
    Recordings all;
    all.first = first;
    all.records.resize(requests.size());
    for (uint64_t tick = first; tick < kTicks; tick += span) {
      uint64_t ticks = std::min(span, kTicks - tick);
      EXPECT_TRUE(ahead || device->inject(between(tick, tick + ticks)));
      auto ran = device->run(ticks);
      EXPECT_TRUE(ran) << toText(ran.error());
      EXPECT_TRUE(!ran || *ran == ticks);
      add(all);
    }
    return all;
  }

  /// What is fetched, behind `all`.
  void add(Recordings &all) {
    auto fetched = device->fetch();
    ASSERT_TRUE(fetched);
    ASSERT_EQ(fetched->first, all.first + all.ticks);
    for (size_t r = 0; r < requests.size(); ++r) {
      Recording &to = all.records[r];
      const Recording &from = fetched->records[r];
      for (RecordedSpike spike : from.spikes) {
        EXPECT_LT(spike.tick, fetched->ticks);
        to.spikes.push_back({uint32_t(all.ticks) + spike.tick, spike.neuron});
      }
      to.values.insert(to.values.end(), from.values.begin(), from.values.end());
    }
    all.ticks += fetched->ticks;
  }

  static inline Networks *networks = nullptr;
  std::unique_ptr<Device> device;
  std::vector<RecordRequest> requests;
  std::vector<InputSpike> spikes;
};

} // namespace

TEST_P(DeviceContract, SpansChangeNothing) {
  ASSERT_TRUE(begin());
  Recordings whole = go(kTicks);
  ASSERT_EQ(whole.ticks, kTicks);
  size_t seen = 0;
  for (size_t r = 0; r < requests.size(); ++r) {
    const Recording &record = whole.records[r];
    seen += record.spikes.size();
    EXPECT_TRUE(std::ranges::is_sorted(record.spikes));
    uint64_t neurons =
        device->manifest().populations[requests[r].populationIndex].neurons;
    EXPECT_EQ(record.values.size(),
              requests[r].variableIndex ? kTicks * neurons : 0u);
  }
  EXPECT_GT(seen, 50u);
  for (uint64_t span : {1, 7})
    for (bool ahead : {false, true}) {
      ASSERT_TRUE(begin());
      ASSERT_TRUE(!ahead || device->inject(spikes));
      EXPECT_EQ(go(span, ahead), whole) << span << ahead;
    }
}

TEST_P(DeviceContract, TheReferencesBits) {
  auto reference = networks->open("reference");
  NdArray in = NdArray::zeros(DType::U16, {kTicks, kChannels});
  for (const InputSpike &spike : spikes)
    in.as<uint16_t>()[spike.tick * kChannels + spike.channel] = spike.count;
  ArrayMap inputs{{"in", in}, {"push", NdArray::zeros(DType::U8, {kTicks, 2})}};
  auto wanted = Session(*reference).run(inputs, requests);
  ASSERT_TRUE(wanted);
  for (uint64_t spanBytes : {uint64_t(1), uint64_t(20000), uint64_t(1) << 30}) {
    runtime::RunOptions options;
    options.spanBytes = spanBytes;
    auto got = Session(*device).run(inputs, requests, options);
    ASSERT_TRUE(got) << toText(got.error());
    EXPECT_EQ(got->arrays, wanted->arrays) << spanBytes;
    EXPECT_EQ(got->spikeTotals, wanted->spikeTotals);
    EXPECT_TRUE(got->verdict.clean());
    EXPECT_EQ(got->statistics.ticks, got->chipTicks);
  }
}

TEST_P(DeviceContract, InterruptedRunsGoOn) {
  ASSERT_TRUE(begin());
  Recordings whole = go(kTicks);
  ASSERT_TRUE(begin());
  ASSERT_TRUE(device->inject(spikes));
  uint64_t last = 0;
  auto ran = device->run(kTicks, [&](uint64_t done) {
    EXPECT_GT(done, last);
    last = done;
    return done < 5;
  });
  ASSERT_TRUE(ran);
  EXPECT_EQ(*ran, last);
  EXPECT_GE(*ran, 5u);
  EXPECT_LT(*ran, kTicks);
  Recordings all;
  all.records.resize(requests.size());
  add(all);
  EXPECT_EQ(all.ticks, *ran);
  ASSERT_TRUE(device->run(kTicks - *ran));
  add(all);
  EXPECT_EQ(all, whole);
  runtime::RunOptions options;
  options.ticks = 30;
  options.progress = [](uint64_t, uint64_t) { return false; };
  auto stopped =
      Session(*device).run({{"in", NdArray::zeros(DType::U8, {4, kChannels})},
                            {"push", NdArray::zeros(DType::U8, {4, 2})}},
                           requests, options);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, "SNN0427");
}

TEST_P(DeviceContract, RefusesSpikesThatItCannotTake) {
  ASSERT_TRUE(begin());
  ASSERT_TRUE(device->run(3));
  auto refused = [&](std::vector<InputSpike> wrong) {
    Status status = device->inject(wrong);
    return status ? std::string() : std::string(status.error().code.name());
  };
  EXPECT_EQ(refused({{2, 0, 0, 1}}), "SNN0620");               // over
  EXPECT_EQ(refused({{5, 0, 0, 1}, {4, 0, 0, 1}}), "SNN0620"); // not in order
  EXPECT_EQ(refused({{5, 0, kChannels, 1}}), "SNN0620");
  EXPECT_EQ(refused({{5, 2, 0, 1}}), "SNN0620");
  EXPECT_EQ(refused({{7, 0, 0, 1}}), "");
  EXPECT_EQ(refused({{6, 0, 0, 1}}), "SNN0620"); // before one that was given
  // What was refused left nothing behind.
  EXPECT_TRUE(device->run(kTicks - 3));
}

TEST_P(DeviceContract, StatesThatAreNoNumbersEndTheRun) {
  std::string first;
  for (uint64_t span : {1, 7, 40}) {
    ASSERT_TRUE(begin());
    ASSERT_TRUE(device->inject(std::vector<InputSpike>{{6, 1, 1, 1}}));
    std::string message;
    for (uint64_t tick = 0; tick < kTicks && message.empty(); tick += span)
      if (auto ran = device->run(std::min(span, kTicks - tick)); !ran) {
        EXPECT_EQ(ran.error().code, "SNN0910");
        message = ran.error().message;
      }
    EXPECT_NE(message.find("tick 10 the state 'x' of neuron 0 becomes inf"),
              std::string::npos)
        << message;
  }
}

TEST_P(DeviceContract, MemoryIsReachedByGlobalAddress) {
  ASSERT_TRUE(begin());
  Capabilities can = device->capabilities();
  EXPECT_GE(can.threads, 1u);
  EXPECT_GE(can.batchTicks, 1u);
  EXPECT_TRUE(can.isLockStep && can.injectsSpikes && can.recordsSpikes &&
              can.recordsStates);
  uint32_t word = 0;
  auto bytes = std::as_writable_bytes(std::span(&word, 1));
  EXPECT_EQ(can.hasMemory, !device->manifest().cores.empty());
  if (!can.hasMemory) {
    EXPECT_EQ(device->read({}, 0, bytes).error().code, "SNN0621");
    EXPECT_EQ(device->write({}, 0, bytes).error().code, "SNN0621");
    return;
  }
  for (const CoreEntry &core : device->manifest().cores) {
    ASSERT_TRUE(device->read(core.at, core.headerAddress, bytes));
    EXPECT_EQ(word, SNNC_ABI_MAGIC);
  }
  const CoreEntry &core = device->manifest().cores.back();
  target::Target &target = *networks->targets.findDevice(GetParam());
  uint32_t end =
      networks->artifacts[target.name()]->bundle()->machine.sram.bytes;
  word = 0x12345678;
  ASSERT_TRUE(device->write(core.at, end - 8, bytes));
  word = 0;
  ASSERT_TRUE(device->read(core.at, end - 8, bytes));
  EXPECT_EQ(word, 0x12345678u);
  EXPECT_FALSE(device->read(core.at, end - 3, bytes));
  Status beyond = device->read(core.at, UINT32_MAX, bytes);
  ASSERT_FALSE(beyond);
  if (GetParam() == "native")
    EXPECT_EQ(beyond.error().code, "SNN0653");
  // The same PE of the next chip is another core.
  EXPECT_FALSE(device->read({{1, 0}, core.at.pe}, core.headerAddress, bytes));
}

static std::vector<std::string> deviceNames() {
  std::vector<std::string> names = {"reference"};
  for (const target::DeviceInfo &device : allTargets().devices())
    names.push_back(device.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, DeviceContract,
                         ::testing::ValuesIn(deviceNames()),
                         [](const auto &info) { return info.param; });
