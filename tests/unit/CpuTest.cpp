//===- CpuTest.cpp - The CPU engine against the reference -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/cpu/CpuTarget.h"
#include "backends/cpu/Kernels.h"
#include "backends/cpu/Regions.h"
#include "backends/cpu/Synapses.h"
#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/DrawnRows.h"
#include "tests/unit/ReferenceFixtures.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace snnc;
using namespace snnc::reference;
using namespace snnc::runtime;

namespace {

class Cpu : public ::testing::Test, public TestNetwork {
protected:
  Expected<RunResult> runCpu(const ArrayMap &inputs, const RunOptions &options,
                             target::Precision precision,
                             const cpu::Tuning &tuning = {}) {
    auto target = cpu::createTarget(tuning);
    auto artifact = target->build(*module, precision, sink);
    if (!artifact)
      return makeError("SNN0000", {}, messages);
    auto device = target->open(artifact, "cpu");
    return Session(**device).run(inputs, everyRequest(artifact->manifest()),
                                 options);
  }

  /// The reference's error on any number of threads.
  void failAlike(const NdArray &input, std::initializer_list<unsigned> counts) {
    auto interpreter = interpret(Precision::Quantized);
    auto wanted = runReference(*interpreter, {{"", input}}, {}, {});
    for (unsigned threads : counts) {
      cpu::Tuning tuning;
      tuning.threads = threads;
      auto got =
          runCpu({{"", input}}, {}, target::Precision::Quantized, tuning);
      ASSERT_TRUE(!wanted && !got);
      EXPECT_EQ(toText(got.error()), toText(wanted.error()));
    }
  }

  /// Both on the same input; every array has the same bytes.
  void agree(const NdArray &input, bool floats = false) {
    RunOptions options;
    auto interpreter =
        interpret(floats ? Precision::Float : Precision::Quantized);
    ASSERT_TRUE(interpreter) << messages;
    auto wanted = runReference(*interpreter, {{"", input}}, {}, options);
    auto got = runCpu({{"", input}}, options,
                      floats ? target::Precision::Float
                             : target::Precision::Quantized);
    ASSERT_TRUE(wanted && got) << messages;
    ASSERT_EQ(wanted->arrays.size(), got->arrays.size());
    for (const auto &[name, array] : wanted->arrays)
      EXPECT_EQ(array.bytes, got->arrays.at(name).bytes) << name;
    EXPECT_EQ(wanted->spikeTotals, got->spikeTotals);
    spikes = 0;
    for (const auto &[name, total] : got->spikeTotals)
      spikes += total;
  }

