//===- NirShapes.cpp - Shapes of all nodes --------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shapes spread from the nodes that know theirs (inputs, matrices, neurons with
// arrays) along the edges; each node is settled once, so cycles are no matter.
// When nothing moves any more, the next best knowledge settles one node and the
// spreading goes on. At the end every edge is checked.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>

namespace snnc::nir {

namespace {

class Inference {
public:
  Inference(Graph &graph, Reporter &reporter)
      : graph(graph), reporter(reporter), adjacency(graph),
        settled(graph.nodes.size()), poisoned(graph.nodes.size()) {}
  void run();

private:
  void seed();
  void settleInput(uint32_t node);
  Shape withoutBatch(uint32_t node, const Shape &shape);
  void spread();
  void fallBack();
  void settle(uint32_t node, Ports ports);
  void poison(uint32_t node) { settled[node] = poisoned[node] = true; }
  void settleFrom(uint32_t node, const Shape &input);
  std::optional<bool> accepted(uint32_t node, const Shape &output);
  std::optional<bool> accepts(uint32_t node, const Shape &input);

  Graph &graph;
  Reporter &reporter;
  Adjacency adjacency;
  std::vector<bool> settled;
  std::vector<bool> poisoned; ///< an error was reported: spare its neighbours
  std::deque<uint32_t> work;
  unsigned visits = 0; ///< of one look-ahead; bounds it
};

} // namespace

static bool isTooLarge(const Shape &shape) {
  std::optional<uint64_t> count = elementCount(shape);
  return !count || *count == 0 || *count > maxNodeElements;
}

void Inference::settle(uint32_t index, Ports ports) {
  Node &node = graph.nodes[index];
  for (const Shape *shape : {&ports.input, &ports.output})
    if (isTooLarge(*shape)) {
      reporter.error("SNN0249", node.path,
                     fmt::format("the shape {} has no elements or more than {}",
                                 toString(*shape), maxNodeElements),
                     {"check the declared shape of the Input"});
      return poison(index);
    }
  node.inputShape = std::move(ports.input);
  node.outputShape = std::move(ports.output);
  settled[index] = true;
  work.push_back(index);
}

//===----------------------------------------------------------------------===//
// Looking ahead
//===----------------------------------------------------------------------===//

/// Does the node, or what is behind it, accept `input`? nullopt: no objection,
/// but no confirmation either.
std::optional<bool> Inference::accepts(uint32_t index, const Shape &input) {
  if (++visits > 64)
    return std::nullopt;
  const Node &node = graph.nodes[index];
  if (std::optional<bool> answer = node.kind->accepts(node, input))
    return answer;
  if (std::optional<Shape> output = node.kind->behind(node, input))
    return accepted(index, *output);
  return std::nullopt;
}

/// Do the consumers of `node` accept that it gives `output`?
std::optional<bool> Inference::accepted(uint32_t node, const Shape &output) {
  std::optional<bool> all;
  for (uint32_t consumer : adjacency.outgoing(node)) {
    if (consumer == node)
      continue;
    std::optional<bool> answer = accepts(consumer, output);
    if (answer == false)
      return false;
    if (answer)
      all = true;
    if (visits > 64)
      break;
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Seeds
//===----------------------------------------------------------------------===//

/// `shape`, or what is left of it without one or two leading dimensions. What a
/// consumer asks for exactly comes first, then the first that nobody objects
/// to; more than ones is dropped only where that is confirmed.
Shape Inference::withoutBatch(uint32_t index, const Shape &shape) {
  std::optional<Shape> kept;
  for (size_t drop = 0; drop < std::min<size_t>(3, shape.size()); ++drop) {
    Shape candidate(shape.begin() + ptrdiff_t(drop), shape.end());
    visits = 0;
    std::optional<bool> answer = accepted(index, candidate);
    if (answer == false)
      continue;
    for (uint32_t consumer : adjacency.outgoing(index))
      if (answer && graph.nodes[consumer].kind->ownInput(
                        graph.nodes[consumer]) == candidate)
        return candidate;
    Shape dropped(shape.begin(), shape.begin() + ptrdiff_t(drop));
    if (!kept && (answer || squeezed(dropped).empty()))
      kept = candidate;
  }
  return kept.value_or(shape);
}

/// Settles an Input by its declared shape, unless that is unusable.
void Inference::settleInput(uint32_t index) {
  Node &node = graph.nodes[index];
  const Tensor &declared = node.tensor("shape");
  Shape shape;
  bool isUsable = declared.size() > 0;
  for (uint64_t i = 0; i < declared.size(); ++i) {
    isUsable = isUsable && declared.at(i) >= 1;
    shape.push_back(isUsable ? uint64_t(declared.at(i)) : 0);
  }
  if (!isUsable || isTooLarge(shape)) {
    if (isUsable) // nobody could hold such an input
      settle(index, {shape, shape});
    return; // fallBack() asks the consumers
  }
  Shape kept = withoutBatch(index, shape);
  if (kept.size() < shape.size()) {
    Shape dropped(shape.begin(), shape.end() - ptrdiff_t(kept.size()));
    if (squeezed(dropped).empty())
      reporter.note("SNN0243", node.path,
                    fmt::format("the shape {} has a batch dimension: {} is "
                                "used",
                                toString(shape), toString(kept)));
    else
      reporter.warning("SNN0243", node.path,
                       fmt::format("the shape {} seems to hold a time or batch "
                                   "dimension: {} fits what follows and is "
                                   "used",
                                   toString(shape), toString(kept)),
                       {"an Input's shape is that of one time step"});
  }
  settle(index, {kept, kept});
}

void Inference::seed() {
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    Node &node = graph.nodes[i];
    if (node.kind->isInput())
      settleInput(i);
    else if (std::optional<Ports> ports = node.kind->known(node))
      settle(i, std::move(*ports));
  }
}

//===----------------------------------------------------------------------===//
// Spreading
//===----------------------------------------------------------------------===//

void Inference::settleFrom(uint32_t index, const Shape &input) {
  Node &node = graph.nodes[index];
  ShapeContext context{reporter, [&](const Shape &output) {
                         visits = 0;
                         return accepted(index, output);
                       }};
  if (std::optional<Ports> ports = node.kind->infer(node, input, context))
    settle(index, std::move(*ports));
  else
    poison(index);
}

void Inference::spread() {
  while (!work.empty()) {
    uint32_t node = work.front();
    work.pop_front();
    for (uint32_t next : adjacency.outgoing(node))
      if (!settled[next])
        settleFrom(next, graph.nodes[node].outputShape);
  }
}

/// What a node that nothing reached can still be known by: its own parameters,
/// a stored input shape, the declared shape, or its consumers.
static std::optional<Shape> lastResort(const Node &node, const Graph &graph,
                                       const Adjacency &adjacency,
                                       uint32_t index) {
  if (std::optional<Shape> own = node.kind->ownInput(node))
    return own;
  const Tensor &stored = node.tensor(node.kind->storedShape());
  Shape shape;
  for (uint64_t i = 0; i < stored.size(); ++i) {
    if (!(stored.at(i) >= 1))
      return std::nullopt;
    shape.push_back(uint64_t(stored.at(i)));
  }
  if (!shape.empty())
    return shape;
  if (!node.kind->isElementwise() && !node.kind->isInput())
    return std::nullopt;
  for (uint32_t next : adjacency.outgoing(index))
    if (std::optional<Shape> own =
            graph.nodes[next].kind->ownInput(graph.nodes[next]))
      return own;
  return std::nullopt;
}

static std::string inputHelp(const Graph &graph) {
  for (const Node &node : graph.nodes)
    if (node.kind->isInput())
      return fmt::format(
          "give the Input its shape of N values; in Python: {} = "
          "nir.Input({{'input': numpy.array([N])}})",
          inPython(node.path));
  return "give the parameters as arrays";
}

void Inference::fallBack() {
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    if (settled[i])
      continue;
    Node &node = graph.nodes[i];
    std::optional<Shape> shape = lastResort(node, graph, adjacency, i);
    if (!shape)
      continue;
    if (node.kind->isInput() || !node.kind->ownInput(node))
      reporter.note("SNN0242", node.path,
                    fmt::format("the file does not say the shape; {} is taken "
                                "from its neighbours",
                                toString(*shape)));
    settleFrom(i, *shape);
    spread();
  }
  constexpr unsigned shown = 16;
  unsigned unknown = 0;
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    if (settled[i])
      continue;
    if (++unknown <= shown)
      reporter.error(
          "SNN0246", graph.nodes[i].path,
          "the shape cannot be determined: neither parameters nor "
          "neighbours say it",
          {inputHelp(graph), "or call graph.infer_types() before nir.write()"});
    poison(i);
  }
}

void Inference::run() {
  seed();
  spread();
  fallBack();
  checkConnections(graph, std::move(poisoned), reporter);
  if (!reporter.ok())
    return;
  for (Node &node : graph.nodes)
    node.kind->complete(node, reporter);
}

void inferShapes(Graph &graph, Reporter &reporter) {
  for (Node &node : graph.nodes)
    node.kind->check(node, reporter);
  if (reporter.ok())
    Inference(graph, reporter).run();
}

} // namespace snnc::nir
