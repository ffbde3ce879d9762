//===- SynapseCheckTest.cpp - Images are read back ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/LoadedCore.h"
#include "tests/unit/MapFixtures.h"

#include "backends/spinnaker2/Image/SynapseCheck.h"
#include "compiler/Rows/Blocks.h"
#include "compiler/SNN/DrawnRows.h"

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;
using namespace snnc::map::test;
using testing::HasSubstr;

namespace {

struct Case {
  const char *connector;
  int64_t sources, neurons;
  /// Of three PEs, bytes between program and stack; 0: the whole chip.
  uint32_t room;
  const char *format; ///< its name, with " dram"
  const char *weight = "<normal, [0.3, 0.1, 0.0, 10.0]>";
  const char *delay = "<uniform_int, [0.0, 3.0]>";
};

const Case cases[] = {
    {"all_to_all, amount = 0.0", 60, 40, 0, "dense",
     "<normal, [0.3, 0.1, 0.0, 10.0]>", "<constant, [0.0]>"},
    {"fixed_probability, amount = 0.05", 2000, 200, 0, "sparse"},
    {"fixed_outdegree, amount = 10.0", 1000, 200, 0, "strided",
     "<constant, [0.3]>"},
    {"fixed_probability, amount = 0.0003", 20000, 100, 0, "bitmap"},
    {"fixed_probability, amount = 0.15", 3000, 200, 44000, "sparse dram"},
    {"fixed_probability, amount = 0.05", 20000, 60, 24000, "strided dram"},
};

class SynapseCheckTest : public MapPasses {
protected:
  OwningOpRef<ModuleOp> mapped(const Case &made) {
    if (made.room) {
      MachineModel little = *builtinMachine(defaultMachineName());
      little.sram.stack.begin = little.sram.program.end + made.room;
      little.pes.resize(3);
      machine = std::make_shared<const MachineModel>(little);
    }
    std::string in = "tensor<" + std::to_string(made.sources) + "xf32>",
                out = "tensor<" + std::to_string(made.neurons) + "xi1>";
    auto module = parseSourceString<ModuleOp>(
        models + ("snn.network @net { %in = snn.input \"in\" : " + in +
                  "\n %p = snn.population \"hidden\" model @two params "
                  "{alpha = 0.5, threshold = 1.0} latency 1 : " +
                  out +
                  "\n snn.projection \"fc\" %in to %p weights "
                  "#snn.procedural<" +
                  made.connector + " : f64, weight = " + made.weight +
                  ", delay = " + made.delay +
                  ", autapses = 1, multapses = 1, seed = "
                  "1, stream = 1> delay(2.0) quant <8, nearest, 100.0> "
                  "{receptor = 1} : " +
                  in + ", " + out + "}"),
        &context);
    EXPECT_TRUE(module) << messages;
    EXPECT_TRUE(module && succeeded(map(*module, 0))) << messages;
    return module;
  }
  std::vector<s2::CoreImage> images(ModuleOp module, unsigned jobs) {
    std::vector<s2::CoreImage> made;
    auto builder = s2::CoreImageBuilder::create(all<MachineOp>(module)[0],
                                                *machine, 1e-3, jobs);
    for (SliceOp slice : all<SliceOp>(module)) {
      auto image = builder->build(slice);
      EXPECT_TRUE(succeeded(image)) << messages;
      made.push_back(std::move(*image));
    }
    return made;
  }
  void keepNoRows() {
    context.getLoadedDialect<snn::SNNDialect>()->drawnRows().setBudget(0);
  }
};

/// (source, neuron, delay) -> sum of weights, as the format reads them.
Effect effectOf(BlockOp block, Range sources, std::span<const std::byte> rows,
                std::span<const std::byte> index) {
  SliceInfo target = infoOf(block.getTarget());
  auto read = readBlock(encodingOf(cast<RowsAttr>(block.getEncoding())),
                        {target.begin, target.end}, 2, sources, rows, index);
  Effect effect;
  for (uint32_t s = 0; s < read.size(); ++s)
    for (const snn::IntSynapse &synapse : read[s])
      effect[{s, synapse.target, synapse.delay}] += synapse.weight;
  std::erase_if(effect, [](auto &item) { return item.second == 0; });
  return effect;
}

TEST_F(SynapseCheckTest, DamageIsFoundInEveryPlace) {
  std::mt19937 random(7);
  for (const Case &made : cases) {
    SCOPED_TRACE(made.format);
    machine = std::make_shared<const MachineModel>(
        *builtinMachine(defaultMachineName()));
    auto module = mapped(made);
    auto mapping = all<MachineOp>(*module)[0];
    auto info = NetworkInfo::read(mapping);
    Belongings belongings(mapping);
    s2::SynapseCheck check(mapping, *info, belongings);
    ASSERT_TRUE(succeeded(check.expect({0}, 1)));
    auto built = images(*module, 1);
    auto slices = all<SliceOp>(*module);
    s2::CoreImage &image = built[0];
    BlockOp block = blocksOf(slices[0])[0];
    RowEncoding encoding = encodingOf(cast<RowsAttr>(block.getEncoding()));
    EXPECT_EQ(encoding.format->name().str() +
                  (isFetched(encoding) ? " dram" : ""),
              made.format);
    std::span<std::byte> rows, index;
    for (BufferOp buffer : all<BufferOp>(*module)) {
      if (buffer.getSlice() != slices[0].getSlice() || !buffer.getBlock())
        continue;
      auto bytes =
          buffer.getDram()
              ? std::span(image.dram).subspan(*buffer.getAt() - image.dramBase)
              : std::span(image.bytes).subspan(*buffer.getAt() - image.base);
      (buffer.getName() == "rows" ? rows : index) =
          bytes.first(buffer.getBytes());
    }
    ASSERT_FALSE(rows.empty());
    ASSERT_TRUE(succeeded(check.check(slices[0], image))) << messages;
    Effect whole = effectOf(block, belongings.knownBy(block), rows, index);
    ASSERT_FALSE(whole.empty());
    unsigned changed = 0;
    for (unsigned i = 0; i < 10; ++i) {
      std::byte &at = rows[random() % rows.size()];
      std::byte bit{uint8_t(1u << random() % 8)};
      at ^= bit;
      bool same =
          effectOf(block, belongings.knownBy(block), rows, index) == whole;
      EXPECT_EQ(succeeded(check.check(slices[0], image)), same);
      changed += !same;
      at ^= bit;
    }
    EXPECT_GT(changed, 1u);
    EXPECT_THAT(messages, HasSubstr("SNN0382: population 'hidden', neurons"));
    EXPECT_TRUE(succeeded(check.check(slices[0], image)));
  }
}

TEST_F(SynapseCheckTest, WrongTableEntriesAreFound) {
  auto module = mapped(cases[1]);
  auto mapping = all<MachineOp>(*module)[0];
  auto info = NetworkInfo::read(mapping);
  Belongings belongings(mapping);
  s2::SynapseCheck check(mapping, *info, belongings);
  ASSERT_TRUE(succeeded(check.expect({0}, 1)));
  s2::CoreImage image = images(*module, 1)[0];
  SliceOp slice = all<SliceOp>(*module)[0];
  SnncCoreHeader header;
  std::memcpy(&header, image.bytes.data(), sizeof header);
  std::byte *at = image.bytes.data() + (header.table_base - image.base);
  SnncTableEntry entry;
  std::memcpy(&entry, at, sizeof entry);
  auto with = [&](auto change) {
    SnncTableEntry other = entry;
    change(other);
    std::memcpy(at, &other, sizeof other);
    bool good = succeeded(check.check(slice, image));
    std::memcpy(at, &entry, sizeof entry);
    return good;
  };
  EXPECT_TRUE(with([](SnncTableEntry &) {}));
  EXPECT_FALSE(with([](SnncTableEntry &e) { ++e.delay; }));
  EXPECT_FALSE(with([](SnncTableEntry &e) { ++e.target; }));
  EXPECT_FALSE(with([](SnncTableEntry &e) { ++e.first; }));
  EXPECT_FALSE(with([](SnncTableEntry &e) { --e.key_count; }));
  EXPECT_FALSE(with([](SnncTableEntry &e) { e.rows_base += 4; }));
}

//===----------------------------------------------------------------------===//
// Weight-delay maps
//===----------------------------------------------------------------------===//

class MapCheck : public SynapseCheckTest {
protected:
  void load(ModuleOp from) {
    module = from;
    auto mapping = all<MachineOp>(module)[0];
    info.emplace(*NetworkInfo::read(mapping));
    belongings.emplace(mapping);
    check.emplace(mapping, *info, *belongings);
    std::vector<uint32_t> edges(info->edges.size());
    std::iota(edges.begin(), edges.end(), 0);
    ASSERT_TRUE(succeeded(check->expect(edges, 1))) << messages;
    built = images(module, 1);
    slices = all<SliceOp>(module);
    for (size_t i = 0; i < slices.size(); ++i)
      ASSERT_TRUE(good(i)) << messages;
  }
  bool good(size_t i) { return succeeded(check->check(slices[i], built[i])); }
  template <typename T> T read(size_t i, uint64_t address) {
    T value;
    std::memcpy(&value, placeOf(i, address), sizeof value);
    return value;
  }
  SnncCoreHeader header(size_t i) {
    return read<SnncCoreHeader>(i, built[i].base);
  }
  /// Whether the check finds what `change` does to a number of the image; the
  /// number is as before then.
  template <typename T, typename Change>
  bool finds(size_t i, uint64_t address, Change change) {
    T before = read<T>(i, address), after = before;
    change(after);
    std::memcpy(placeOf(i, address), &after, sizeof after);
    bool found = !good(i);
    std::memcpy(placeOf(i, address), &before, sizeof before);
    EXPECT_TRUE(good(i)) << messages;
    return found;
  }
  /// A flipped bit of a random panel's weights is found where a packet adds
  /// another number for it. Returns whether it does.
  bool flipWeight(size_t i, std::mt19937 &random) {
    SnncCoreHeader of = header(i);
    auto panel = read<SnncPanel>(i, of.panel_base + random() % of.panel_count *
                                                        sizeof(SnncPanel));
    if (!panel.rows)
      return false;
    uint32_t width =
        cast<MapRowsAttr>(rowEncodingsOf(slices[i])[0]).getBits() / 8;
    uint64_t at = random() % (uint64_t(panel.rows) * panel.columns * width);
    bool held =
        at / width % panel.columns < panel.neuron_end - panel.neuron_first;
    auto bit = uint8_t(1u << random() % 8);
    EXPECT_EQ(finds<uint8_t>(i, panel.weights + at,
                             [&](uint8_t &byte) { byte ^= bit; }),
              held)
        << "byte " << at << " of " << panel.rows << " x " << panel.columns;
    return held;
  }

