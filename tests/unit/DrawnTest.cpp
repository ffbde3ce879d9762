//===- DrawnTest.cpp - Drawn connectivity ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/SNN/DrawnRows.h"
#include "runtime/support/Draws.h"
#include "runtime/support/Poisson.h"
#include "runtime/support/Threads.h"

#include "mlir/AsmParser/AsmParser.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sys/resource.h>

using namespace mlir;
using namespace snnc;
using namespace snnc::snn;

namespace {

class Drawn : public ::testing::Test {
protected:
  Drawn() { context.loadDialect<SNNDialect>(); }

  std::unique_ptr<Connectivity>
  make(const std::string &connector, uint32_t sources, uint32_t targets,
       const std::string &weight = "constant, [1.0]",
       const std::string &delay = "constant, [0.0]", int self = 1,
       int twice = 1, int seed = 5) {
    std::string text = "#snn.procedural<" + connector + ", weight = <" +
                       weight + ">, delay = <" + delay +
                       ">, autapses = " + std::to_string(self) +
                       ", multapses = " + std::to_string(twice) +
                       ", seed = " + std::to_string(seed) + ", stream = 9>";
    Attribute attr = parseAttribute(text, &context);
    return attr ? createDrawn(attr, sources, targets, error) : nullptr;
  }

