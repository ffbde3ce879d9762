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
  void checkEdges();
  void checkEdge(const Node &source, Node &target);
  void mismatch(const Node &source, const Node &target);
  void finish(Node &node);
  void spreadParameters(Node &node);

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
      // A leading 1 may be a batch dimension: wait for the producer.
      std::optional<Shape> own = parameterShape(node);
      if (own && own->front() != 1)
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
    // Per-channel parameters, (C, 1, 1): good if they broadcast to the input.
    Shape joint = own->size() > input.size()
                      ? withRank(*own, input.size()).value_or(*own)
                      : *own;
    bool fits = joint.size() == input.size();
    for (size_t i = 0; fits && i < input.size(); ++i)
      fits = joint[i] == 1 || joint[i] == input[i];
    if (!fits)
      shape = *own; // checkEdges() judges it
  }
  settle(index, {shape, shape});
}

void Inference::settleWindow(uint32_t index, const Shape &input) {
  Node &node = graph.nodes[index];
  Expected<Ports> ports = windowPorts(node, input);
  if (!ports) {
    Diagnostic error = ports.takeError();
    reporter.error(error.code.c_str(), node.path, error.message, error.hints);
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

//===----------------------------------------------------------------------===//
// Checking and completing
//===----------------------------------------------------------------------===//

void Inference::mismatch(const Node &source, const Node &target) {
  const Shape &weight = target.tensor("weight").shape();
  uint64_t given = *elementCount(source.outputShape);
  bool isTransposed =
      (target.kind == NodeKind::Linear || target.kind == NodeKind::Affine) &&
      weight[0] == given;
  if (isTransposed)
    return reporter.error(
        "SNN0241", target.path,
        fmt::format("the weight seems transposed: it has shape {}, NIR stores "
                    "[outputs, inputs], and '{}' gives {} values",
                    toString(weight), source.name, given),
        {"export the transposed matrix: weight.T",
         "old versions of Spyx export it the wrong way round: update Spyx"});
  reporter.error(
      "SNN0240", target.path,
      fmt::format("'{}' gives shape {}, but {} '{}' takes {}", source.name,
                  toString(source.outputShape), toString(target.kind),
                  target.name, toString(target.inputShape)),
      {"check the layer sizes; a Flatten may be missing in between"});
}

void Inference::checkEdge(const Node &source, Node &target) {
  if (source.outputShape == target.inputShape)
    return;
  bool sameCount =
      elementCount(source.outputShape) == elementCount(target.inputShape);
  if (!sameCount) {
    mismatch(source, target);
    return;
  }
  bool onlyOnes = squeezed(source.outputShape) == squeezed(target.inputShape);
  bool mayFlatten =
      target.inputShape.size() == 1 || source.outputShape.size() == 1;
  if (!onlyOnes && !mayFlatten)
    return mismatch(source, target);
  reporter.note("SNN0242", target.path,
                fmt::format("'{}' gives shape {}, read as {} in row-major "
                            "order{}",
                            source.name, toString(source.outputShape),
                            toString(target.inputShape),
                            onlyOnes ? "" : " (a Flatten is missing)"));
}

void Inference::checkEdges() {
  const Edge *last = nullptr;
  std::vector<bool> reported(graph.nodes.size());
  for (const Edge &edge : graph.edges) {
    bool isRepeated = last && *last == edge;
    last = &edge;
    if (isRepeated || poisoned[edge.source] || poisoned[edge.target] ||
        reported[edge.source])
      continue;
    bool wasOk = reporter.ok();
    checkEdge(graph.nodes[edge.source], graph.nodes[edge.target]);
    // One wrong layer makes its consumers look wrong, too.
    reported[edge.target] = wasOk && !reporter.ok();
  }
}

/// Gives every parameter the node's shape, or makes it 0-d.
void Inference::spreadParameters(Node &node) {
  const Shape &full = node.outputShape;
  std::vector<std::string> spreaded, reshaped;
  bool isScalarNode = elementCount(full) == 1;
  for (auto &[name, field] : node.fields) {
    auto &tensor = std::get<Tensor>(field);
    if (tensor.shape() == full || tensor.shape().empty())
      continue;
    if (tensor.size() == elementCount(full)) {
      tensor.reshape(full);
      reshaped.push_back(name);
    } else if (tensor.size() == 1) {
      tensor.reshape({});
      spreaded.push_back(name);
    } else {
      std::vector<double> values(size_t(*elementCount(full)));
      Shape from = *withRank(tensor.shape(), full.size());
      for (uint64_t i = 0; i < values.size(); ++i) {
        uint64_t rest = i, offset = 0, stride = 1;
        for (size_t d = full.size(); d-- > 0;) {
          offset += from[d] == 1 ? 0 : rest % full[d] * stride;
          stride *= from[d];
          rest /= full[d];
        }
        values[size_t(i)] = tensor.at(offset);
      }
      if (tensor.kind() == ElementKind::F32)
        tensor = Tensor(full, std::vector<float>(values.begin(), values.end()),
                        tensor.storedAs());
      else
        tensor = Tensor(full, std::move(values), tensor.storedAs());
      spreaded.push_back(name);
    }
  }
  if (!spreaded.empty() && !isScalarNode)
    reporter.note("SNN0242", node.path,
                  fmt::format("parameters repeated to the shape {}: {}",
                              toString(full), fmt::join(spreaded, ", ")));
  if (!reshaped.empty())
    reporter.note("SNN0242", node.path,
                  fmt::format("parameters read with shape {}: {}",
                              toString(full), fmt::join(reshaped, ", ")));
}

static Tensor shapeField(const Shape &shape) {
  return Tensor::integers({shape.begin(), shape.end()});
}

void Inference::finish(Node &node) {
  if (isElementwise(node.kind)) {
    bool hasScalars = false;
    for (const auto &[name, field] : node.fields)
      hasScalars |= std::get<Tensor>(field).isScalar() &&
                    !std::get<Tensor>(field).storedAs().empty();
    if (hasScalars && elementCount(node.outputShape) != 1 &&
        !parameterShape(node))
      reporter.note("SNN0242", node.path,
                    fmt::format("scalar parameters hold for the whole shape {}",
                                toString(node.outputShape)));
    return spreadParameters(node);
  }
  if (node.kind == NodeKind::Output || node.kind == NodeKind::Input) {
    Tensor shape = shapeField(node.outputShape);
    if (node.kind == NodeKind::Output && node.has("shape") &&
        node.tensor("shape").i64().size() > 0 &&
        !std::ranges::equal(node.tensor("shape").i64(), shape.i64()))
      reporter.note("SNN0244", node.path,
                    fmt::format("the declared shape is wrong: {} is what "
                                "arrives",
                                toString(node.outputShape)));
    else if (node.kind == NodeKind::Output && node.tensor("shape").size() == 0)
      reporter.note("SNN0244", node.path,
                    fmt::format("the file declares no shape: {} is what "
                                "arrives",
                                toString(node.outputShape)));
    node.fields["shape"] = std::move(shape);
    return;
  }
  if (node.kind == NodeKind::Flatten)
    node.fields["input_type"] = shapeField(node.inputShape);
  if (node.kind == NodeKind::Conv1d || node.kind == NodeKind::Conv2d) {
    Shape area(node.inputShape.begin() + 1, node.inputShape.end());
    node.fields["input_shape"] = shapeField(area);
  }
  if (node.has("padding")) {
    auto [top, left, bottom, right] = resolvedPads(node);
    bool symmetric = top == bottom && left == right;
    node.fields["padding"] = symmetric
                                 ? Tensor::integers({top, left})
                                 : Tensor::integers({top, left, bottom, right});
  }
}

void Inference::run() {
  seed();
  spread();
  fallBack();
  checkEdges();
  if (!reporter.ok())
    return;
  for (Node &node : graph.nodes)
    finish(node);
}

void inferShapes(Graph &graph, Reporter &reporter) {
  for (Node &node : graph.nodes)
    checkLayer(node, reporter);
  if (reporter.ok())
    Inference(graph, reporter).run();
}

} // namespace snnc::nir
