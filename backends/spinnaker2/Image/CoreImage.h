//===- CoreImage.h - The data segment of one core ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Header, population table, synaptic rows, parameters and initial state of a
// LaidOut slice, as bytes to load at the header's address.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SPINNAKER2_IMAGE_COREIMAGE_H
#define SNNC_SPINNAKER2_IMAGE_COREIMAGE_H

#include "compiler/Fabric/Belongings.h"
#include "compiler/Fabric/Fetching.h"
#include "planner/CycleModel.h"
#include "planner/NetworkInfo.h"
#include "runtime/machine/MachineModel.h"

#include "llvm/ADT/DenseMap.h"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace snnc::s2 {

/// What a core holds, for reports.
struct CoreSummary {
  /// Bytes by structure in address order, the buffers' names up to a dot
  /// (planner/CorePlanner.h), blocks added up.
  std::vector<std::pair<std::string, uint64_t>> bytes;
  uint64_t used = 0;      ///< all of them without the record window
  uint64_t available = 0; ///< bytes between program and stack
  uint64_t dram = 0;      ///< bytes of rows in DRAM
  uint64_t synapses = 0;
  uint64_t fifoCapacity = 0;          ///< packets
  uint64_t recordTicks = 0;           ///< of spikes and all states
  std::vector<std::string> encodings; ///< in the order of the table's kinds
  bool parallel = false;
  std::string role; ///< "dominant" or "subordinate" of a row split, else ""
  uint32_t largestCount = 0;    ///< parallel: CoreEntry::largestCount
  fabric::CycleEstimate cycles; ///< per tick
};

/// Where an input that the core draws has its SnncDrive.
struct DrivePlace {
  uint32_t input = 0; ///< among the network's inputs
  uint32_t at = 0;    ///< address
};

/// Bytes [base, base + bytes.size()) of a core's SRAM; everything after is
/// zero when the core starts. The SnncCoreHeader stands at `base`.
struct CoreImage {
  uint32_t base = 0;
  std::vector<std::byte> bytes;
  /// The core's rows in its chip's DRAM, from `dramBase` on; may be empty.
  uint32_t dramBase = 0;
  std::vector<std::byte> dram;
  std::vector<DrivePlace> drives;
  std::vector<uint32_t> noises; ///< addresses of the SnncNoise, by parameter
  CoreSummary summary;

  /// The bytes at an address, in SRAM or DRAM; empty where the image has not
  /// all of them.
  std::span<const std::byte> at(uint64_t address, uint64_t size) const {
    for (auto [first, all] : {std::pair(base, std::span(bytes)),
                              std::pair(dramBase, std::span(dram))})
      if (address >= first && address - first <= all.size() &&
          size <= all.size() - (address - first))
        return all.subspan(address - first, size);
    return {};
  }
};

class SynapseCheck;

/// Builds the images of one fabric.machine. The slice whose blocks are not
/// there yet has them encoded with those of the slices behind it, as far as
/// some hundred megabytes go (kBatchBytes), so that a projection is read a few
/// times and what waits here does not grow with the network. Maps of parallel
/// populations wait by population.
class CoreImageBuilder {
public:
  /// `tickSeconds`: real time of one tick on the chip; `jobs`: threads, 0: as
  /// many as there are cores. Null and an error (SNN0350, SNN0351, SNN0380)
  /// when network or tick length do not fit.
  static std::unique_ptr<CoreImageBuilder> create(fabric::MachineOp op,
                                                  const MachineModel &machine,
                                                  double tickSeconds,
                                                  unsigned jobs = 1);

  /// The image of one slice of the machine op; cheapest in their order. The
  /// same for any number of jobs. Rows and maps are read back and held against
  /// the network. Errors: SNN0381 (not LaidOut), SNN0382 (rows do not have the
  /// planned size, or other synapses), SNN1106 (the map has not).
  mlir::FailureOr<CoreImage> build(fabric::SliceOp slice);

  /// The network that the images hold.
  const fabric::NetworkInfo &network() const { return info; }

private:
  CoreImageBuilder(fabric::MachineOp op, fabric::NetworkInfo info,
                   const MachineModel &machine, uint32_t timerLoad,
                   unsigned jobs)
      : op(op), belongings(op), info(std::move(info)), machine(machine),
        timerLoad(timerLoad), jobs(jobs),
        transfer(fabric::TransferCost::ofPlan(machine, mostFetching(op))) {}

  /// The bytes of one block.
  struct EncodedBlock {
    std::vector<std::byte> rows, index;
    uint64_t synapses = 0;
    uint32_t minDelay = 1; ///< of the projection
  };
  /// Hands out the bytes of `block`, once.
  mlir::FailureOr<EncodedBlock> take(fabric::BlockOp block);
  /// Bytes of blocks that wait at most, with the last one's slice.
  static constexpr uint64_t kBatchBytes = uint64_t(256) << 20;
  /// Those of one projection that a thread encodes at a time.
  struct Share;
  std::vector<Share> sharesFrom(fabric::SliceOp first);
  mlir::LogicalResult prepare(Share &share);
  mlir::LogicalResult encodeFrom(fabric::SliceOp first);

  /// The weight-delay map of one slice.
  struct SliceMap {
    fabric::EncodedMap map;
    std::vector<uint64_t> rows; ///< by place in NetworkNode::incoming
    /// Subordinate: spikes of one input channel and tick that its digits hold.
    uint32_t mostCount = UINT32_MAX;
  };
  /// Hands out the map of `slice`, once; the first call makes those of all
  /// slices of the population.
  mlir::FailureOr<SliceMap> takeMap(fabric::SliceOp slice,
                                    const fabric::NetworkNode &node);
  mlir::LogicalResult encodeMaps(const fabric::NetworkNode &node);
  /// Packets of partial sums that a subordinate sends in a tick, expected and
  /// worst.
  using Sums = std::array<double, 2>;
  mlir::FailureOr<Sums> sumsOf(fabric::SliceOp slice,
                               const fabric::NetworkNode &node);

  fabric::MachineOp op;
  fabric::Belongings belongings;
  fabric::NetworkInfo info;
  MachineModel machine;
  uint32_t timerLoad; ///< timer ticks per network tick
  unsigned jobs;
  /// With as many readers as the chip with most of them has.
  fabric::TransferCost transfer;
  llvm::DenseMap<mlir::Operation *, EncodedBlock> encoded;
  llvm::DenseMap<mlir::Operation *, SliceMap> encodedMaps;
  llvm::DenseMap<mlir::Operation *, Sums> partialSums;
  std::shared_ptr<SynapseCheck> check; ///< what images have to hold
  friend class ImageWriter;
  friend class MapEncoder;
};

} // namespace snnc::s2

#endif // SNNC_SPINNAKER2_IMAGE_COREIMAGE_H
