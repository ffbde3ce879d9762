//===- CortexM4.cpp - The Cortex-M4F engine -------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decodes straight runs of code on first use and runs them. The program range
// cannot be written by the program, so decoded code never goes stale.
//
//===----------------------------------------------------------------------===//
#include "runtime/emulator/cortexm4/Decode.h"
#include "runtime/emulator/cortexm4/SystemControl.h"

#include <deque>
#include <vector>

namespace snnc::emulator {

namespace {

/// Longest straight run; longer ones are chained.
constexpr unsigned maxRun = 64;

/// Turns the instructions from one address on into Ops.
class RunBuilder {
public:
  RunBuilder(const Cpu &cpu, AddressRange program, std::deque<Exit> &exits)
      : cpu(cpu), program(program), exits(exits) {}

  std::vector<Op> build(uint32_t pc) {
    for (unsigned count = 0; count < maxRun || itMask != 0; ++count) {
      site = Site();
      site.pc = pc;
      uint32_t encoding;
      if (!fetch(encoding)) {
        trap(runFetchFault);
        break;
      }
      Instruction now;
      site.inIt = itMask != 0;
      site.lastInIt = itMask == 8;
      if (!decodeInstruction(encoding, site, now)) {
        trap(runUndefined);
        break;
      }
      pc += site.wide ? 4 : 2;
      bool conditional = site.inIt && itCondition() < 14;
      if (!append(now, pc, conditional))
        return finish();
    }
    if (!stopped)
      continueAt(pc);
    return finish();
  }

private:
  bool fetch(uint32_t &encoding) {
    if (!inside(site.pc))
      return false;
    uint16_t first = halfAt(site.pc);
    site.wide = first >> 11 >= 0x1D;
    encoding = first;
    if (!site.wide)
      return true;
    if (!inside(site.pc + 2))
      return false;
    encoding = uint32_t(first) << 16 | halfAt(site.pc + 2);
    return true;
  }
  bool inside(uint32_t pc) const {
    return pc >= program.begin && pc + 2 <= program.end && pc % 2 == 0;
  }
  uint16_t halfAt(uint32_t pc) const {
    uint16_t half;
    std::memcpy(&half, cpu.sram + pc, 2);
    return half;
  }

  unsigned itCondition() const { return itState >> 4; }
  void advanceIt() {
    if (itMask == 0)
      return;
    itState = (itState & 0xE0) | (itState << 1 & 0x1F);
    itMask = itState & 15;
  }

  /// Adds the Ops of one instruction; false when the run ends with it.
  bool append(Instruction &now, uint32_t nextPc, bool conditional) {
    unsigned cost = cyclesOf(hasBefore ? &before : nullptr, now);
    size_t skip = ops.size();
    if (conditional)
      push(runSkipUnless, flagMaskAll);
    if (now.fpu && !fpuChecked) {
      push(runNeedFpu, 0);
      fpuChecked = !conditional;
    }
    ++instructions;
    now.op.pc = site.pc;
    if (now.leaves)
      now.op.exit = newExit(now, nextPc, cost);
    if (now.itMask == 0) {
      ops.push_back(now.op);
      flags.push_back({now.quiet, now.readsFlags,
                       conditional ? uint8_t(0) : now.writesFlags,
                       now.writesFlags});
      if (mayMisalignStack(now))
        push(runAlignStack, 0);
    }
    cycles += cost;
    if (conditional) {
      ops[skip].d = uint8_t(itCondition());
      ops[skip].imm = uint32_t(ops.size() - skip);
      ops[skip].imm2 = now.leaves ? 0 : cost - 1;
    }
    advanceIt();
    if (now.itMask != 0) {
      itState = now.itCondition << 4 | now.itMask;
      itMask = now.itMask;
    }
    before = now;
    hasBefore = true;
    if (!now.leaves)
      return true;
    if (conditional) // the way past a branch that was not taken
      continueAt(nextPc);
    return false;
  }

  static bool mayMisalignStack(const Instruction &now) {
    if ((now.writes >> 13 & 1) == 0)
      return false;
    // Constant, word-multiple moves of the stack pointer keep it aligned;
    // so do PUSH, POP and the other write-backs of word accesses.
    bool isAlu = now.pipe == Pipe::Alu, isLoad = now.pipe == Pipe::Load;
    return isLoad || (isAlu && !(now.op.n == 13 && now.op.imm % 4 == 0 &&
                                 now.op.m == 0 && now.op.imm != 0));
  }

