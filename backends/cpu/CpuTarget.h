//===- CpuTarget.h - This computer as a target ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_CPUTARGET_H
#define SNNC_BACKENDS_CPU_CPUTARGET_H

#include "backends/cpu/Costs.h"
#include "compiler/Target/NativeCode.h"
#include "compiler/Target/Target.h"
#include "runtime/support/Vectors.h"

#include <optional>

namespace snnc::cpu {

/// How the synapses of a block are held (Encodings.h).
enum class Encoding : uint8_t { Index, Bits, Dense, Diagonal };

/// "index", "bit", "dense", "diagonal".
const char *nameOf(Encoding encoding);

/// What never changes a result.
struct Tuning {
  unsigned threads = 0; ///< 0: as many as bring something
  bool explain = false; ///< facts say why each block is held as it is
  /// Where measured costs are kept (cacheFolder); empty: nowhere, those of
  /// `costs` decide.
  std::string cache;
  Costs costs;
  // For tests: else the target decides.
  uint32_t partitionNeurons = 0;
  std::optional<Encoding> encoding; ///< wherever it is possible
  bool mixed = false;               ///< another one from block to block
  VectorSet vectors = widestVectors();
};

/// Any network, in either precision, as large as memory allows: no cores, no
/// packets. One device, `cpu`. Errors of build: SNN0310, SNN0311, SNN0303,
/// SNN0304, SNN0650, SNN0702 to SNN0705, SNN0960 (memory).
/// Neuron models are compiled into `code`.
std::unique_ptr<target::Target>
createTarget(const Tuning &tuning = {},
             std::shared_ptr<target::NativeCode> code =
                 std::make_shared<target::NativeCode>());

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_CPUTARGET_H
