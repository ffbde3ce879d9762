//===- RowCheckTest.cpp - Rows are read back from their images ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/MapFixtures.h"

#include "backends/spinnaker2/Image/RowCheck.h"
#include "compiler/Rows/Blocks.h"
#include "compiler/SNN/DrawnRows.h"
#include "runtime/abi/CoreHeader.h"

#include <cstring>
#include <map>
#include <set>

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
    {"fixed_probability, amount = 0.15", 3000, 200, 44000, "strided dram"},
    {"fixed_probability, amount = 0.05", 20000, 60, 24000, "strided dram"},
};

class RowCheckTest : public MapPasses {
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
using Effect = std::map<std::tuple<uint32_t, uint32_t, uint32_t>, int64_t>;

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

TEST_F(RowCheckTest, DamageIsFoundInEveryPlace) {
  std::mt19937 random(7);
  for (const Case &made : cases) {
    SCOPED_TRACE(made.format);
    machine = std::make_shared<const MachineModel>(
        *builtinMachine(defaultMachineName()));
    auto module = mapped(made);
    auto mapping = all<MachineOp>(*module)[0];
    auto info = NetworkInfo::read(mapping);
    Belongings belongings(mapping);
    s2::RowCheck check(mapping, *info, belongings);
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

TEST_F(RowCheckTest, WrongTableEntriesAreFound) {
  auto module = mapped(cases[1]);
  auto mapping = all<MachineOp>(*module)[0];
  auto info = NetworkInfo::read(mapping);
  Belongings belongings(mapping);
  s2::RowCheck check(mapping, *info, belongings);
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

/// Whatever threads there are, and whether or not synapses are kept.
TEST_F(RowCheckTest, SameBytesFromEveryWay) {
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
