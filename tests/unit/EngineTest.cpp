//===- EngineTest.cpp - Cortex-M4F engine: faults, sleep, cycles ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the differential test cannot see: faults, system registers, sleeping,
// branches out of line and the cycle model (docs/cycles.md).
//
//===----------------------------------------------------------------------===//
#include "runtime/emulator/Engine.h"

#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <vector>

using namespace snnc;
using namespace snnc::emulator;

namespace {

constexpr uint32_t codeAt = 0x100, wfi = 0xBF30;

/// One register at 0x40000000 that remembers what it was told.
class OneRegister final : public Bus {
public:
  bool read(uint32_t address, unsigned bytes, uint32_t &value) override {
    value = content;
    return address == 0x40000000 && bytes == 4;
  }
  bool write(uint32_t address, unsigned bytes, uint32_t value) override {
    content = value;
    return address == 0x40000000 && bytes == 4;
  }
  uint32_t content = 0;
};

class EngineTest : public testing::Test {
protected:
  EngineTest() : sram(0x8000) {
    EngineConfig config;
    config.sram = sram;
    config.program = {0, 0x2000};
    config.bus = &bus;
    engine = createCortexM4(config);
    registers.r[15] = codeAt;
    registers.r[13] = 0x8000;
  }

  RunResult run(const std::vector<uint16_t> &code, uint64_t budget = 100000) {
    std::memcpy(&sram[codeAt], code.data(), 2 * code.size());
    engine->programChanged();
    engine->setRegisters(registers);
    startCycles = engine->cycles();
    startInstructions = engine->instructions();
    RunResult result = engine->run(startCycles + budget);
    registers = engine->registers();
    return result;
  }
  /// Cycles of `code` up to and without its closing WFI (2 cycles).
  uint64_t cyclesOf(std::vector<uint16_t> code) {
    code.push_back(wfi);
    registers.r[15] = codeAt;
    EXPECT_EQ(run(code).reason, StopReason::Sleep);
    return engine->cycles() - startCycles - 2;
  }
  FaultKind faultOf(const std::vector<uint16_t> &code) {
    registers.r[15] = codeAt;
    RunResult result = run(code);
    EXPECT_EQ(result.reason, StopReason::Fault);
    lastFault = result.fault;
    return result.fault.kind;
  }
  void enableFpu() {
    Registers saved = registers;
    run({0xF64E, 0x5088, 0xF2CE, 0x0000, 0xF44F, 0x0170, 0x6001, wfi});
    registers = saved;
  }

