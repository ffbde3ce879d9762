//===- Objective.h - What makes one plan better than another ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PLANNER_OBJECTIVE_H
#define SNNC_PLANNER_OBJECTIVE_H

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace snnc::fabric {

/// What "better" means; the order in which plans are compared.
enum class Objective : uint8_t {
  Pes,    ///< fewest cores that finish the tick; then cycles, then bytes
  Memory, ///< fewest cores by bytes alone; then bytes, then cycles
  Cycles, ///< fewest expected cycles of the busiest core; then cores, bytes
  Energy  ///< least estimated energy of a tick; then cores, then bytes
};

inline constexpr std::array<Objective, 4> kObjectives = {
    Objective::Pes, Objective::Memory, Objective::Cycles, Objective::Energy};

/// "pes", "memory", "cycles", "energy".
constexpr const char *nameOf(Objective objective) {
  constexpr const char *names[] = {"pes", "memory", "cycles", "energy"};
  return names[size_t(objective)];
}

constexpr std::optional<Objective> objectiveOf(std::string_view name) {
  for (Objective objective : kObjectives)
    if (name == nameOf(objective))
      return objective;
  return std::nullopt;
}

} // namespace snnc::fabric

#endif // SNNC_PLANNER_OBJECTIVE_H
