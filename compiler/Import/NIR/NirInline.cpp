//===- NirInline.cpp - Nested graphs become one ---------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All nodes of all nested graphs go into one list, the ports among them. Every
// edge is then followed through ports until it meets real nodes.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirReport.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

namespace {

/// Where a nested graph went.
struct Inlined {
  std::map<std::string, uint32_t> inputs, outputs; ///< port name -> new index
};

class Inliner {
public:
  Inliner(Graph &graph, Reporter &reporter)
      : graph(graph), reporter(reporter) {}
  void run();

private:
  void take(Node &node);
  void addPorts(const Graph &inner, uint32_t offset, Inlined &ports);
  void synthesise(const Graph &inner, uint32_t offset, bool entries,
                  Inlined &ports);
  void notePortShapes(const Graph &inner);
  std::optional<uint32_t> end(uint32_t old, bool asSource);
  std::optional<uint32_t> end(const std::string &name, bool asSource);
  void expand();
  bool follow(uint32_t source, uint32_t target, const Adjacency &adjacency);

  Graph &graph;
  Reporter &reporter;
  Graph flat;
  std::vector<bool> isPort;                   ///< by new index
  std::vector<std::optional<uint32_t>> moved; ///< old index -> new, not graphs
  std::map<uint32_t, Inlined> inlined;        ///< by old index of the NIRGraph
  std::vector<Edge> edges;                    ///< between real nodes
  uint64_t steps = 0;
};

} // namespace

/// A graph without Input (or Output) nodes has one anyway if only one node can
/// be meant. That node is no port, but edges from outside end there.
void Inliner::synthesise(const Graph &inner, uint32_t offset, bool entries,
                         Inlined &ports) {
  std::vector<std::string> candidates;
  std::optional<uint32_t> node = uniqueEnd(inner, entries, candidates);
  if (!node)
    return;
  const std::string &name = inner.nodes[*node].name;
  reporter.note("SNN0232", inner.path,
                fmt::format("the graph has no {} node: '{}' is taken as its {}",
                            entries ? "Input" : "Output", name,
                            entries ? "entry" : "exit"));
  (entries ? ports.inputs : ports.outputs).emplace(name, offset + *node);
}

void Inliner::addPorts(const Graph &inner, uint32_t offset, Inlined &ports) {
  for (uint32_t i = 0; i < inner.nodes.size(); ++i) {
    if (inner.nodes[i].kind->isInput())
      ports.inputs.emplace(inner.nodes[i].name, offset + i);
    if (inner.nodes[i].kind->isOutput())
      ports.outputs.emplace(inner.nodes[i].name, offset + i);
  }
  if (ports.inputs.empty())
    synthesise(inner, offset, true, ports);
  if (ports.outputs.empty())
    synthesise(inner, offset, false, ports);
}

/// A port is only a name, so a wrong shape on it harms nobody; but say so.
void Inliner::notePortShapes(const Graph &inner) {
  unsigned notes = 0;
  for (const Edge &edge : inner.edges) {
    const Node &port = inner.nodes[edge.source];
    const Node &node = inner.nodes[edge.target];
    std::optional<Shape> own = node.kind->ownInput(node);
    if (!port.kind->isInput() || !own || notes >= 16)
      continue;
    const Tensor &declared = port.tensor("shape");
    bool same = declared.size() == own->size();
    for (uint64_t i = 0; same && i < own->size(); ++i)
      same = declared.at(i) == double((*own)[i]);
    if (same)
      continue;
    ++notes;
    reporter.note("SNN0243", port.path,
                  fmt::format("the port's declared shape does not fit '{}', "
                              "which takes {}: the declaration is ignored",
                              node.name, toString(*own)));
  }
}

void Inliner::take(Node &node) {
  uint32_t old = uint32_t(moved.size());
  uint32_t offset = uint32_t(flat.nodes.size());
  if (!node.graph) {
    moved.emplace_back(offset);
    isPort.push_back(false);
    flat.nodes.push_back(std::move(node));
    return;
  }
  moved.emplace_back(std::nullopt);
  Graph &inner = *node.graph;
  notePortShapes(inner);
  addPorts(inner, offset, inlined[old]);
  // What holds for the nested graph, its time step above all, stays known.
  for (auto *metadata : {&inner.metadata, &node.metadata})
    for (auto &[key, field] : *metadata)
      graph.metadata.emplace(node.name + "/" + key, std::move(field));
  for (const Edge &edge : inner.edges)
    flat.edges.push_back({edge.source + offset, edge.target + offset});
  for (Node &child : inner.nodes) {
    isPort.push_back(child.kind->isPort());
    child.name = node.name + "." + child.name;
    flat.nodes.push_back(std::move(child));
  }
}

std::optional<uint32_t> Inliner::end(uint32_t old, bool asSource) {
  if (moved[old])
    return moved[old];
  const Inlined &sub = inlined[old];
  const auto &ports = asSource ? sub.outputs : sub.inputs;
  if (ports.size() == 1)
    return ports.begin()->second;
  std::vector<std::string> names;
  for (const auto &port : ports)
    names.push_back(graph.nodes[old].name + "." + port.first);
  reporter.error("SNN0250", graph.nodes[old].path,
                 fmt::format("an edge {} this graph, which has {} {} ports{}{}",
                             asSource ? "leaves" : "enters", ports.size(),
                             asSource ? "Output" : "Input",
                             names.empty() ? "" : ": ", quotedList(names)),
                 {names.empty() ? "add the missing port to the nested graph"
                                : "name the port in the edge, \"graph.port\""});
  return std::nullopt;
}

