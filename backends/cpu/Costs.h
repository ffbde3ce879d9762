//===- Costs.h - What encodings of rows take on this computer ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers that decide between ways to hold the same synapses (Encodings.h).
// They are never seen in results: whatever they are, only the choice changes.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_COSTS_H
#define SNNC_BACKENDS_CPU_COSTS_H

#include "runtime/support/Vectors.h"

#include <optional>
#include <string>
#include <vector>

namespace snnc::cpu {

/// CPU time of one thread in ns. As they stand: measureCosts() on a 2-core Xeon
/// virtual machine with AVX-512 (family 6, model 167).
struct Costs {
  double indexRow = 8.5;      ///< a row, without its synapses
  double indexSynapse = 0.78; ///< a synapse with the common weight
  double weightByte = 0.43;   ///< more for each byte of its weight
  double bitTick = 55;        ///< 512 targets, in a tick with a spike
  double bitLine = 2.9;       ///< more for each spike
  double densePair8 = 0.04, densePair16 = 0.075;
  double diagonalNeuron = 0.073;
  bool measured = false; ///< on this computer
};

/// A constant by its name in files and reports.
struct CostName {
  const char *name;
  double Costs::*value;
  const char *meaning;
};
const std::vector<CostName> &costNames();

/// Measured with the engine's own kernels on rows larger than the nearest
/// caches, by the thread's CPU time, the least of several passes each: about
/// 0.1 s and 40 MB. std::bad_alloc.
Costs measureCosts(VectorSet vectors);

/// What measured constants are true for.
struct CostKey {
  std::string processor;
  VectorSet vectors = VectorSet::Portable;
  std::string version; ///< of snnc and of the kernels
};

/// Of this computer and this build.
CostKey costKey(VectorSet vectors);

/// $XDG_CACHE_HOME/snnc, else $HOME/.cache/snnc; empty where the environment
/// names no absolute folder.
std::string cacheFolder();

/// The file of the key in a cache.
std::string costFile(const std::string &folder, const CostKey &key);

/// Nothing where the file is missing, cannot be read, is no such file, is of
/// another key, or holds what no computer takes.
std::optional<Costs> loadCosts(const std::string &folder, const CostKey &key);

/// Whole or not at all; makes the folder. What is there and is no regular file
/// stays. False: it cannot be written.
bool storeCosts(const std::string &folder, const CostKey &key,
                const Costs &costs);

/// Those of the cache; else, for a network of so many synapses that it does not
/// matter, measured and stored; else the built-in ones. `folder` empty: those.
Costs costsFor(const std::string &folder, VectorSet vectors, double synapses);

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_COSTS_H
