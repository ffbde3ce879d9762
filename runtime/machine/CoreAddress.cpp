//===- CoreAddress.cpp - A core anywhere in a machine ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/machine/CoreAddress.h"

#include <charconv>
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

/// The number at the front of `text`, followed by `separator` (or the end,
/// where that is 0), both taken off.
template <typename T>
static bool takeNumber(std::string_view &text, char separator, T &number) {
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc())
    return false;
  text.remove_prefix(size_t(end - text.data()));
  if (separator == 0)
    return text.empty();
  if (text.empty() || text.front() != separator)
    return false;
  text.remove_prefix(1);
  return true;
}

std::optional<CoreAddress> coreNamed(std::string_view name) {
  CoreAddress core;
  if (name.find('/') != std::string_view::npos &&
      !(takeNumber(name, '.', core.chip.x) &&
        takeNumber(name, '/', core.chip.y)))
    return std::nullopt;
  if (!takeNumber(name, '.', core.pe.x) || !takeNumber(name, '.', core.pe.y) ||
      !takeNumber(name, 0, core.pe.p))
    return std::nullopt;
  return core;
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
