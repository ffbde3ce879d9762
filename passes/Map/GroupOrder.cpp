//===- GroupOrder.cpp - Populations that talk stand together --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/GroupOrder.h"

#include <algorithm>
#include <limits>
#include <map>
#include <metis.h>
#include <numeric>

namespace snnc::map {

namespace {

/// METIS adds weights up in 32 bits.
constexpr uint64_t kWeightSum = uint64_t(1) << 28;

/// `weights` scaled so that they add up to kWeightSum at most, none to 0.
std::vector<idx_t> scaled(std::span<const uint64_t> weights) {
  double sum = 1;
  for (uint64_t weight : weights)
    sum += double(weight);
  double factor = std::min(1.0, double(kWeightSum) / sum);
  std::vector<idx_t> small;
  for (uint64_t weight : weights)
    small.push_back(idx_t(std::max(1.0, double(weight) * factor)));
  return small;
}

/// Adjacency in METIS's form, each edge from both of its ends.
struct Csr {
  std::vector<idx_t> begin = {0}, neighbours, weights;

  Csr(size_t nodes, std::span<const GroupEdge> edges) {
    std::vector<std::map<uint32_t, uint64_t>> ends(nodes);
    for (const GroupEdge &edge : edges)
      if (edge.a != edge.b) {
        ends[edge.a][edge.b] += edge.weight;
        ends[edge.b][edge.a] += edge.weight;
      }
    std::vector<uint64_t> all;
    for (const auto &neighboursOf : ends) {
      for (auto [node, weight] : neighboursOf) {
        neighbours.push_back(idx_t(node));
        all.push_back(weight);
      }
      begin.push_back(idx_t(neighbours.size()));
    }
    weights = scaled(all);
  }
};

} // namespace

std::vector<uint32_t> orderByBisection(std::span<const uint64_t> sizes,
                                       std::span<const GroupEdge> edges) {
  std::vector<uint32_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0);
  Csr graph(sizes.size(), edges);
  if (sizes.size() < 4 || graph.neighbours.empty())
    return order;
  constexpr size_t mostParts = 1024;
  idx_t nodes = idx_t(sizes.size()), constraints = 1, cut = 0;
  idx_t parts = idx_t(std::min(sizes.size() / 2, mostParts));
  std::vector<idx_t> nodeWeights = scaled(sizes), part(sizes.size());
  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = 1;
  if (METIS_PartGraphRecursive(&nodes, &constraints, graph.begin.data(),
                               graph.neighbours.data(), nodeWeights.data(),
                               nullptr, graph.weights.data(), &parts, nullptr,
                               nullptr, options, &cut, part.data()) != METIS_OK)
    return order; // out of memory: any order is one
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return part[a] < part[b]; });
  return order;
}

} // namespace snnc::map
