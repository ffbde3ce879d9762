//===- GoldenTest.cpp - The reference against data of others --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Published recordings that nobody here wrote: SpiNNaker2's and snnTorch's
// hidden layer on a Braille letter, Norse's membrane voltage, a spiking CNN on
// an N-MNIST recording. docs/semantics.md cites these figures.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirReader.h"
#include "compiler/Import/NIRToSNN/NIRToSNN.h"
#include "runtime/io/Npy.h"
#include "tests/unit/ReferenceFixtures.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace snnc;
using namespace snnc::reference;
using namespace snnc::runtime;

namespace {

std::string dataPath(const std::string &name) {
  const char *folder = std::getenv("SNNC_SHARED_DATA");
  return std::string(folder ? folder : SNNC_DEFAULT_SHARED_DATA) + "/" + name;
}

class Golden : public ::testing::Test, public TestNetwork {
protected:
  void SetUp() override {
    if (!std::getenv("SNNC_SHARED_DATA") &&
        !std::filesystem::is_directory(SNNC_DEFAULT_SHARED_DATA))
      GTEST_SKIP() << "no test data: set SNNC_SHARED_DATA";
  }

  /// Imports a NIR file and runs passes; `dt` is set where the file implies it.
  void load(const std::string &file, double wantedDt = 0) {
    DiagnosticSink findings;
    Expected<nir::Graph> graph = nir::readNir(dataPath(file), findings);
    ASSERT_TRUE(graph) << toText(graph.error())
                       << "\nset SNNC_SHARED_DATA to the folder of test data";
    ASSERT_TRUE(nir::normalise(*graph, findings));
    nir::ImpliedDt implied = nir::inferDt(*graph);
    dt = wantedDt != 0 ? wantedDt : implied.dt.value_or(0);
    ASSERT_GT(dt, 0) << implied.rule;
    module = translateNir(*graph, &context);
    ASSERT_TRUE(module) << messages;
  }

  std::string discretize(const std::string &options = "",
                         const std::string &retime = "snn-retime") {
    std::ostringstream text;
    text.precision(17);
    text << "snn-contract-edges,snn-discretize{dt=" << dt << " " << options
         << "}," << retime;
    return text.str();
  }

  RunResult record(Precision precision, const ArrayMap &inputs,
                   const std::vector<std::string> &requests,
                   const RunOptions &options = {}) {
    auto interpreter = interpret(precision);
    if (!interpreter) {
      ADD_FAILURE() << messages;
      return {};
    }
    Expected<RunResult> result =
        runReference(*interpreter, inputs, requests, options);
    if (!result) {
      ADD_FAILURE() << toText(result.error());
      return {};
    }
    return std::move(*result);
  }

  NdArray array(const std::string &file) {
    Expected<NdArray> read = readNpy(dataPath(file));
    if (!read) {
      ADD_FAILURE() << toText(read.error())
                    << "\nset SNNC_SHARED_DATA to the folder of test data";
      return {};
    }
    return std::move(*read);
  }

