//===- EmulatorPartsTest.cpp - Router, ELF loader, devices, threads -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/ElfLoader.h"
#include "runtime/emulator/Pe.h"
#include "runtime/emulator/Router.h"
#include "runtime/emulator/ThreadPool.h"
#include "runtime/support/AtomicFile.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace snnc;
using namespace snnc::emulator;

namespace {

MachineModel chip() {
  Expected<MachineModel> machine = builtinMachine(defaultMachineName());
  EXPECT_TRUE(bool(machine));
  return *machine;
}

uint32_t linearMatch(const std::vector<Router::Entry> &table, uint32_t key) {
  for (uint32_t i = 0; i < table.size(); ++i)
    if ((key & table[i].mask) == table[i].key)
      return i;
  return Router::noEntry;
}

/// Random tables with few and many masks, dead entries and duplicates.
TEST(Router, EqualsLinearScan) {
  std::mt19937 random(7);
  unsigned matched = 0, missed = 0;
  for (unsigned round = 0; round < 60; ++round) {
    std::vector<Router::Entry> table(random() % 300);
    unsigned bits = 4 + random() % 12;
    for (Router::Entry &entry : table) {
      uint32_t mask = round % 3 == 0 ? random() : ~0u << random() % bits;
      entry.mask = mask;
      entry.key = random() % (1u << bits);
      if (random() % 8 != 0)
        entry.key &= mask;
    }
    Router router(table);
    for (unsigned i = 0; i < 2000; ++i) {
      uint32_t key = random() % (1u << (bits + 1));
      uint32_t expected = linearMatch(table, key);
      ASSERT_EQ(router.match(key), expected) << "round " << round;
      ++(expected == Router::noEntry ? missed : matched);
    }
  }
  EXPECT_GT(matched, 1000u);
  EXPECT_GT(missed, 1000u);
}

TEST(ThreadPool, EachIndexOnce) {
  for (unsigned threads : {1u, 2u, 5u}) {
    ThreadPool pool(threads);
    for (unsigned round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> hits(round);
      pool.forEach(round, [&](size_t i) { ++hits[i]; });
      for (std::atomic<int> &hit : hits)
        ASSERT_EQ(hit, 1);
    }
  }
}

//===- ELF ----------------------------------------------------------------===//

std::string echoElf() {
  Expected<std::string> file = readFile(SNNC_ECHO_CORE);
  EXPECT_TRUE(bool(file)) << "test program missing";
  return file ? *file : "";
}
template <typename T> void put(std::string &file, size_t at, T value) {
  std::memcpy(&file[at], &value, sizeof(T));
}
template <typename T> T get(const std::string &file, size_t at) {
  T value;
  std::memcpy(&value, &file[at], sizeof(T));
  return value;
}
std::string elfError(const std::string &file) {
  Expected<CoreProgram> program = loadElf(file, "p.elf", chip().sram);
  EXPECT_FALSE(bool(program));
  return program ? "" : program.error().code.name();
}
/// Offset of the first program header of type PT_LOAD.
size_t loadHeader(const std::string &file) {
  size_t at = get<uint32_t>(file, 28);
  while (get<uint32_t>(file, at) != 1)
    at += 32;
  return at;
}

TEST(Elf, LoadsRealProgram) {
  Expected<CoreProgram> program = loadElf(echoElf(), "p.elf", chip().sram);
  ASSERT_TRUE(bool(program)) << toText(program.error());
  ASSERT_FALSE(program->segments.empty());
  EXPECT_EQ(program->segments[0].address, 0u);
}

TEST(Elf, RefusesWhatIsWrong) {
  std::string good = echoElf(), bad;
  size_t header = loadHeader(good);
  EXPECT_EQ(elfError(""), "SNN0601");
  EXPECT_EQ(elfError("\177ELF"), "SNN0601");
  auto with = [&](size_t at, auto value) {
    bad = good;
    put(bad, at, value);
    return elfError(bad);
  };
  EXPECT_EQ(with(0, 'x'), "SNN0601");
  EXPECT_EQ(with(4, uint8_t(2)), "SNN0602");                    // 64 bit
  EXPECT_EQ(with(5, uint8_t(2)), "SNN0602");                    // big endian
  EXPECT_EQ(with(16, uint16_t(1)), "SNN0602");                  // object
  EXPECT_EQ(with(18, uint16_t(62)), "SNN0602");                 // x86-64
  EXPECT_EQ(with(36, uint32_t(0x05000200)), "SNN0602");         // soft float
  EXPECT_EQ(with(36, uint32_t(0x04000400)), "SNN0602");         // EABI 4
  EXPECT_EQ(with(28, uint32_t(0xFFFFFFF0)), "SNN0601");         // table
  EXPECT_EQ(with(42, uint16_t(0)), "SNN0601");                  // entry size
  EXPECT_EQ(with(44, uint16_t(0)), "SNN0601");                  // none
  EXPECT_EQ(with(44, uint16_t(0xFFFF)), "SNN0601");             // too many
  EXPECT_EQ(with(header + 4, uint32_t(0xFFFFFFFF)), "SNN0601"); // offset
  EXPECT_EQ(with(header + 16, uint32_t(0xFFFFFFFF)), "SNN0601");
  EXPECT_EQ(with(header + 20, uint32_t(0xFFFFFFFF)), "SNN0602");
  EXPECT_EQ(with(header + 20, uint32_t(0x3000)), "SNN0602"); // code too long
  EXPECT_EQ(with(header + 8, uint32_t(0x100)), "SNN0602");   // no vectors
  EXPECT_EQ(with(header + 8, uint32_t(0xFFFFFF00)), "SNN0602");
  size_t vectors = get<uint32_t>(good, header + 4);
  EXPECT_EQ(with(vectors, uint32_t(0)), "SNN0602");
  EXPECT_EQ(with(vectors, uint32_t(0x40000)), "SNN0602");
  EXPECT_EQ(with(vectors + 4, uint32_t(0x100)), "SNN0602"); // not Thumb
  EXPECT_EQ(with(vectors + 4, uint32_t(0x4001)), "SNN0602");
}

TEST(Elf, SurvivesMutations) {
  std::string good = echoElf();
  SramLayout sram = chip().sram;
  std::mt19937 random(11);
  unsigned refused = 0;
  for (unsigned i = 0; i < 20000; ++i) {
    std::string bad = good;
    for (unsigned n = 1 + random() % 4; n > 0; --n)
      bad[random() % std::min<size_t>(bad.size(), 200)] = char(random());
    if (random() % 4 == 0)
      bad.resize(random() % bad.size());
    Expected<CoreProgram> program = loadElf(bad, "p.elf", sram);
    if (!program) {
      ++refused;
      continue;
    }
    for (const ElfSegment &segment : program->segments)
      ASSERT_LE(uint64_t(segment.address) + segment.bytes.size(),
                sram.stack.begin);
  }
  EXPECT_GT(refused, 1000u);
}

//===- Devices ------------------------------------------------------------===//

/// The core's side of the timer needs an engine; the rest stands alone.
class DeviceTest : public testing::Test {
protected:
  DeviceTest()
      : machine(chip()), memory(machine.sram.bytes), receiver(machine, memory),
        sender(machine), timer(machine) {
    EngineConfig config;
    config.sram = memory;
    config.program = machine.sram.program;
    engine = createCortexM4(config);
    timer.attach(engine.get());
  }

