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

/// How many of the boards `board` have so many cores, if they are of such
/// chips.
static std::optional<uint64_t> boardsFor(const MachineModel &board,
                                         const MachineModel &machine,
                                         uint64_t cores) {
  uint64_t boards = (cores + board.coreCount() - 1) / board.coreCount();
  if (!haveSameCores(board, machine) || boards > kMostBoards)
    return std::nullopt;
  return std::max<uint64_t>(boards, 1);
}

std::string largerMachine(const MachineModel &machine, uint64_t cores) {
  auto board = builtinMachine("spinnaker2-48");
  auto boards = board ? boardsFor(*board, machine, cores) : std::nullopt;
  if (!boards)
    return {};
  if (*boards == 1)
    return fmt::format("use --machine spinnaker2-48, a board of {} chips with "
                       "{} cores",
                       board->chipCount(), grouped(board->coreCount()));
  return fmt::format("use --machine FILE.yaml with the lines 'schema: 1', "
                     "'base: spinnaker2-48', 'name: boards-{0}' and "
                     "'boards: {0}': {1} cores",
                     *boards, grouped(*boards * board->coreCount()));
}

std::optional<MachineModel> boardsWith(const MachineModel &machine,
                                       uint64_t cores) {
  auto board = builtinMachine("spinnaker2-48");
  auto boards = board ? boardsFor(*board, machine, cores) : std::nullopt;
  if (!boards)
    return std::nullopt;
  if (*boards == 1)
    return std::move(*board);
  auto many = parseMachine(fmt::format("schema: 1\nbase: spinnaker2-48\n"
                                       "name: boards-{0}\nboards: {0}\n",
                                       *boards),
                           "boards");
  return many ? std::optional(std::move(*many)) : std::nullopt;
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
