//===- Csr.h - Listed synapses by source ------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compressed sparse rows: where each source's synapses begin, and their
// targets, weights and delays as columns, each in the narrowest type that holds
// it. A synapse takes 3 to 9 bytes. Rows are in the order of Synapse::isBefore,
// so the same synapses give the same bytes, in whatever order they were listed.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SNN_CSR_H
#define SNNC_SNN_CSR_H

#include "compiler/SNN/Connectivity.h"

namespace snnc::snn {

/// The columns of a `#snn.csr`.
struct CsrTable {
  uint32_t sources = 0, targets = 0;
  ParameterBlob offsets;       ///< U32 or I64, [sources + 1]
  ParameterBlob columns;       ///< targets: U16 or U32, [synapses]
  std::optional<float> weight; ///< of all, else the blob
  ParameterBlob weights;       ///< F32, or an integer kind, [synapses]
  /// Ticks on top of the projection's: U8 or U16, [synapses]; none: 0.
  std::optional<ParameterBlob> delays;

  /// A `#snn.csr`; its blobs go to the context's store as `name`.offsets,
  /// `name`.targets, ... With fewer synapses than sources, a `#snn.list`: a
  /// thousand short lists of a large population need no thousand offsets each.
  mlir::Attribute attribute(mlir::MLIRContext *context,
                            llvm::StringRef name) const;
};

/// Sorts listed synapses by counting: they are shown twice, in any order, and
/// nothing but the result is stored.
///
///   for each synapse: count(); start(); for each synapse: place(); finish()
class CsrBuilder {
public:
  struct Entry {
    uint32_t source = 0, target = 0;
    float weight = 0;   ///< finite; 0 is kept: its delay counts
    uint32_t delay = 0; ///< at most 65535 above the base
  };
  /// Of at most 2^31 neurons on either side.
  CsrBuilder(uint32_t sources, uint32_t targets);

  /// `entry.source` and `entry.target` are neurons.
  void count(const Entry &entry);
  /// Of those counted; 0 when there is none.
  uint32_t shortestDelay() const { return first ? shortest : 0; }
  /// Delays are stored less `base`, which is at most shortestDelay().
  void start(uint32_t base = 0);
  /// False when the entry was not among those that were counted: what lists
  /// them changed in between.
  bool place(const Entry &entry);
  /// Nothing when fewer were placed than counted.
  std::optional<CsrTable> finish();

private:
  struct Column {
    ElementKind kind = ElementKind::U8;
    BytesInTheMaking bytes;
  };
  bool hasDelays() const { return first && longest > base; }
  Synapse get(uint64_t i);
  void set(uint64_t i, const Synapse &synapse);
  void sortRow(uint64_t begin, uint64_t end, int shift);
  void splitRow(uint64_t begin, uint64_t end, int shift);

  uint32_t sources, targets;
  std::vector<uint64_t> begins; ///< per source and one more
  std::vector<uint64_t> next;
  float least = 0, largest = 0; ///< weights
  bool wholeWeights = true, sameWeights = true;
  std::optional<float> first;
  uint32_t shortest = UINT32_MAX, longest = 0, base = 0; ///< delays
  Column targetColumn, weightColumn, delayColumn;
  std::vector<Synapse> scratch;
};

/// The view of a table; null and `error` set when its numbers are not what the
/// table's comments say (they may come from a file).
std::unique_ptr<Connectivity> createCsr(CsrTable table, std::string &error);

} // namespace snnc::snn

#endif // SNNC_SNN_CSR_H
