//===- NodeDrive.h - Poisson inputs that cores draw -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A drive (docs/semantics.md S7.5) needs no packet and no row where the cores
// that hold its neurons draw it: bytes, cycles and tables of that. The tables
// are the limits of the very inversion that hosts use, so that a core without
// float64 has the same counts for every uniform number.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_NODEDRIVE_H
#define SNNC_PLANNER_NODEDRIVE_H

#include "compiler/SNN/Pins.h"
#include "compiler/SNN/SNN.h"
#include "planner/NeuronCycles.h"

#include <optional>
#include <string>
#include <vector>

namespace snnc::fabric {

inline bool isDrawn(snn::ProjectionOp op) {
  return op->hasAttr(snn::kDrawnName);
}

/// Different means of one drive, at most; each has a table on every core.
inline constexpr size_t kMostMeans = 16;

/// Why a Poisson input reaches its targets as packets: behind "because", and
/// what would make cores draw it.
struct DriveObstacle {
  std::string reason, change;
};

/// Means of the channels of an input that cores may draw for the only target of
/// `projection`, one where all have it; nothing where they may not. `why`,
/// where given, is told what stands in the way of a Poisson input.
std::optional<std::vector<double>> drawableMeans(snn::ProjectionOp projection,
                                                 DriveObstacle *why = nullptr);

/// One such input, as its target sees it.
struct NodeDrive {
  uint32_t edge = 0; ///< in NetworkInfo::edges
  unsigned receptor = 0;
  uint64_t delay = 1;            ///< ticks
  std::vector<double> means;     ///< the different ones, ascending
  std::vector<uint32_t> tables;  ///< SnncDriveTable of each, one behind another
  std::vector<uint16_t> tableOf; ///< of a channel, in words; one: of all
  NeuronCycles cycles;           ///< of one neuron
  bool isUniform() const { return tableOf.size() == 1; }

  /// Of a drawn projection; nothing where it may not be drawn.
  static std::optional<NodeDrive> read(snn::ProjectionOp projection,
                                       uint32_t edge);
  /// SnncDrive, weights, tables.
  uint64_t bytes(uint32_t neurons) const;
};

/// SnncDriveTable of a mean, in words.
std::vector<uint32_t> driveTable(double mean);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_NODEDRIVE_H
