//===- SynapseCheck.h - Finished images against the network -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the rows of a finished image back, in SRAM or DRAM, or its weight-delay
// map, and holds what a packet of every key does against the synapses of the
// snn ops; a subordinate's against those of its sources, and what a dominant PE
// does with digits of partial sums against the keys that its subordinates send
// them with. Compared are sums over all (key, accumulator, delay) of the weight
// times a 64-bit number that these three decide: no order is needed, so both
// sides are read in the one that is cheapest, and two synapses in one place
// count as their sum.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SPINNAKER2_IMAGE_SYNAPSECHECK_H
#define SNNC_SPINNAKER2_IMAGE_SYNAPSECHECK_H

#include "backends/spinnaker2/Image/CoreImage.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/DenseMap.h"

#include <vector>

namespace snnc::s2 {

/// Where a synapse acts on a core.
struct SynapsePlace {
  uint32_t key = 0;
  uint32_t accumulator = 0; ///< receptor * padded neurons + local neuron
  uint32_t delay = 0;       ///< ticks, at least 1
  auto operator<=>(const SynapsePlace &) const = default;
};

class SynapseCheck {
public:
  /// All outlive it.
  SynapseCheck(fabric::MachineOp op, const fabric::NetworkInfo &info,
               const fabric::Belongings &belongings);

  /// Sums up what the network says of these projections, once each, by `jobs`
  /// threads; failure is reported at the op.
  mlir::LogicalResult expect(llvm::ArrayRef<uint32_t> edges, unsigned jobs);
  /// Whether the image has the synapses of the slice's projections. Error
  /// SNN0382, of a map SNN1106, names the first that differs.
  mlir::LogicalResult check(fabric::SliceOp slice, const CoreImage &image);

private:
  using Visit = llvm::function_ref<void(SynapsePlace, int32_t weight)>;
  /// Neighbouring keys and the neurons that send them, in places.
  struct Sender {
    uint32_t key = 0, begin = 0, end = 0, node = 0;
  };
  /// Where synapses of a projection are: of all sources of these neurons, of a
  /// subordinate's those in its range of places.
  struct Target {
    fabric::SliceOp slice;
    fabric::Range sources = {0, UINT32_MAX};
  };
  struct Edge {
    std::vector<Target> targets;
    bool isExpected = false;
  };
  /// By neuron, which of the targets hold it, their sources ascending.
  class Holders;
  /// From the snn ops. `visit`: (index into `targets`, where, weight).
  mlir::LogicalResult
  forEachSynapse(uint32_t edge, llvm::ArrayRef<Target> targets,
                 llvm::function_ref<void(size_t, SynapsePlace, int32_t)> visit);
  /// From the image; failure is reported.
  mlir::LogicalResult readBack(fabric::SliceOp slice, const CoreImage &image,
                               Visit visit);
  mlir::LogicalResult readRows(fabric::SliceOp slice, const CoreImage &image,
                               Visit visit);
  mlir::LogicalResult readMap(fabric::SliceOp slice, const CoreImage &image,
                              Visit visit);
  /// Keys of partial sums that a dominant slice gathers; none of any other.
  struct SumKeys {
    uint32_t first = 0, digits = 1, bits = 1, receptors = 1;
    fabric::Range neurons;
    uint64_t count() const {
      return uint64_t(neurons.size()) * receptors * digits << bits;
    }
  };
  std::vector<SumKeys> sumsInto(fabric::SliceOp slice) const;
  /// Digits that tell every bit and the sign apart, of each sum, as the
  /// subordinates mean them.
  void forEachDigit(fabric::SliceOp slice, Visit visit) const;
  /// The same as the dominant core's `entry` takes them.
  void readSums(fabric::SliceOp slice, const SnncTableEntry &entry,
                fabric::SumsAttr encoding, Visit visit) const;
  /// Every key that is sent, of those that `entry` reads.
  void forEachKey(const SnncTableEntry &entry,
                  llvm::function_ref<bool(uint32_t key)> visit) const;
  std::vector<Sender>::const_iterator firstUpTo(uint32_t key) const;
  mlir::LogicalResult explain(fabric::SliceOp slice, const CoreImage &image);

  fabric::MachineOp op;
  const fabric::NetworkInfo &info;
  const fabric::Belongings &belongings;
  std::vector<Sender> senders;                          ///< by key
  std::vector<Edge> edges;                              ///< as in `info`
  llvm::DenseMap<mlir::Operation *, uint64_t> expected; ///< sums of slices
};

} // namespace snnc::s2

#endif // SNNC_SPINNAKER2_IMAGE_SYNAPSECHECK_H