  using Key = std::tuple<uint32_t, uint32_t, float, uint32_t>;
  static std::vector<Key> byRows(const Connectivity &view, bool backwards) {
    std::vector<Key> all;
    std::vector<Synapse> row;
    for (uint32_t i = 0; i < view.numSources(); ++i) {
      uint32_t source = backwards ? view.numSources() - 1 - i : i;
      view.row(source, row);
      EXPECT_TRUE(std::is_sorted(row.begin(), row.end(),
                                 [](const Synapse &a, const Synapse &b) {
                                   return a.target < b.target;
                                 }));
      for (const Synapse &s : row)
        all.emplace_back(source, s.target, s.weight, s.delay);
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  static std::vector<Key> byVisit(const Connectivity &view) {
    std::vector<Key> all;
    view.forEach([&](uint32_t source, const Synapse &s) {
      all.emplace_back(source, s.target, s.weight, s.delay);
    });
    std::sort(all.begin(), all.end());
    return all;
  }

  MLIRContext context;
  std::string error;
};

const char *const kNormal = "normal, [0.5, 0.1, -10.0, 10.0]";
const char *const kConnectors[] = {"all_to_all, amount = 1.0 : f64",
                                   "one_to_one, amount = 1.0 : f64",
                                   "fixed_probability, amount = 0.1 : f64",
                                   "fixed_indegree, amount = 20.0 : f64",
                                   "fixed_outdegree, amount = 20.0 : f64",
                                   "fixed_total_number, amount = 1800.0 : f64"};
const char *const kDelays = "uniform_int, [0.0, 63.0]";

} // namespace

TEST_F(Drawn, EveryWayToReadGivesTheSameSynapses) {
  for (const char *connector : kConnectors)
    for (int self : {0, 1})
      for (int twice : {0, 1}) {
        bool total = std::string(connector).starts_with("fixed_total");
        if (total && !twice)
          continue;
        auto a = make(connector, 90, 90, kNormal, kDelays, self, twice);
        auto b = make(connector, 90, 90, kNormal, kDelays, self, twice);
        ASSERT_TRUE(a && b) << connector << error;
        auto rows = byRows(*a, false);
        EXPECT_EQ(rows, byRows(*b, true)) << connector;
        EXPECT_EQ(rows, byVisit(*b)) << connector;
        EXPECT_EQ(a->cheapCount(), rows.size()) << connector;
        std::vector<uint32_t> degrees, counted(90, 0);
        a->countByTarget(degrees);
        std::set<std::pair<uint32_t, uint32_t>> pairs;
        for (auto &[source, target, weight, delay] : rows) {
          ++counted[target];
          pairs.insert({source, target});
          EXPECT_LE(delay, a->maxExtraDelay());
          EXPECT_TRUE(self || source != target || connector[0] == 'o');
        }
        EXPECT_EQ(degrees, counted) << connector;
        if (!twice)
          EXPECT_EQ(pairs.size(), rows.size()) << connector;
      }
}

TEST_F(Drawn, KeptOrNotTheSynapsesAreTheSame) {
  DrawnRows &kept = context.getLoadedDialect<SNNDialect>()->drawnRows();
  for (const char *connector : kConnectors)
    for (int twice : {0, 1}) {
      if (std::string(connector).starts_with("fixed_total") && !twice)
        continue;
      kept.clear();
      kept.setBudget(0);
      auto drawn = make(connector, 90, 90, kNormal, kDelays, 1, twice);
      kept.setBudget(1 << 20);
      auto stored = make(connector, 90, 90, kNormal, kDelays, 1, twice);
      ASSERT_TRUE(drawn && stored) << connector << error;
      EXPECT_FALSE(drawn->packedRow(0));
      EXPECT_TRUE(stored->packedRow(0));
      EXPECT_EQ(byVisit(*drawn), byVisit(*stored)) << connector;
      std::vector<Synapse> a, b;
      for (uint32_t source = 0; source < 90; ++source) {
        drawn->row(source, a);
        stored->row(source, b);
        ASSERT_EQ(a.size(), b.size());
        for (size_t i = 0; i < a.size(); ++i) // and in the same order
          EXPECT_TRUE(a[i].target == b[i].target &&
                      a[i].weight == b[i].weight && a[i].delay == b[i].delay)
              << connector << " source " << source << " synapse " << i;
      }
    }
}

TEST_F(Drawn, PatternsOfOtherWeightsGiveTheSameSynapses) {
  DrawnRows &kept = context.getLoadedDialect<SNNDialect>()->drawnRows();
  auto patterns = std::make_shared<DrawnPatterns>();
  kept.share(patterns);
  for (const char *connector : kConnectors)
    for (int self : {0, 1}) {
      auto make = [&](const char *weight, uint64_t budget, int seed) {
        kept.clear();
        kept.setBudget(budget);
        return this->make(connector, 90, 90, weight, kDelays, self, 1, seed);
      };
      auto counts = [](const Connectivity &view) {
        std::vector<uint32_t> degrees;
        view.countByTarget(degrees);
        return degrees;
      };
      for (const char *weight :
           {"constant, [2.0]", "constant, [-0.5]", "constant, [0.0]",
            "normal, [1.0, 0.2, -9.0, 9.0]"}) {
        auto drawn = make(weight, 0, 5), stored = make(weight, 1 << 20, 5);
        ASSERT_TRUE(drawn && stored) << error;
        EXPECT_EQ(counts(*drawn), counts(*stored)) << connector << weight;
        EXPECT_EQ(byVisit(*drawn), byVisit(*stored)) << connector << weight;
        EXPECT_EQ(byRows(*drawn, false), byRows(*stored, true));
      }
      // Another seed is another pattern.
      auto drawn = make("constant, [2.0]", 0, 6),
           stored = make("constant, [2.0]", 1 << 20, 6);
      EXPECT_EQ(byVisit(*drawn), byVisit(*stored)) << connector;
    }
  patterns->clear();
}

TEST_F(Drawn, TheBudgetHoldsForAllProjectionsTogether) {
  DrawnRows &kept = context.getLoadedDialect<SNNDialect>()->drawnRows();
  kept.setBudget(90 * 90 * 8 + 90 * 4 + 100); // one of them
  const char *all = "all_to_all, amount = 1.0 : f64";
  auto first = make(all, 90, 90);
  auto second = make(all, 90, 89);
  auto again = make(all, 90, 90);
  EXPECT_TRUE(first->packedRow(0));
  EXPECT_FALSE(second->packedRow(0));
  EXPECT_TRUE(again->packedRow(0));
  EXPECT_EQ(first->packedRow(7)->data(), again->packedRow(7)->data());
  // 2^62 synapses: 8 B each would wrap around to nothing.
  DrawnRows fresh;
  EXPECT_FALSE(fresh.table(UnitAttr::get(&context), 1, 1, uint64_t(1) << 62));
}

TEST_F(Drawn, SeedsAndTargetsAreIndependent) {
  auto base = make("fixed_indegree, amount = 30.0 : f64", 1000, 50);
  auto other = make("fixed_indegree, amount = 30.0 : f64", 1000, 50,
                    "constant, [1.0]", "constant, [0.0]", 1, 1, 6);
  auto fewer = make("fixed_indegree, amount = 30.0 : f64", 1000, 25);
  EXPECT_NE(byVisit(*base), byVisit(*other));
  // A target's synapses do not depend on how many other targets there are.
  auto all = byVisit(*base);
  std::erase_if(all, [](const Key &key) { return std::get<1>(key) >= 25; });
  EXPECT_EQ(all, byVisit(*fewer));
}

TEST_F(Drawn, TheFigures) {
  auto view = make("fixed_probability, amount = 0.05 : f64", 4000, 500, kNormal,
                   kDelays);
  auto all = byVisit(*view);
  // Binomial(2e6, 0.05): standard deviation 308; 5 of them.
  EXPECT_NEAR(double(all.size()), 1e5, 5 * 308);
  double sum = 0, square = 0, delays = 0, sources = 0;
  for (auto &[source, target, weight, delay] : all) {
    sum += weight;
    square += double(weight) * weight;
    delays += delay;
    sources += source;
  }
  double n = double(all.size()), mean = sum / n;
  EXPECT_NEAR(mean, 0.5, 5 * 0.1 / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(square / n - mean * mean), 0.1, 0.1 * 5 / std::sqrt(n));
  EXPECT_NEAR(delays / n, 31.5, 5 * 18.5 / std::sqrt(n));
  EXPECT_NEAR(sources / n, 1999.5, 5 * 1155 / std::sqrt(n));
}

TEST_F(Drawn, ChiSquareOfSources) {
  auto view = make("fixed_indegree, amount = 100.0 : f64", 64, 1000,
                   "constant, [1.0]", "constant, [0.0]");
  std::vector<double> hits(64, 0);
  view->forEach([&](uint32_t source, const Synapse &) { ++hits[source]; });
  double expected = 1e5 / 64, chi = 0;
  for (double h : hits)
    chi += (h - expected) * (h - expected) / expected;
  // 63 degrees of freedom: 63 +- 11.2; both tails.
  EXPECT_GT(chi, 63 - 5 * 11.2);
  EXPECT_LT(chi, 63 + 5 * 11.2);
}

TEST_F(Drawn, WhatDoesNotFitIsRefused) {
  EXPECT_FALSE(make("fixed_indegree, amount = 10.0 : f64", 9, 5,
                    "constant, [1.0]", "constant, [0.0]", 1, 0));
  EXPECT_NE(error.find("there are 9"), std::string::npos) << error;
  EXPECT_FALSE(make("one_to_one, amount = 1.0 : f64", 9, 5));
  EXPECT_FALSE(make("all_to_all, amount = 1.0 : f64", 9, 5, "constant, [1.0]",
                    "constant, [0.0]", 0));
}

static long peakKilobytes() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

TEST_F(Drawn, TwentyMillionAreCountedWithoutBeingStored) {
  auto view = make("fixed_probability, amount = 0.05 : f64", 20000, 20000);
  long before = peakKilobytes();
  uint64_t count = *view->cheapCount();
  EXPECT_NEAR(double(count), 2e7, 5 * 4359);
  // One byte each would be 20 MB.
  EXPECT_LT(peakKilobytes() - before, 10'000);
}

/// S7.4 at every limit of the table and its neighbours, and in the tails.
TEST(Portable, PoissonTablesAreTheRule) {
  constexpr uint64_t end = uint64_t(1) << kUniformBits;
  for (double mean : {0.0, 1e-12, 0.003, 0.7, 2.0, 13.3, 100.0}) {
    PoissonTable table(mean);
    std::vector<uint64_t> at = {0, 1, end - 1, end - 2, end - 1000};
    for (uint64_t g = 0; g < 4096; ++g)
      for (uint64_t near : {0, 1, 12345})
        at.push_back((g << (kUniformBits - 12)) + near);
    double term = portableExp(-mean), sum = term;
    for (int k = 1; k < 300; sum += term, ++k) {
      auto limit = int64_t(std::ceil(sum * double(end)));
      for (int64_t near = limit - 2; near <= limit + 2; ++near)
        if (near >= 0 && near < int64_t(end))
          at.push_back(uint64_t(near));
      term *= mean / k;
    }
    for (uint64_t bits : at)
      ASSERT_EQ(table.count(bits), poissonCount(mean, uniformOf(bits)))
          << mean << " " << bits;
    // The first 16 bits settle all but those that a threshold divides.
    for (uint64_t bits : at) {
      uint64_t low = bits >> kOtherBits << kOtherBits, high = low + UINT32_MAX;
      auto count = table.countOfFirst(uint32_t(bits >> kOtherBits));
      ASSERT_EQ(count.has_value(), table.count(low) == table.count(high));
      if (count)
        ASSERT_EQ(*count, table.count(bits));
    }
  }
}

TEST(Portable, PoissonDrawsDoNotDependOnVectors) {
  PhiloxKey key = streamKey(3, streamOf("noise"));
  for (auto set : {VectorSet::Portable, VectorSet::Avx2, VectorSet::Avx512}) {
    if (set > widestVectors())
      continue;
    for (uint32_t first : {0u, 5u, 0x7FFFFF00u})
      for (size_t channels : {1, 15, 16, 33, 100}) {
        uint64_t tick = 0x500000003;
        std::vector<uint16_t> counts(channels);
        drawPoisson(PoissonTable(2), key, tick, 9, first, counts, set);
        for (uint32_t c = 0; c < channels; ++c) {
          uint32_t channel = first + c;
          PhiloxCounter words = philox4x32({channel / 8, 3, 5, 9}, key),
                        others =
                            philox4x32({channel / 4 | 1u << 31, 3, 5, 9}, key);
          uint32_t word = words[channel / 2 % 4];
          uint64_t half = channel % 2 ? word >> 16 : word & 0xFFFF;
          uint64_t bits = half << 32 | others[channel % 4];
          ASSERT_EQ(counts[c], poissonCount(2, double(bits) * 0x1p-48));
        }
      }
  }
}

/// Pearson's chi-square of `seen` against expectations, and the number of its
/// classes: neighbours are joined until each is expected 20 times.
static std::pair<double, int> chiSquare(std::span<const uint64_t> seen,
                                        std::span<const double> expected) {
  double chi = 0, want = 0, have = 0, left = 0;
  for (double e : expected)
    left += e;
  int classes = 0;
  for (size_t k = 0; k < seen.size(); ++k) {
    want += expected[k];
    have += double(seen[k]);
    left -= expected[k];
    if ((want < 20 || left < 20) && k + 1 < seen.size())
      continue;
    chi += (have - want) * (have - want) / want;
    ++classes;
    want = have = 0;
  }
  return {chi, classes};
}

namespace {
/// What many draws of one mean are compared by.
struct DrawStatistics {
  static constexpr size_t kFew = 6; // counts from 5 on are one class of pairs
  double mean;
  std::vector<uint64_t> seen = std::vector<uint64_t>(400),
                        pairs = std::vector<uint64_t>(kFew * kFew);
  double total = 0, sum = 0, squares = 0;
  double neighbours[8] = {}; ///< products with the channel 1 to 7 behind
  double after = 0;          ///< with the same channel's of the tick before

  void take(std::span<const uint16_t> counts,
            std::span<const uint16_t> before) {
    total += double(counts.size());
    for (size_t c = 0; c < counts.size(); ++c) {
      double off = counts[c] - mean;
      ++seen[counts[c]];
      sum += off;
      squares += off * off;
      for (size_t d = 1; d < 8 && c + d < counts.size(); ++d)
        neighbours[d] += off * (counts[c + d] - mean);
      after += off * (before[c] - mean);
      if (c % 2 == 0)
        ++pairs[few(counts[c]) * kFew + few(counts[c + 1])];
    }
  }
  static size_t few(size_t count) { return std::min(count, kFew - 1); }

  /// Bounds are five standard deviations.
  void check() const {
    EXPECT_LT(std::abs(sum), 5 * std::sqrt(mean * total));
    EXPECT_NEAR(squares / total / mean, 1,
                5 * std::sqrt((2 + 1 / mean) / total));
    for (double product : neighbours)
      EXPECT_LT(std::abs(product), 5 * mean * std::sqrt(total));
    EXPECT_LT(std::abs(after), 5 * mean * std::sqrt(total));
    std::vector<double> expected, share(kFew), both;
    double term = std::exp(-mean);
    for (size_t k = 0; k < seen.size(); term *= mean / double(++k)) {
      expected.push_back(term * total);
      share[few(k)] += term;
    }
    for (size_t k = 0; k < pairs.size(); ++k)
      both.push_back(share[k / kFew] * share[k % kFew] * total / 2);
    for (auto [chi, classes] :
         {chiSquare(seen, expected), chiSquare(pairs, both)})
      EXPECT_LT(chi, classes + 5 * std::sqrt(2.0 * classes));
  }
};
} // namespace

/// Draws are Poisson numbers, and neighbours, ticks and the two halves of a
/// word independent of each other.
TEST(Portable, PoissonDrawsAreIndependentPoissonNumbers) {
  PhiloxKey key = streamKey(11, streamOf("statistics"));
  std::vector<uint16_t> counts(4096), before(4096);
  for (double mean : {0.001, 0.13, 1.28, 2.32, 17.0, 100.0}) {
    SCOPED_TRACE(mean);
    PoissonTable table(mean);
    DrawStatistics statistics{mean};
    drawPoisson(table, key, 0, 2, 0, before);
    for (uint64_t tick = 1; tick <= 500; ++tick) {
      drawPoisson(table, key, tick, 2, 0, counts);
      statistics.take(counts, before);
      before.swap(counts);
    }
    statistics.check();
  }
}

TEST(Portable, LogExpAndQuantile) {
  double worstLog = 0, worstExp = 0;
  for (int i = 1; i < 200000; ++i) {
    double x = i * 0.00371 - 371;
    double l = std::log(double(i) / 77.0);
    worstLog = std::max(worstLog, std::abs(portableLog(i / 77.0) - l) /
                                      std::max(1.0, std::abs(l)));
    worstExp = std::max(worstExp, std::abs(portableExp(x) / std::exp(x) - 1));
  }
  EXPECT_LT(worstLog, 4.5e-16);
  EXPECT_LT(worstExp, 2e-15);
  for (double p : {1e-300, 1e-10, 0.01, 0.3, 0.5, 0.77, 0.999}) {
    double x = normalQuantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-x / std::sqrt(2)) / p, 1, 1e-12) << p;
  }
}

/// In-degrees of a fixed total number are multinomial: their mean is exact,
/// their variance n p (1 - p) of one target.
TEST_F(Drawn, AFixedTotalNumberIsSharedOutByChance) {
  auto view = make("fixed_total_number, amount = 100000.0 : f64", 300, 1000);
  ASSERT_TRUE(view) << error;
  std::vector<uint32_t> degrees;
  view->countByTarget(degrees);
  double sum = 0, square = 0;
  for (uint32_t degree : degrees) {
    sum += degree;
    square += (degree - 100.0) * (degree - 100.0);
  }
  EXPECT_EQ(sum, 100000);
  // The variance's own deviation is about sqrt(2 / 1000) of it.
  EXPECT_NEAR(square / 1000, 99.9, 5 * 99.9 * std::sqrt(2.0 / 1000));
  EXPECT_FALSE(make("fixed_total_number, amount = 5.0 : f64", 0, 3));
}

TEST_F(Drawn, NormalDelaysAreWholeAndBounded) {
  auto view = make("fixed_indegree, amount = 500.0 : f64", 100, 20,
                   "constant, [1.0]", "normal_int, [14.0, 7.5, 0.0, 40.0]");
  ASSERT_TRUE(view) << error;
  std::map<uint32_t, int> counts;
  for (auto &[source, target, weight, delay] : byVisit(*view))
    ++counts[delay];
  EXPECT_LE(counts.rbegin()->first, 40u);
  double sum = 0;
  for (auto [delay, count] : counts)
    sum += double(delay) * count;
  EXPECT_NEAR(sum / 10000, 14.1, 0.4);        // 14 but for what 0 cuts off
  EXPECT_NEAR(counts[0] / 1e4, 0.0359, 0.01); // below half a tick
}

TEST(Binomial, HasTheRightMoments) {
  for (auto [n, p] : {std::pair<uint64_t, double>{1, 0.3},
                      {20, 0.05},
                      {1000, 0.5},
                      {25'000'000, 1.0 / 20683},
                      {uint64_t(1) << 40, 0.25}}) {
    double sum = 0, square = 0, mean = double(n) * p;
    constexpr int draws = 4000;
    for (uint32_t i = 0; i < draws; ++i) {
      auto w = philox4x32({i, 0, 0, 0}, {7, 9});
      double k = double(binomial(n, p, unitInterval(w[0], w[1])));
      EXPECT_LE(k, double(n));
      sum += k - mean;
      square += (k - mean) * (k - mean);
    }
    double variance = mean * (1 - p);
    EXPECT_NEAR(sum / draws, 0, 5 * std::sqrt(variance / draws)) << n;
    EXPECT_NEAR(square / draws / variance, 1, 0.15) << n;
  }
  EXPECT_EQ(binomial(10, 0, 0.5), 0u);
  EXPECT_EQ(binomial(10, 1, 0.5), 10u);
  EXPECT_EQ(binomial(0, 0.5, 0.9), 0u);
}

TEST(Threads, EachItemOnceAndWhatIsThrown) {
  for (unsigned threads : {0u, 1u, 3u, 9u}) {
    std::vector<std::atomic<int>> calls(100);
    parallelFor(threads, calls.size(), [&](size_t i) { ++calls[i]; });
    EXPECT_TRUE(std::ranges::all_of(calls, [](int c) { return c == 1; }));
    EXPECT_THROW(parallelFor(threads, calls.size(),
                             [&](size_t i) {
                               if (i == 40)
                                 throw std::bad_alloc();
                             }),
                 std::bad_alloc);
    parallelFor(threads, 0, [](size_t) { FAIL(); });
  }
}

/// Vectors of any width draw what Random.h draws one by one.
TEST(Draws, ManyAtOnceAreTheSame) {
  for (VectorSet set :
       {VectorSet::Portable, VectorSet::Avx2, VectorSet::Avx512})
    for (uint32_t owner = 0; set <= widestVectors() && owner < 300; ++owner) {
      DrawnWords drawn;
      drawWords({7, owner}, owner * 131, owner, drawn, set);
      double normal[kDraws];
      size_t count = kDraws - owner % 9;
      normalQuantiles(drawn.word[2], count, normal, set);
      for (uint32_t i = 0; i < count; ++i) {
        auto w = philox4x32({owner * 131 + i, owner, 0, 0}, {7, owner});
        for (int k = 0; k < 4; ++k)
          ASSERT_EQ(drawn.word[k][i], w[k]);
        ASSERT_EQ(normal[i], normalQuantile(openInterval(w[2])));
      }
    }
  uint32_t ends[8] = {0,          1,          0x7FFFFFFF, 0x80000000,
                      0xFFFFFFFF, 0xFFFFFFFE, 0x133332,   0xF0000000};
  double normal[8];
  normalQuantiles(ends, 8, normal);
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(normal[i], normalQuantile(openInterval(ends[i])));
}
