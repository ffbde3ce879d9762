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

std::string toText(const CoreAddress &core) {
  std::string text = "PE " + toText(core.pe);
  if (core.chip != ChipCoordinate())
    text += fmt::format(" of chip {}.{}", core.chip.x, core.chip.y);
  return text;
}

} // namespace snnc
