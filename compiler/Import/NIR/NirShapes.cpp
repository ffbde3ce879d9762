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
  void settleElementwise(uint32_t node, const Shape &input);
  void settleWindow(uint32_t node, const Shape &input);
  void settleFlatten(uint32_t node, const Shape &input);
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
  if (std::optional<bool> answer = acceptsShape(node, input))
    return answer;
  if (isElementwise(node.kind))
    return accepted(index, input);
  if (node.kind == NodeKind::SumPool2d || node.kind == NodeKind::AvgPool2d ||
      node.kind == NodeKind::Conv1d || node.kind == NodeKind::Conv2d)
    if (Expected<Ports> ports = windowPorts(node, input))
      return accepted(index, ports->output);
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
      if (answer && ownInputShape(graph.nodes[consumer]) == candidate)
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
    if (node.kind == NodeKind::Linear || node.kind == NodeKind::Affine) {
      const Shape &weight = node.tensor("weight").shape();
      settle(i, {{weight[1]}, {weight[0]}});
    } else if (node.kind == NodeKind::Input) {
      settleInput(i);
    } else if (isElementwise(node.kind)) {
      // A 1 may be a batch, or a dimension to repeat: wait for the producer.
      std::optional<Shape> own = parameterShape(node);
      if (own && squeezed(*own) == *own)
        settle(i, {*own, *own});
    }
  }
}

//===----------------------------------------------------------------------===//
// Spreading
//===----------------------------------------------------------------------===//

void Inference::settleElementwise(uint32_t index, const Shape &input) {
  Node &node = graph.nodes[index];
  std::optional<Shape> own = parameterShape(node);
  Shape shape = input;
  if (own && elementCount(*own) != 1 && squeezed(*own) != squeezed(input)) {
    // Per-channel parameters, (C, 1, 1), repeat; the rest checkConnections()
    // judges.
    if (!broadcastsTo(*own, input))
      shape = *own;
  }
  settle(index, {shape, shape});
}

void Inference::settleWindow(uint32_t index, const Shape &input) {
  Node &node = graph.nodes[index];
  Expected<Ports> ports = windowPorts(node, input);
  if (!ports) {
    Diagnostic error = ports.takeError();
    reporter.error(error.code, node.path, error.message, error.hints);
    return poison(index);
  }
  bool isPool = node.has("kernel_size");
  auto kernel = node.pair("kernel_size", 1);
  if (isPool && kernel != node.pair("stride", 1)) {
    visits = 0;
    if (accepted(index, ports->output) == false) {
      // Old exporters lost the stride; then it was the kernel size.
      Expected<Ports> other = windowPorts(node, input, kernel);
      visits = 0;
      if (other && accepted(index, other->output) == true) {
        reporter.warning("SNN0245", node.path,
                         fmt::format("with stride [{}, {}] the output {} fits "
                                     "nothing that follows; stride = "
                                     "kernel_size fits and is used",
                                     node.pair("stride")[0],
                                     node.pair("stride")[1],
                                     toString(ports->output)));
        node.fields["stride"] = Tensor::integers({kernel[0], kernel[1]});
        ports = std::move(other);
      }
    }
  }
  const Tensor &area = node.tensor("input_shape");
  Shape spatial(ports->input.begin() + 1, ports->input.end());
  for (uint64_t i = 0; i < area.size(); ++i)
    if (area.size() != spatial.size() || area.at(i) != double(spatial[i])) {
      reporter.warning("SNN0248", node.path,
                       fmt::format("'input_shape' does not fit the producer, "
                                   "which gives {}: the producer counts",
                                   toString(ports->input)));
      break;
    }
  settle(index, std::move(*ports));
}

void Inference::settleFlatten(uint32_t index, const Shape &input) {
  Node &node = graph.nodes[index];
  int64_t start = node.integer("start_dim"), end = node.integer("end_dim");
  std::optional<Shape> stored = flattened(input, start, end);
  // The other reading: dimension 0 was a batch that the shapes do not have.
  int64_t otherStart = start > 0 ? start - 1 : start;
  int64_t otherEnd = end > 0 ? end - 1 : end;
  std::optional<Shape> other;
  if (otherStart != start || otherEnd != end)
    other = flattened(input, otherStart, otherEnd);
  auto answer = [&](const std::optional<Shape> &output) {
    visits = 0;
    return output ? accepted(index, *output) : std::optional<bool>(false);
  };
  bool useOther =
      other && answer(stored) == false && (!stored || answer(other) != false);
  if (!stored && !useOther) {
    reporter.error("SNN0240", node.path,
                   fmt::format("start_dim {} and end_dim {} are no dimensions "
                               "of the input {}",
                               start, end, toString(input)),
                   {"NIR counts without the batch: start_dim is usually 0"});
    return poison(index);
  }
  if (useOther) {
    reporter.note("SNN0245", node.path,
                  fmt::format("start_dim {} counts a batch dimension: {} -> {} "
                              "fits what follows",
                              start, toString(input), toString(*other)));
    start = otherStart;
    end = otherEnd;
  }
  int64_t rank = int64_t(input.size());
  node.fields["start_dim"] =
      Tensor({}, std::vector<int64_t>{start < 0 ? start + rank : start});
  node.fields["end_dim"] =
      Tensor({}, std::vector<int64_t>{end < 0 ? end + rank : end});
  settle(index, {input, useOther ? *other : *stored});
}

void Inference::settleFrom(uint32_t index, const Shape &input) {
  switch (graph.nodes[index].kind) {
  case NodeKind::Conv1d:
  case NodeKind::Conv2d:
  case NodeKind::SumPool2d:
  case NodeKind::AvgPool2d:
    return settleWindow(index, input);
  case NodeKind::Flatten:
    return settleFlatten(index, input);
  case NodeKind::Input:
  case NodeKind::Output:
    return settle(index, {input, input});
  default:
    return settleElementwise(index, input);
  }
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
  if (std::optional<Shape> own = ownInputShape(node))
    return own;
  const Tensor &stored =
      node.tensor(node.kind == NodeKind::Flatten ? "input_type" : "shape");
  Shape shape;
  for (uint64_t i = 0; i < stored.size(); ++i) {
    if (!(stored.at(i) >= 1))
      return std::nullopt;
    shape.push_back(uint64_t(stored.at(i)));
  }
  if (!shape.empty())
    return shape;
  if (!isElementwise(node.kind) && node.kind != NodeKind::Input)
    return std::nullopt;
  for (uint32_t next : adjacency.outgoing(index))
    if (std::optional<Shape> own = ownInputShape(graph.nodes[next]))
      return own;
  return std::nullopt;
}

void Inference::fallBack() {
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    if (settled[i])
      continue;
    Node &node = graph.nodes[i];
    std::optional<Shape> shape = lastResort(node, graph, adjacency, i);
    if (!shape)
      continue;
    if (node.kind == NodeKind::Input || !ownInputShape(node))
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
      reporter.error("SNN0246", graph.nodes[i].path,
                     "the shape cannot be determined: neither parameters nor "
                     "neighbours say it",
                     {"give the Input its shape, or the parameters as arrays",
                      "call graph.infer_types() before nir.write()"});
    poison(i);
  }
}

void Inference::run() {
  seed();
  spread();
  fallBack();
  checkConnections(graph, std::move(poisoned), reporter);
  if (reporter.ok())
    completeFields(graph, reporter);
}

void inferShapes(Graph &graph, Reporter &reporter) {
  for (Node &node : graph.nodes)
    checkLayer(node, reporter);
  if (reporter.ok())
    Inference(graph, reporter).run();
}

} // namespace snnc::nir
