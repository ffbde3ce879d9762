//===- RowSample.h - A few rows of a stored projection ----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One source, drawn, of each of several equal parts of a projection's sources,
// their rows as integers, and what they say about all rows. Dense weights are
// read in place (the full view would turn the whole matrix around), a list is
// passed over once, a convolution makes the few rows from its kernel.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_ROWSAMPLE_H
#define SNNC_PLANNER_ROWSAMPLE_H

#include "compiler/SNN/Connectivity.h"
#include "planner/LayerShape.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace snnc::fabric {

class RowSample {
public:
  /// Nothing and an error at the op when it has no connectivity.
  static std::optional<RowSample> read(snn::ProjectionOp op);

  /// Synapses / (sampled sources * targets).
  double density() const;
  /// Standard deviation over mean of the row lengths beyond what chance gives
  /// rows of this density.
  double unevenness() const;
  /// Share of the (source, delay, panel) triples with a synapse, panels of
  /// `tiles` tiles, `delays` different delays.
  double filled(unsigned tiles, double delays) const;
  /// EdgeShape::largestSum where all targets have as many synapses.
  double largestSum() const;
  double meanSum() const;
  /// `reach` and the heaviest slices of `edge` at place `i` (LayerShape.h).
  void readSlices(size_t i, EdgeShape &edge) const;

private:
  RowSample(uint32_t sources, uint32_t targets);
  bool readDense(snn::ProjectionOp op);
  bool readList(snn::ProjectionOp op);
  void add(uint32_t source, uint32_t target, uint32_t delay, uint32_t size);
  void sort();

  struct Cell {
    uint32_t source, delay, target;
    uint32_t size; ///< of the integer weight
  };
  uint32_t sources, targets;
  std::vector<uint32_t> chosen; ///< ascending
  std::vector<Cell> cells;
};

} // namespace snnc::fabric

#endif // SNNC_PLANNER_ROWSAMPLE_H
