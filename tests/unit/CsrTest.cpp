//===- CsrTest.cpp - The parameter store and listed synapses --------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/SNN/Csr.h"
#include "compiler/SNN/ParamValues.h"
#include "runtime/support/Random.h"

#include "mlir/AsmParser/AsmParser.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>

using namespace mlir;
using namespace snnc;
using namespace snnc::snn;

namespace {

using Entry = CsrBuilder::Entry;

CsrTable tableOf(const std::vector<Entry> &entries, uint32_t sources,
                 uint32_t targets, uint32_t base = 0) {
  CsrBuilder builder(sources, targets);
  for (const Entry &entry : entries)
    builder.count(entry);
  builder.start(base);
  for (const Entry &entry : entries)
    EXPECT_TRUE(builder.place(entry));
  auto table = builder.finish();
  EXPECT_TRUE(table);
  return std::move(*table);
}

std::vector<Entry> entriesOf(const Connectivity &view) {
  std::vector<Entry> all;
  view.forEach([&](uint32_t source, const Synapse &s) {
    all.push_back({source, s.target, s.weight, s.delay});
  });
  return all;
}

bool isBefore(const Entry &a, const Entry &b) {
  return std::tie(a.source, a.target, a.delay, a.weight) <
         std::tie(b.source, b.target, b.delay, b.weight);
}
bool isSame(const Entry &a, const Entry &b) {
  return !isBefore(a, b) && !isBefore(b, a);
}

std::vector<Entry> drawn(size_t count, uint32_t sources, uint32_t targets,
                         bool whole) {
  std::vector<Entry> entries;
  PhiloxKey key = streamKey(3, streamOf("csr test"));
  for (uint32_t i = 0; i < count; ++i) {
    auto words = philox4x32({i, 0, 0, 0}, key);
    float weight = float(int32_t(words[2] % 200)) - 100;
    entries.push_back({words[0] % sources, words[1] % targets,
                       whole ? weight : weight / 7, words[3] % 5});
  }
  return entries;
}

TEST(Csr, RowsHoldWhatWasListedInAnyOrder) {
  for (bool whole : {false, true}) {
    auto entries = drawn(5000, 37, 300, whole);
    CsrTable table = tableOf(entries, 37, 300);
    EXPECT_EQ(table.columns.kind, ElementKind::U16);
    EXPECT_EQ(table.weights.kind, whole ? ElementKind::I8 : ElementKind::F32);
    EXPECT_EQ(table.delays->kind, ElementKind::U8);
    std::reverse(entries.begin(), entries.end());
    CsrTable again = tableOf(entries, 37, 300);
    for (auto [a, b] : {std::pair(&table.columns, &again.columns),
                        std::pair(&table.weights, &again.weights),
                        std::pair(&*table.delays, &*again.delays)})
      EXPECT_TRUE(std::ranges::equal(a->bytes.as<std::byte>(),
                                     b->bytes.as<std::byte>()));
    std::string error;
    auto view = createCsr(table, error);
    ASSERT_TRUE(view) << error;
    std::erase_if(entries, [](const Entry &e) { return e.weight == 0; });
    std::sort(entries.begin(), entries.end(), isBefore);
    EXPECT_TRUE(std::ranges::equal(entriesOf(*view), entries, isSame));
    EXPECT_EQ(view->cheapCount(), entries.size());
  }
}

TEST(Csr, LongRowsAreSortedInPlace) {
  for (uint32_t targets : {1u, 300u, 70000u}) {
    auto entries = drawn(200000, 2, targets, false);
    std::string error;
    auto view = createCsr(tableOf(entries, 2, targets), error);
    ASSERT_TRUE(view) << error;
    std::erase_if(entries, [](const Entry &e) { return e.weight == 0; });
    std::sort(entries.begin(), entries.end(), isBefore);
    EXPECT_TRUE(std::ranges::equal(entriesOf(*view), entries, isSame));
  }
}

TEST(Csr, EveryColumnHasTheNarrowestType) {
  auto kinds = [](std::vector<Entry> entries, uint32_t targets) {
    return tableOf(entries, 2, targets);
  };
  CsrTable one = kinds({{0, 0, 0.5F, 3}, {1, 1, 0.5F, 3}}, 2);
  EXPECT_EQ(one.weight, 0.5F);
  EXPECT_EQ(one.delays->kind, ElementKind::U8); // the base is 0
  EXPECT_FALSE(tableOf({{0, 0, 1, 3}, {1, 1, 1, 3}}, 2, 2, 3).delays);
  CsrTable wide = kinds({{0, 65536, -32768, 0}, {1, 0, 32767, 256}}, 65537);
  EXPECT_EQ(wide.columns.kind, ElementKind::U32);
  EXPECT_EQ(wide.weights.kind, ElementKind::I16);
  EXPECT_EQ(wide.delays->kind, ElementKind::U16);
  EXPECT_EQ(kinds({{0, 0, 32768, 0}, {1, 0, 1, 0}}, 2).weights.kind,
            ElementKind::F32);
  EXPECT_EQ(kinds({{0, 0, -129, 0}, {1, 0, 1, 0}}, 2).weights.kind,
            ElementKind::I16);
  EXPECT_EQ(kinds({{0, 0, -128, 0}, {1, 0, 127, 0}}, 2).weights.kind,
            ElementKind::I8);
  std::string error;
  auto view = createCsr(wide, error);
  ASSERT_TRUE(view) << error;
  EXPECT_EQ(view->maxExtraDelay(), 256u);
  std::vector<Synapse> row;
  view->row(0, row);
  ASSERT_EQ(row.size(), 1u);
  EXPECT_EQ(row[0].target, 65536u);
  EXPECT_EQ(row[0].weight, -32768);
}

TEST(Csr, AListThatChangesBetweenItsReadingsIsNoticed) {
  const Entry good{0, 1, 2, 3}, other{1, 0, -1, 0};
  for (const Entry &changed :
       {Entry{1, 1, 2, 3}, Entry{0, 1, 4, 3}, Entry{0, 1, 1.5F, 3},
        Entry{0, 1, 2, 4}, Entry{0, 1, NAN, 3}}) {
    CsrBuilder builder(2, 2);
    builder.count(good);
    builder.count(other);
    builder.start();
    EXPECT_TRUE(builder.place(other));
    EXPECT_FALSE(builder.place(changed));
    EXPECT_FALSE(builder.finish()); // one is missing
  }
}

TEST(Csr, ATableThatIsNoneIsRefused) {
  auto why = [](auto damage) {
    CsrTable table = tableOf({{0, 1, 2, 0}, {0, 2, -1, 1}, {1, 0, 5, 2}}, 2, 3);
    damage(table);
    std::string error;
    EXPECT_FALSE(createCsr(table, error));
    return error;
  };
  auto u32 = [](std::vector<uint32_t> n) {
    return ParameterBlob::of({int64_t(n.size())}, std::move(n));
  };
  EXPECT_EQ(why([&](CsrTable &t) { t.offsets = u32({0, 2}); }),
            "the rows have other offsets than one for each of 2 sources and "
            "one more");
  for (std::vector<uint32_t> bad :
       {std::vector<uint32_t>{0, 4, 3}, {1, 2, 3}, {0, 2, 2}, {0, 3, 2}})
    EXPECT_EQ(why([&](CsrTable &t) { t.offsets = u32(bad); }),
              "the rows' offsets do not ascend from 0 to 3");
  EXPECT_EQ(why([&](CsrTable &t) {
              t.offsets =
                  ParameterBlob::of({3}, std::vector<int64_t>{0, -1, 3});
            }),
            "the rows' offsets do not ascend from 0 to 3");
  EXPECT_EQ(why([&](CsrTable &t) { t.columns = u32({1, 2, 3}); }),
            "synapse 2 names target 3, there are 3");
  EXPECT_EQ(why([&](CsrTable &t) { t.columns = u32({2, 1, 0}); }),
            "the row of source 0 is not in order of targets, delays and "
            "weights");
  EXPECT_EQ(why([&](CsrTable &t) {
              t.columns = ParameterBlob::of({3}, std::vector<float>{1, 2, 0});
            }),
            "the rows' targets are no 16 or 32-bit numbers");
  EXPECT_EQ(why([&](CsrTable &t) {
              t.weights = ParameterBlob::of(
                  {3}, std::vector<float>{
                           1, 2, std::numeric_limits<float>::infinity()});
            }),
            "the weight of synapse 2 is no finite number of float32");
  EXPECT_EQ(why([&](CsrTable &t) { t.weights = u32({1, 2}); }),
            "the rows have 3 targets and 2 weights");
  EXPECT_EQ(why([&](CsrTable &t) { t.delays = u32({1, 2, 3}); }),
            "the rows' delays are not 3 numbers of 8 or 16 bits");
}

/// Bundles of older versions hold lists as float64 or 64-bit integers.
TEST(Csr, AListOfOlderBundlesGivesTheSameRows) {
  MLIRContext context;
  context.loadDialect<SNNDialect>();
  ParameterStore &store = paramsOf(&context);
  store.add("s", ParameterBlob::of({4}, std::vector<double>{1, 0, 1, 0}));
  store.add("t", ParameterBlob::of({4}, std::vector<int64_t>{2, 1, 0, 2}));
  store.addF32("w", {4}, std::vector<float>{1, 2, 0, 4});
  store.add("d", ParameterBlob::of({4}, std::vector<double>{0, 7, 9, 1}));
  auto list = parseAttribute(
      "#snn.list<sources = <\"s\", tensor<4xf64>>, targets = <\"t\", "
      "tensor<4xi64>>, weights = #snn.param<\"w\", tensor<4xf32>>, delays = "
      "#snn.param<\"d\", tensor<4xf64>>>",
      &context);
  ASSERT_TRUE(list);
  std::string error;
  auto old = Connectivity::create(list, nullptr, 2, 3, error);
  ASSERT_TRUE(old) << error;
  std::vector<Entry> entries{
      {1, 2, 1, 0}, {0, 1, 2, 7}, {1, 0, 0, 9}, {0, 2, 4, 1}};
  Attribute csr = tableOf(entries, 2, 3).attribute(&context, "rows");
  auto rows = Connectivity::create(csr, nullptr, 2, 3, error);
  ASSERT_TRUE(rows) << error;
  EXPECT_TRUE(std::ranges::equal(entriesOf(*old), entriesOf(*rows), isSame));
  EXPECT_EQ(entriesOf(*old).size(), 3u); // a weight of 0 is no synapse
  EXPECT_EQ(old->maxExtraDelay(), 9u);   // but has a delay
  EXPECT_EQ(rows->maxExtraDelay(), 9u);
  EXPECT_FALSE(Connectivity::create(list, nullptr, 2, 2, error));
  EXPECT_EQ(error, "entry 0 of the list names target 2, there are 2");
}

TEST(Csr, FewSynapsesOfManySourcesStayAList) {
  MLIRContext context;
  context.loadDialect<SNNDialect>();
  for (uint32_t sources : {2000u, 70000u}) {
    std::vector<Entry> entries{
        {sources - 1, 2, 1, 0}, {7, 1, 2, 3}, {7, 0, 4, 0}};
    Attribute attr = tableOf(entries, sources, 3).attribute(&context, "short");
    EXPECT_TRUE(isa<ListAttr>(attr));
    std::string error;
    auto view = Connectivity::create(attr, nullptr, sources, 3, error);
    ASSERT_TRUE(view) << error;
    std::sort(entries.begin(), entries.end(), isBefore);
    EXPECT_TRUE(std::ranges::equal(entriesOf(*view), entries, isSame));
  }
  EXPECT_TRUE(
      isa<CsrAttr>(tableOf({{0, 0, 1, 0}}, 1, 1).attribute(&context, "c")));
}

TEST(Dense, RowsAreTheColumnsOfWhatIsStored) {
  MLIRContext context;
  context.loadDialect<SNNDialect>();
  constexpr uint32_t sources = 45, targets = 7;
  std::vector<int8_t> numbers;
  for (uint32_t i = 0; i < sources * targets; ++i)
    numbers.push_back(int8_t(int(i * 37 % 251) - 125));
  auto ref =
      addParam(&context, "w", ParameterBlob::of({targets, sources}, numbers));
  std::string error;
  auto view = Connectivity::create(DenseAttr::get(&context, ref), nullptr,
                                   sources, targets, error);
  ASSERT_TRUE(view) << error;
  auto check = [&](uint32_t source) {
    std::vector<Synapse> row;
    view->row(source, row);
    size_t i = 0;
    for (uint32_t t = 0; t < targets; ++t)
      if (int8_t number = numbers[size_t(t) * sources + source]) {
        ASSERT_LT(i, row.size());
        EXPECT_EQ(row[i].target, t);
        EXPECT_EQ(row[i++].weight, float(number));
      }
    EXPECT_EQ(i, row.size());
  };
  for (uint32_t s = 0; s < sources; ++s)
    check(s);
  for (uint32_t s : {44u, 3u, 4u, 5u, 31u, 0u, 1u, 44u, 43u})
    check(s);
}

TEST(Parameters, EveryTypeComesBackFromASafetensorsFile) {
  ParameterStore store;
  store.add("i8", ParameterBlob::of({3}, std::vector<int8_t>{-128, 0, 127}));
  store.add("u8", ParameterBlob::of({1}, std::vector<uint8_t>{255}));
  store.add("i16", ParameterBlob::of({2}, std::vector<int16_t>{-32768, 1}));
  store.add("u16", ParameterBlob::of({1, 1}, std::vector<uint16_t>{65535}));
  store.add("i32", ParameterBlob::of({1}, std::vector<int32_t>{INT32_MIN}));
  store.add("u32", ParameterBlob::of({1}, std::vector<uint32_t>{UINT32_MAX}));
  store.add("i64", ParameterBlob::of({1}, std::vector<int64_t>{INT64_MAX}));
  store.addF32("f32", {2}, std::vector<float>{0.1F, -0.0F});
  store.addF64("f64", {1}, std::vector<double>{0.1});
  store.add("none", ParameterBlob::of({0}, std::vector<uint16_t>{}));
  std::vector<std::string> keys{"f32", "f64", "i16", "i32",  "i64",
                                "i8",  "u16", "u32", "none", "u8"};
  std::string bytes = store.serialize(keys);
  ParameterStore again;
  ASSERT_TRUE(again.deserialize(bytes, "file"));
  for (const std::string &key : keys) {
    const ParameterBlob *a = store.find(key), *b = again.find(key);
    ASSERT_TRUE(b) << key;
    EXPECT_EQ(a->kind, b->kind) << key;
    EXPECT_EQ(a->shape, b->shape) << key;
    EXPECT_TRUE(
        std::ranges::equal(a->bytes.as<std::byte>(), b->bytes.as<std::byte>()))
        << key;
  }
  EXPECT_EQ(again.find("i8")->at(0), -128);
  EXPECT_EQ(again.find("u32")->at(0), 4294967295.0);
  EXPECT_EQ(again.serialize(keys), bytes);
  std::string wrong = bytes;
  wrong.replace(wrong.find("U16"), 3, "U64");
  EXPECT_FALSE(again.deserialize(wrong, "file"));
}

} // namespace
