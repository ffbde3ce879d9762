//===- Belongings.h - What belongs to each slice ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Found by one walk over the machine op. Who asks about one slice alone may
// look at its uses (blocksOf(), gatherOf() in Fabric.h).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_FABRIC_BELONGINGS_H
#define SNNC_FABRIC_BELONGINGS_H

#include "compiler/Fabric/Fabric.h"

#include "llvm/ADT/DenseMap.h"

namespace snnc::fabric {

/// Knows what was there when it was made.
class Belongings {
public:
  struct Of {
    llvm::SmallVector<BlockOp> blocks; ///< that end in it, in their order
    llvm::SmallVector<BufferOp> buffers;
    GatherOp gather; ///< that ends in it; null: it is not a dominant one
  };

  explicit Belongings(MachineOp op);
  /// Empty for a slice of another machine op.
  const Of &of(SliceOp slice) const;

  /// The slices of the source of `block` that meet its range, by first neuron;
  /// an input is one slice. On a board as many as cores, for every block: what
  /// a block as a whole is asked for should not walk over them.
  llvm::ArrayRef<SliceInfo> sourcesOf(BlockOp block) const;
  /// The sources that it knows. Empty where it has none.
  Range knownBy(BlockOp block) const;

private:
  /// By what blocks name as their source: its slices, by first neuron.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<SliceInfo, 1>> sources;
  llvm::DenseMap<mlir::Value, Of> slices;
  Of nothing;
};

/// As rowEncodingsOf() of the slice.
llvm::SmallVector<mlir::Attribute> rowEncodingsOf(const Belongings::Of &slice);

} // namespace snnc::fabric

#endif // SNNC_FABRIC_BELONGINGS_H