  ModuleOp module;
  std::optional<NetworkInfo> info;
  std::optional<Belongings> belongings;
  std::optional<s2::SynapseCheck> check;
  std::vector<s2::CoreImage> built;
  std::vector<SliceOp> slices;

private:
  std::byte *placeOf(size_t i, uint64_t address) {
    return built[i].bytes.data() + (address - built[i].base);
  }
};

class RandomMapCheck : public MapCheck {};

/// Both paradigms, one and two receptors, batches, 8 and 16 bits, orders.
TEST_P(RandomMapCheck, FlippedWeightsAreFound) {
  std::mt19937 random(GetParam());
  RandomNetwork net(context, GetParam());
  ASSERT_TRUE(succeeded(map(*net, net.number(4, 200)))) << messages;
  load(*net);
  for (size_t i = 0; i < slices.size(); ++i)
    for (unsigned turn = 0; turn < 4 && header(i).panel_count; ++turn)
      flipWeight(i, random);
}

INSTANTIATE_TEST_SUITE_P(Random, RandomMapCheck, testing::Range(0u, 30u));

class DenseMapCheck : public MapCheck {
protected:
  /// 40 neurons with synapses of a fifth of the sources, delays of 2 to 5
  /// ticks.
  OwningOpRef<ModuleOp> dense(unsigned sources, const char *how,
                              const char *more = "") {
    std::string in = "tensor<" + std::to_string(sources) + "xf32>";
    std::string text = "snn.network @net {\n  %in = snn.input \"in\" : " + in;
    text += R"(
  %p = snn.population "hidden" model @two params
    {alpha = 0.5, threshold = 1.0} latency 1 paradigm <parallel> )";
    text += how;
    text += R"( : tensor<40xi1>
  snn.projection "fc" %in to %p weights #snn.procedural<fixed_probability,
    amount = 0.2 : f64, weight = <normal, [0.3, 0.1, 0.0, 10.0]>,
    delay = <uniform_int, [0.0, 3.0]>, autapses = 1, multapses = 1, seed = 1,
    stream = 1> delay(2.0) quant <8, nearest, 100.0> {receptor = 1} : )";
    text += in + ", tensor<40xi1>\n" + more + "}";
    auto module = parseSourceString<ModuleOp>(models + text, &context);
    EXPECT_TRUE(module && succeeded(map(*module, 0))) << messages;
    return module;
  }
  void damage(size_t i) {
    SnncCoreHeader of = header(i);
    uint64_t base = built[i].base;
    auto finds32 = [&](uint64_t address, int32_t by) {
      return finds<uint32_t>(i, address, [&](uint32_t &word) { word += by; });
    };
    auto finds16 = [&](uint64_t address, int by) {
      return finds<uint16_t>(
          i, address, [&](uint16_t &half) { half = uint16_t(half + by); });
    };
    std::mt19937 random(7);
    unsigned held = 0;
    for (unsigned turn = 0; turn < 20; ++turn)
      held += flipWeight(i, random);
    EXPECT_GT(held, 4u); // half of the panels are receptor 0's, empty
    uint64_t offsets =
        uint64_t(of.map_delays - of.map_delay_first + 1) * of.map_sources;
    uint32_t positions = read<uint16_t>(i, of.scatter_base + 2 * offsets);
    ASSERT_GT(positions, 1000u);
    for (uint32_t at : {0u, positions / 2, positions - 1})
      for (int by : {1, -1, 0x7000})
        EXPECT_TRUE(finds16(of.position_base + 2 * at, by)) << at << " " << by;
    // A source has rows enough that one more or less changes a sum.
    for (uint64_t at : {offsets / 3, offsets})
      EXPECT_TRUE(finds16(of.scatter_base + 2 * at, -1)) << at;
    for (uint32_t p : {0u, of.panel_count - 1}) {
      uint64_t at = of.panel_base + p * sizeof(SnncPanel);
      auto tile = p / 2 * 2 == p ? 1 : 0; // the first of two receptors
      EXPECT_TRUE(finds32(at + offsetof(SnncPanel, columns), 16));
      EXPECT_EQ(finds32(at + offsetof(SnncPanel, neuron_first), 1), tile);
      EXPECT_EQ(finds32(at + offsetof(SnncPanel, neuron_end), -1), tile);
    }
    uint64_t full = of.panel_base + sizeof(SnncPanel); // of the receptor
    for (uint64_t field :
         {offsetof(SnncPanel, operand), offsetof(SnncPanel, rows),
          offsetof(SnncPanel, weights)})
      for (int by : {16, -16})
        EXPECT_TRUE(finds32(full + field, by)) << field;
    if (of.panel_count > 2) // the outputs of two panels
      EXPECT_TRUE(finds32(of.panel_base + offsetof(SnncPanel, output), 64));
    for (uint64_t field : {offsetof(SnncCoreHeader, map_sources),
                           offsetof(SnncCoreHeader, map_delay_first),
                           offsetof(SnncCoreHeader, batch),
                           offsetof(SnncCoreHeader, scatter_base),
                           offsetof(SnncCoreHeader, position_base),
                           offsetof(SnncCoreHeader, operand_base),
                           offsetof(SnncCoreHeader, panel_count)})
      EXPECT_TRUE(finds32(base + field, 1)) << field;
    uint64_t entry = of.table_base;
    for (uint64_t field : {offsetof(SnncTableEntry, key_first),
                           offsetof(SnncTableEntry, target)})
      EXPECT_TRUE(finds32(entry + field, 1)) << field;
    EXPECT_TRUE(finds32(entry + offsetof(SnncTableEntry, key_count), -1));
    EXPECT_THAT(messages, HasSubstr("SNN1106: population 'hidden', neurons"));
    EXPECT_THAT(messages, HasSubstr("cannot be read"));
  }
};

