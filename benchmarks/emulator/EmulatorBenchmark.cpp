//===- EmulatorBenchmark.cpp - Guest instructions per second --------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inner loop of serial synapse processing on one emulated core: 1,024
// 16-bit synaptic words (weight 8 | index 8) a pass into 256 accumulators, one
// word a turn and four words a turn. `items_per_second` counts synaptic events,
// the counter `instructions` guest instructions per second of host CPU.
//
//===----------------------------------------------------------------------===//
#include "runtime/emulator/Engine.h"

#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

using namespace snnc;
using namespace snnc::emulator;

namespace {

constexpr uint32_t synapses = 1024, passes = 256;
constexpr uint32_t rowAt = 0x8000, accumulatorsAt = 0x4000, codeAt = 0x100;

/// The loop body: ldrsh r1,[r0],#2; uxtb r3,r1; ldr r4,[r5,r3,lsl#2];
/// add r4,r4,r1,asr#8; str r4,[r5,r3,lsl#2].
const std::vector<uint16_t> event = {0xF930, 0x1B02, 0xB2CB, 0xF855, 0x4023,
                                     0xEB04, 0x2421, 0xF845, 0x4023};

std::vector<uint16_t> program(unsigned unroll) {
  // mov r0,r6; mov r2,r7
  std::vector<uint16_t> code = {0x4630, 0x463A};
  size_t loop = code.size();
  for (unsigned i = 0; i < unroll; ++i)
    code.insert(code.end(), event.begin(), event.end());
  code.push_back(0x4290); // cmp r0,r2
  int back = int(loop) - int(code.size()) - 2;
  code.push_back(uint16_t(0xD100 | (back & 0xFF))); // bne loop
  code.insert(code.end(), {0xF1B8, 0x0801});        // subs r8,r8,#1
  back = -int(code.size()) - 2;
  code.push_back(uint16_t(0xD100 | (back & 0xFF))); // bne start
  code.push_back(0xBF30);                           // wfi
  return code;
}

void synapticLoop(benchmark::State &state) {
  std::vector<std::byte> sram(128 * 1024);
  std::vector<uint16_t> code = program(unsigned(state.range(0)));
  std::memcpy(&sram[codeAt], code.data(), 2 * code.size());
  for (uint32_t i = 0; i < synapses; ++i) {
    uint16_t word = uint16_t(i * 40503u >> 3);
    std::memcpy(&sram[rowAt + 2 * i], &word, 2);
  }
  EngineConfig config;
  config.sram = sram;
  config.program = {0, 0x2000};
  std::unique_ptr<Engine> engine = createCortexM4(config);
  Registers registers;
  registers.r[5] = accumulatorsAt;
  registers.r[6] = rowAt;
  registers.r[7] = rowAt + 2 * synapses;
  registers.r[8] = passes;
  registers.r[15] = codeAt;
  uint64_t guestCycles = 0;
  for (auto _ : state) {
    engine->setRegisters(registers);
    uint64_t before = engine->cycles();
    if (engine->run(UINT64_MAX).reason != StopReason::Sleep)
      state.SkipWithError("the loop did not end in its sleep");
    guestCycles = engine->cycles() - before;
  }
  double events = double(synapses) * passes;
  state.SetItemsProcessed(int64_t(state.iterations()) * synapses * passes);
  state.counters["instructions"] = benchmark::Counter(
      double(engine->instructions()), benchmark::Counter::kIsRate);
  state.counters["guest_cycles_per_event"] = double(guestCycles) / events;
}

BENCHMARK(synapticLoop)->ArgName("unroll")->Arg(1)->Arg(4);

} // namespace

BENCHMARK_MAIN();