  void push(Handler run, uint8_t reads) {
    Op op;
    op.run = run;
    op.pc = site.pc;
    ops.push_back(op);
    flags.push_back({nullptr, reads, 0, 0});
  }
  void trap(Handler run) {
    push(run, flagMaskAll);
    stopped = true;
  }
  void continueAt(uint32_t pc) {
    Instruction next;
    push(runContinue, flagMaskAll);
    ops.back().exit = newExit(next, pc, 0);
  }

  Exit *newExit(const Instruction &now, uint32_t nextPc, unsigned cost) {
    Exit &exit = exits.emplace_back();
    exit.takenPc = now.target;
    exit.nextPc = nextPc;
    exit.takenCycles = cycles + now.takenCycles + (cost - now.cycles);
    exit.nextCycles = cycles + cost;
    if (now.op.run == nullptr) // runContinue
      exit.nextCycles = cycles;
    exit.instructions = instructions;
    return &exit;
  }

  /// Drops flag results that a later instruction of the run overwrites before
  /// anybody reads them.
  std::vector<Op> finish() {
    uint8_t live = flagMaskAll;
    for (size_t i = ops.size(); i-- > 0;) {
      const FlagUse &use = flags[i];
      if (use.quiet != nullptr && (use.maySet & live) == 0)
        ops[i].run = use.quiet;
      live = uint8_t((live & ~use.sets) | use.reads);
    }
    return std::move(ops);
  }

  struct FlagUse {
    Handler quiet;
    uint8_t reads;  ///< flags read
    uint8_t sets;   ///< flags written whatever happens
    uint8_t maySet; ///< flags written if the instruction is performed
  };

  const Cpu &cpu;
  AddressRange program;
  std::deque<Exit> &exits;
  std::vector<Op> ops;
  std::vector<FlagUse> flags;
  Site site;
  Instruction before;
  bool hasBefore = false, fpuChecked = false, stopped = false;
  unsigned cycles = 0, instructions = 0;
  unsigned itState = 0, itMask = 0;
};

class CortexM4 final : public Engine, CodeSource {
public:
  explicit CortexM4(const EngineConfig &config)
      : program(config.program), bus(config.bus), sram(config.sram) {
    reset();
    programChanged();
  }

  void reset() override {
    system.reset();
    cpu = Cpu();
    cpu.sram = reinterpret_cast<uint8_t *>(sram.data());
    cpu.sramBytes = uint32_t(sram.size());
    cpu.storeBase = program.end;
    cpu.storeBytes = cpu.sramBytes - program.end;
    cpu.system = &system;
    cpu.bus = bus;
    cpu.code = this;
    uint32_t vectors[2];
    std::memcpy(vectors, cpu.sram + program.begin, sizeof(vectors));
    cpu.r[13] = vectors[0] & ~3u;
    cpu.r[14] = 0xFFFFFFFFu;
    cpu.r[15] = vectors[1];
    sleeping = false;
  }

  void programChanged() override {
    runs.clear();
    exits.clear();
    table.assign((program.end - program.begin) / 2, nullptr);
  }

  RunResult run(uint64_t untilCycles) override;

  void setInterruptLine(unsigned irq, bool high) override {
    system.setLine(irq, high);
  }
  uint64_t cycles() const override { return cpu.cycles; }
  uint64_t instructions() const override { return cpu.instructions; }
  Registers registers() const override;
  void setRegisters(const Registers &registers) override;

  const Op *codeAt(uint32_t pc) override {
    uint32_t index = (pc - program.begin) / 2;
    if (pc < program.begin || index >= table.size())
      return fetchFault(pc);
    if (table[index] == nullptr) {
      runs.push_back(RunBuilder(cpu, program, exits).build(pc));
      table[index] = runs.back().data();
    }
    return table[index];
  }

private:
  const Op *fetchFault(uint32_t pc) {
    cpu.result.reason = StopReason::Fault;
    cpu.result.fault = Fault();
    cpu.result.fault.kind = FaultKind::Fetch;
    cpu.result.fault.pc = cpu.result.fault.address = pc;
    return nullptr;
  }

