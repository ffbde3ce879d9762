//===- Dram.h - The DRAM of one chip ----------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a bundle puts there, and zeros elsewhere: of 2 GB only the bytes that
// are used take memory. Programs read it, nobody writes it after load, so the
// PEs of a chip share nothing in it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_CORES_DRAM_H
#define SNNC_RUNTIME_CORES_DRAM_H

#include "runtime/bundle/Bundle.h"
#include "runtime/machine/MachineModel.h"

#include <map>
#include <memory>
#include <span>
#include <string>

namespace snnc::runtime {

class Dram {
public:
  /// MachineModel::hasDram(); `machine` outlives it.
  explicit Dram(const MachineModel &machine) : machine(&machine) {}

  /// False: the bytes are not inside one interface, or others are there.
  bool add(uint32_t address, std::shared_ptr<const std::string> bytes);
  /// Whether all of it is inside one interface, behind its reserved bytes.
  bool holds(uint32_t address, uint64_t bytes) const;
  /// holds() them.
  void read(uint32_t address, std::span<std::byte> bytes) const;

private:
  const MachineModel *machine;
  /// By their address.
  std::map<uint32_t, std::shared_ptr<const std::string>> parts;
};

/// Those of all chips that a bundle's cores are on.
class ChipDrams {
public:
  /// `machine`, which is the bundle's and outlives it, may have none. Error
  /// SNN0610 where rows are outside of it or overlap.
  Status load(const Bundle &bundle, const MachineModel &machine);
  /// Null where the machine has none.
  const Dram *of(ChipCoordinate chip) const {
    auto found = drams.find(chip);
    return found == drams.end() ? nullptr : &found->second.dram;
  }
  /// PEs of the chip with rows there.
  uint32_t readers(ChipCoordinate chip) const {
    auto found = drams.find(chip);
    return found == drams.end() ? 0 : found->second.readers;
  }

private:
  struct Chip {
    Dram dram;
    uint32_t readers = 0;
  };
  std::map<ChipCoordinate, Chip> drams;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_CORES_DRAM_H
