//===- CellTypes.h - Neurons with parameters that have units ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cell types that simulators share, with NEST's names, defaults and units:
// ms, mV, pA, pF, nS. What a tick does is a region of cells.mlir, whose
// parameters follow from the physical ones and the tick's length; formulas from
// Rotter and Diesmann, "Exact digital simulation of time-invariant linear
// systems", Biol. Cybern. 81 (1999), and Brette and Gerstner (2005).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SNN_CELLTYPES_H
#define SNNC_SNN_CELLTYPES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace snnc::snn {

/// What a number measures; its number is in the unit of `canonicalUnit`.
enum class Dimension {
  None,
  Time,
  Rate,
  Voltage,
  Current,
  Capacitance,
  Conductance,
  Resistance
};
/// "ms", "Hz", "mV", "pA", "pF", "nS", "GOhm"; empty for None.
const char *canonicalUnit(Dimension dimension);
/// "a time", "a voltage", ...
const char *dimensionName(Dimension dimension);

struct CellParam {
  const char *name;
  Dimension dimension;
  double missing; ///< the default
  double low, high;
};

struct CellType {
  const char *name; ///< of the region, too
  llvm::ArrayRef<CellParam> params;
  Dimension weight; ///< of a weight; conductances are positive
  /// From values of `params` (one neuron's) and the tick in ms: the region's
  /// parameters, in its order, and the potential at rest.
  struct Step {
    llvm::SmallVector<double, 20> params;
    double rest = 0;
  };
  Step (*step)(llvm::ArrayRef<double> values, double tick);
};

/// All, in the order of cells.mlir.
llvm::ArrayRef<CellType> cellTypes();
/// Null when there is none of that name.
const CellType *findCellType(llvm::StringRef name);

} // namespace snnc::snn

#endif // SNNC_SNN_CELLTYPES_H
