//===- DrivenInputs.h - Inputs that the host makes --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_DRIVENINPUTS_H
#define SNNC_TOOLS_DRIVENINPUTS_H

#include "compiler/SNN/SNN.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/host/Drive.h"
#include "runtime/io/NdArray.h"
#include "runtime/support/Diagnostic.h"

#include <optional>
#include <span>

namespace snnc {

struct DriveOptions {
  std::optional<uint64_t> ticks;
  std::optional<uint64_t> repeat; ///< samples where no array says how many
  std::optional<uint64_t> seed;   ///< in place of the inputs' own
};

/// Adds an array for every spike list and returns a drive for every Poisson
/// input among the inputs that have no array yet. They get the ticks and
/// samples of the given arrays; without any, `ticks`, or what the spike lists
/// need when all of them are lists. Pure: the same network, ticks and samples
/// give the same spikes. Errors SNN1015 (ticks not known, a list too large),
/// SNN041x (the given arrays).
Expected<runtime::Drives>
addDrivenInputs(snn::NetworkOp network,
                std::span<const runtime::InputEntry> inputs,
                const DriveOptions &options, runtime::ArrayMap &arrays);

} // namespace snnc

#endif // SNNC_TOOLS_DRIVENINPUTS_H