  AddressRange program;
  Bus *bus;
  std::span<std::byte> sram;
  Cpu cpu;
  SystemControl system;
  std::deque<std::vector<Op>> runs;
  std::deque<Exit> exits;
  std::vector<const Op *> table; ///< by (pc - program.begin) / 2
  bool sleeping = false;
};

RunResult CortexM4::run(uint64_t untilCycles) {
  if (sleeping && !system.wakes() && !cpu.event)
    return RunResult();
  sleeping = false;
  cpu.limit = untilCycles;
  cpu.result = RunResult();
  uint32_t pc = cpu.r[15];
  if (system.wakes() && (cpu.primask & 1) == 0) {
    cpu.result.reason = StopReason::Fault;
    cpu.result.fault.kind = FaultKind::Interrupt;
    cpu.result.fault.pc = pc;
    return cpu.result;
  }
  // Only the reset vector still has its Thumb bit here.
  const Op *op = codeAt(pc & ~1u);
#if defined(__has_cpp_attribute) && __has_cpp_attribute(clang::musttail)
  if (op != nullptr)
    op->run(cpu, op);
#else
  while (op != nullptr)
    op = op->run(cpu, op);
#endif
  sleeping = cpu.result.reason == StopReason::Sleep;
  return cpu.result;
}

Registers CortexM4::registers() const {
  Registers out;
  std::memcpy(out.r.data(), cpu.r, sizeof(cpu.r));
  out.apsr = (cpu.flagN & 0x80000000u) | uint32_t(cpu.flagZ == 0) << 30 |
             cpu.flagC << 29 | cpu.flagV << 28 | cpu.flagQ << 27 | cpu.ge << 16;
  std::memcpy(out.s.data(), cpu.s, sizeof(cpu.s));
  out.fpscr = cpu.fpscr;
  return out;
}

void CortexM4::setRegisters(const Registers &in) {
  std::memcpy(cpu.r, in.r.data(), sizeof(cpu.r));
  cpu.flagN = in.apsr & 0x80000000u;
  cpu.flagZ = ~in.apsr >> 30 & 1;
  cpu.flagC = in.apsr >> 29 & 1;
  cpu.flagV = in.apsr >> 28 & 1;
  cpu.flagQ = in.apsr >> 27 & 1;
  cpu.ge = in.apsr >> 16 & 15;
  std::memcpy(cpu.s, in.s.data(), sizeof(cpu.s));
  cpu.fpscr = in.fpscr & 0xF0000000u;
  sleeping = false;
}

} // namespace

const Op *fault(Cpu &cpu, const Op *op, FaultKind kind, uint32_t address) {
  Fault &fault = cpu.result.fault;
  cpu.result.reason = StopReason::Fault;
  fault.kind = kind;
  fault.pc = op->pc;
  fault.address = address;
  if (op->pc <= cpu.sramBytes - 4) {
    uint16_t halves[2];
    std::memcpy(halves, cpu.sram + op->pc, 4);
    fault.wide = halves[0] >> 11 >= 0x1D;
    fault.encoding =
        fault.wide ? uint32_t(halves[0]) << 16 | halves[1] : halves[0];
  }
  cpu.r[15] = op->pc;
  return nullptr;
}

bool slowLoad(Cpu &cpu, const Op *op, uint32_t address, unsigned bytes,
              uint32_t &value) {
  FaultKind kind = FaultKind::Bus;
  if (address >= cpu.sramBytes && address % bytes == 0) {
    if (SystemControl::covers(address)
            ? cpu.system->read(cpu, address, bytes, value)
            : cpu.bus != nullptr && cpu.bus->read(address, bytes, value))
      return true;
  } else if (address >= cpu.sramBytes) {
    kind = FaultKind::Alignment;
  }
  fault(cpu, op, kind, address);
  return false;
}

bool slowStore(Cpu &cpu, const Op *op, uint32_t address, unsigned bytes,
               uint32_t value) {
  FaultKind kind = FaultKind::Bus;
  if (address < cpu.storeBase) {
    kind = FaultKind::WriteProtected;
  } else if (address >= cpu.sramBytes && address % bytes != 0) {
    kind = FaultKind::Alignment;
  } else if (address >= cpu.sramBytes) {
    if (!SystemControl::covers(address)) {
      if (cpu.bus != nullptr && cpu.bus->write(address, bytes, value))
        return true;
    } else if (cpu.system->write(cpu, address, bytes, value)) {
      if ((cpu.primask & 1) != 0 || !cpu.system->wakes())
        return true;
      kind = FaultKind::Interrupt;
    }
  }
  fault(cpu, op, kind, address);
  return false;
}

const Op *resolve(Cpu &cpu, const Op *&slot, uint32_t pc) {
  if (cpu.cycles >= cpu.limit) {
    cpu.r[15] = pc;
    cpu.result.reason = StopReason::Budget;
    return nullptr;
  }
  return slot = cpu.code->codeAt(pc);
}

const Op *resolveDynamic(Cpu &cpu, uint32_t pc) {
  if (cpu.cycles >= cpu.limit) {
    cpu.r[15] = pc;
    cpu.result.reason = StopReason::Budget;
    return nullptr;
  }
  return cpu.code->codeAt(pc);
}

std::unique_ptr<Engine> createCortexM4(const EngineConfig &config) {
  return std::make_unique<CortexM4>(config);
}

} // namespace snnc::emulator
