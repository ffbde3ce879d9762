//===- EmulatorTest.cpp - Bundles on the emulated chip --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/Emulator.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/support/AtomicFile.h"

#include <bit>
#include <cstring>
#include <gtest/gtest.h>

using namespace snnc;
using namespace snnc::emulator;
using namespace snnc::runtime;

namespace {

constexpr uint32_t headerAt = 0x2000, fifoAt = 0x4000, ringAt = 0x3000;

/// `cores` PEs with EchoCore.c; the key range of core i goes to core i + 1.
class Network {
public:
  explicit Network(unsigned cores, uint32_t fifoWords = 64) {
    bundle.machine = *builtinMachine(defaultMachineName());
    bundle.manifest.tickSeconds = 1e-3;
    Expected<std::string> elf = readFile(SNNC_ECHO_CORE);
    EXPECT_TRUE(bool(elf)) << "test program missing";
    bundle.addEntry("p0.elf", elf ? *elf : "");
    bundle.manifest.programs = {{"echo", "p0.elf", ""}};
    for (unsigned i = 0; i < cores; ++i) {
      SnncCoreHeader header = {};
      header.magic = SNNC_ABI_MAGIC;
      header.abi_version = SNNC_ABI_VERSION;
      header.timer_load = 1000;
      header.key_base = i << 8;
      header.fifo_base = fifoAt;
      header.fifo_end = fifoAt + 4 * fifoWords;
      header.ring_base = ringAt;
      headers.push_back(header);
      bundle.manifest.routes.push_back({i << 8, 0xFFFFFF00, {(i + 1) % cores}});
      bundle.manifest.cores.push_back({{{}, bundle.machine.pes[i]},
                                       0,
                                       "image" + std::to_string(i),
                                       headerAt,
                                       headerAt});
    }
  }

  Status load(CoreMachine &device) {
    for (size_t i = 0; i < headers.size(); ++i)
      bundle.addEntry("image" + std::to_string(i),
                      std::string(reinterpret_cast<const char *>(&headers[i]),
                                  sizeof(SnncCoreHeader)));
    return device.load(bundle);
  }
  CoreAddress at(unsigned core) const { return bundle.manifest.cores[core].at; }

