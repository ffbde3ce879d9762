//===- MachineModel.cpp - Built-in machines and their sanity --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/machine/MachineModel.h"

#include "runtime/machine/EmbeddedMachines.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace snnc {

template <typename T>
static bool isIn(const std::vector<T> &all, const T &one) {
  return std::binary_search(all.begin(), all.end(), one);
}

std::string nameOf(const ChipLink &link) {
  return fmt::format("{}/{}", nameOf(link.chip), kLinkNames[link.link]);
}

std::string toText(const ChipLink &link) {
  return fmt::format("link {} of {}", kLinkNames[link.link], toText(link.chip));
}

std::vector<CoreAddress> MachineModel::cores() const {
  std::vector<CoreAddress> all;
  for (uint32_t board = 0; board < layout.boards; ++board)
    for (ChipCoordinate chip : layout.chipsOf(board)) {
      if (!has(chip))
        continue;
      for (PeCoordinate pe : pes)
        if (!isIn(dead.pes, CoreAddress{chip, pe}))
          all.push_back({chip, pe});
    }
  return all;
}

uint64_t MachineModel::chipCount() const {
  return uint64_t(layout.chips) * layout.boards - dead.chips.size();
}

uint64_t MachineModel::coreCount() const {
  uint64_t lost = 0;
  for (const CoreAddress &core : dead.pes)
    lost += has(core.chip);
  return chipCount() * pes.size() - lost;
}

bool MachineModel::has(ChipCoordinate chip) const {
  return layout.boardOf(chip) && !isIn(dead.chips, chip);
}

std::optional<ChipCoordinate> MachineModel::neighbour(ChipCoordinate chip,
                                                      unsigned link) const {
  auto other = layout.neighbour(chip, link);
  if (!other || !has(chip) || !has(*other) ||
      isIn(dead.links, ChipLink{chip, uint8_t(link)}) ||
      isIn(dead.links, ChipLink{*other, uint8_t(oppositeLink(link))}))
    return std::nullopt;
  return other;
}

double MachineModel::dmaByteCycles(double bytes, double readers) const {
  double share =
      dram->bytesPerSecond / level().clockHz / std::max(1.0, readers);
  return bytes / std::min(share, dram->dma.bytesPerCycle);
}

double MachineModel::dmaCycles(double bytes, double readers) const {
  return dram->dma.setupCycles + dmaLatency() + dmaByteCycles(bytes, readers);
}

ChipCoordinate MachineModel::hostChip() const {
  for (uint32_t board = 0; board < layout.boards; ++board)
    for (ChipCoordinate chip : layout.chipsOf(board))
      if (has(chip))
        return chip;
  return {};
}

void dropCutOff(MachineModel &machine) {
  if (machine.dead.empty() && machine.layout.boards == 1)
    return;
  std::vector<ChipCoordinate> &dead = machine.dead.chips;
  for (ChipCoordinate chip : ChipGrid(machine).cutOff())
    dead.push_back(chip);
  std::sort(dead.begin(), dead.end());
}

bool MachineModel::has(const CoreAddress &core) const {
  return has(core.chip) &&
         std::find(pes.begin(), pes.end(), core.pe) != pes.end() &&
         !isIn(dead.pes, core);
}

MachineModel chipOf(MachineModel machine) {
  machine.name.clear();
  machine.layout = {};
  machine.dead = {};
  machine.link.reset();
  machine.router.nodes.clear();
  for (size_t i = 0; i < machine.pes.size(); ++i)
    machine.pes[i] = {uint8_t(i >> 5 & 7), uint8_t(i >> 2 & 7), uint8_t(i & 3)};
  return machine;
}

std::vector<std::string> builtinMachineNames() {
  std::vector<std::string> names;
  for (const EmbeddedMachine &machine : embeddedMachines())
    names.emplace_back(machine.name);
  return names;
}

std::string defaultMachineName() { return "spinnaker2"; }

Expected<MachineModel> builtinMachine(const std::string &name) {
  Expected<std::string> text = builtinMachineText(name);
  if (!text)
    return text.takeError();
  return parseMachine(*text, name + ".yaml");
}

