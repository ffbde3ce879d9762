//===- NirTopology.cpp - Cycles and reachability --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The checks of a finished graph that look at its edges.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirReport.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

/// Does the node's output depend on its input of the same instant?
static bool isInstant(const Node &node) { return node.kind->isInstant(node); }

/// A cycle of instant nodes, first node repeated at the end; empty: none.
static std::vector<uint32_t> instantCycle(const Graph &graph,
                                          const Adjacency &adjacency) {
  enum : uint8_t { New, Open, Done };
  std::vector<uint8_t> state(graph.nodes.size(), New);
  std::vector<std::pair<uint32_t, uint32_t>> stack; // node, next successor
  for (uint32_t root = 0; root < graph.nodes.size(); ++root) {
    if (state[root] != New || !isInstant(graph.nodes[root]))
      continue;
    stack.assign(1, {root, 0});
    state[root] = Open;
    while (!stack.empty()) {
      auto &[node, next] = stack.back();
      std::span<const uint32_t> targets = adjacency.outgoing(node);
      if (next == targets.size()) {
        state[node] = Done;
        stack.pop_back();
        continue;
      }
      uint32_t target = targets[next++];
      if (!isInstant(graph.nodes[target]) || state[target] == Done)
        continue;
      if (state[target] == New) {
        state[target] = Open;
        stack.emplace_back(target, 0);
        continue;
      }
      std::vector<uint32_t> cycle;
      auto from = std::find_if(stack.begin(), stack.end(), [&](auto &entry) {
        return entry.first == target;
      });
      for (; from != stack.end(); ++from)
        cycle.push_back(from->first);
      cycle.push_back(target);
      return cycle;
    }
  }
  return {};
}

/// What can be reached from the nodes of `kind`, forward or backward.
static std::vector<bool> reachable(const Graph &graph,
                                   const Adjacency &adjacency, bool forward) {
  std::vector<bool> seen(graph.nodes.size());
  std::vector<uint32_t> work;
  for (uint32_t i = 0; i < graph.nodes.size(); ++i)
    if ((forward ? graph.nodes[i].kind->isInput()
                 : graph.nodes[i].kind->isOutput())) {
      seen[i] = true;
      work.push_back(i);
    }
  while (!work.empty()) {
    uint32_t node = work.back();
    work.pop_back();
    for (uint32_t next :
         forward ? adjacency.outgoing(node) : adjacency.incoming(node))
      if (!seen[next]) {
        seen[next] = true;
        work.push_back(next);
      }
  }
  return seen;
}

/// A neuron between the first two nodes.
static std::string cycleHelp(const Graph &graph,
                             const std::vector<std::string> &names) {
  std::string place = inPython(graph.path), a = pythonText(names.front()),
              b = pythonText(names[std::min<size_t>(1, names.size() - 1)]);
  std::string shape =
      toString(graph.nodes[*graph.find(names.front())].outputShape);
  return fmt::format(
      "put a neuron into the cycle, which holds a spike for a step; in Python: "
      "{0}.nodes['between'] = nir.IF(numpy.ones({3}), numpy.ones({3})); "
      "{0}.edges.remove(({1}, {2})); {0}.edges += [({1}, 'between'), "
      "('between', {2})]",
      place, a, b, shape);
}

static std::string removeHelp(const Graph &graph, const Node &node) {
  return fmt::format("connect it, or remove it to save memory; in Python: del "
                     "{0}.nodes[{1}]; {0}.edges = [e for e in {0}.edges if {1} "
                     "not in e]",
                     inPython(graph.path), pythonText(node.name));
}

static void warnUnreachable(const Graph &graph, const std::vector<bool> &seen,
                            const char *message, Reporter &reporter) {
  constexpr unsigned shown = 16;
  unsigned count = 0;
  for (uint32_t i = 0; i < graph.nodes.size(); ++i)
    if (!seen[i] && count++ < shown)
      reporter.warning("SNN0236", graph.nodes[i].path, message,
                       {removeHelp(graph, graph.nodes[i])});
  if (count > shown)
    reporter.warning("SNN0236", graph.path,
                     fmt::format("{} more nodes: {}", count - shown, message),
                     {"connect them, or remove them to save memory"});
}

static void noteRepeatedEdges(const Graph &graph, Reporter &reporter) {
  constexpr unsigned shown = 16;
  unsigned notes = 0;
  for (size_t i = 0; i < graph.edges.size() && notes < shown;) {
    size_t end = i + 1;
    while (end < graph.edges.size() && graph.edges[end] == graph.edges[i])
      ++end;
    const Node &source = graph.nodes[graph.edges[i].source];
    const Node &target = graph.nodes[graph.edges[i].target];
    if (end - i > 1 && ++notes)
      reporter.note("SNN0237", target.path,
                    fmt::format("the edge from '{}' occurs {} times and "
                                "counts as often, as NIR says (snnTorch, Spyx "
                                "and Lava count it once)",
                                source.name, end - i));
    if (&source == &target && ++notes)
      reporter.note("SNN0238", target.path,
                    "the node feeds itself: its output returns one step later");
    i = end;
  }
}

void checkTopology(const Graph &graph, Reporter &reporter) {
  Adjacency adjacency(graph);
  std::vector<std::string> names;
  for (uint32_t node : instantCycle(graph, adjacency))
    names.push_back(graph.nodes[node].name);
  if (!names.empty()) {
    const Node &first = graph.nodes[*graph.find(names.front())];
    reporter.error("SNN0235", first.path,
                   fmt::format("a cycle without a neuron or a delay: {}",
                               quotedList(names, 12)),
                   {cycleHelp(graph, names)});
  }
  noteRepeatedEdges(graph, reporter);
  warnUnreachable(graph, reachable(graph, adjacency, true),
                  "no Input leads to this node", reporter);
  warnUnreachable(graph, reachable(graph, adjacency, false),
                  "this node leads to no Output", reporter);
}

} // namespace snnc::nir
