//===- OtherMachines.cpp - What a refused network would fit ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/OtherMachines.h"

#include "planner/Capacity.h"
#include "runtime/machine/ChipGrid.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

namespace snnc::fabric {

static bool haveSameCores(const MachineModel &a, const MachineModel &b) {
  return a.pes == b.pes && a.sram.bytes == b.sram.bytes;
}

/// The machine of so many sound boards.
static std::optional<LargerMachine> soundBoards(MachineModel board,
                                                uint64_t boards) {
  if (boards == 1)
    return LargerMachine{
        std::move(board),
        fmt::format("use --machine spinnaker2-48, a board of {} chips",
                    board.layout.chips)};
  auto many = parseMachine(fmt::format("schema: 1\nbase: spinnaker2-48\n"
                                       "name: boards-{0}\nboards: {0}\n",
                                       boards),
                           "boards");
  if (!many)
    return std::nullopt;
  return LargerMachine{
      std::move(*many),
      fmt::format("use --machine FILE.yaml with the lines 'schema: 1', "
                  "'base: spinnaker2-48', 'name: boards-{0}' and 'boards: {0}'",
                  boards)};
}

std::optional<LargerMachine> boardsWith(const MachineModel &machine,
                                        uint64_t cores) {
  auto board = builtinMachine("spinnaker2-48");
  if (!board)
    return std::nullopt;
  if (haveSameCores(*board, machine)) {
    uint64_t each = board->coreCount();
    uint64_t boards = std::max<uint64_t>(1, (cores + each - 1) / each);
    if (boards > kMostBoards)
      return std::nullopt;
    return soundBoards(std::move(*board), boards);
  }
  if (machine.layout.chips == 1)
    return std::nullopt;
  // Sound boards of its own kind.
  MachineModel more = machine;
  bool damaged = !more.dead.empty();
  more.dead = {};
  uint64_t each = uint64_t(more.layout.chips) * more.pes.size();
  uint64_t boards = std::max<uint64_t>(1, (cores + each - 1) / each);
  if (boards > kMostBoards)
    return std::nullopt;
  more.layout.boards = uint32_t(boards);
  return LargerMachine{
      std::move(more),
      fmt::format("write 'boards: {}' into the file of machine '{}'{}", boards,
                  machine.name, damaged ? " and leave 'dead' out" : "")};
}

std::optional<MachineModel> sameWithDram(const MachineModel &machine) {
  auto known = builtinMachine(defaultMachineName());
  if (machine.hasDram() || machine.chipCount() != 1 || !known ||
      !known->hasDram() || !haveSameCores(*known, machine))
    return std::nullopt;
  return std::move(*known);
}

std::optional<uint64_t> coresInDram(const NetworkInfo &info,
                                    const MachineModel &machine,
                                    double tickCycles) {
  if (!machine.hasDram())
    return std::nullopt;
  LayerPlanner planner(info, machine, {}, tickCycles);
  uint64_t cores = 0;
  for (uint32_t node = 0; node < info.nodes.size(); ++node) {
    if (info.nodes[node].isInput)
      continue;
    planner.allowDram(node);
    auto fits = [&](bool fullRing) {
      planner.start(node, /*parallel=*/false, fullRing);
      return mlir::succeeded(planner.scan(node)) && planner.shrink(node);
    };
    if (!fits(true) && !fits(false))
      return std::nullopt;
    cores += planner.slices(node).size();
    if (cores > machine.coreCount())
      return std::nullopt;
    planner.forget(node);
  }
  return cores;
}

std::string adviseDram(const NetworkInfo &info, const MachineModel &machine,
                       double tickCycles) {
  if (auto with = sameWithDram(machine)) {
    if (auto cores = coresInDram(info, *with, tickCycles))
      return fmt::format("fits with rows in DRAM, which machine '{}' does not "
                         "have: use --machine {} ({} cores, all serial)",
                         machine.name, defaultMachineName(), *cores);
    return {};
  }
  if (llvm::any_of(info.nodes, [](const NetworkNode &n) { return n.parallel; }))
    if (auto cores = coresInDram(info, machine, tickCycles))
      return fmt::format(
          "fits with rows in DRAM: use --paradigm serial and pin "
          "no population to parallel ({} cores)",
          *cores);
  return {};
}

} // namespace snnc::fabric
