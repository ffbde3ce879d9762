//===- NirEdges.cpp - Dangling names, ports, cycles -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The repairs that look at edges only.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirReport.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace snnc::nir {

std::string quotedList(const std::vector<std::string> &names, size_t limit) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < limit; ++i)
    text += fmt::format("{}'{}'", i ? ", " : "", names[i]);
  if (names.size() > limit)
    text += fmt::format(" and {} more", names.size() - limit);
  return text;
}

std::string pythonText(const std::string &text) {
  std::string out = "'";
  for (char c : text)
    out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return out + "'";
}

std::string inPython(const std::string &path) {
  constexpr std::string_view root = "/node", step = "/nodes/";
  std::string out = "graph";
  size_t at = path.starts_with(root) ? root.size() : path.size();
  while (path.compare(at, step.size(), step) == 0) {
    at += step.size();
    size_t end = std::min(path.find('/', at), path.size());
    out += ".nodes[" + pythonText(path.substr(at, end - at)) + "]";
    at = end;
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Dangling names
//===----------------------------------------------------------------------===//

/// Does `name` mean a port of a nested graph, "graph.port"?
static bool namesPort(const Graph &graph, const std::string &name) {
  for (size_t dot = name.find('.'); dot != std::string::npos;
       dot = name.find('.', dot + 1)) {
    std::optional<uint32_t> sub = graph.find(name.substr(0, dot));
    if (!sub || !graph.nodes[*sub].graph)
      continue;
    const Graph &inner = *graph.nodes[*sub].graph;
    std::optional<uint32_t> port = inner.find(name.substr(dot + 1));
    if (port && inner.nodes[*port].kind->isPort())
      return true;
  }
  return false;
}

static std::string withoutDigits(const std::string &name) {
  std::string stem;
  std::copy_if(name.begin(), name.end(), std::back_inserter(stem),
               [](char c) { return c < '0' || c > '9'; });
  return stem;
}

/// The one neuron that satisfies `matches`.
template <typename Predicate>
static std::optional<uint32_t> uniqueNeuron(const Graph &graph,
                                            Predicate matches) {
  std::optional<uint32_t> found;
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    if (!graph.nodes[i].kind->isNeuron() || !matches(graph.nodes[i].name))
      continue;
    if (found)
      return std::nullopt;
    found = i;
  }
  return found;
}

/// Renamings seen in published files: `x` for `x.input` / `x.output` (a port of
/// a graph that somebody flattened), `lif1` for `lif1.lif`, `lif` for `lif1`.
static std::optional<uint32_t> guess(const Graph &graph,
                                     const std::string &name, bool asSource) {
  if (auto port = graph.find(name + (asSource ? ".output" : ".input")))
    return port;
  std::string prefix = name + ".";
  if (auto neuron = uniqueNeuron(graph, [&](const std::string &candidate) {
        return candidate.starts_with(prefix);
      }))
    return neuron;
  std::string stem = withoutDigits(name);
  if (stem.empty())
    return std::nullopt;
  return uniqueNeuron(graph, [&](const std::string &candidate) {
    return withoutDigits(candidate) == stem;
  });
}

namespace {
/// Resolves names of one graph; remembers answers, so that a hostile file with
/// many edges to one missing name costs one search.
class Resolver {
public:
  Resolver(const Graph &graph, Reporter &reporter)
      : graph(graph), reporter(reporter) {}

  std::optional<uint32_t> resolve(const std::string &name, bool asSource) {
    if (auto exact = graph.find(name))
      return exact;
    auto [entry, isNew] = answers.try_emplace({name, asSource}, std::nullopt);
    if (isNew)
      entry->second = search(name, asSource);
    return entry->second;
  }

private:
  std::optional<uint32_t> search(const std::string &name, bool asSource) {
    std::optional<uint32_t> node;
    if (answers.size() <= 256) // the search is linear in the graph
      node = guess(graph, name, asSource);
    if (node) {
      reporter.note("SNN0230", graph.path + "/edges",
                    fmt::format("the edges name '{}', which does not exist; "
                                "'{}' is taken instead",
                                name, graph.nodes[*node].name));
      return node;
    }
    if (answers.size() <= 16)
      refuse(name);
    else
      reporter.error(
          "SNN0231", graph.path + "/edges",
          fmt::format("an edge names '{}', which does not exist", name), {});
    return std::nullopt;
  }

  void refuse(const std::string &name) {
    std::vector<std::string> known;
    for (const Node &node : graph.nodes)
      if (known.size() < 1000)
        known.push_back(node.name);
    std::vector<std::string> hints;
    std::vector<std::string> near = nearestNames(name, known);
    if (!near.empty())
      hints.push_back("did you mean " + quotedList(near) + "?");
    hints.push_back("the graph has the nodes " + quotedList(known, 8));
    reporter.error(
        "SNN0231", graph.path + "/edges",
        fmt::format("an edge names '{}', which does not exist", name), hints);
  }

  const Graph &graph;
  Reporter &reporter;
  std::map<std::pair<std::string, bool>, std::optional<uint32_t>> answers;
};
} // namespace

void resolveEdges(Graph &graph, Reporter &reporter) {
  Resolver resolver(graph, reporter);
  std::vector<NamedEdge> ports;
  std::set<Edge> present(graph.edges.begin(), graph.edges.end());
  for (NamedEdge &edge : graph.unresolved) {
    bool sourcePort = namesPort(graph, edge.source);
    bool targetPort = namesPort(graph, edge.target);
    std::optional<uint32_t> source, target;
    if (!sourcePort)
      source = resolver.resolve(edge.source, true);
    if (!targetPort)
      target = resolver.resolve(edge.target, false);
    if (sourcePort || targetPort) {
      // The other end gets its exact name, so that inlining finds it.
      if (source)
        edge.source = graph.nodes[*source].name;
      if (target)
        edge.target = graph.nodes[*target].name;
      ports.push_back(std::move(edge));
    } else if (source && target) {
      // A repaired name may repeat an edge that is there: not a second one.
      if (present.insert({*source, *target}).second)
        graph.edges.push_back({*source, *target});
      else
        reporter.warning("SNN0230", graph.path + "/edges",
                         fmt::format("the edge '{}' -> '{}' repeats one that "
                                     "exists and is dropped",
                                     edge.source, edge.target));
    }
  }
  std::sort(graph.edges.begin(), graph.edges.end());
  graph.unresolved = std::move(ports);
}

//===----------------------------------------------------------------------===//
// Input and Output
//===----------------------------------------------------------------------===//

std::optional<uint32_t> uniqueEnd(const Graph &graph, bool entries,
                                  std::vector<std::string> &found) {
  std::vector<bool> inner(graph.nodes.size());
  for (const Edge &edge : graph.edges)
    if (edge.source != edge.target)
      inner[entries ? edge.target : edge.source] = true;
  std::optional<uint32_t> end;
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const Primitive *kind = graph.nodes[i].kind;
    if (inner[i] || (entries ? kind->isOutput() : kind->isInput()))
      continue;
    end = i;
    found.push_back(graph.nodes[i].name);
  }
  return found.size() == 1 ? end : std::nullopt;
}

