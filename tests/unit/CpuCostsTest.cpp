//===- CpuCostsTest.cpp - Costs of encodings, measured and kept -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/cpu/Costs.h"
#include "backends/cpu/Encodings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace snnc;
namespace fs = std::filesystem;

namespace {

class CpuCosts : public ::testing::Test {
protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "snnc-costs-XXXXXX";
    ASSERT_TRUE(mkdtemp(name.data()));
    folder = name + "/a/b"; // the cache makes it
  }
  void TearDown() override {
    fs::remove_all(fs::path(folder).parent_path().parent_path());
  }
  std::string file() const { return cpu::costFile(folder, key); }
  std::string text() const {
    std::ifstream stream(file());
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  bool loadsOf(const std::string &content) {
    std::ofstream(file(), std::ios::trunc) << content;
    return cpu::loadCosts(folder, key).has_value();
  }

  std::string folder;
  cpu::CostKey key = {"some processor\n\"\xff", VectorSet::Avx2, "1"};
};

TEST_F(CpuCosts, AreWhatWasStored) {
  EXPECT_FALSE(cpu::loadCosts(folder, key));
  cpu::Costs costs;
  double value = 1;
  for (const cpu::CostName &cost : cpu::costNames())
    costs.*cost.value = value /= 3;
  ASSERT_TRUE(cpu::storeCosts(folder, key, costs));
  auto loaded = cpu::loadCosts(folder, key);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->measured);
  for (const cpu::CostName &cost : cpu::costNames())
    EXPECT_EQ(costs.*cost.value, *loaded.*cost.value) << cost.name;
  // Another machine, build or vector has its own.
  for (cpu::CostKey other :
       {cpu::CostKey{"other", key.vectors, key.version},
        cpu::CostKey{key.processor, VectorSet::Portable, key.version},
        cpu::CostKey{key.processor, key.vectors, "2"}}) {
    EXPECT_FALSE(cpu::loadCosts(folder, other));
    // Nor does a copy under the other's name count.
    fs::copy_file(file(), cpu::costFile(folder, other));
    EXPECT_FALSE(cpu::loadCosts(folder, other));
  }
}

TEST_F(CpuCosts, DoNotTrustTheFile) {
  ASSERT_TRUE(cpu::storeCosts(folder, key, {}));
  std::string good = text();
  EXPECT_TRUE(loadsOf(good));
  for (size_t size = 0; size + 2 < good.size(); ++size)
    EXPECT_FALSE(loadsOf(good.substr(0, size))) << size;
  auto with = [&](const std::string &value) {
    size_t begin = good.find(": ", good.find("bit_line")) + 2;
    return good.substr(0, begin) + value + good.substr(good.find(',', begin));
  };
  EXPECT_TRUE(loadsOf(with("7.5")));
  for (const char *value : {"-1", "0", "1e300", "1e999", "null", "\"4\"", "[4]",
                            "{}", "true", "NaN"})
    EXPECT_FALSE(loadsOf(with(value))) << value;
  for (const std::string &content :
       {std::string("[]"), std::string("7"), std::string("{\"ns\": {}}"),
        std::string(60000, '['), std::string(1 << 20, ' ') + good,
        std::string("\0\xff", 2)})
    EXPECT_FALSE(loadsOf(content)) << content.substr(0, 10);
  // What is no file neither ends nor blocks anything, and is left alone.
  fs::remove(file());
  ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
  EXPECT_FALSE(cpu::loadCosts(folder, key));
  EXPECT_FALSE(cpu::storeCosts(folder, key, {}));
  fs::remove(file());
  fs::create_directory(file());
  EXPECT_FALSE(cpu::loadCosts(folder, key));
  EXPECT_FALSE(cpu::storeCosts(folder, key, {}));
}

TEST_F(CpuCosts, AreMeasuredForALargeNetworkOnly) {
  EXPECT_FALSE(cpu::costsFor("", widestVectors(), 1e9).measured);
  EXPECT_FALSE(cpu::costsFor(folder, widestVectors(), 1e4).measured);
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_TRUE(cpu::costsFor(folder, widestVectors(), 1e9).measured);
  key = cpu::costKey(widestVectors());
  std::string stored = text();
  EXPECT_NE(stored, "");
  // From now on for any, without another measurement.
  EXPECT_TRUE(cpu::costsFor(folder, widestVectors(), 1e4).measured);
  EXPECT_TRUE(cpu::costsFor(folder, widestVectors(), 1e9).measured);
  EXPECT_EQ(text(), stored);
  // A place that takes no file is no error.
  std::ofstream(folder + "/file") << "x";
  EXPECT_TRUE(
      cpu::costsFor(folder + "/file/below", widestVectors(), 1e9).measured);
}

TEST_F(CpuCosts, FolderFollowsTheEnvironment) {
  auto with = [](const char *xdg, const char *home) {
    auto set = [](const char *name, const char *value) {
      value ? setenv(name, value, 1) : unsetenv(name);
    };
    set("XDG_CACHE_HOME", xdg);
    set("HOME", home);
    return cpu::cacheFolder();
  };
  EXPECT_EQ(with("/x", "/h"), "/x/snnc");
  EXPECT_EQ(with(nullptr, "/h"), "/h/.cache/snnc");
  EXPECT_EQ(with("", "/h"), "/h/.cache/snnc");
  EXPECT_EQ(with("relative", "/h"), "/h/.cache/snnc");
  EXPECT_EQ(with(nullptr, "relative"), "");
  EXPECT_EQ(with(nullptr, nullptr), "");
}

/// Each constant moves the choice where it should.
TEST(CpuChoice, FollowsTheCosts) {
  cpu::BlockShape shape;
  shape.sources = shape.neurons = 5120;
  shape.synapses = shape.sources * 512; // 10 %
  shape.oneDelay = shape.oneWeight = true;
  shape.spikes = 50;
  cpu::Costs costs;
  EXPECT_EQ(cpu::cheapest(shape, costs), cpu::Encoding::Bits);
  shape.spikes = 0.01; // a pass over the sums for each spike
  shape.synapses = shape.sources * 150;
  costs.bitTick = 100;
  EXPECT_EQ(cpu::cheapest(shape, costs), cpu::Encoding::Index);
  costs.indexSynapse = 100;
  EXPECT_EQ(cpu::cheapest(shape, costs), cpu::Encoding::Bits);
  costs.bitTick = 1e5; // dense rows would take 34 bytes a synapse
  EXPECT_EQ(cpu::cheapest(shape, costs), cpu::Encoding::Index);
  shape.synapses = shape.sources * 2560;
  EXPECT_EQ(cpu::cheapest(shape, costs), cpu::Encoding::Dense);
}

} // namespace