std::optional<uint32_t> Inliner::end(const std::string &name, bool asSource) {
  if (auto exact = graph.find(name))
    return end(*exact, asSource);
  for (size_t dot = name.find('.'); dot != std::string::npos;
       dot = name.find('.', dot + 1)) {
    std::optional<uint32_t> sub = graph.find(name.substr(0, dot));
    auto found = sub ? inlined.find(*sub) : inlined.end();
    if (found == inlined.end())
      continue;
    const auto &ports = asSource ? found->second.outputs : found->second.inputs;
    auto port = ports.find(name.substr(dot + 1));
    if (port != ports.end())
      return port->second;
  }
  reporter.error(
      "SNN0250", graph.path + "/edges",
      fmt::format("'{}' is no {} port", name, asSource ? "Output" : "Input"),
      {asSource ? "an edge leaves a nested graph by an Output"
                : "an edge enters a nested graph by an Input"});
  return std::nullopt;
}

/// Adds the edges from `source` to every real node behind `target`. False when
/// that takes too long: many ports in a row, or a circle of them.
bool Inliner::follow(uint32_t source, uint32_t target,
                     const Adjacency &adjacency) {
  std::vector<uint32_t> work{target};
  while (!work.empty()) {
    uint32_t node = work.back();
    work.pop_back();
    if (!isPort[node]) {
      edges.push_back({source, node});
      continue;
    }
    std::span<const uint32_t> next = adjacency.outgoing(node);
    steps += 1 + next.size();
    if (steps > maxInlinedEdges)
      return false;
    work.insert(work.end(), next.begin(), next.end());
  }
  return true;
}

void Inliner::expand() {
  std::sort(flat.edges.begin(), flat.edges.end());
  Adjacency adjacency(flat);
  for (const Edge &edge : flat.edges)
    if (!isPort[edge.source] && !follow(edge.source, edge.target, adjacency))
      return reporter.error(
          "SNN0251", graph.path,
          fmt::format("flattening the nested graphs needs more than {} steps: "
                      "their ports form a cycle or multiply the edges",
                      maxInlinedEdges),
          {"put a node between the Input and the Output of each nested graph"});
  std::vector<uint32_t> newIndex(flat.nodes.size());
  std::vector<Node> kept;
  for (uint32_t i = 0; i < flat.nodes.size(); ++i) {
    newIndex[i] = uint32_t(kept.size());
    if (!isPort[i])
      kept.push_back(std::move(flat.nodes[i]));
  }
  for (Edge &edge : edges)
    edge = {newIndex[edge.source], newIndex[edge.target]};
  graph.nodes = std::move(kept);
  graph.edges = std::move(edges);
  graph.unresolved.clear();
  graph.sort();
  for (size_t i = 1; i < graph.nodes.size(); ++i)
    if (graph.nodes[i].name == graph.nodes[i - 1].name)
      return reporter.error(
          "SNN0252", graph.nodes[i].path,
          fmt::format("flattened, two nodes are called '{}'",
                      graph.nodes[i].name),
          {"rename one of them in the framework and export again"});
}

void Inliner::run() {
  // Names and kinds are needed until the last edge is placed, so copy nothing
  // but leave `graph.nodes` readable: take() moves contents, not names of
  // NIRGraph nodes, and find() only serves those and plain nodes by index.
  std::vector<std::string> names;
  for (const Node &node : graph.nodes)
    names.push_back(node.name);
  for (Node &node : graph.nodes)
    take(node);
  for (size_t i = 0; i < names.size(); ++i)
    graph.nodes[i].name = std::move(names[i]);
  auto place = [&](const auto &edges) {
    for (const auto &edge : edges) {
      std::optional<uint32_t> source = end(edge.source, true);
      std::optional<uint32_t> target = end(edge.target, false);
      if (source && target)
        flat.edges.push_back({*source, *target});
      if (!reporter.ok())
        return false;
    }
    return true;
  };
  if (place(graph.edges) && place(graph.unresolved))
    expand();
}

void inlineGraphs(Graph &graph, Reporter &reporter) {
  for (Node &node : graph.nodes)
    if (node.graph && reporter.ok()) {
      resolveEdges(*node.graph, reporter);
      inlineGraphs(*node.graph, reporter);
    }
  bool isNested =
      std::any_of(graph.nodes.begin(), graph.nodes.end(),
                  [](const Node &node) { return bool(node.graph); });
  if (reporter.ok() && (isNested || !graph.unresolved.empty()))
    Inliner(graph, reporter).run();
}

bool inlineSubgraphs(Graph &graph, DiagnosticSink &findings) {
  Reporter reporter(findings, graph.file);
  resolveEdges(graph, reporter);
  if (reporter.ok())
    inlineGraphs(graph, reporter);
  return reporter.ok();
}

} // namespace snnc::nir