  OneRegister bus;
  std::vector<std::byte> sram;
  std::unique_ptr<Engine> engine;
  Registers registers;
  Fault lastFault;
  uint64_t startCycles = 0, startInstructions = 0;
};

TEST_F(EngineTest, ResetReadsVectors) {
  uint32_t vectors[] = {0x7FF8, codeAt | 1};
  std::memcpy(sram.data(), vectors, sizeof(vectors));
  std::memcpy(&sram[codeAt], &wfi, 2);
  engine->reset();
  EXPECT_EQ(engine->run(1000).reason, StopReason::Sleep);
  EXPECT_EQ(engine->registers().r[13], 0x7FF8u);
  EXPECT_EQ(engine->registers().r[15], codeAt + 2);
  EXPECT_EQ(engine->instructions(), 1u);
}

TEST_F(EngineTest, FaultsNameTheirCause) {
  EXPECT_EQ(faultOf({0xDE00}), FaultKind::Undefined); // UDF
  EXPECT_EQ(lastFault.pc, codeAt);
  EXPECT_EQ(lastFault.encoding, 0xDE00u);
  EXPECT_FALSE(lastFault.wide);
  EXPECT_EQ(faultOf({0xF7F0, 0xA000}), FaultKind::Undefined); // UDF.W
  EXPECT_TRUE(lastFault.wide);
  EXPECT_EQ(lastFault.encoding, 0xF7F0A000u);
  EXPECT_EQ(faultOf({0xDF01}), FaultKind::SupervisorCall);
  EXPECT_EQ(faultOf({0xBE00}), FaultKind::Breakpoint);
  registers.r[0] = 0x200;
  EXPECT_EQ(faultOf({0x6001}), FaultKind::WriteProtected); // str r1,[r0]
  EXPECT_EQ(lastFault.address, 0x200u);
  registers.r[0] = 0x8000;
  EXPECT_EQ(faultOf({0x6801}), FaultKind::Bus); // ldr r1,[r0]
  registers.r[0] = 0x7FFE;                      // straddles the end
  EXPECT_EQ(faultOf({0x6801}), FaultKind::Bus);
  registers.r[0] = 0xFFFFFFFE;
  EXPECT_EQ(faultOf({0x6801}), FaultKind::Alignment);
  registers.r[0] = 0x3001;
  EXPECT_EQ(faultOf({0xC806}), FaultKind::Alignment);         // ldm r0,{r1,r2}
  EXPECT_EQ(faultOf({0xE9D0, 0x1200}), FaultKind::Alignment); // ldrd
  EXPECT_EQ(faultOf({0xED90, 0x0A00}), FaultKind::FpuDisabled);
  enableFpu();
  EXPECT_EQ(faultOf({0xED90, 0x0A00}), FaultKind::Alignment); // vldr
}

TEST_F(EngineTest, LeavingTheProgramFaults) {
  registers.r[0] = 0x3001;
  EXPECT_EQ(faultOf({0x4700}), FaultKind::Fetch); // bx r0
  EXPECT_EQ(lastFault.address, 0x3000u);
  registers.r[0] = 0x200;
  EXPECT_EQ(faultOf({0x4700}), FaultKind::InvalidState);
  // Running off the end of the program range.
  uint16_t nop = 0xBF00;
  std::memcpy(&sram[0x1FFE], &nop, 2);
  registers.r[15] = 0x1FFE;
  engine->setRegisters(registers);
  RunResult result = engine->run(engine->cycles() + 100);
  EXPECT_EQ(result.reason, StopReason::Fault);
  EXPECT_EQ(result.fault.kind, FaultKind::Fetch);
  // Half of a wide instruction at the end.
  uint16_t wide = 0xF3AF;
  std::memcpy(&sram[0x1FFE], &wide, 2);
  engine->programChanged();
  engine->setRegisters(registers);
  EXPECT_EQ(engine->run(engine->cycles() + 100).fault.kind, FaultKind::Fetch);
}

TEST_F(EngineTest, BudgetStopsEndlessLoops) {
  RunResult result = run({0xE7FE}, 1000); // b .
  EXPECT_EQ(result.reason, StopReason::Budget);
  EXPECT_GE(engine->cycles() - startCycles, 1000u);
  EXPECT_LT(engine->cycles() - startCycles, 1010u);
  registers.r[0] = codeAt | 1;
  EXPECT_EQ(run({0x4700}, 1000).reason, StopReason::Budget); // bx r0
  EXPECT_EQ(engine->registers().r[15], codeAt);
}

TEST_F(EngineTest, SleepWakesOnEnabledInterrupt) {
  // cpsid i; mov r1,#1; str r1,[r0] (ISER0); wfi; adds r2,#1; b .
  registers.r[0] = 0xE000E100;
  EXPECT_EQ(run({0xB672, 0x2101, 0x6001, wfi, 0x3201, 0xE7FE}).reason,
            StopReason::Sleep);
  EXPECT_EQ(registers.r[2], 0u);
  uint64_t asleep = engine->cycles();
  EXPECT_EQ(engine->run(asleep + 1000).reason, StopReason::Sleep);
  EXPECT_EQ(engine->cycles(), asleep); // nothing pending: still asleep
  engine->setInterruptLine(5, true);   // not enabled
  engine->run(asleep + 1000);
  EXPECT_EQ(engine->registers().r[2], 0u);
  engine->setInterruptLine(0, true);
  EXPECT_EQ(engine->run(asleep + 1000).reason, StopReason::Budget);
  EXPECT_EQ(engine->registers().r[2], 1u);
}

TEST_F(EngineTest, PendingBitStaysUntilCleared) {
  // cpsid i; mov r1,#1; str r1,[r0]; wfi; adds r2,#1; b back to wfi
  registers.r[0] = 0xE000E100;
  run({0xB672, 0x2101, 0x6001, wfi, 0x3201, 0xE7FC});
  engine->setInterruptLine(0, true);
  engine->setInterruptLine(0, false);
  EXPECT_EQ(engine->run(engine->cycles() + 1000).reason, StopReason::Budget);
  EXPECT_GT(engine->registers().r[2], 100u);
}

TEST_F(EngineTest, TakenInterruptIsRefused) {
  registers.r[0] = 0xE000E100;
  run({0x2101, 0x6001, wfi}); // PRIMASK clear
  engine->setInterruptLine(0, true);
  RunResult result = engine->run(engine->cycles() + 1000);
  EXPECT_EQ(result.reason, StopReason::Fault);
  EXPECT_EQ(result.fault.kind, FaultKind::Interrupt);
}

TEST_F(EngineTest, DeviceAccess) {
  registers.r[0] = 0x40000000;
  registers.r[1] = 77;
  run({0x6001, 0x6802, wfi}); // str r1,[r0]; ldr r2,[r0]
  EXPECT_EQ(bus.content, 77u);
  EXPECT_EQ(registers.r[2], 77u);
  EXPECT_EQ(faultOf({0x7001}), FaultKind::Bus); // strb
  registers.r[0] = 0x40000004;
  EXPECT_EQ(faultOf({0x6801}), FaultKind::Bus);
}

TEST_F(EngineTest, SystemControlSpace) {
  registers.r[0] = 0xE000ED00;
  run({0x6801, wfi}); // CPUID
  EXPECT_EQ(registers.r[1], 0x410FC241u);
  registers.r[0] = 0xE000E010; // SysTick is not there
  EXPECT_EQ(faultOf({0x6801}), FaultKind::Bus);
  registers.r[0] = 0xE000E400;
  registers.r[1] = 0xFF; // five priority bits
  registers.r[15] = codeAt;
  run({0x7001, 0x7802, wfi});
  EXPECT_EQ(registers.r[2], 0xF8u);
}

TEST_F(EngineTest, FpscrModesAreRefused) {
  enableFpu();
  registers.r[0] = 1u << 24;                                // flush to zero
  EXPECT_EQ(faultOf({0xEEE1, 0x0A10}), FaultKind::FpuMode); // vmsr fpscr,r0
}

TEST_F(EngineTest, TableBranchAndLiteral) {
  // tbb [pc, r0]: table {1, 2}; case 0: movs r1,#10; case 1: wfi
  registers.r[0] = 0;
  run({0xE8DF, 0xF000, 0x0201, 0x210A, wfi});
  EXPECT_EQ(registers.r[1], 10u);
  registers = Registers();
  registers.r[0] = 1;
  registers.r[15] = codeAt;
  run({0xE8DF, 0xF000, 0x0201, 0x210A, wfi});
  EXPECT_EQ(registers.r[1], 0u);
}

TEST_F(EngineTest, CallAndReturn) {
  // bl f; movs r1,#1; wfi; f: push {r4,lr}; movs r4,#9; mov r0,r4; pop {r4,pc}
  registers.r[4] = 1234;
  run({0xF000, 0xF802, 0x2101, wfi, 0xB510, 0x2409, 0x4620, 0xBD10});
  EXPECT_EQ(registers.r[0], 9u);
  EXPECT_EQ(registers.r[1], 1u);
  EXPECT_EQ(registers.r[4], 1234u);
  EXPECT_EQ(registers.r[13], 0x8000u);
}

TEST_F(EngineTest, ConditionalReturnInIt) {
  // bl f; wfi; f: cmp r0,#0; it eq; bxeq lr; movs r1,#5; bx lr
  std::vector<uint16_t> code = {0xF000, 0xF801, wfi,    0x2800,
                                0xBF08, 0x4770, 0x2105, 0x4770};
  run(code);
  EXPECT_EQ(registers.r[1], 0u);
  registers.r[0] = 1;
  registers.r[15] = codeAt;
  run(code);
  EXPECT_EQ(registers.r[1], 5u);
}

TEST_F(EngineTest, StackPointerStaysAligned) {
  registers.r[0] = 0x7003;
  run({0x4685, wfi}); // mov sp,r0
  EXPECT_EQ(registers.r[13], 0x7000u);
}

TEST_F(EngineTest, CycleModel) {
  registers.r[0] = registers.r[1] = 0x3000;
  registers.r[3] = 8;
  EXPECT_EQ(cyclesOf({0x1889}), 1u);         // adds r1,r1,r2
  EXPECT_EQ(cyclesOf({0x6802}), 2u);         // ldr r2,[r0]
  EXPECT_EQ(cyclesOf({0x6802, 0x6845}), 3u); // ldr; ldr overlaps
  EXPECT_EQ(cyclesOf({0x6002}), 1u);         // str r2,[r0]
  EXPECT_EQ(cyclesOf({0x50C2}), 2u);         // str r2,[r0,r3]
  EXPECT_EQ(cyclesOf({0x3004, 0x6802}), 4u); // adds r0,#4; ldr [r0]
  registers.r[0] = 0x3000;
  EXPECT_EQ(cyclesOf({0xE890, 0x0034}), 4u);         // ldm r0,{r2,r4,r5}
  EXPECT_EQ(cyclesOf({0xE9D0, 0x4500}), 3u);         // ldrd r4,r5,[r0]
  EXPECT_EQ(cyclesOf({0xE000, 0xBF00, 0xBF00}), 4u); // b over; nop
  EXPECT_EQ(cyclesOf({0xFB01, 0xF203}), 1u);         // mul r2,r1,r3
  registers.r[1] = 100;
  registers.r[3] = 200;
  EXPECT_EQ(cyclesOf({0xFBB1, 0xF2F3}), 2u); // udiv, quotient 0
  registers.r[1] = 0xFFFFFFFF;
  registers.r[3] = 1;
  EXPECT_EQ(cyclesOf({0xFBB1, 0xF2F3}), 12u); // udiv, 32 quotient bits
  // cmp r1,r1; it ne; ldrne r2,[r0]: skipped for one cycle
  EXPECT_EQ(cyclesOf({0x4289, 0xBF18, 0x6802}), 3u);
  // cmp r1,r1; beq +0 (taken); cmp r1,r1; bne +0 (not taken)
  EXPECT_EQ(cyclesOf({0x4289, 0xD000, 0xBF00, 0xBF00}), 5u);
  EXPECT_EQ(cyclesOf({0x4289, 0xD100, 0xBF00, 0xBF00}), 4u);
}

TEST_F(EngineTest, FloatingPointCycles) {
  enableFpu();
  EXPECT_EQ(cyclesOf({0xEE30, 0x0A81}), 1u);                 // vadd
  EXPECT_EQ(cyclesOf({0xEE30, 0x0A81, 0xEE70, 0x1A01}), 3u); // dependent
  EXPECT_EQ(cyclesOf({0xEE00, 0x0A81}), 3u);                 // vmla
  EXPECT_EQ(cyclesOf({0xEE80, 0x0A81}), 14u);                // vdiv
  registers.r[0] = 0x3000;
  EXPECT_EQ(cyclesOf({0xED90, 0x0A00}), 2u); // vldr
  EXPECT_EQ(cyclesOf({0xEC90, 0x0A04}), 5u); // vldm r0,{s0-s3}
}

TEST_F(EngineTest, CountsInstructionsInLongRuns) {
  std::vector<uint16_t> code(500, 0x3201); // adds r2,#1
  code.push_back(wfi);
  run(code);
  EXPECT_EQ(registers.r[2], 500u);
  EXPECT_EQ(engine->instructions() - startInstructions, 501u);
  EXPECT_EQ(engine->cycles() - startCycles, 502u);
}

/// Halves that no table knows must fault, not crash: every 16-bit encoding and
/// a stride through the 32-bit ones, from registers full of wild addresses.
TEST_F(EngineTest, EveryEncodingEndsSomehow) {
  for (uint32_t half = 0; half < 0x10000; ++half) {
    registers = Registers();
    registers.r.fill(0xDEADBEEF);
    registers.r[15] = codeAt;
    run({uint16_t(half), 0xBF30, wfi}, 200);
  }
  for (uint64_t word = 0xE8000000u; word < 0x100000000u; word += 9973) {
    registers = Registers();
    registers.r.fill(0x3000);
    registers.r[15] = codeAt;
    run({uint16_t(word >> 16), uint16_t(word), wfi}, 200);
  }
}

} // namespace