  DiagnosticSink sink;
  uint64_t spikes = 0;
};

NdArray counts(uint64_t ticks, uint64_t channels, unsigned every = 1,
               unsigned most = 2) {
  std::vector<uint16_t> values(ticks * channels);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = i * 2654435761u / 97 % (every * most) < most
                    ? uint16_t(1 + i % most)
                    : 0;
  return NdArray::of<uint16_t>({ticks, channels}, values);
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

/// Every rule of S3.2 on every pair of numbers that has ever been a corner.
TEST_F(Cpu, OperationsHaveTheReferencesBits) {
  ASSERT_TRUE(parse(R"(
    snn.neuron @all receptors ["x"] states ["add", "sub", "mul", "div", "neg",
        "max", "min", "maxn", "minn", "sqrt", "int", "shift", "pick", "bit",
        "sign"] params ["y"] {
    ^bb0(%x: f32, %s0: f32, %s1: f32, %s2: f32, %s3: f32, %s4: f32, %s5: f32,
         %s6: f32, %s7: f32, %s8: f32, %s9: f32, %s10: f32, %s11: f32,
         %s12: f32, %s13: f32, %s14: f32, %y: f32):
      %add = arith.addf %x, %y : f32
      %sub = arith.subf %x, %y : f32
      %mul = arith.mulf %x, %y : f32
      %div = arith.divf %x, %y : f32
      %neg = arith.negf %x : f32
      %max = arith.maximumf %x, %y : f32
      %min = arith.minimumf %x, %y : f32
      %maxn = arith.maxnumf %x, %y : f32
      %minn = arith.minnumf %x, %y : f32
      %sqrt = math.sqrt %x : f32
      %int = arith.fptosi %x : f32 to i32
      %back = arith.sitofp %int : i32 to f32
      %bits = arith.bitcast %x : f32 to i32
      %three = arith.constant 3 : i32
      %low = arith.andi %bits, %three : i32
      %more = arith.addi %bits, %low : i32
      %up = arith.shli %more, %three : i32
      %down = arith.shrsi %up, %three : i32
      %less = arith.subi %down, %three : i32
      %shift = arith.bitcast %less : i32 to f32
      %ogt = arith.cmpf ogt, %x, %y : f32
      %ult = arith.cmpf ult, %x, %y : f32
      %one = arith.cmpf one, %x, %y : f32
      %ueq = arith.cmpf ueq, %x, %y : f32
      %a = arith.andi %ogt, %one : i1
      %o = arith.ori %ult, %ueq : i1
      %xor = arith.xori %a, %o : i1
      %pick = arith.select %xor, %x, %y : f32
      %bit = arith.uitofp %ult : i1 to f32
      %sign = arith.sitofp %ogt : i1 to f32
      snn.yield spike %o states %add, %sub, %mul, %div, %neg, %max, %min, %maxn,
        %minn, %sqrt, %back, %shift, %pick, %bit, %sign : f32, f32, f32, f32,
        f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32
    })"))
      << messages;
  auto model = *module->getOps<snn::NeuronOp>().begin();
  auto regions =
      cpu::Regions::create(model, std::make_shared<target::NativeCode>(), sink);
  ASSERT_TRUE(mlir::succeeded(regions)) << messages;
  auto evaluator = RegionEvaluator::create(model);
  using Limits = std::numeric_limits<float>;
  std::vector<float> corners = {0.0f,
                                -0.0f,
                                1.0f,
                                -1.0f,
                                0.1f,
                                3.5e8f,
                                -3.5e8f,
                                2147483520.0f,
                                2147483648.0f,
                                -2147483648.0f,
                                4e9f,
                                -4e9f,
                                Limits::denorm_min(),
                                -Limits::denorm_min(),
                                Limits::min(),
                                Limits::max(),
                                -Limits::max(),
                                Limits::infinity(),
                                -Limits::infinity(),
                                Limits::quiet_NaN(),
                                1.5e-41f,
                                16777217.0f,
                                -7.75f};
  std::vector<float> x, y;
  for (float a : corners)
    for (float b : corners) {
      x.push_back(a);
      y.push_back(b);
    }
  size_t n = x.size(), states = model.numStates();
  std::vector<std::vector<float>> mine(states, std::vector<float>(n)),
      theirs = mine;
  std::vector<uint8_t> mySpikes(n), theirSpikes(n);
  std::vector<void *> arrays{x.data()};
  std::vector<float *> wanted;
  for (size_t k = 0; k < states; ++k) {
    arrays.push_back(mine[k].data());
    wanted.push_back(theirs[k].data());
  }
  arrays.push_back(y.data());
  arrays.push_back(mySpikes.data());
  cpu::callUpdate((*regions)->function(0), n, arrays.data());
  const float *sums[] = {x.data()}, *params[] = {y.data()};
  evaluator->run(n, sums, wanted, params, theirSpikes.data());
  EXPECT_EQ(mySpikes, theirSpikes);
  for (size_t k = 0; k < states; ++k)
    for (size_t i = 0; i < n; ++i)
      if (!(std::isnan(mine[k][i]) && std::isnan(theirs[k][i]))) // S3.3
        EXPECT_EQ(std::bit_cast<uint32_t>(mine[k][i]),
                  std::bit_cast<uint32_t>(theirs[k][i]))
            << model.stateName(unsigned(k)).str() << " of " << x[i] << ", "
            << y[i];
}

TEST_F(Cpu, AnOperationWithoutARuleIsRefused) {
  ASSERT_TRUE(parse(R"(
    snn.neuron @bad receptors ["x"] states ["v"] params [] {
    ^bb0(%x: f32, %v: f32):
      %e = math.exp %x : f32
      snn.yield states %e : f32
    })"));
  auto model = *module->getOps<snn::NeuronOp>().begin();
  EXPECT_TRUE(mlir::failed(cpu::Regions::create(
      model, std::make_shared<target::NativeCode>(), sink)));
  EXPECT_NE(messages.find("SNN0702"), std::string::npos) << messages;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

const char *const kHeader = R"(
  snn.neuron @acc receptors ["a", "b"] states ["v", "w"] params ["limit"] {
  ^bb0(%a: f32, %b: f32, %v: f32, %w: f32, %limit: f32):
    %v1 = arith.addf %v, %a : f32
    %w1 = arith.subf %w, %b : f32
    %s = arith.cmpf ogt, %v1, %limit : f32
    %zero = arith.constant 0.0 : f32
    %v2 = arith.select %s, %zero, %v1 : f32
    snn.yield spike %s states %v2, %w1 : f32, f32
  }
)";

/// A drawn rule; `connector` such as "fixed_indegree, amount = 3.0 : f64".
std::string drawn(const std::string &connector, const std::string &weight,
                  const std::string &delay, int multapses, int stream) {
  return "#snn.procedural<" + connector + ", weight = <" + weight +
         ">, delay = <" + delay +
         ">, autapses = 1, multapses = " + std::to_string(multapses) +
         ", seed = 3, stream = " + std::to_string(stream) + ">";
}

const char *const kNormal = "normal, [0.0, 0.4, -1.0, 1.0]";
const char *const kOne = "constant, [0.5]";
const char *const kDelays = "uniform_int, [0.0, 6.0]";
const char *const kNow = "constant, [0.0]";

/// One of every connector, width and kind of delay, from `in` into `p`.
std::string everyRule(uint64_t sources, uint64_t targets) {
  struct Rule {
    const char *connector, *weight, *delay;
    int multapses, bits;
  };
  const Rule rules[] = {
      {"fixed_indegree, amount = 3.0 : f64", kNormal, kDelays, 1, 8},
      {"fixed_indegree, amount = 2.0 : f64", kOne, kNow, 0, 8},
      {"fixed_outdegree, amount = 300.0 : f64", kNormal, kDelays, 1, 16},
      {"fixed_outdegree, amount = 90.0 : f64", kOne, kDelays, 0, 8},
      {"fixed_probability, amount = 0.01 : f64", kNormal, kNow, 0, 16},
      {"all_to_all, amount = 1.0 : f64", kNormal, kDelays, 0, 8}};
  std::string text;
  int stream = 0;
  for (const Rule &r : rules)
    text += "snn.projection \"w" + std::to_string(stream) +
            "\" %in to %p weights " +
            drawn(r.connector, r.weight, r.delay, r.multapses, stream) +
            " delay(" + std::to_string(1 + stream % 3) + ") quant <" +
            std::to_string(r.bits) + ", nearest, " +
            (r.bits == 8 ? "100.0" : "1000.0") +
            "> {receptor = " + std::to_string(stream % 2) +
            " : i64} : tensor<" + std::to_string(sources) + "xf32>, tensor<" +
            std::to_string(targets) + "xi1>\n",
        ++stream;
  return text;
}

/// An input of 40 channels and a population, whose first partition is full.
std::string network(uint64_t targets, const std::string &more) {
  std::string size = std::to_string(targets);
  return std::string(kHeader) +
         "snn.network @n dt 1.0 {\n%in = snn.input \"in\" : tensor<40xf32>\n"
         "%p = snn.population \"p\" model @acc params {limit = 90.0} latency 0 "
         "start 2 : tensor<" +
         size + "xi1>\n" + more + "}\n";
}

/// Every row of every block is the row of the view, in its order by delay.
void expectRowsOf(snn::ProjectionOp op) {
  auto view = snn::IntConnectivity::create(op);
  auto blocks = cpu::buildRows(op, target::Precision::Quantized);
  ASSERT_TRUE(view && mlir::succeeded(blocks));
  std::vector<snn::IntSynapse> row;
  uint64_t total = 0;
  for (uint32_t s = 0; s < view->numSources(); ++s) {
    view->row(s, row);
    std::stable_sort(row.begin(), row.end(), [](const auto &a, const auto &b) {
      return std::pair(a.target / cpu::kPartitionNeurons, a.delay) <
             std::pair(b.target / cpu::kPartitionNeurons, b.delay);
    });
    size_t at = 0;
    for (const cpu::RowBlock &block : *blocks) {
      for (uint32_t g = block.segmentBegin[s]; g < block.segmentBegin[s + 1];
           ++g)
        for (uint64_t i = block.segments[g].begin;
             i < block.segments[g + 1].begin; ++i, ++at) {
          ASSERT_LT(at, row.size());
          EXPECT_EQ(block.partition * cpu::kPartitionNeurons + block.targets[i],
                    row[at].target);
          EXPECT_EQ(block.segments[g].delay, row[at].delay);
          EXPECT_EQ(block.weightAt(i), row[at].weight);
        }
    }
    EXPECT_EQ(at, row.size());
    total += at;
  }
  EXPECT_GT(total, 0u);
}

TEST_F(Cpu, RowsAreThoseOfTheView) {
  ASSERT_TRUE(parse(::network(66000, everyRule(40, 66000)))) << messages;
  // Without tables every connector is drawn each time, in its own order.
  context.getOrLoadDialect<snn::SNNDialect>()->drawnRows().setBudget(0);
  for (auto op : network().getOps<snn::ProjectionOp>()) {
    SCOPED_TRACE(op.getName().str());
    expectRowsOf(op);
  }
}

TEST_F(Cpu, RowsTakeTheNarrowestNumbers) {
  ASSERT_TRUE(parse(::network(500, everyRule(40, 500)))) << messages;
  std::vector<double> each; // bytes a synapse, without what a source takes
  for (auto op : network().getOps<snn::ProjectionOp>()) {
    auto blocks = cpu::buildRows(op, target::Precision::Quantized);
    ASSERT_TRUE(mlir::succeeded(blocks));
    ASSERT_EQ(blocks->size(), 1u);
    const cpu::RowBlock &block = blocks->front();
    double synapses = double(block.targets.size());
    each.push_back(
        (double(block.bytes()) - 41 * 4 - 8 * double(block.segments.size())) /
        synapses);
  }
  EXPECT_EQ(each, (std::vector<double>{3, 2, 4, 2, 4, 3}));
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

TEST_F(Cpu, TwoPartitionsAndEveryConnector) {
  ASSERT_TRUE(parse(::network(66000, everyRule(40, 66000)))) << messages;
  agree(counts(14, 40, 3));
  EXPECT_GT(spikes, 1000u);
}

TEST_F(Cpu, FloatsInTheOrderOfArrival) {
  ASSERT_TRUE(parse(::network(300, everyRule(40, 300)))) << messages;
  agree(counts(60, 40, 2), /*floats=*/true);
}

TEST_F(Cpu, RecurrentFromEveryPopulation) {
  std::string more =
      everyRule(40, 200) + "snn.projection \"r\" %p to %p weights " +
      drawn("fixed_probability, amount = 0.2 : f64", kNormal, kDelays, 0, 9) +
      " delay(2) quant <8, nearest, 100.0> : tensor<200xi1>, "
      "tensor<200xi1>\n";
  ASSERT_TRUE(parse(::network(200, more))) << messages;
  agree(counts(80, 40, 4));
  EXPECT_GT(spikes, 100u);
  agree(counts(80, 40, 4), /*floats=*/true);
}

/// Two weights of opposite sign: what one tick adds passes 32 bits only where
/// the counts are unequal.
std::string opposed() {
  return ::network(1, R"(
    snn.projection "plus" %in to %p weights #snn.dense<dense<1.0> :
      tensor<1x40xf32>> delay(1) quant <16, nearest, 32767.0>
      : tensor<40xf32>, tensor<1xi1>
    snn.projection "minus" %in to %p weights #snn.dense<dense<-1.0> :
      tensor<1x40xf32>> delay(1) quant <16, nearest, 32767.0>
      : tensor<40xf32>, tensor<1xi1>
  )");
}

TEST_F(Cpu, PartialSumsMayPassThirtyTwoBits) {
  ASSERT_TRUE(parse(opposed())) << messages;
  std::vector<uint16_t> all(3 * 40, 65535);
  agree(NdArray::of<uint16_t>({3, 40}, all));
}

TEST_F(Cpu, ASumOutsideThirtyTwoBitsIsRefusedAlike) {
  std::string text = opposed();
  text.erase(text.find("snn.projection \"minus\""));
  ASSERT_TRUE(parse(text + "}\n")) << messages;
  std::vector<uint16_t> all(3 * 40, 65535);
  NdArray input = NdArray::of<uint16_t>({3, 40}, all);
  auto interpreter = interpret(Precision::Quantized);
  auto wanted = runReference(*interpreter, {{"", input}}, {}, {});
  auto got = runCpu({{"", input}}, {}, target::Precision::Quantized);
  ASSERT_TRUE(!wanted && !got);
  EXPECT_EQ(toText(got.error()), toText(wanted.error()));
  EXPECT_EQ(got.error().code, "SNN0701");
}

TEST_F(Cpu, SamplesStartFromTheSameState) {
  ASSERT_TRUE(parse(::network(100, everyRule(40, 100)))) << messages;
  NdArray one = counts(20, 40, 2);
  NdArray input = NdArray::zeros(one.dtype, {2, 20, 40});
  std::memcpy(input.bytes.data(), one.bytes.data(), one.bytes.size());
  std::memcpy(input.bytes.data() + one.bytes.size(), one.bytes.data(),
              one.bytes.size());
  auto got = runCpu({{"", input}}, {}, target::Precision::Quantized);
  ASSERT_TRUE(got) << messages;
  for (const auto &[name, array] : got->arrays) {
    size_t half = array.bytes.size() / 2;
    EXPECT_EQ(std::memcmp(array.bytes.data(), array.bytes.data() + half, half),
              0)
        << name;
  }
  agree(input);
}

/// A block of every shape, with several spikes of a source a tick.
std::string everyEncoding() {
  std::string more = everyRule(40, 300);
  const char *rules[] = {"fixed_indegree, amount = 100.0 : f64",
                         "fixed_probability, amount = 0.4 : f64",
                         "one_to_one, amount = 1.0 : f64"};
  int stream = 20;
  for (const char *rule : rules)
    for (const char *weight : {kOne, kNormal}) {
      more += "snn.projection \"r" + std::to_string(stream) +
              "\" %p to %p weights " +
              drawn(rule, weight, kNow,
                    std::strstr(rule, "indegree") != nullptr, stream) +
              " delay(" + std::to_string(1 + stream % 4) +
              ") quant <8, nearest, 100.0> {receptor = " +
              std::to_string(stream % 2) +
              " : i64} : tensor<300xi1>, tensor<300xi1>\n";
      ++stream;
    }
  more += "snn.projection \"d\" %in2 to %p weights " +
          drawn("one_to_one, amount = 1.0 : f64", kOne, kNow, 0, 40) +
          " delay(3) quant <8, nearest, 100.0> : tensor<300xf32>, "
          "tensor<300xi1>\n";
  // Rows of several delays into two populations share blocks.
  more += "%q = snn.population \"q\" model @acc params {limit = 90.0} "
          "latency 0 start 2 : tensor<200xi1>\n";
  for (int to : {0, 1, 0}) {
    ++stream;
    more += "snn.projection \"s" + std::to_string(stream) + "\" %p to " +
            (to ? "%q" : "%p") + " weights " +
            drawn("fixed_probability, amount = 0.2 : f64",
                  "normal, [0.3, 0.4, -1.0, 1.0]", kDelays, 1, stream) +
            " delay(2) quant <8, nearest, 100.0> : tensor<300xi1>, tensor<" +
            (to ? "200" : "300") + "xi1>\n";
  }
  std::string text = ::network(300, more);
  text.insert(text.find("%p = snn.population"),
              "%in2 = snn.input \"in2\" : tensor<300xf32>\n");
  return text;
}

TEST_F(Cpu, TuningIsNotSeen) {
  ASSERT_TRUE(parse(everyEncoding())) << messages;
  ArrayMap inputs{{"in", counts(60, 40, 3)}, {"in2", counts(60, 300, 2, 9)}};
  for (bool floats : {false, true}) {
    auto interpreter =
        interpret(floats ? Precision::Float : Precision::Quantized);
    auto wanted = runReference(*interpreter, inputs, {}, {});
    ASSERT_TRUE(wanted);
    EXPECT_GT(wanted->spikeTotals["p"], 1000u);
    EXPECT_GT(wanted->spikeTotals["q"], 100u);
    using cpu::Encoding;
    for (unsigned k = 0; k < 6; ++k) {
      if (k == 3) // from here on drawn by target, a task a group
        context.getOrLoadDialect<snn::SNNDialect>()->drawnRows().setBudget(0);
      cpu::Tuning tuning;
      tuning.threads = 1 + k % 4;
      tuning.mixed = k == 4;
      if (k != 4)
        tuning.encoding = Encoding(k % 4);
      tuning.partitionNeurons = std::array<uint32_t, 3>{0, 130, 65}[k % 3];
      tuning.vectors = std::min(VectorSet((k + k / 4) % 3), widestVectors());
      auto got = runCpu(inputs, {},
                        floats ? target::Precision::Float
                               : target::Precision::Quantized,
                        tuning);
      ASSERT_TRUE(got) << messages;
      for (const auto &[name, array] : wanted->arrays)
        EXPECT_EQ(array.bytes, got->arrays.at(name).bytes) << name << k;
    }
  }
}

/// The first tick and neuron, whichever thread comes upon it.
TEST_F(Cpu, ThreadsFailAlike) {
  std::string text = ::network(300, R"(
    snn.projection "plus" %in to %p weights #snn.dense<dense<1.0> :
      tensor<300x40xf32>> delay(1) quant <16, nearest, 32767.0>
      : tensor<40xf32>, tensor<300xi1>)");
  ASSERT_TRUE(parse(text)) << messages;
  std::vector<uint16_t> all(100 * 40);
  std::fill(all.begin() + 90 * 40, all.end(), 65535);
  NdArray input = NdArray::of<uint16_t>({100, 40}, all);
  failAlike(input, {1u, 2u, 4u});
}

/// Side by side, in any order; the error is that of the first one.
TEST_F(Cpu, SamplesFailAlike) {
  ASSERT_TRUE(parse(::network(300, R"(
    snn.projection "plus" %in to %p weights #snn.dense<dense<1.0> :
      tensor<300x40xf32>> delay(1) quant <16, nearest, 32767.0>
      : tensor<40xf32>, tensor<300xi1>)")))
      << messages;
  constexpr size_t samples = 9, ticks = 50;
  std::vector<uint16_t> all(samples * ticks * 40, 1);
  // The third sample fails late, those after it early.
  for (size_t sample = 2; sample < samples; ++sample) {
    size_t tick = sample == 2 ? 45 : 1;
    std::fill_n(all.begin() + ptrdiff_t((sample * ticks + tick) * 40), 40,
                65535);
  }
  NdArray input = NdArray::of<uint16_t>({samples, ticks, 40}, all);
  failAlike(input, {1u, 2u, 5u});
}

TEST_F(Cpu, APlanKnowsItsSize) {
  ASSERT_TRUE(parse(::network(500, everyRule(40, 500)))) << messages;
  auto target = cpu::createTarget();
  auto plan = target->plan(*module, target::Precision::Quantized, sink);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->fits());
  ASSERT_EQ(plan->pieces.size(), 7u);
  EXPECT_EQ(plan->pieces[0].neurons, 500u);
  EXPECT_EQ(plan->pieces[1].synapses, 1500u);
  for (auto [piece, op] : llvm::zip(llvm::drop_begin(plan->pieces),
                                    network().getOps<snn::ProjectionOp>())) {
    auto blocks = cpu::buildRows(op, target::Precision::Quantized);
    double held = double(blocks->front().bytes());
    EXPECT_NEAR(double(piece.bytes), held, 0.25 * held) << piece.name;
  }
}

} // namespace