TEST_F(DenseMapCheck, DamageIsFoundInEveryPlace) {
  auto module = dense(800, "batch 2");
  ASSERT_TRUE(module);
  load(*module);
  EXPECT_EQ(header(0).batch, 2u);
  for (size_t i = 0; i < slices.size(); ++i)
    damage(i);
}

/// A subordinate against the synapses of its own sources.
TEST_F(DenseMapCheck, SoItIsInSubordinates) {
  auto module = dense(3000, "row_split", R"(
  %few = snn.input "few" : tensor<50xf32>
  snn.projection "less" %few to %p weights #snn.procedural<fixed_probability,
    amount = 0.5 : f64, weight = <constant, [0.3]>, delay = <constant, [0.0]>,
    autapses = 1, multapses = 1, seed = 1, stream = 2> delay(3.0)
    quant <8, nearest, 100.0> {receptor = 0} : tensor<50xf32>, tensor<40xi1>
)");
  load(*module);
  unsigned parts = 0;
  for (size_t i = 0; i < slices.size(); ++i)
    if (slices[i].getSubordinate() && parts++ < 2)
      damage(i);
  EXPECT_GT(parts, 1u);
}

/// The table entries of a dominant PE, of one digit and of two, alike or not.
TEST_F(DenseMapCheck, WrongEntriesOfSumsAreFound) {
  auto module = dense(3000, "row_split");
  auto two = [&](GatherOp gather, bool alike) {
    // Whatever the weights need: the check compares entries and keys.
    llvm::SmallVector<Attribute> digits;
    for (unsigned i = 0; i < gather.getSources().size(); ++i)
      digits.push_back(SumsAttr::get(&context, 2, alike || i % 2 ? 12 : 11));
    gather.setEncodingsAttr(ArrayAttr::get(&context, digits));
  };
  for (int turn = 0; turn < 3; ++turn) {
    SCOPED_TRACE(turn);
    if (turn)
      two(all<GatherOp>(*module)[0], turn == 1);
    load(*module);
    unsigned entries = 0;
    for (size_t i = 0; i < slices.size(); ++i) {
      if (!belongings->of(slices[i]).gather)
        continue;
      SnncCoreHeader of = header(i);
      for (uint32_t k = 0; k < of.table_count; ++k, ++entries) {
        uint64_t at = of.table_base + k * sizeof(SnncTableEntry);
        for (uint64_t field :
             {offsetof(SnncTableEntry, key_first),
              offsetof(SnncTableEntry, origin),
              offsetof(SnncTableEntry, target), offsetof(SnncTableEntry, first),
              offsetof(SnncTableEntry, delay)})
          for (int32_t by : {1, -1, 1 << 12}) {
            // The first key is that of a digit of 0, which nobody sends.
            if (field == offsetof(SnncTableEntry, key_first) && by == 1)
              continue;
            EXPECT_TRUE(finds<uint32_t>(i, at + field,
                                        [&](uint32_t &word) { word += by; }))
                << field << " " << by;
          }
        // The last digit is negative: its keys are at the end.
        EXPECT_TRUE(finds<uint32_t>(i, at + offsetof(SnncTableEntry, key_count),
                                    [](uint32_t &count) { --count; }));
        if (turn == 2) // else the program knows the width
          for (int by : {1, -1})
            EXPECT_TRUE(finds<decltype(SnncTableEntry::length)>(
                i, at + offsetof(SnncTableEntry, length),
                [&](auto &length) { length += by; }));
        EXPECT_TRUE(finds<decltype(SnncTableEntry::kind)>(
            i, at + offsetof(SnncTableEntry, kind),
            [](auto &kind) { kind += 7; }));
      }
    }
    EXPECT_GT(entries, 3u);
    EXPECT_THAT(messages, HasSubstr("SNN0382: population 'hidden', neurons"));
  }
}

/// Whatever threads there are, and whether or not synapses are kept.
TEST_F(SynapseCheckTest, SameBytesFromEveryWay) {
  for (const Case &made : cases) {
    SCOPED_TRACE(made.format);
    machine = std::make_shared<const MachineModel>(
        *builtinMachine(defaultMachineName()));
    auto module = mapped(made);
    auto kept = images(*module, 1);
    context.getLoadedDialect<snn::SNNDialect>()->drawnRows().clear();
    keepNoRows();
    for (unsigned jobs : {1u, 3u}) {
      auto drawn = images(*module, jobs);
      ASSERT_EQ(kept.size(), drawn.size());
      for (size_t i = 0; i < kept.size(); ++i) {
        EXPECT_TRUE(kept[i].bytes == drawn[i].bytes);
        EXPECT_TRUE(kept[i].dram == drawn[i].dram);
      }
    }
    context.getLoadedDialect<snn::SNNDialect>()->drawnRows().setBudget(
        uint64_t(64) << 20);
  }
}

} // namespace