  Bundle bundle;
  std::vector<SnncCoreHeader> headers;
};

/// Sends `keys` in tick `now` and runs it.
Status tick(CoreMachine &device, uint64_t now = 0,
            std::initializer_list<uint32_t> keys = {}) {
  std::vector<TimedKey> timed;
  for (uint32_t key : keys)
    timed.push_back({now, key});
  if (Status status = device.send(timed); !status)
    return status;
  auto ran = device.run(1, {});
  return ran ? Status() : Status(ran.takeError());
}

uint32_t word(CoreMachine &device, const CoreAddress &core, uint32_t address) {
  uint32_t value = 0;
  EXPECT_TRUE(bool(device.read(core, address,
                               std::as_writable_bytes(std::span(&value, 1)))));
  return value;
}

#define ASSERT_OK(EXPRESSION)                                                  \
  do {                                                                         \
    Status status = (EXPRESSION);                                              \
    ASSERT_TRUE(bool(status)) << toText(status.error());                       \
  } while (false)

TEST(Emulator, PacketsArriveOneTickLater) {
  Network net(2);
  std::unique_ptr<CoreMachine> device = createEmulator({2});
  ASSERT_OK(net.load(*device));
  EXPECT_EQ(word(*device, net.at(0), headerAt + 8), SNNC_STATUS_READY);
  ASSERT_OK(tick(*device, 0, {0x007, 0x107, 0x999}));
  EXPECT_EQ(word(*device, net.at(1), ringAt), 0u); // not in the same tick
  ASSERT_OK(tick(*device, 1));
  // Core 1 got 0x007 from the host and 0x000 from core 0.
  EXPECT_EQ(word(*device, net.at(1), ringAt), 7u);
  EXPECT_EQ(word(*device, net.at(0), ringAt), 0x107u + 0x100u);
  DeviceStatistics statistics = device->statistics();
  EXPECT_EQ(statistics.ticks, 2u);
  EXPECT_EQ(statistics.tickCycles, 300000.0);
  // Tick 0: host 3 (one unrouted), cores 2. Tick 1: cores 2 + 4 echoes that
  // no entry matches.
  EXPECT_EQ(statistics.packetsRouted, 6u);
  EXPECT_EQ(statistics.packetsUnrouted, 5u);
  ASSERT_EQ(statistics.pes.size(), 2u);
  EXPECT_EQ(statistics.pes[0].packetsSent, 4u);
  EXPECT_EQ(statistics.pes[0].packetsReceived, 3u);
  EXPECT_EQ(statistics.pes[0].receiveHighWater, 2u);
  EXPECT_GT(statistics.pes[0].cycles, 50u);
  EXPECT_GT(statistics.pes[0].instructions, 30u);
  EXPECT_LT(statistics.pes[0].stackHighWaterBytes, 200u);
  EXPECT_EQ(statistics.pes[0].worstTick, 1u);
  EXPECT_EQ(statistics.pes[0].overruns, 0u);
}

TEST(Emulator, SameResultForAnyThreadCount) {
  std::vector<std::byte> first;
  std::vector<uint64_t> firstCounts;
  for (unsigned threads : {1u, 2u, 3u, 7u}) {
    Network net(40, 16);
    // Half of everything goes to everybody, so rings overflow.
    RouteEntry all{0x00010000, 0xFFFF0000, {}};
    for (uint32_t i = 0; i < 40; ++i)
      all.cores.push_back(i);
    net.bundle.manifest.routes.push_back(all);
    std::unique_ptr<CoreMachine> device = createEmulator({threads});
    ASSERT_OK(net.load(*device));
    for (unsigned t = 0; t < 30; ++t) {
      ASSERT_OK(tick(*device, t, {t, 0x300 + t, 0x10000 + t}));
    }
    std::vector<std::byte> memory;
    std::vector<uint64_t> counts;
    DeviceStatistics statistics = device->statistics();
    for (const PeStatistics &pe : statistics.pes) {
      std::vector<std::byte> bytes(0x20000);
      ASSERT_OK(device->read(pe.at, 0, bytes));
      memory.insert(memory.end(), bytes.begin(), bytes.end());
      counts.insert(counts.end(),
                    {pe.cycles, pe.instructions, pe.worstTick,
                     pe.packetsDropped, pe.packetsReceived, pe.packetsSent});
    }
    counts.push_back(statistics.packetsUnrouted);
    EXPECT_GT(statistics.pes[3].packetsDropped, 0u);
    if (first.empty()) {
      first = memory;
      firstCounts = counts;
    }
    EXPECT_TRUE(first == memory) << threads << " threads";
    EXPECT_EQ(firstCounts, counts) << threads << " threads";
  }
}

TEST(Emulator, ResetRestoresEverything) {
  Network net(3);
  net.headers[1].param[0] = 6;
  std::unique_ptr<CoreMachine> device = createEmulator({1});
  ASSERT_OK(net.load(*device));
  auto run = [&] {
    for (uint32_t t = 0; t < 5; ++t) {
      EXPECT_TRUE(bool(tick(*device, t, {t})));
    }
    std::vector<std::byte> memory(0x20000);
    EXPECT_TRUE(bool(device->read(net.at(1), 0, memory)));
    return memory;
  };
  std::vector<std::byte> once = run();
  uint64_t cycles = device->statistics().pes[1].cycles;
  EXPECT_EQ(
      std::bit_cast<float>(
          word(*device, net.at(1), headerAt + offsetof(SnncCoreHeader, state))),
      10.0f); // 0 + 1 + 2 + 3 + 4
  ASSERT_OK(device->reset());
  EXPECT_EQ(device->statistics().ticks, 0u);
  EXPECT_EQ(device->statistics().pes[1].cycles, 0u);
  EXPECT_EQ(word(*device, net.at(1), headerAt + 16), 0u);
  EXPECT_TRUE(run() == once);
  EXPECT_EQ(device->statistics().pes[1].cycles, cycles);
}

TEST(Emulator, CountsOverruns) {
  Network net(1);
  net.headers[0].param[0] = 5;
  net.headers[0].param[2] = 50000; // some 8 cycles a turn: above 300,000
  std::unique_ptr<CoreMachine> device = createEmulator({1});
  ASSERT_OK(net.load(*device));
  ASSERT_TRUE(bool(device->run(3, {})));
  PeStatistics pe = device->statistics().pes[0];
  EXPECT_EQ(pe.overruns, 3u);
  EXPECT_GT(pe.worstTickCycles, 300000u);
}

Diagnostic tickError(uint32_t misdeed) {
  Network net(2);
  net.headers[1].param[0] = misdeed;
  net.headers[1].param[1] = 1; // in tick 1
  std::unique_ptr<CoreMachine> device = createEmulator({2});
  Status loaded = net.load(*device);
  EXPECT_TRUE(bool(loaded)) << toText(loaded.error());
  Status status = tick(*device);
  if (misdeed < 5) {
    EXPECT_TRUE(bool(status));
    status = tick(*device, 1);
  }
  EXPECT_FALSE(bool(status));
  EXPECT_FALSE(bool(tick(*device, 1))); // and it stays broken
  EXPECT_TRUE(bool(device->reset()));   // until reset
  return status ? Diagnostic{} : status.error();
}

TEST(Emulator, FaultsNamePePcAndReason) {
  Diagnostic d = tickError(1);
  EXPECT_EQ(d.code, "SNN0603");
  EXPECT_NE(d.message.find("PE 7.6.2"), std::string::npos) << d.message;
  EXPECT_NE(d.message.find("'echo'"), std::string::npos);
  EXPECT_NE(d.message.find("undefined instruction at pc 0x"),
            std::string::npos);
  EXPECT_NE(d.message.find("de01"), std::string::npos);
  d = tickError(3);
  EXPECT_EQ(d.code, "SNN0603");
  EXPECT_NE(d.message.find("store into the program range"), std::string::npos);
  EXPECT_NE(d.message.find("address 0x10"), std::string::npos);
  d = tickError(4);
  EXPECT_EQ(d.code, "SNN0603");
  EXPECT_NE(d.message.find("address 0xe5000000"), std::string::npos)
      << d.message;
}

TEST(Emulator, RunawayAndSleepers) {
  EXPECT_EQ(tickError(2).code, "SNN0605");
  Diagnostic d = tickError(7); // interrupt not enabled
  EXPECT_EQ(d.code, "SNN0609");
  EXPECT_NE(d.hints.at(0).find("NVIC_ISER"), std::string::npos);
  EXPECT_EQ(tickError(8).code, "SNN0606"); // timer off
}

std::string loadError(const std::function<void(Network &)> &spoil) {
  Network net(2);
  spoil(net);
  std::unique_ptr<CoreMachine> device = createEmulator({1});
  Status status = net.load(*device);
  EXPECT_FALSE(bool(status));
  EXPECT_EQ(tick(*device).error().code, "SNN0612");
  return status ? "" : status.error().code.name();
}

TEST(Emulator, RefusesBrokenBundles) {
  auto manifest = [](auto change) {
    return loadError([&](Network &net) { change(net.bundle.manifest); });
  };
  EXPECT_EQ(manifest([](Manifest &m) { m.programs[0].elf = "none"; }),
            "SNN0610");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[1].program = 9; }), "SNN0610");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[1].image = "x"; }), "SNN0610");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[1].at = m.cores[0].at; }),
            "SNN0610");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[1].at.pe = {5, 3, 0}; }),
            "SNN0610"); // reserved
  EXPECT_EQ(manifest([](Manifest &m) { m.routes[0].cores = {2}; }), "SNN0610");
  EXPECT_EQ(manifest([](Manifest &m) { m.tickSeconds = -1; }), "SNN0610");
  EXPECT_EQ(manifest([](Manifest &m) { m.routes.resize(16385); }), "SNN0611");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[0].imageBase = 0x1000; }),
            "SNN0607");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[0].imageBase = 0x1FFF0; }),
            "SNN0607");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[0].headerAddress = 0x2100; }),
            "SNN0607");
  EXPECT_EQ(manifest([](Manifest &m) { m.cores[0].headerAddress = ~3u; }),
            "SNN0607");
  EXPECT_EQ(loadError([](Network &n) { n.headers[0].abi_version = 99; }),
            "SNN0613");
  EXPECT_EQ(loadError([](Network &n) { n.headers[1].param[0] = 9; }),
            "SNN0604");
}

TEST(Emulator, HostAccessIsChecked) {
  Network net(1);
  std::unique_ptr<CoreMachine> device = createEmulator({1});
  std::byte bytes[8] = {};
  EXPECT_EQ(device->reset().error().code, "SNN0612");
  ASSERT_OK(net.load(*device));
  EXPECT_EQ(device->read(net.at(0), 0x1FFFC, bytes).error().code, "SNN0608");
  EXPECT_EQ(device->write(net.at(0), 0xFFFFFFFC, bytes).error().code,
            "SNN0608");
  EXPECT_EQ(device->read({{}, {5, 2, 3}}, 0, bytes).error().code, "SNN0608");
  ASSERT_OK(device->write(net.at(0), 0x5000, bytes));
}

} // namespace