Expected<std::string> builtinMachineText(const std::string &name) {
  for (const EmbeddedMachine &machine : embeddedMachines())
    if (machine.name == name)
      return std::string(machine.text);
  std::vector<std::string> names = builtinMachineNames(), hints;
  for (const std::string &near : nearestNames(name, names, 1))
    hints.push_back(fmt::format("did you mean '{}'?", near));
  hints.push_back(fmt::format("built-in machines: {}", fmt::join(names, ", ")));
  return makeError("SNN0106", {},
                   fmt::format("there is no built-in machine named '{}'",
                               name.substr(0, 100)),
                   hints);
}

namespace {

/// Gathers findings; each check is one line at its call.
class Checker {
public:
  std::vector<Diagnostic> findings;

  template <typename... Args>
  void require(bool fine, DiagnosticCode code, fmt::format_string<Args...> text,
               Args &&...args) {
    if (!fine)
      findings.push_back(
          makeError(code, {}, fmt::format(text, std::forward<Args>(args)...)));
  }

  /// Registers of one block: word aligned and no two at one offset.
  void registers(const char *block, uint32_t base,
                 std::vector<std::pair<const char *, uint32_t>> offsets) {
    require(base % 4 == 0, "SNN0112", "{}.base {:#x} is not word aligned",
            block, base);
    std::sort(offsets.begin(), offsets.end(), [](const auto &a, const auto &b) {
      return std::pair(a.second, std::string_view(a.first)) <
             std::pair(b.second, std::string_view(b.first));
    });
    for (size_t i = 0; i < offsets.size(); ++i) {
      auto [name, offset] = offsets[i];
      require(offset % 4 == 0 && offset < 0x10000, "SNN0112",
              "{}.{} {:#x} is not a word offset below 0x10000", block, name,
              offset);
      if (i > 0)
        require(offsets[i - 1].second != offset, "SNN0112",
                "{0}.{1} and {0}.{2} share the offset {3:#x}", block,
                offsets[i - 1].first, name, offset);
    }
  }
};

void checkSram(Checker &check, const SramLayout &sram) {
  check.require(
      sram.bytes >= 1024 && sram.bytes <= (1u << 20) && sram.bytes % 4 == 0,
      "SNN0110", "sram.bytes {} is not a word multiple from 1024 to 1048576",
      sram.bytes);
  for (auto [name, range] :
       {std::pair("program", sram.program), std::pair("stack", sram.stack)})
    check.require(range.begin < range.end && range.end <= sram.bytes &&
                      range.begin % 8 == 0 && range.end % 8 == 0,
                  "SNN0110",
                  "sram.{} [{:#x}, {:#x}) is not an 8-byte aligned range "
                  "inside the {} bytes of SRAM",
                  name, range.begin, range.end, sram.bytes);
  check.require(sram.program.begin == 0, "SNN0110",
                "sram.program begins at {:#x}; the vector table stands at 0",
                sram.program.begin);
  check.require(sram.program.end < sram.stack.begin, "SNN0110",
                "sram.program ends at {:#x}, not below sram.stack at {:#x}",
                sram.program.end, sram.stack.begin);
  check.require(sram.alignment >= 4 && sram.alignment <= 4096 &&
                    (sram.alignment & (sram.alignment - 1)) == 0,
                "SNN0110",
                "sram.alignment {} is not a power of two from 4 to 4096",
                sram.alignment);
}

void checkPes(Checker &check, const MachineModel &machine) {
  check.require(!machine.pes.empty(), "SNN0111", "the machine has no PE");
  std::vector<bool> taken(256);
  for (PeCoordinate pe : machine.pes) {
    bool inGrid = pe.x < 8 && pe.y < 8 && pe.p < 4;
    check.require(inGrid, "SNN0111", "PE {}.{}.{} is outside the 8x8x4 grid",
                  pe.x, pe.y, pe.p);
    if (!inGrid)
      continue;
    check.require(!taken[pe.peId()], "SNN0111", "PE {}.{}.{} stands here twice",
                  pe.x, pe.y, pe.p);
    taken[pe.peId()] = true;
  }
}

template <typename T> bool isAscending(const std::vector<T> &all) {
  return std::adjacent_find(all.begin(), all.end(), [](const T &a, const T &b) {
           return !(a < b);
         }) == all.end();
}

void checkLayout(Checker &check, const BoardLayout &layout) {
  check.require(layout.chips == 1 || layout.chips == 48, "SNN0114",
                "chips is {}; a board has 1 or 48", layout.chips);
  check.require(layout.boards >= 1 && layout.boards <= kMostBoards, "SNN0114",
                "boards is {}, not 1 to {}", layout.boards, kMostBoards);
  check.require(layout.boards == 1 || layout.chips == 48, "SNN0114",
                "boards is {}; boards of one chip have no links to each other",
                layout.boards);
  check.require(!layout.torus || layout.boards % 3 == 0, "SNN0114",
                "a torus of {} boards has a hole where it would close; boards "
                "come in threes",
                layout.boards);
}

void checkDead(Checker &check, const MachineModel &machine) {
  const BoardLayout &layout = machine.layout;
  if (!validate(layout).empty())
    return; // said already
  const DeadParts &dead = machine.dead;
  check.require(isAscending(dead.chips) && isAscending(dead.pes) &&
                    isAscending(dead.links),
                "SNN0115", "what is dead is not in order, each once");
  for (ChipCoordinate chip : dead.chips)
    check.require(layout.boardOf(chip).has_value(), "SNN0115",
                  "{} is dead and does not exist", toText(chip));
  for (const CoreAddress &core : dead.pes)
    check.require(layout.boardOf(core.chip) &&
                      std::find(machine.pes.begin(), machine.pes.end(),
                                core.pe) != machine.pes.end(),
                  "SNN0115", "PE {} of {} is dead and does not exist",
                  toText(core.pe), toText(core.chip));
  for (const ChipLink &link : dead.links)
    check.require(layout.boardOf(link.chip) && link.link < kLinksPerChip &&
                      layout.neighbour(link.chip, link.link),
                  "SNN0115", "link {} of {} is dead and leads nowhere",
                  link.link, toText(link.chip));
  if (check.findings.empty())
    check.require(machine.coreCount() > 0, "SNN0115",
                  "no PE of the machine is alive");
}

void checkLinks(Checker &check, const MachineModel &machine) {
  if (machine.link)
    check.require(
        machine.link->bitsPerSecond >= 1 &&
            machine.link->bitsPerSecond <= 1e15 &&
            machine.link->packetBits >= 1 && machine.link->packetBits <= 4096,
        "SNN0113", "a link of {} bit/s with packets of {} bits carries nothing",
        machine.link->bitsPerSecond, machine.link->packetBits);
}

void checkRegisters(Checker &check, const MachineModel &m) {
  const TimerRegisters &t = m.timer;
  check.registers("timer", t.base,
                  {{"load", t.load},
                   {"value", t.value},
                   {"control", t.control},
                   {"clear", t.clear},
                   {"rawStatus", t.rawStatus}});
  const PacketSendRegisters &s = m.send;
  check.registers(
      "send", s.base,
      {{"control", s.control}, {"key", s.key}, {"status", s.status}});
  check.require(s.statusReady != 0, "SNN0112",
                "send.statusReady is 0: no bit would ever say ready");
  const PacketReceiveRegisters &r = m.receive;
  check.registers("receive", r.base,
                  {{"config", r.config},
                   {"start", r.start},
                   {"end", r.end},
                   {"readPointer", r.readPointer},
                   {"writePointer", r.writePointer},
                   {"words", r.words},
                   {"dropped", r.dropped},
                   {"control", r.control}});
  const MacArray &a = m.mac;
  check.registers("mac", a.base,
                  {{"sourceA", a.sourceA},
                   {"sourceB", a.sourceB},
                   {"target", a.target},
                   {"rowsA", a.rowsA},
                   {"colsA", a.colsA},
                   {"colsB", a.colsB},
                   {"trigger", a.trigger}});
  for (auto [name, base] :
       {std::pair("timer", t.base), std::pair("send", s.base),
        std::pair("receive", r.base), std::pair("mac", a.base),
        std::pair("exp", m.exp.base)})
    check.require((base >= m.sram.bytes && base < 0xE000E000u) ||
                      base >= 0xE000F000u,
                  "SNN0112",
                  "{}.base {:#x} lies in SRAM or in the core's own system "
                  "control space",
                  name, base);
  for (auto [name, irq] : {std::pair("timer", t.irq), std::pair("mac", a.irq)})
    check.require(irq < 240, "SNN0112",
                  "{}.irq {} is above the 240 inputs of an NVIC", name, irq);
  check.require(a.columns >= 1 && a.columns <= 1024 && a.rows >= 1 &&
                    a.rows <= 1024 && a.accumulatorBits >= 8 &&
                    a.accumulatorBits <= 32,
                "SNN0112", "mac has no usable shape: {}x{} cells of {} bits",
                a.columns, a.rows, a.accumulatorBits);
  check.require(a.operandAlignment != 0 &&
                    (a.operandAlignment & (a.operandAlignment - 1)) == 0,
                "SNN0112", "mac.operandAlignment {} is not a power of two",
                a.operandAlignment);
}

void checkDram(Checker &check, const MachineModel &m) {
  if (!m.dram)
    return;
  const DramLayout &d = *m.dram;
  const DmaUnit &u = d.dma;
  check.registers("dram.dma", u.base,
                  {{"local", u.local},
                   {"remote", u.remote},
                   {"length", u.length},
                   {"config", u.config},
                   {"done", u.done},
                   {"status", u.status},
                   {"command", u.command}});
  check.require(u.base >= 0xE0000000u && u.base < 0xFFFF0000u &&
                    (u.base < 0xE000E000u || u.base >= 0xE000F000u),
                "SNN0112", "dram.dma.base {:#x} is no device address", u.base);
  check.require(u.startRead != 0 && u.busy != 0, "SNN0112",
                "dram.dma.startRead or dram.dma.busy is 0");
  check.require(u.queue >= 1 && u.queue <= kMostTransfers &&
                    (u.queue == 1 || (u.full != 0 && (u.full & u.busy) == 0)),
                "SNN0112",
                "dram.dma.queue {} is not 1 to {} transfers, or a bit of "
                "dram.dma.full {:#x} is none or one of busy",
                u.queue, kMostTransfers, u.full);
  check.require(u.alignment >= 4 && u.alignment <= 256 &&
                    (u.alignment & (u.alignment - 1)) == 0 &&
                    u.alignment <= m.sram.alignment,
                "SNN0112",
                "dram.dma.alignment {} is not a power of two from 4 to 256 and "
                "to sram.alignment",
                u.alignment);
  check.require(u.setupCycles <= 1000000 && u.bytesPerCycle >= 1e-3 &&
                    u.bytesPerCycle <= 1e6 && d.bytesPerSecond >= 1 &&
                    d.bytesPerSecond <= 1e15 && d.latencySeconds <= 1,
                "SNN0113", "dram moves no bytes in a usable time");
  uint64_t each = m.dramBytes.value_or(0) / std::max(1u, d.interfaces);
  bool fits =
      d.interfaces >= 1 && d.interfaces <= 16 && d.base % u.alignment == 0 &&
      d.interfaceStride % 256 == 0 &&
      d.reserved % std::max(4u, u.alignment) == 0 && each % 256 == 0 &&
      each <= d.interfaceStride && d.base >= m.sram.bytes &&
      d.base + uint64_t(d.interfaceStride) * (d.interfaces - 1) + each <=
          0xE0000000u;
  check.require(fits && (!m.dramBytes || d.reserved < each), "SNN0112",
                "dram: {} interfaces of {} B with {} B reserved do not fit "
                "addresses {:#x} to 0xe0000000, {} B apart",
                d.interfaces, each, d.reserved, d.base, d.interfaceStride);
}

void checkClocks(Checker &check, const MachineModel &m) {
  auto clock = [&](const std::string &name, double hertz) {
    check.require(hertz >= 1 && hertz <= 1e11, "SNN0113",
                  "{} {} Hz is not from 1 Hz to 100 GHz", name, hertz);
  };
  clock("timer.clockHz", m.timerClockHz);
  clock("router.clockHz", m.router.clockHz);
  clock("managementClockHz", m.managementClockHz);
  for (const PerformanceLevel &level : m.levels)
    clock(fmt::format("levels '{}' clockHz", level.name), level.clockHz);
  check.require(m.defaultLevel < m.levels.size(), "SNN0113",
                "defaultLevel {} is not below the {} levels", m.defaultLevel,
                m.levels.size());
  check.require(m.router.entries >= 1 && m.router.entries <= (1u << 24),
                "SNN0113", "router.entries {} is not from 1 to 16777216",
                m.router.entries);
}

} // namespace

std::vector<Diagnostic> validate(const BoardLayout &layout) {
  Checker check;
  checkLayout(check, layout);
  return std::move(check.findings);
}

std::vector<Diagnostic> validate(const MachineModel &machine) {
  Checker check;
  checkSram(check, machine.sram);
  checkPes(check, machine);
  checkLayout(check, machine.layout);
  checkDead(check, machine);
  checkLinks(check, machine);
  checkRegisters(check, machine);
  checkDram(check, machine);
  checkClocks(check, machine);
  return std::move(check.findings);
}

} // namespace snnc
