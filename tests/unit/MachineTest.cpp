//===- MachineTest.cpp - Machine files: contents and every error ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/machine/EmbeddedMachines.h"
#include "runtime/machine/MachineModel.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>

using namespace snnc;

namespace {

std::string shippedText() {
  for (const EmbeddedMachine &machine : embeddedMachines())
    if (machine.name == defaultMachineName())
      return std::string(machine.text);
  return "";
}

/// The shipped file with one edit; fails the test if the text is not there.
std::string edited(const std::string &from, const std::string &to) {
  std::string text = shippedText();
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

Diagnostic errorOf(const std::string &text) {
  Expected<MachineModel> machine = parseMachine(text, "m.yaml");
  EXPECT_FALSE(bool(machine));
  return machine ? Diagnostic{} : machine.error();
}

MachineModel shipped() {
  Expected<MachineModel> machine = builtinMachine(defaultMachineName());
  EXPECT_TRUE(bool(machine)) << (machine ? "" : toText(machine.error()));
  return machine ? *machine : MachineModel{};
}

TEST(Machine, ShippedFilesAreSound) {
  ASSERT_FALSE(builtinMachineNames().empty());
  for (const std::string &name : builtinMachineNames()) {
    Expected<MachineModel> machine = builtinMachine(name);
    ASSERT_TRUE(bool(machine)) << toText(machine.error());
    EXPECT_TRUE(validate(*machine).empty());
    EXPECT_EQ(machine->name, name);
  }
}

TEST(Machine, IsNamedAsItsUserKnowsIt) {
  auto nameOf = [](const std::string &own) {
    auto machine = parseMachine("schema: 1\nbase: spinnaker2-48\n" + own,
                                "machines/lab.yaml");
    return machine ? machine->name : toText(machine.error());
  };
  EXPECT_EQ(nameOf(""), "lab");
  EXPECT_EQ(nameOf("name: rig\n"), "rig");
}

TEST(Machine, PublishedNumbers) {
  MachineModel m = shipped();
  EXPECT_EQ(m.pes.size(), 148u);
  EXPECT_EQ(m.pes.front(), (PeCoordinate{7, 6, 3})) << "ids count down";
  EXPECT_EQ(m.pes[4], (PeCoordinate{7, 5, 3}));
  EXPECT_EQ(m.pes.back(), (PeCoordinate{6, 3, 0}));
  EXPECT_EQ(m.router.nodes, (std::vector<PeCoordinate>{{4, 3, 0}, {4, 4, 0}}));
  EXPECT_EQ((PeCoordinate{7, 6, 3}).peId(), 0xFBu);
  std::set<std::pair<int, int>> quads;
  for (PeCoordinate pe : m.pes) {
    quads.insert({pe.x, pe.y});
    EXPECT_TRUE(pe.x >= 1 && pe.x <= 7 && pe.y >= 1 && pe.y <= 6);
  }
  EXPECT_EQ(quads.size(), 37u); // 38 less the reserved one
  for (std::pair<int, int> absent : {std::pair(4, 3), {4, 4}, {7, 3}, {7, 4}})
    EXPECT_FALSE(quads.count(absent));
  EXPECT_EQ(m.sram.bytes, 131072u);
  EXPECT_EQ(m.sram.program.bytes(), 8192u);
  EXPECT_EQ(m.sram.stack.end, 0x20000u);
  EXPECT_EQ(m.router.entries, 16384u);
  EXPECT_EQ(m.level().clockHz, 300e6);
  EXPECT_EQ(m.receive.base + m.receive.dropped, 0xE2000120u);
  ASSERT_TRUE(m.hasDram());
  EXPECT_EQ(*m.dramBytes, uint64_t(2) << 30);
  EXPECT_EQ(m.dramRoom(), (uint64_t(2) << 30) - 2048);
  EXPECT_EQ(m.dramInterface(0).begin, 0x20000400u);
  EXPECT_EQ(m.dramInterface(1).begin, 0x60000400u);
  EXPECT_EQ(m.dramInterface(1).end, 0xA0000000u);
  EXPECT_EQ(m.dram->dma.base + m.dram->dma.command, 0xE20001BCu);
  EXPECT_EQ(m.dram->dma.queue, 2u);
  // 20 + 150 cycles, then 8 B a cycle; 148 readers get 4.8 GB/s / 148.
  EXPECT_DOUBLE_EQ(m.dmaCycles(800, 1), 270);
  EXPECT_DOUBLE_EQ(m.dmaCycles(800, 148), 170 + 800 / (16.0 / 148));
}

TEST(Machine, DramMayBeAbsentAndHasToFitItsWindow) {
  auto with = [](const std::string &lines) {
    return parseMachine("schema: 1\nbase: spinnaker2\n" + lines, "own.yaml");
  };
  auto without = with("dramBytes: null\n");
  ASSERT_TRUE(bool(without)) << toText(without.error());
  EXPECT_FALSE(without->hasDram());
  EXPECT_EQ(without->dramRoom(), 0u);
  auto half = with("dramBytes: 0x40000000\n");
  ASSERT_TRUE(bool(half)) << toText(half.error());
  EXPECT_EQ(half->dramInterface(1).end, 0x80000000u);
  auto code = [&](const std::string &lines) {
    auto machine = with(lines);
    return machine ? std::string("fine") : machine.error().code.name();
  };
  EXPECT_EQ(code("dramBytes: 0x100000000\n"), "SNN0112");
  EXPECT_EQ(code("dramBytes: 2048\n"), "SNN0112"); // all reserved
  EXPECT_EQ(code("dram: {interfaces: 0}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {base: 0x1000}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {bytesPerSecond: 0}\n"), "SNN0113");
  EXPECT_EQ(code("dram: {dma: {alignment: 12}}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {dma: {local: 4}}\n"), "SNN0112"); // as remote
  EXPECT_EQ(code("dram: {dma: {base: 0x2000}}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {dma: {startRead: 0}}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {dma: {queue: 0}}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {dma: {queue: 9}}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {dma: {full: 0}}\n"), "SNN0112");
  EXPECT_EQ(code("dram: {dma: {full: 3}}\n"), "SNN0112"); // one is busy
}

TEST(Machine, NormalFormReadsBack) {
  MachineModel m = shipped();
  std::string json = toJsonText(m);
  Expected<MachineModel> again = parseMachine(json, "machine.json");
  ASSERT_TRUE(bool(again)) << toText(again.error());
  EXPECT_EQ(toJsonText(*again), json);
  EXPECT_EQ(again->digest, m.digest);
  EXPECT_EQ(again->pes, m.pes);
  EXPECT_EQ(m.digest.substr(0, 7), "sha256:");
}

TEST(Machine, EveryShippedLeafHasItsSource) {
  // {value: without source: would have been refused; plain leaves are only
  // for names and the JSON form.
  std::string text = shippedText();
  Diagnostic d = errorOf(edited("confidence: P", "confidence: SURE"));
  EXPECT_EQ(d.code, "SNN0109");
  EXPECT_GT(d.spot.line, 0);
}

TEST(Machine, SyntaxErrorHasPlace) {
  Diagnostic d = errorOf("schema: 1\nname: [unclosed\n");
  EXPECT_EQ(d.code, "SNN0101");
  EXPECT_EQ(d.spot.file, "m.yaml");
  EXPECT_GE(d.spot.line, 2);
}

TEST(Machine, UnknownKeySuggests) {
  Diagnostic d = errorOf(shippedText() + "\nrooter: 1\n");
  EXPECT_EQ(d.code, "SNN0102");
  ASSERT_EQ(d.hints.size(), 1u);
  EXPECT_NE(d.hints[0].find("'router'"), std::string::npos);
  EXPECT_GT(d.spot.line, 100);
  EXPECT_EQ(errorOf(edited("{value: 1,", "{valu: 1,")).code, "SNN0102");
}

TEST(Machine, MissingKeySuggests) {
  Diagnostic d = errorOf(edited("  alignment:", "  aligment:"));
  EXPECT_EQ(d.code, "SNN0103");
  EXPECT_NE(d.message.find("sram.alignment"), std::string::npos);
  ASSERT_FALSE(d.hints.empty());
  EXPECT_NE(d.hints[0].find("aligment"), std::string::npos);
}

TEST(Machine, WrongTypes) {
  EXPECT_EQ(errorOf(edited("value: 16384", "value: many")).code, "SNN0104");
  EXPECT_EQ(errorOf(edited("value: 16384", "value: -1")).code, "SNN0104");
  EXPECT_EQ(errorOf(edited("value: 16384", "value: 4294967296")).code,
            "SNN0104");
  EXPECT_EQ(errorOf(edited("value: 400.0e6", "value: .nan")).code, "SNN0104");
  EXPECT_EQ(errorOf(edited("[0x0, 0x2000]", "[0x0]")).code, "SNN0104");
  EXPECT_EQ(errorOf(edited("[[7, 6],", "[[9, 6],")).code, "SNN0104");
  EXPECT_EQ(errorOf(edited("[[5, 3, 0],", "[[0, 0, 0],")).code, "SNN0104");
  EXPECT_EQ(errorOf("[1, 2]").code, "SNN0104");
  EXPECT_EQ(errorOf(edited("schema: 1", "schema: 2")).code, "SNN0104");
}

TEST(Machine, NullWhereNeeded) {
  Diagnostic d = errorOf(edited("value: 0xE1000000", "value: null"));
  EXPECT_EQ(d.code, "SNN0105");
  EXPECT_NE(d.message.find("timer.base"), std::string::npos);
  EXPECT_FALSE(d.hints.empty());
}

MachineModel machineOf(const std::string &text) {
  Expected<MachineModel> machine = parseMachine("schema: 1\n" + text, "m.yaml");
  EXPECT_TRUE(bool(machine)) << (machine ? "" : toText(machine.error()));
  return machine ? *machine : shipped();
}

uint32_t directedLinks(const ChipGrid &grid) {
  uint32_t count = 0;
  for (uint32_t chip = 0; chip < grid.size(); ++chip)
    for (unsigned link = 0; link < kLinksPerChip; ++link) {
      uint32_t other = grid.neighbour(chip, link);
      count += other != ChipGrid::none;
      if (other != ChipGrid::none)
        EXPECT_EQ(grid.neighbour(other, oppositeLink(link)), chip);
    }
  return count;
}

TEST(MachineChips, OneChipWritesWhatItDidBefore) {
  std::string text = toJsonText(shipped());
  for (const char *key : {"boards", "torus", "dead", "\"link\""})
    EXPECT_EQ(text.find(key), std::string::npos) << key;
  EXPECT_EQ(toJsonText(machineOf("base: spinnaker2-1\nname: spinnaker2\n")),
            text);
  EXPECT_EQ(shipped().coreCount(), 148u);
  EXPECT_EQ(ChipGrid(shipped()).size(), 1u);
  EXPECT_EQ(directedLinks(ChipGrid(shipped())), 0u);
}

// The counts are those of SpiNNMachine: 240 directed links on a board, 3 open
// boards of 144 chips in 16 x 16 with 384 links.
TEST(MachineChips, Geometry) {
  MachineModel board = machineOf("base: spinnaker2-48\n");
  ChipGrid one(board);
  EXPECT_EQ(one.size(), 48u);
  EXPECT_EQ(directedLinks(one), 240u);
  EXPECT_EQ(board.coreCount(), 7104u);
  EXPECT_EQ(board.cores().size(), 7104u);
  for (uint32_t chip = 1; chip < one.size(); ++chip)
    EXPECT_EQ(one.distance(chip - 1, chip), 1u);
  EXPECT_EQ(board.layout.distance({0, 0}, {7, 7}), 7u);
  EXPECT_EQ(board.layout.distance({0, 3}, {4, 0}), 7u);

  MachineModel three = machineOf("base: spinnaker2-48\nboards: 3\n");
  ChipGrid open(three);
  EXPECT_EQ(open.size(), 144u);
  EXPECT_EQ(three.layout.width(), 16u);
  EXPECT_EQ(directedLinks(open), 768u);

  ChipGrid torus(machineOf("base: spinnaker2-48\nboards: 3\ntorus: true\n"));
  EXPECT_EQ(torus.size(), 144u);
  EXPECT_EQ(directedLinks(torus), 6 * 144u);
}

// The formula against a search over the links, on open and closed machines.
TEST(MachineChips, DistancesAreShortestWays) {
  for (const char *more : {"", "boards: 12\ntorus: true\n"}) {
    MachineModel machine =
        machineOf(std::string("base: spinnaker2-48\n") + more);
    ChipGrid grid(machine);
    for (uint32_t from : {0u, grid.size() / 2, grid.size() - 1}) {
      std::vector<uint32_t> steps(grid.size(), ChipGrid::none), work = {from};
      steps[from] = 0;
      for (size_t i = 0; i < work.size(); ++i)
        for (unsigned link = 0; link < kLinksPerChip; ++link) {
          uint32_t next = grid.neighbour(work[i], link);
          if (next == ChipGrid::none || steps[next] != ChipGrid::none)
            continue;
          steps[next] = steps[work[i]] + 1;
          work.push_back(next);
        }
      for (uint32_t to = 0; to < grid.size(); ++to)
        EXPECT_EQ(grid.distance(from, to), steps[to]) << from << " " << to;
    }
  }
}

TEST(MachineChips, DeadPartsAreGoneAndReadBack) {
  MachineModel m = machineOf("base: spinnaker2-48\n"
                             "dead: {chips: [[1, 1], [0, 1]],\n"
                             "  pes: [[0, 0, 7, 6, 0], [1, 1, 7, 6, 1]],\n"
                             "  links: [[2, 2, 0]]}\n");
  EXPECT_EQ(m.chipCount(), 46u);
  EXPECT_EQ(m.coreCount(), 46u * 148 - 1);
  EXPECT_EQ(m.cores().size(), m.coreCount());
  EXPECT_FALSE(m.has(ChipCoordinate{1, 1}));
  EXPECT_FALSE(m.has(CoreAddress{{0, 0}, {7, 6, 0}}));
  EXPECT_TRUE(m.has(CoreAddress{{0, 0}, {7, 6, 1}}));
  EXPECT_FALSE(m.neighbour({2, 2}, 0));
  EXPECT_FALSE(m.neighbour({3, 2}, 3)); // the same link
  EXPECT_FALSE(m.neighbour({2, 2}, 4)); // into a dead chip
  EXPECT_TRUE(m.neighbour({2, 2}, 1));
  Expected<MachineModel> again = parseMachine(toJsonText(m), "machine.json");
  ASSERT_TRUE(bool(again)) << toText(again.error());
  EXPECT_EQ(toJsonText(*again), toJsonText(m));
  EXPECT_EQ(again->cores(), m.cores());
}

TEST(MachineChips, DeadPartsInAFileOfTheirOwn) {
  std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "machine-dead-parts";
  std::filesystem::create_directories(folder);
  auto write = [&](const char *name, const std::string &text) {
    std::ofstream(folder / name) << text;
  };
  std::string machine = "schema: 1\nbase: spinnaker2-48\ndead: list.yaml\n";
  write("m.yaml", machine);
  std::string path = (folder / "m.yaml").string();
  EXPECT_EQ(loadMachine(path).error().code, "SNN0001"); // no such file
  write("list.yaml", "chips: [[1, 1]]\n");
  Expected<MachineModel> m = loadMachine(path);
  ASSERT_TRUE(bool(m)) << toText(m.error());
  EXPECT_EQ(m->chipCount(), 47u);
  write("list.yaml", "\nchips: [[1, 99]]\n");
  Diagnostic outside = loadMachine(path).error();
  EXPECT_EQ(outside.code, "SNN0115");
  EXPECT_EQ(outside.spot.line, 2);
  EXPECT_EQ(outside.spot.file, (folder / "list.yaml").string());
  write("list.yaml", "chips: [[");
  EXPECT_EQ(loadMachine(path).error().code, "SNN0101");
  EXPECT_EQ(loadMachine(path).error().spot.file,
            (folder / "list.yaml").string());
  // What a bundle carries names no files of whoever reads it.
  EXPECT_EQ(parseMachine(machine, "b.s2x:machine.json").error().code,
            "SNN0104");
  std::filesystem::remove_all(folder);
}

TEST(MachineChips, WhatIsCutOffIsDead) {
  // (0, 0) keeps its link to the east only; (0, 1) has none left.
  MachineModel m = machineOf("base: spinnaker2-48\n"
                             "dead: {links: [[0, 1, 0], [0, 1, 1], [0, 1, 2], "
                             "[0, 1, 5]]}\n");
  EXPECT_FALSE(m.has(ChipCoordinate{0, 1}));
  EXPECT_EQ(m.chipCount(), 47u);
  EXPECT_TRUE(ChipGrid(m).cutOff().empty());
}

TEST(MachineChips, ErrorsHavePlaces) {
  auto error = [](const std::string &text) {
    return errorOf("schema: 1\nbase: spinnaker2-48\n" + text);
  };
  EXPECT_EQ(error("boards: 0\n").code, "SNN0114");
  EXPECT_EQ(error("boards: 100000\n").code, "SNN0114");
  EXPECT_EQ(error("boards: 4\ntorus: true\n").code, "SNN0114");
  EXPECT_EQ(error("chips: 47\n").code, "SNN0114");
  EXPECT_EQ(error("chips: 1\nboards: 2\n").code, "SNN0114");
  EXPECT_EQ(error("torus: maybe\n").code, "SNN0104");
  EXPECT_EQ(error("boards: 2\nboards: 3\n").code, "SNN0107");
  EXPECT_EQ(error("bords: 2\n").code, "SNN0102");
  EXPECT_EQ(error("dead: {chips: [[0, 4]]}\n").code, "SNN0115");
  EXPECT_EQ(error("dead: {chips: [[0, 4]]}\n").spot.line, 3);
  EXPECT_EQ(error("dead: {pes: [[0, 0, 4, 3, 0]]}\n").code, "SNN0115");
  EXPECT_EQ(error("dead: {links: [[0, 0, 3]]}\n").code, "SNN0115");
  EXPECT_EQ(error("dead: {links: [[0, 0, 6]]}\n").code, "SNN0115");
  EXPECT_EQ(error("dead: {chips: [[0]]}\n").code, "SNN0104");
  EXPECT_EQ(error("dead: [[0]]\n").code, "SNN0104");
  EXPECT_EQ(error("dead: {chip: []}\n").code, "SNN0102");
  EXPECT_EQ(error("link: {bitsPerSecond: 0}\n").code, "SNN0113");
  EXPECT_EQ(errorOf("schema: 1\nbase: spinaker2\n").code, "SNN0106");
  EXPECT_EQ(errorOf("schema: 1\nbase: spinaker2\n").spot.line, 2);
  EXPECT_EQ(errorOf("schema: 1\nbase: [a]\n").code, "SNN0106");
}

TEST(Machine, UnknownBuiltin) {
  Expected<MachineModel> machine = builtinMachine("spinaker2");
  ASSERT_FALSE(bool(machine));
  EXPECT_EQ(machine.error().code, "SNN0106");
  EXPECT_NE(machine.error().hints[0].find("spinnaker2"), std::string::npos);
}

TEST(Machine, DuplicateKey) {
  EXPECT_EQ(errorOf(shippedText() + "\nname: twice\n").code, "SNN0107");
}

TEST(Machine, TooLarge) {
  EXPECT_EQ(errorOf(std::string((1 << 20) + 1, ' ')).code, "SNN0108");
  std::string path = testing::TempDir() + "snnc-large-machine.yaml";
  std::ofstream(path) << std::string((1 << 20) + 1, ' ');
  Expected<MachineModel> machine = loadMachine(path);
  ASSERT_FALSE(bool(machine));
  EXPECT_EQ(machine.error().code, "SNN0002");
  EXPECT_FALSE(bool(loadMachine(path + ".none")));
}

TEST(Machine, HostileDepthAndAliases) {
  EXPECT_EQ(errorOf(std::string(200000, '[')).code, "SNN0101");
  EXPECT_EQ(errorOf("a: &a [*a]\nname: *a\n").code.name().substr(0, 5),
            "SNN01");
}

TEST(Machine, ValidateRefusesBadRanges) {
  EXPECT_EQ(errorOf(edited("[0x0, 0x2000]", "[0x2000, 0x0]")).code, "SNN0110");
  EXPECT_EQ(errorOf(edited("[0x0, 0x2000]", "[0x0, 0x1F000]")).code, "SNN0110");
  EXPECT_EQ(errorOf(edited("[0x1F000, 0x20000]", "[0x1F000, 0x30000]")).code,
            "SNN0110");
  EXPECT_EQ(errorOf(edited("value: 16, source: \"NESTML",
                           "value: 12, source: \"NESTML"))
                .code,
            "SNN0110");
}

TEST(Machine, ValidateRefusesBadPes) {
  EXPECT_EQ(errorOf(edited("[7, 5], ", "[7, 6], ")).code, "SNN0111");
  MachineModel m = shipped();
  m.pes.clear();
  ASSERT_FALSE(validate(m).empty());
  EXPECT_EQ(validate(m)[0].code, "SNN0111");
  m.pes = {{8, 1, 0}};
  EXPECT_EQ(validate(m)[0].code, "SNN0111");
}

TEST(Machine, ValidateRefusesBadRegisters) {
  EXPECT_EQ(errorOf(edited("words: {value: 0x18", "words: {value: 0x10")).code,
            "SNN0112");
  EXPECT_EQ(errorOf(edited("words: {value: 0x18", "words: {value: 0x19")).code,
            "SNN0112");
  EXPECT_EQ(errorOf(edited("0xE1000000", "0x1000")).code, "SNN0112");
  EXPECT_EQ(errorOf(edited("0xE1000000", "0xE000E100")).code, "SNN0112");
  EXPECT_EQ(errorOf(edited("irq: {value: 17", "irq: {value: 500")).code,
            "SNN0112");
  EXPECT_EQ(errorOf(edited("value: 0x80000000", "value: 0")).code, "SNN0112");
  EXPECT_EQ(errorOf(edited("columns: {value: 16", "columns: {value: 0")).code,
            "SNN0112");
}

TEST(Machine, ValidateRefusesBadClocks) {
  EXPECT_EQ(errorOf(edited("value: 300.0e6", "value: 0")).code, "SNN0113");
  EXPECT_EQ(
      errorOf(edited("defaultLevel: {value: 1", "defaultLevel: {value: 2"))
          .code,
      "SNN0113");
  EXPECT_EQ(errorOf(edited("value: 16384", "value: 0")).code, "SNN0113");
}

} // namespace