static std::string freeName(const Graph &graph, const std::string &wanted) {
  std::string name = wanted;
  for (unsigned i = 1; graph.find(name); ++i)
    name = fmt::format("{}.{}", wanted, i);
  return name;
}

/// N is the user's to say: shapes are not known yet.
static std::string portHelp(const Graph &graph,
                            const std::vector<std::string> &candidates,
                            bool isInput) {
  std::string kind = isInput ? "Input" : "Output",
              key = isInput ? "input" : "output", edges;
  for (const std::string &name : candidates) {
    std::string own = pythonText(key), other = pythonText(name);
    edges += fmt::format("{}({}, {})", edges.empty() ? "" : ", ",
                         isInput ? own : other, isInput ? other : own);
  }
  if (edges.size() > 400)
    edges = "...";
  return fmt::format("add nir.{0} with its N values to the graph and connect "
                     "it; in Python: {1}.nodes['{2}'] = nir.{0}({{'{2}': "
                     "numpy.array([N])}}); {1}.edges += [{3}]",
                     kind, inPython(graph.path), key, edges);
}

static void addPort(Graph &graph, const Primitive &kind, Reporter &reporter) {
  bool isInput = kind.isInput();
  std::vector<std::string> candidates;
  std::optional<uint32_t> end = uniqueEnd(graph, isInput, candidates);
  if (!end)
    return reporter.error(
        "SNN0233", graph.path,
        candidates.empty()
            ? fmt::format("the graph has no {} node, and no node that could "
                          "be {}",
                          kind.name(), isInput ? "the first" : "the last")
            : fmt::format("the graph has no {} node, and {} nodes could be "
                          "{}: {}",
                          kind.name(), candidates.size(),
                          isInput ? "the first" : "the last",
                          quotedList(candidates)),
        {portHelp(graph, candidates, isInput)});
  Node port;
  port.kind = &kind;
  port.name = freeName(graph, isInput ? "input" : "output");
  port.path = graph.path + "/nodes/" + port.name;
  port.fields["shape"] = Tensor::integers({});
  reporter.note("SNN0232", graph.path,
                fmt::format("the graph has no {} node: '{}' is added {} '{}'",
                            kind.name(), port.name,
                            isInput ? "before" : "after",
                            graph.nodes[*end].name));
  uint32_t index = uint32_t(graph.nodes.size());
  graph.nodes.push_back(std::move(port));
  graph.edges.push_back(isInput ? Edge{index, *end} : Edge{*end, index});
  graph.sort();
}

static bool hasKind(const Graph &graph, const Primitive &kind) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [&](const Node &node) { return node.kind == &kind; });
}

void repairPorts(Graph &graph, Reporter &reporter) {
  if (graph.nodes.empty())
    return reporter.error("SNN0233", graph.path, "the graph has no nodes",
                          {"the export may have been aborted"});
  std::erase_if(graph.edges, [&](const Edge &edge) {
    const Node &node = graph.nodes[edge.source];
    bool drop = edge.source == edge.target && node.kind->isPort();
    if (drop)
      reporter.warning("SNN0238", node.path,
                       "an edge from this node to itself is dropped");
    return drop;
  });
  auto remove = [&](const Node &source, const Node &target) {
    return fmt::format("in Python: {}.edges.remove(({}, {}))",
                       inPython(graph.path), pythonText(source.name),
                       pythonText(target.name));
  };
  for (const Edge &edge : graph.edges) {
    const Node &source = graph.nodes[edge.source];
    const Node &target = graph.nodes[edge.target];
    if (target.kind->isInput())
      reporter.error(
          "SNN0234", target.path,
          fmt::format("an edge from '{}' enters this Input", source.name),
          {"connect the edge to the node behind the Input, or take it away; " +
           remove(source, target)});
    if (source.kind->isOutput())
      reporter.error(
          "SNN0234", source.path,
          fmt::format("an edge to '{}' leaves this Output", target.name),
          {"connect the edge to the node before the Output, or take it away; " +
           remove(source, target)});
  }
  if (!reporter.ok())
    return;
  for (const Primitive *kind : primitives())
    if (kind->isPort() && !hasKind(graph, *kind))
      addPort(graph, *kind, reporter);
}

} // namespace snnc::nir
