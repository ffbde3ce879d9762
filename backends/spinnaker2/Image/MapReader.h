//===- MapReader.h - A weight-delay map, from its image ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a packet does on a parallel core, from header, scatter table, positions,
// panels and weights as they stand in a finished image: as the core's program
// goes through them, and by none of the code that wrote them
// (planner/MapWriter.cpp).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SPINNAKER2_IMAGE_MAPREADER_H
#define SNNC_SPINNAKER2_IMAGE_MAPREADER_H

#include "backends/spinnaker2/Image/CoreImage.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <span>
#include <string>
#include <vector>

namespace snnc::s2 {

class MapReader {
public:
  /// What the core's program knows and its image does not say.
  struct Program {
    unsigned weightBits = 8; ///< 8 or 16
    uint32_t receptors = 1;
    uint32_t lead = 0; ///< ticks that sums are made before they are due
  };
  /// `accumulator`: receptor * padded neurons + local neuron. `delay`: ticks,
  /// at least 1.
  using Visit = llvm::function_ref<void(uint32_t accumulator, uint32_t delay,
                                        int32_t weight)>;

  /// `image` outlives it.
  MapReader(const CoreImage &image, const Program &program);

  /// What no core could run, in words; empty: nothing.
  const std::string &fault() const { return broken; }
  /// Weights that source number `source` adds, once for each of its positions,
  /// those of 0 left out. Returns what is wrong with its positions, in words;
  /// empty: nothing. Not where there is a fault().
  std::string read(uint32_t source, Visit visit) const;

private:
  std::string readTables();
  std::string readPanel(uint32_t number);
  std::string checkTiles() const;
  void indexRows();
  uint64_t rowBytes() const { return header.batch * width; }

  struct Panel {
    SnncPanel at;
    uint64_t firstRow = 0;
    uint32_t accumulator = 0; ///< of its first column
    uint32_t neurons = 0;
    std::span<const std::byte> weights;
  };
  void readRow(const Panel &panel, uint64_t row, uint32_t delay,
               Visit visit) const;

  const CoreImage &image;
  Program program;
  uint64_t width; ///< bytes of a weight
  SnncCoreHeader header = {};
  std::span<const std::byte> scatter, positions;
  std::vector<Panel> panels;
  /// By operand row: its panels are panelsAt[begin[row]] to
  /// panelsAt[begin[row + 1] - 1].
  std::vector<uint32_t> begin, panelsAt;
  std::string broken;
};

} // namespace snnc::s2

#endif // SNNC_SPINNAKER2_IMAGE_MAPREADER_H
