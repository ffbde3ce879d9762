//===- ConvFields.h - A convolution's synapses by their shape ---*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the synapses of a convolution are follows from coordinates: no row is
// made and no weight is read. Counts are exact where no tap is 0.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_CONVFIELDS_H
#define SNNC_PLANNER_CONVFIELDS_H

#include "planner/LayerShape.h"

namespace snnc::fabric {

/// The receptive fields of a convolution's targets.
class ConvFields {
public:
  explicit ConvFields(const ConvShape &shape) : shape(shape) {}

  /// All channels of a group times a rectangle of the map behind the pool.
  struct Field {
    uint32_t group = 0;
    std::array<Range, 2> box{};
    bool operator==(const Field &) const = default;
    uint64_t cells() const { return uint64_t(box[0].size()) * box[1].size(); }
  };
  Field fieldOf(uint32_t target) const;
  /// The least range of source places that holds it.
  Range placesOf(const Field &field) const;
  /// Sources behind a cell of a field.
  uint64_t sourcesPerCell() const {
    return uint64_t(shape.inPerGroup()) * shape.pool[0] * shape.pool[1];
  }

private:
  ConvShape shape;
};

/// Fills in all of `edge` that depends on where synapses are: density, filled,
/// reach, the heaviest slices, unevenness. `edge.sources` and `edge.delays` are
/// set already.
void fillByFields(const ConvShape &shape, EdgeShape &edge);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_CONVFIELDS_H
