//===- EmbeddedMachines.h - Machine files inside the tool -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_MACHINE_EMBEDDEDMACHINES_H
#define SNNC_RUNTIME_MACHINE_EMBEDDEDMACHINES_H

#include <string_view>
#include <vector>

namespace snnc {

struct EmbeddedMachine {
  std::string_view name; ///< file name without extension
  std::string_view text; ///< the YAML text
};

/// Every machine file of this folder, sorted by name. Defined in a
/// source that snnc_embed generates.
std::vector<EmbeddedMachine> embeddedMachines();

} // namespace snnc

#endif // SNNC_RUNTIME_MACHINE_EMBEDDEDMACHINES_H