  double dt = 0;
};

/// Differing elements; everything when the shapes differ.
uint64_t mismatches(const NdArray &a, const NdArray &b) {
  if (a.shape != b.shape)
    return std::max(a.size(), b.size());
  uint64_t count = 0;
  for (uint64_t i = 0; i < a.size(); ++i)
    count += a.at(i) != b.at(i);
  return count;
}

//===----------------------------------------------------------------------===//
// Braille: recurrent CubaLIF, 12-38-7
//===----------------------------------------------------------------------===//

const char *const kBraille = "nir/braille/braille_noDelay_bias_zero.nir";
const char *const kHidden = "lif1.lif:spikes";

class Braille : public Golden {
protected:
  uint64_t against(const char *raster, Precision precision, Alignment align) {
    NdArray letter = array("nir/braille/input_letter_A_256x12.npy");
    RunOptions options;
    options.align = align;
    RunResult result = record(precision, {{"", letter}}, {kHidden}, options);
    if (result.arrays.empty())
      return ~uint64_t(0);
    uint64_t different = mismatches(result.arrays[kHidden],
                                    array(std::string("nir/braille/") + raster +
                                          "_activity_noDelay_bias_zero.npy"));
    RecordProperty("mismatches", std::to_string(different));
    return different;
  }
};

TEST_F(Braille, PySpinnaker2ModeIsTheChipBitForBit) {
  load(kBraille);
  // There every neuron updates from the first tick on (semantics S5.4).
  ASSERT_TRUE(
      run(discretize("membrane-bias=true", "snn-retime{align-start=false}") +
          ",snn-quantize{mode=py-spinnaker2},snn-specialize"))
      << messages;
  EXPECT_EQ(against("s2", Precision::Quantized, Alignment::Chip), 0u);
}

TEST_F(Braille, Int8PerNeuronIsCloserToTheFloatModelThanTheChip) {
  load(kBraille);
  ASSERT_TRUE(run(discretize() + ",snn-quantize,snn-specialize")) << messages;
  EXPECT_LE(against("snntorch", Precision::Quantized, Alignment::Network), 94u);
}

TEST_F(Braille, Int16IsSnnTorchSpikeForSpike) {
  load(kBraille);
  ASSERT_TRUE(run(discretize() + ",snn-quantize{bits=16},snn-specialize"))
      << messages;
  EXPECT_EQ(against("snntorch", Precision::Quantized, Alignment::Network), 0u);
}

TEST_F(Braille, FloatIsSnnTorchSpikeForSpike) {
  load(kBraille);
  ASSERT_TRUE(run(discretize())) << messages;
  EXPECT_EQ(against("snntorch", Precision::Float, Alignment::Network), 0u);
}

TEST_F(Braille, SpecialisationChangesNoSpike) {
  load(kBraille);
  ASSERT_TRUE(run(discretize() + ",snn-quantize")) << messages;
  NdArray letter = array("nir/braille/input_letter_A_256x12.npy");
  RunResult before = record(Precision::Quantized, {{"", letter}}, {});
  ASSERT_TRUE(run("snn-specialize")) << messages;
  RunResult after = record(Precision::Quantized, {{"", letter}}, {});
  EXPECT_GT(before.arrays.size(), 3u);
  EXPECT_TRUE(before.arrays == after.arrays);
}

//===----------------------------------------------------------------------===//
// One LIF neuron, 1000 steps of 1e-4
//===----------------------------------------------------------------------===//

class Lif : public Golden {
protected:
  /// Columns input, voltage, spike.
  std::vector<std::array<double, 3>> trace(const std::string &file) {
    std::ifstream stream(dataPath(file));
    EXPECT_TRUE(stream) << "no " << dataPath(file);
    std::vector<std::array<double, 3>> rows;
    std::array<double, 3> row;
    char comma;
    while (stream >> row[0] >> comma >> row[1] >> comma >> row[2])
      rows.push_back(row);
    return rows;
  }
};

TEST_F(Lif, FloatVoltagesAreNorses) {
  load("nir/lif/lif_norse.nir", 1e-4);
  ASSERT_TRUE(run(discretize())) << messages;
  auto rows = trace("nir/lif/lif_norse.csv");
  ASSERT_EQ(rows.size(), 1000u);
  NdArray input = NdArray::zeros(DType::U8, {rows.size(), 1});
  for (size_t t = 0; t < rows.size(); ++t)
    input.as<uint8_t>()[t] = uint8_t(rows[t][0]);
  std::string name;
  for (auto population : network().getOps<snn::PopulationOp>())
    name = population.getName().str();
  RunResult result = record(Precision::Float, {{"", input}}, {});
  ASSERT_TRUE(result.arrays.count(name + ":v"));
  double worst = 0;
  unsigned spikes = 0;
  for (size_t t = 0; t < rows.size(); ++t) {
    worst = std::max(worst,
                     std::abs(result.arrays[name + ":v"].at(t) - rows[t][1]));
    double spike = result.arrays[name + ":spikes"].at(t);
    EXPECT_EQ(spike, rows[t][2]) << "step " << t;
    spikes += spike != 0;
  }
  RecordProperty("max_voltage_error", std::to_string(worst));
  EXPECT_LE(worst, 1e-7);
  EXPECT_EQ(spikes, 4u);
}

//===----------------------------------------------------------------------===//
// N-MNIST: convolutions, 4,325 events
//===----------------------------------------------------------------------===//

class Nmnist : public Golden {
protected:
  /// Five bytes an event: x, y, then polarity in the top bit of 23 bits of
  /// microseconds. Frames of 1 ms, one spike at most a pixel and frame.
  NdArray events() {
    std::ifstream stream(dataPath("nir/nmnist/sample_nmnist.bin"),
                         std::ios::binary);
    EXPECT_TRUE(stream);
    std::vector<std::array<uint8_t, 5>> all;
    std::array<uint8_t, 5> e;
    while (stream.read(reinterpret_cast<char *>(e.data()), e.size()))
      all.push_back(e);
    EXPECT_EQ(all.size(), 4325u);
    NdArray frames = NdArray::zeros(DType::U8, {312, 2 * 34 * 34});
    for (const auto &event : all) {
      uint32_t us = uint32_t(event[2] & 0x7f) << 16 | event[3] << 8 | event[4];
      uint32_t channel = event[2] >> 7;
      frames.as<uint8_t>()[us / 1000 * 2312 + (channel * 34 + event[1]) * 34 +
                           event[0]] = 1;
    }
    return frames;
  }

  size_t loudestClass(const NdArray &spikes) {
    std::vector<double> total(spikes.shape.back());
    for (uint64_t i = 0; i < spikes.size(); ++i)
      total[i % total.size()] += spikes.at(i);
    return size_t(std::max_element(total.begin(), total.end()) - total.begin());
  }
};

TEST_F(Nmnist, VotesForTheFour) {
  load("nir/nmnist/cnn_sinabs.nir", 1.0);
  ASSERT_TRUE(
      run(discretize("reset=subtract") + ",snn-quantize,snn-specialize"))
      << messages;
  std::string last;
  for (auto population : network().getOps<snn::PopulationOp>())
    if (population.numNeurons() == 10)
      last = population.getName().str() + ":spikes";
  RunResult result = record(Precision::Quantized, {{"", events()}}, {last});
  ASSERT_TRUE(result.arrays.count(last));
  EXPECT_EQ(loudestClass(result.arrays[last]), 4u);
}

} // namespace