  void openRing(uint32_t begin, uint32_t end) {
    EXPECT_TRUE(receiver.write(machine.receive.start, begin));
    EXPECT_TRUE(receiver.write(machine.receive.end, end));
    EXPECT_TRUE(receiver.write(machine.receive.config,
                               machine.receive.configMulticast));
  }
  uint32_t get(uint32_t offset) {
    uint32_t value = 0;
    EXPECT_TRUE(receiver.read(offset, value));
    return value;
  }

  MachineModel machine;
  std::vector<std::byte> memory;
  PacketReceiver receiver;
  PacketSender sender;
  TimerDevice timer;
  std::unique_ptr<Engine> engine;
};

TEST_F(DeviceTest, RingWrapsDropsAndCounts) {
  openRing(0x4000, 0x4010); // four words
  const PacketReceiveRegisters &r = machine.receive;
  for (uint32_t key = 1; key <= 4; ++key)
    EXPECT_TRUE(receiver.deliver(key));
  EXPECT_FALSE(receiver.deliver(5));
  EXPECT_EQ(get(r.words), 4u);
  EXPECT_EQ(get(r.dropped), 1u);
  EXPECT_EQ(get(r.writePointer), 0x4000u);
  EXPECT_TRUE(receiver.write(r.readPointer, 0x4008)); // two consumed
  EXPECT_EQ(get(r.words), 2u);
  EXPECT_TRUE(receiver.deliver(6));
  EXPECT_TRUE(receiver.deliver(7));
  EXPECT_FALSE(receiver.deliver(8));
  uint32_t ring[4];
  std::memcpy(ring, &memory[0x4000], sizeof(ring));
  EXPECT_EQ(ring[0], 6u);
  EXPECT_EQ(ring[1], 7u);
  EXPECT_EQ(ring[2], 3u);
  EXPECT_EQ(ring[3], 4u);
  EXPECT_TRUE(receiver.write(r.readPointer, 0x4008)); // all consumed
  EXPECT_EQ(get(r.words), 0u);
  EXPECT_FALSE(receiver.write(r.readPointer, 0x4010));
  EXPECT_FALSE(receiver.write(r.readPointer, 0x4002));
  EXPECT_FALSE(receiver.write(0x14, 1)); // limit: not modelled
}

/// A ring that reaches outside the data range drops; it never writes there.
TEST_F(DeviceTest, HostileRings) {
  const uint32_t rings[][2] = {{0x0, 0x100},       {0x1F00, 0x2100},
                               {0x20000, 0x20010}, {0x1FFF0, 0x20010},
                               {0x4002, 0x4012},   {0x5000, 0x4000},
                               {0xFFFFFFF0, 0x10}, {0x4000, 0x4000}};
  for (const uint32_t *ring : rings) {
    openRing(ring[0], ring[1]);
    EXPECT_FALSE(receiver.deliver(1)) << std::hex << ring[0];
  }
  openRing(0x4000, 0x4100);
  EXPECT_TRUE(receiver.write(machine.receive.writePointer, 0x40FC));
  EXPECT_TRUE(receiver.write(machine.receive.end, 0x4010));
  EXPECT_FALSE(receiver.deliver(1)); // pointer now outside
  EXPECT_TRUE(receiver.write(machine.receive.config, 0));
  openRing(0x4000, 0x4100);
  EXPECT_TRUE(receiver.deliver(1));
}

TEST_F(DeviceTest, SenderWantsMulticast) {
  PacketSender &out = sender;
  uint32_t value = 0;
  EXPECT_TRUE(out.read(machine.send.status, value));
  EXPECT_TRUE(value & machine.send.statusReady);
  EXPECT_FALSE(out.write(machine.send.key, 5));
  EXPECT_NE(out.refusal.find("multicast"), std::string::npos);
  EXPECT_TRUE(out.write(machine.send.control, machine.send.controlMulticast));
  EXPECT_TRUE(out.write(machine.send.key, 5));
  EXPECT_EQ(out.sent, std::vector<uint32_t>{5});
  for (size_t i = 1; i < PacketSender::maxPerTick; ++i)
    ASSERT_TRUE(out.write(machine.send.key, 5));
  EXPECT_FALSE(out.write(machine.send.key, 5));
}

TEST_F(DeviceTest, TimerFollowsItsRegisters) {
  const TimerRegisters &r = machine.timer;
  uint32_t value = 1;
  EXPECT_FALSE(timer.expire()); // off
  EXPECT_TRUE(timer.write(r.load, 1000));
  EXPECT_TRUE(timer.write(r.control, r.controlEnable));
  EXPECT_TRUE(timer.read(r.rawStatus, value));
  EXPECT_EQ(value, 0u);
  EXPECT_TRUE(timer.expire());
  EXPECT_TRUE(timer.read(r.rawStatus, value));
  EXPECT_EQ(value, 1u);
  EXPECT_TRUE(timer.read(r.value, value));
  EXPECT_EQ(value, 1000u);
  EXPECT_TRUE(timer.write(r.clear, 1));
  EXPECT_TRUE(timer.read(r.rawStatus, value));
  EXPECT_EQ(value, 0u);
  EXPECT_FALSE(timer.write(r.rawStatus, 1));
  EXPECT_FALSE(timer.read(0x7C, value));
}

//===- DMA unit -----------------------------------------------------------===//

/// A core that only counts.
class Clock final : public Engine {
public:
  uint64_t now = 0;
  void reset() override { now = 0; }
  void programChanged() override {}
  RunResult run(uint64_t) override { return {}; }
  void setInterruptLine(unsigned, bool) override {}
  uint64_t cycles() const override { return now; }
  uint64_t instructions() const override { return 0; }
  Registers registers() const override { return {}; }
  void setRegisters(const Registers &) override {}
};

class DmaTest : public testing::Test {
protected:
  DmaTest()
      : machine(chip()), memory(machine.sram.bytes), dram(machine),
        unit(machine, memory, dram, /*readers=*/4) {
    unit.attach(&clock);
    std::string rows(64, '\0');
    for (size_t i = 0; i < rows.size(); ++i)
      rows[i] = char(i + 1);
    EXPECT_TRUE(
        dram.add(0x20000400, std::make_shared<const std::string>(rows)));
  }
  bool begin(uint32_t from, uint32_t to, uint32_t bytes) {
    const DmaUnit &r = machine.dram->dma;
    EXPECT_TRUE(unit.write(r.remote, from));
    EXPECT_TRUE(unit.write(r.local, to));
    EXPECT_TRUE(unit.write(r.length, bytes));
    return unit.write(r.command, r.startRead);
  }
  bool isBusy() {
    uint32_t value = 0;
    EXPECT_TRUE(unit.read(machine.dram->dma.status, value));
    return value & machine.dram->dma.busy;
  }

