//===- GroupOrder.h - Populations that talk stand together ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_MAP_GROUPORDER_H
#define SNNC_PASSES_MAP_GROUPORDER_H

#include <cstdint>
#include <span>
#include <vector>

namespace snnc::map {

struct GroupEdge {
  uint32_t a = 0, b = 0;
  uint64_t weight = 1; ///< packets
};

/// The numbers 0 ... sizes.size() - 1 such that what is between two of them in
/// the order is cut by few edges: the order of the leaves of METIS's recursive
/// bisection. Edges from a node to itself count nothing.
std::vector<uint32_t> orderByBisection(std::span<const uint64_t> sizes,
                                       std::span<const GroupEdge> edges);

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_GROUPORDER_H
