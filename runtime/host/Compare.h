//===- Compare.h - The first place where two runs differ --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `snnc verify` prints. Values are compared bit by bit, because that is
// what the project promises; two NaNs are equal.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_COMPARE_H
#define SNNC_RUNTIME_HOST_COMPARE_H

#include "runtime/host/Session.h"

namespace snnc::runtime {

struct Divergence {
  uint64_t sample = 0;
  uint64_t tick = 0; ///< row of the arrays
  std::string population;
  uint64_t neuron = 0;
  std::string variable;
  double a = 0, b = 0;
};

/// "tick 12, population 'lif1', neuron 3, spikes: 1 against 0".
std::string toText(const Divergence &divergence);

/// What compareRuns() found.
struct Comparison {
  uint64_t arrays = 0;            ///< that both runs have
  std::vector<Divergence> layers; ///< of every population that differs, its
                                  ///< first; in manifest order
  /// The earliest of all, in manifest order within a tick; null: none.
  const Divergence *first() const;
};

/// Over the arrays that both runs have, the first difference of every
/// population: by sample, tick, variable (spikes, then manifest order), neuron.
/// Error SNN0430 when the runs have no array in common, or one in another shape
/// or type.
Expected<Comparison> compareRuns(const Manifest &manifest, const ArrayMap &a,
                                 const ArrayMap &b);
/// The same of runs whose rasters may be lists (isSound), each in either.
Expected<Comparison> compareRuns(const Manifest &manifest, const ArrayMap &a,
                                 const SpikeLists &listsOfA, const ArrayMap &b,
                                 const SpikeLists &listsOfB);

/// The first difference over the arrays that both runs have: by sample, tick,
/// population in manifest order, variable (spikes, then manifest order),
/// neuron. Errors as compareRuns().
Expected<std::optional<Divergence>> firstDivergence(const Manifest &manifest,
                                                    const RunResult &a,
                                                    const RunResult &b);
Expected<std::optional<Divergence>>
firstDivergence(const Manifest &manifest, const ArrayMap &a, const ArrayMap &b);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_COMPARE_H
