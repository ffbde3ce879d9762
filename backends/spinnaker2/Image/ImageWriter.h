//===- ImageWriter.h - The bytes of one core --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows and table: ImageRows.cpp. Header, parameters, states: ImageHeader.cpp.
// Drives: ImageDrives.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SPINNAKER2_IMAGE_IMAGEWRITER_H
#define SNNC_SPINNAKER2_IMAGE_IMAGEWRITER_H

#include "backends/spinnaker2/Image/CoreImage.h"
#include "planner/Arrivals.h"
#include "runtime/abi/CoreHeader.h"

#include <optional>
#include <span>
#include <string>

namespace snnc::s2 {

/// Writes one core; lives as long as one CoreImageBuilder::build.
class ImageWriter {
public:
  ImageWriter(CoreImageBuilder &builder, fabric::SliceOp slice,
              const fabric::NetworkNode &node)
      : b(builder), slice(slice), own(b.belongings.of(slice)), node(node) {}

  mlir::FailureOr<CoreImage> run() {
    if (failed(collect()))
      return mlir::failure();
    encodings = fabric::rowEncodingsOf(own);
    if (!slice.getSubordinate()) {
      work[0].neuronCycles =
          node.cycles.expectedOf(slice.numNeurons(), slice.getParallel());
      work[1].neuronCycles = node.cycles.worstOf(slice.numNeurons());
      work[0].recording = slice.numNeurons() * node.cycles.recording;
      work[1].recording = slice.numNeurons() * node.cycles.recordingWorst;
    }
    if (slice.getParallel() ? failed(writeMap()) : failed(writeBlocks()))
      return mlir::failure();
    std::vector<fabric::Arrival> arrivals =
        fabric::arrivalsAt(slice, b.info, b.belongings);
    for (bool worst : {false, true})
      fabric::addArrivals(work[worst], arrivals, b.info, slice.getParallel(),
                          worst);
    if (fabric::GatherOp gather = own.gather; gather && failed(addSums(gather)))
      return mlir::failure();
    writeTable();
    if (failed(writeHeader()))
      return mlir::failure();
    summarise();
    return std::move(image);
  }

private:
  using BufferId = std::pair<std::string, std::optional<uint64_t>>;
  struct Place {
    uint32_t at = 0, bytes = 0;
  };

  static bool isInitialised(llvm::StringRef name) {
    return name != "ring" && name != "spikes" && name != "fifo" &&
           name != "record" && name != "operand" && name != "output" &&
           name != "fetch" && !name.starts_with("history");
  }
  mlir::LogicalResult collect();
  mlir::FailureOr<Place> find(llvm::StringRef name,
                              std::optional<uint64_t> block = std::nullopt);
  /// Where a block's rows are, in SRAM or DRAM.
  mlir::FailureOr<Place> findRows(fabric::BlockOp block);
  std::span<std::byte> dramAt(Place place) {
    return std::span(image.dram)
        .subspan(place.at - image.dramBase, place.bytes);
  }
  std::span<std::byte> bytesAt(Place place) {
    return std::span(image.bytes).subspan(place.at - image.base, place.bytes);
  }
  mlir::LogicalResult writeBlocks() {
    for (fabric::BlockOp block : own.blocks)
      if (failed(writeRows(block)))
        return mlir::failure();
    return mlir::success();
  }
  mlir::LogicalResult writeRows(fabric::BlockOp block);
  mlir::LogicalResult writeMap();
  mlir::LogicalResult addMapEntries(llvm::ArrayRef<uint64_t> rows);
  mlir::LogicalResult writePanels(const fabric::MapLayout &layout);
  mlir::LogicalResult fillRing(SnncCoreHeader &header);
  mlir::LogicalResult fillMap(SnncCoreHeader &header);
  /// Adds to the expected and the worst work of a tick.
  template <typename Add> void addWork(fabric::BlockOp block, Add add) {
    const fabric::NetworkNode &source =
        b.info.nodes[b.info.edges[block.getProjection()].source];
    uint64_t sources = b.belongings.knownBy(block).size();
    add(work[0], sources, source.meanRate, source.scatter());
    add(work[1], sources, source.worstRate(sources), 0);
  }
  mlir::LogicalResult addSums(fabric::GatherOp gather);
  void addEntries(fabric::BlockOp block, Place rows, Place index,
                  uint32_t minDelay);
  void writeTable();
  void noteTable();
  mlir::LogicalResult writeHeader();
  mlir::LogicalResult writeParams(SnncCoreHeader &header);
  mlir::LogicalResult writeDrives(SnncCoreHeader &header);
  mlir::LogicalResult writeDrive(const fabric::NodeDrive &drive, uint32_t at,
                                 uint32_t arrays);
  void writeNoises(uint32_t at, uint32_t table);
  /// Into the image, at an address of the core.
  void copy(uint32_t to, const void *from, size_t bytes);
  mlir::LogicalResult writeInitial(snn::PopulationOp population,
                                   llvm::StringRef state, Place place);
  void summarise();

  CoreImageBuilder &b;
  fabric::SliceOp slice;
  const fabric::Belongings::Of &own;
  const fabric::NetworkNode &node;
  std::vector<std::pair<BufferId, Place>> buffers; ///< by address
  std::vector<std::pair<BufferId, Place>> inDram;  ///< by address
  llvm::SmallVector<mlir::Attribute> encodings;
  std::vector<SnncTableEntry> entries;
  fabric::MapLayout layout; ///< parallel
  fabric::CoreWork work[2]; ///< expected, worst
  CoreImage image;
};

} // namespace snnc::s2

#endif // SNNC_SPINNAKER2_IMAGE_IMAGEWRITER_H
