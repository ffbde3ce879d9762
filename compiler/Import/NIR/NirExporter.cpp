//===- NirExporter.cpp - Who wrote a file ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirNormalise.h"

#include <algorithm>
#include <cmath>

namespace snnc::nir {

/// Every value of `field`, in every neuron that has it, is `wanted`.
static bool everywhere(const Graph &graph, const char *field, double wanted) {
  for (const Node &node : graph.nodes) {
    if (!isNeuron(node.kind) || !node.has(field))
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
      if (!isNeuron(node.kind) || !node.has(field))
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
    if (node.kind != NodeKind::CubaLIF)
      continue;
    if (!isNumbered(node))
      return {};
    numberedCuba = true;
  }
  if (numberedCuba && everywhere(graph, "r", 1) && everywhere(graph, "w_in", 1))
    return {"norse", "numbered CubaLIF nodes with r = 1 and w_in = 1"};
  return {};
}

} // namespace snnc::nir