  bool isFull() {
    uint32_t value = 0;
    EXPECT_TRUE(unit.read(machine.dram->dma.status, value));
    return value & machine.dram->dma.full;
  }

  MachineModel machine;
  std::vector<std::byte> memory;
  runtime::Dram dram;
  DmaDevice unit;
  Clock clock;
};

TEST_F(DmaTest, BytesArriveWhenTheTimeIsOverAndNoSooner) {
  ASSERT_TRUE(begin(0x20000410, 0x4000, 32));
  auto cycles = uint64_t(std::ceil(machine.dmaCycles(32, 4)));
  clock.now = cycles - 1;
  EXPECT_TRUE(isBusy());
  EXPECT_EQ(memory[0x4000], std::byte(0));
  clock.now = cycles;
  EXPECT_FALSE(isBusy());
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(memory[0x4000 + i], std::byte(17 + i));
  EXPECT_EQ(memory[0x4020], std::byte(0));
  EXPECT_EQ(unit.transfers, 1u);
  EXPECT_EQ(unit.bytes, 32u);
  EXPECT_EQ(unit.busyCycles, cycles);
}

/// Latencies run side by side, bytes come one behind the other; as many as the
/// queue holds, which the full bit tells.
TEST_F(DmaTest, TakesTransfersBehindThoseThatRun) {
  uint32_t queue = machine.dram->dma.queue;
  ASSERT_EQ(queue, 2u);
  auto alone = uint64_t(std::ceil(machine.dmaCycles(32, 4)));
  ASSERT_TRUE(begin(0x20000400, 0x4000, 32));
  EXPECT_TRUE(isBusy());
  EXPECT_FALSE(isFull());
  clock.now = 5; // the unit is still setting up the first
  ASSERT_TRUE(begin(0x20000420, 0x5000, 32));
  EXPECT_TRUE(isFull());
  EXPECT_FALSE(begin(0x20000400, 0x6000, 16));
  EXPECT_NE(unit.refusal.find("busy with 2"), std::string::npos);
  uint32_t done = 7;
  clock.now = alone - 1;
  EXPECT_TRUE(isFull());
  clock.now = alone;
  EXPECT_FALSE(isFull());
  EXPECT_TRUE(isBusy());
  EXPECT_TRUE(unit.read(machine.dram->dma.done, done));
  EXPECT_EQ(done, 1u);
  EXPECT_EQ(memory[0x401F], std::byte(32));
  EXPECT_EQ(memory[0x5000], std::byte(0));
  // Requested a set-up behind the first, or its bytes behind those.
  auto second =
      alone + uint64_t(std::ceil(std::max(double(machine.dram->dma.setupCycles),
                                          machine.dmaByteCycles(32, 4))));
  clock.now = second - 1;
  EXPECT_TRUE(isBusy());
  clock.now = second;
  EXPECT_FALSE(isBusy());
  EXPECT_EQ(memory[0x5000], std::byte(33));
  EXPECT_EQ(unit.busyCycles, second);
}

/// The bytes of a short one wait for those of a long one before it.
TEST_F(DmaTest, TransfersEndInTheirOrder) {
  ASSERT_TRUE(begin(0x20000400, 0x4000, 4096));
  ASSERT_TRUE(begin(0x20000400, 0x6000, 16));
  auto first = uint64_t(std::ceil(machine.dmaCycles(4096, 4)));
  clock.now = first + uint64_t(std::ceil(machine.dmaByteCycles(16, 4))) - 1;
  EXPECT_TRUE(isBusy());
  EXPECT_EQ(memory[0x6000], std::byte(0));
  clock.now += 1;
  EXPECT_FALSE(isBusy());
  EXPECT_EQ(memory[0x6000], std::byte(1));
}

TEST_F(DmaTest, AUnitWithoutAQueueTakesOneAtATime) {
  machine.dram->dma.queue = 1;
  ASSERT_TRUE(begin(0x20000400, 0x4000, 32));
  EXPECT_FALSE(begin(0x20000400, 0x5000, 16));
  clock.now = uint64_t(std::ceil(machine.dmaCycles(32, 4)));
  EXPECT_TRUE(begin(0x20000400, 0x5000, 16));
}

/// What nobody wrote is zero, and an unwaited transfer is finished by the next.
TEST_F(DmaTest, ReadsZerosWhereNothingWasPut) {
  std::fill(memory.begin(), memory.end(), std::byte(9));
  ASSERT_TRUE(begin(0x20000430, 0x4000, 48));
  clock.now += 1000000;
  ASSERT_TRUE(begin(0x60000400, 0x5000, 16));
  EXPECT_EQ(memory[0x4000], std::byte(49));
  EXPECT_EQ(memory[0x4010], std::byte(0));
  EXPECT_EQ(memory[0x5000], std::byte(9));
  clock.now += 1000000;
  EXPECT_FALSE(isBusy());
  EXPECT_EQ(memory[0x5000], std::byte(0));
}

TEST_F(DmaTest, RefusesWhatIsMisalignedOrOutside) {
  const uint32_t bad[][3] = {
      {0x20000404, 0x4000, 16},     {0x20000400, 0x4004, 16},
      {0x20000400, 0x4000, 12},     {0x20000400, 0x1FF0, 32}, // program
      {0x20000400, 0x1FFF0, 32},    {0x20000000, 0x4000, 16}, // reserved
      {0x5FFFFFF0, 0x4000, 32},                               // two interfaces
      {0x9FFFFFF0, 0x4000, 32},     {0x10000000, 0x4000, 16},
      {0x20000400, 0xFFFFFFF0, 32}, {0x20000400, 0x4000, 0xFFFFFFF0}};
  for (auto &[from, to, bytes] : bad)
    EXPECT_FALSE(begin(from, to, bytes)) << std::hex << from << " " << to;
  EXPECT_EQ(unit.transfers, 0u);
  EXPECT_FALSE(unit.write(machine.dram->dma.command, 7));
  EXPECT_FALSE(unit.write(machine.dram->dma.status, 0));
  EXPECT_TRUE(begin(0x5FFFFFF0, 0x4000, 16));
}

TEST_F(DmaTest, MoreReadersShareTheBandwidth) {
  EXPECT_LT(machine.dmaCycles(4096, 1), machine.dmaCycles(4096, 8));
  EXPECT_DOUBLE_EQ(
      machine.dmaCycles(4096, 100) - machine.dmaCycles(0, 100),
      2 * (machine.dmaCycles(4096, 50) - machine.dmaCycles(0, 50)));
}

TEST(Dram, PartsDoNotOverlap) {
  MachineModel machine = chip();
  runtime::Dram dram(machine);
  EXPECT_TRUE(
      dram.add(0x20000800, std::make_shared<const std::string>(256, 'a')));
  EXPECT_FALSE(
      dram.add(0x20000800, std::make_shared<const std::string>(1, 'b')));
  EXPECT_FALSE(
      dram.add(0x20000700, std::make_shared<const std::string>(257, 'b')));
  EXPECT_FALSE(
      dram.add(0x200008FF, std::make_shared<const std::string>(1, 'b')));
  EXPECT_TRUE(
      dram.add(0x20000900, std::make_shared<const std::string>(16, 'c')));
  EXPECT_FALSE(
      dram.add(0x20000000, std::make_shared<const std::string>(16, 'c')));
  std::byte read[32];
  dram.read(0x200008F0, read);
  EXPECT_EQ(read[15], std::byte('a'));
  EXPECT_EQ(read[16], std::byte('c'));
}

/// A slot for later devices: their accesses arrive with block offsets.
class Echo final : public MmioDevice {
public:
  AddressRange range() const override { return {0xE4000000, 0xE4000040}; }
  bool read(uint32_t offset, uint32_t &value) override {
    value = offset;
    return true;
  }
  bool write(uint32_t offset, uint32_t) override { return refuse("read only"); }
  void reset() override {}
};

TEST(Pe, MoreDevicesCanBeAdded) {
  MachineModel machine = chip();
  // ldr r1,[r0,#12]; str r1,[r0]
  const uint16_t code[] = {0x68C1, 0x6001};
  Pe pe(machine, PeContent());
  pe.addDevice(std::make_unique<Echo>());
  std::memcpy(&pe.memory()[0x100], code, sizeof(code));
  Registers registers;
  registers.r[0] = 0xE4000000;
  registers.r[15] = 0x100;
  pe.core().programChanged();
  pe.core().setRegisters(registers);
  RunResult result = pe.core().run(1000);
  EXPECT_EQ(result.reason, StopReason::Fault);
  EXPECT_EQ(result.fault.address, 0xE4000000u);
  EXPECT_EQ(pe.core().registers().r[1], 12u);
}

} // namespace
