//===- MachineTest.cpp - Machine files: contents and every error ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/machine/EmbeddedMachines.h"
#include "runtime/machine/MachineModel.h"

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
  }
}

TEST(Machine, PublishedNumbers) {
  MachineModel m = shipped();
  EXPECT_EQ(m.pes.size(), 148u);
  EXPECT_EQ(m.pes.front(), (PeCoordinate{7, 6, 0}));
  EXPECT_EQ(m.pes[4], (PeCoordinate{7, 5, 0}));
  EXPECT_EQ(m.pes.back(), (PeCoordinate{6, 3, 3}));
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
  EXPECT_FALSE(m.dramBytes.has_value());
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
  EXPECT_EQ(errorOf(edited("chips: {value: 1", "chips: {value: 48")).code,
            "SNN0111");
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
