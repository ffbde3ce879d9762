//===- Recording.h - What to record and how it is shown ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Requests such as "lif1.lif:spikes", and the way from raw recordings (chip
// ticks, chip units) to what the user sees (network ticks, user units). The
// reference interpreter records for itself and uses the same functions.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_RECORDING_H
#define SNNC_RUNTIME_HOST_RECORDING_H

#include "runtime/bundle/Bundle.h"
#include "runtime/io/NdArray.h"

namespace snnc::runtime {

/// Rows of a result. Network: row t is tick t of the network as the user wrote
/// it, the population's latency is taken out. Chip: row t is tick t of the
/// chip.
enum class Alignment { Network, Chip };

/// One variable of one population, found in the manifest.
struct RecordRequest {
  static constexpr const char *spikes = "spikes";

  std::string population;
  std::string variable;                ///< "spikes" or the name of a state
  size_t populationIndex = 0;          ///< in Manifest::populations
  std::optional<size_t> variableIndex; ///< in its variables; absent: spikes
  /// Of a state: the columns of the result, empty: all neurons; every how many
  /// ticks it has a row.
  std::vector<uint32_t> neurons = {};
  uint64_t every = 1;

  std::string name() const { return population + ":" + variable; }
};

/// "NAME:VARIABLE"; the last ':' separates, because names may hold ':' and '.'.
/// Of a state also "NAME:VARIABLE[0-9,17]/10": these neurons, every tenth tick.
/// Errors SNN0420 (form), SNN0421 (population), SNN0422 (variable) list what
/// exists and the nearest name.
Expected<RecordRequest> parseRecordRequest(const std::string &text,
                                           const Manifest &manifest);

/// "spikes" of every spiking population and every state, in manifest order.
std::vector<RecordRequest> everyRequest(const Manifest &manifest);

/// How many ticks the chip runs to show `ticks` rows of every request: with
/// Network as many more as the largest latency among them.
uint64_t chipTicks(uint64_t ticks, Alignment alignment,
                   std::span<const RecordRequest> requests,
                   const Manifest &manifest);

/// The row of a result that shows a chip tick of a population with that
/// latency; nothing where no row does.
std::optional<uint64_t> rowOf(uint64_t chipTick, uint64_t rows,
                              uint32_t latency, Alignment alignment);

/// Scales of a variable: one for all neurons, or one for each. From the
/// manifest or its entry in the bundle. Error SNN0506.
Expected<std::vector<double>> scalesOf(const Bundle &bundle,
                                       const PopulationEntry &population,
                                       const VariableEntry &variable);

/// Chip values of one tick to the user's: divided by the neuron's scale (one
/// for all, or one each) in double precision, then rounded to float32 once.
void toUserUnits(std::span<const float> chip, std::span<const double> scales,
                 std::span<float> user);

/// The sum of a uint8 raster.
uint64_t countSpikes(const NdArray &raster);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_RECORDING_H
