//===- EngineProbe.cpp - One engine, driven through text ------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs cases from standard input on the engine and prints what became of the
// registers and of memory; differential.py compares that with another engine.
//
// A case is one line of hexadecimal words:
//   code-halfwords... ; r0..r14 apsr ; s0..s31 fpscr ; seed
// The code runs at 0x100 and ends with WFI. Data memory 0x1000..0x1FFF starts
// as the xorshift stream of `seed`. The answer is one line:
//   S|F<kind>|B r0..r14 pc apsr s0..s31 fpscr crc-of-memory
//
//===----------------------------------------------------------------------===//
#include "runtime/emulator/Engine.h"

#include <cstdio>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace snnc::emulator;

namespace {

constexpr uint32_t codeBase = 0x100, dataBase = 0x1000, dataEnd = 0x2000;

std::vector<std::vector<uint32_t>> parse(const std::string &line) {
  std::vector<std::vector<uint32_t>> groups(1);
  std::istringstream words(line);
  std::string word;
  while (words >> word) {
    if (word == ";")
      groups.emplace_back();
    else
      groups.back().push_back(uint32_t(std::stoul(word, nullptr, 16)));
  }
  return groups;
}

uint32_t checksum(const std::byte *bytes, size_t count) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < count; ++i)
    hash = (hash ^ uint32_t(bytes[i])) * 16777619u;
  return hash;
}

void fillData(std::vector<std::byte> &sram, uint32_t seed) {
  for (uint32_t at = dataBase; at < dataEnd; at += 4) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    std::memcpy(&sram[at], &seed, 4);
  }
}

bool runCase(const std::string &line) {
  std::vector<std::vector<uint32_t>> groups = parse(line);
  if (groups.size() != 4 || groups[0].size() > 1000 || groups[1].size() != 16 ||
      groups[2].size() != 33 || groups[3].size() != 1)
    return false;
  std::vector<std::byte> sram(0x2000);
  for (size_t i = 0; i < groups[0].size(); ++i) {
    uint16_t half = uint16_t(groups[0][i]);
    std::memcpy(&sram[codeBase + 2 * i], &half, 2);
  }
  fillData(sram, groups[3][0]);
  EngineConfig config;
  config.sram = sram;
  config.program = {0, 0x1000};
  std::unique_ptr<Engine> engine = createCortexM4(config);
  // MOVW/MOVT r0, CPACR; MOV r1, #0xF00000; STR r1, [r0]; WFI
  const uint16_t enableFpu[] = {0xF64E, 0x5088, 0xF2CE, 0x0000, 0xF44F,
                                0x0170, 0x6001, 0xB672, 0xBF30};
  std::memcpy(&sram[0x40], enableFpu, sizeof(enableFpu));
  Registers registers;
  registers.r[15] = 0x40;
  engine->setRegisters(registers);
  engine->run(1000);
  std::memcpy(registers.r.data(), groups[1].data(), 15 * 4);
  registers.apsr = groups[1][15];
  registers.r[15] = codeBase;
  std::memcpy(registers.s.data(), groups[2].data(), 32 * 4);
  registers.fpscr = groups[2][32];
  engine->setRegisters(registers);
  RunResult result = engine->run(engine->cycles() + 100000);
  registers = engine->registers();
  if (result.reason == StopReason::Fault)
    std::printf("F%d", int(result.fault.kind));
  else
    std::printf(result.reason == StopReason::Sleep ? "S" : "B");
  for (uint32_t r : registers.r)
    std::printf(" %x", r);
  std::printf(" %x", registers.apsr);
  for (uint32_t s : registers.s)
    std::printf(" %x", s);
  std::printf(" %x %x\n", registers.fpscr,
              checksum(&sram[dataBase], dataEnd - dataBase));
  return true;
}

} // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line))
    if (!runCase(line)) {
      std::fprintf(stderr, "engine-probe: malformed case\n");
      return 2;
    }
  return 0;
}
