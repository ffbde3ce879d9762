//===- NirExporter.cpp - Who wrote a file ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirPrimitive.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace snnc::nir {

/// Every value of `field`, in every neuron that has it, is `wanted`.
static bool everywhere(const Graph &graph, const char *field, double wanted) {
  for (const Node &node : graph.nodes) {
    if (!node.kind->isNeuron() || !node.has(field))
      continue;
    const Tensor &values = node.tensor(field);
    for (uint64_t i = 0; i < values.size(); ++i)
      if (values.at(i) != wanted)
        return false;
  }
  return true;
}

static bool anyInfiniteTau(const Graph &graph) {
  for (const Node &node : graph.nodes)
    for (const char *field : {"tau", "tau_mem", "tau_syn"}) {
      if (!node.kind->isNeuron() || !node.has(field))
        continue;
      const Tensor &values = node.tensor(field);
      for (uint64_t i = 0; i < values.size(); ++i)
        if (std::isinf(values.at(i)))
          return true;
    }
  return false;
}

/// Modules of an unnamed torch Sequential are numbered.
static bool isNumbered(const Node &node) {
  return !node.name.empty() &&
         node.name.find_first_not_of("0123456789.") == std::string::npos;
}

Exporter findExporter(const Graph &graph, const ImpliedDt &implied) {
  if (implied.rule.ends_with("(Rockpool)"))
    return {"rockpool", implied.rule};
  bool atZero =
      everywhere(graph, "v_leak", 0) && everywhere(graph, "v_reset", 0);
  if (implied.dt && atZero && implied.rule.starts_with("r == tau/dt")) {
    if (anyInfiniteTau(graph))
      return {"lava", "tau = inf for no decay"};
    // snnTorch's export knows no other time step.
    if (std::abs(*implied.dt - 1e-4) <= 1e-9)
      return {"snntorch",
              "dt = 1e-4, v_leak = 0, v_reset = 0 and " + implied.rule};
  }
  bool numberedCuba = false;
  for (const Node &node : graph.nodes) {
    if (!node.kind->isSpiking() || !node.has("tau_mem"))
      continue;
    if (!isNumbered(node))
      return {};
    numberedCuba = true;
  }
  if (numberedCuba && everywhere(graph, "r", 1) && everywhere(graph, "w_in", 1))
    return {"norse", "numbered CubaLIF nodes with r = 1 and w_in = 1"};
  return {};
}

std::optional<double> spyxDt(const Graph &graph) {
  double low = 0, high = 0;
  for (const Node &node : graph.nodes) {
    if (!node.kind->isSpiking() || (!node.has("tau") && !node.has("tau_mem")))
      continue;
    const Tensor &tau = node.tensor(node.has("tau") ? "tau" : "tau_mem");
    const Tensor &r = node.tensor("r");
    for (uint64_t i = 0; i < std::max(tau.size(), r.size()); ++i) {
      double dt = tau.at(i) * (1 - r.at(i));
      if (!(dt > 0) || !std::isfinite(dt))
        return std::nullopt;
      low = low == 0 ? dt : std::min(low, dt);
      high = std::max(high, dt);
    }
  }
  if (low == 0 || high > low * (1 + 1e-4))
    return std::nullopt;
  return std::midpoint(low, high);
}

unsigned feedNeuronsDirectly(Graph &graph) {
  Adjacency adjacency(graph);
  std::vector<Edge> edges;
  unsigned moved = 0;
  for (const Edge &edge : graph.edges) {
    const Node &weights = graph.nodes[edge.target];
    auto behind = adjacency.outgoing(edge.target);
    auto before = adjacency.incoming(edge.target);
    auto feeds = [&](uint32_t node) {
      return graph.nodes[node].kind->isNeuron() &&
             std::find(before.begin(), before.end(), node) != before.end();
    };
    bool isFeedback = weights.kind->isMatrix() && !behind.empty() &&
                      std::all_of(behind.begin(), behind.end(), feeds);
    if (!isFeedback ||
        std::find(behind.begin(), behind.end(), edge.source) != behind.end()) {
      edges.push_back(edge);
      continue;
    }
    for (uint32_t neurons : behind)
      edges.push_back({edge.source, neurons});
    ++moved;
  }
  graph.edges = std::move(edges);
  graph.sort();
  return moved;
}

} // namespace snnc::nir
