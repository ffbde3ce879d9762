//===- DrawnLimits.h - Connectors that cannot be drawn ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_DRAWNLIMITS_H
#define SNNC_SNN_DRAWNLIMITS_H

#include "compiler/SNN/SNN.h"

#include <string>

namespace snnc::snn {

/// Why `rule` draws nothing between so many neurons; empty where it does.
std::string whyNotDrawn(ProceduralAttr rule, uint32_t sources,
                        uint32_t targets);

} // namespace snnc::snn

#endif // SNNC_SNN_DRAWNLIMITS_H
