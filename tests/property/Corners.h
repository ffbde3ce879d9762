//===- Corners.h - Networks at the limits -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes, delays and models that random networks hit too rarely.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_PROPERTY_CORNERS_H
#define SNNC_TESTS_PROPERTY_CORNERS_H

#include <cstdint>
#include <vector>

namespace snnc::property {

struct Corner {
  const char *name;
  std::vector<uint32_t> sizes; ///< input, populations in a chain
  const char *model;
  uint32_t leastDelay, largestDelay;
  double density;
  bool loop, wide;
  uint32_t slice, ticks;
};

const std::vector<Corner> &corners();

} // namespace snnc::property

#endif // SNNC_TESTS_PROPERTY_CORNERS_H
