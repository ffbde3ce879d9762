//===- CoreAddress.cpp - A core anywhere in a machine ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/machine/CoreAddress.h"

#include <fmt/format.h>

namespace snnc {

std::string toText(PeCoordinate pe) {
  return fmt::format("{}.{}.{}", pe.x, pe.y, pe.p);
}

std::string nameOf(const CoreAddress &core) {
  std::string name = toText(core.pe);
  return core.chip == ChipCoordinate()
             ? name
             : fmt::format("{}.{}/{}", core.chip.x, core.chip.y, name);
}

std::string nameOf(ChipCoordinate chip) {
  return fmt::format("{}.{}", chip.x, chip.y);
}

std::string toText(ChipCoordinate chip) { return "chip " + nameOf(chip); }

std::string toText(const CoreAddress &core) {
  std::string text = "PE " + toText(core.pe);
  if (core.chip != ChipCoordinate())
    text += " of " + toText(core.chip);
  return text;
}

} // namespace snnc
