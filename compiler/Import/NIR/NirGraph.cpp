//===- NirGraph.cpp - A NIR file as plain data ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirGraph.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <numeric>

namespace snnc::nir {

std::string toString(const Shape &shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::optional<uint64_t> elementCount(const Shape &shape) {
  uint64_t count = 1;
  for (uint64_t extent : shape)
    if (__builtin_mul_overflow(count, extent, &count))
      return std::nullopt;
  if (count > uint64_t(std::numeric_limits<int64_t>::max()))
    return std::nullopt;
  return count;
}

//===----------------------------------------------------------------------===//
// Tensor
//===----------------------------------------------------------------------===//

Tensor::Tensor(Shape shape, Data data, std::string storedAs)
    : extents(std::move(shape)),
      values(std::make_shared<const Data>(std::move(data))),
      stored(std::move(storedAs)) {}

Tensor Tensor::scalar(double value) {
  return Tensor({}, std::vector<double>{value});
}

Tensor Tensor::integers(std::vector<int64_t> values) {
  Shape shape{values.size()};
  return Tensor(std::move(shape), std::move(values));
}

uint64_t Tensor::size() const {
  return std::visit([](const auto &v) { return uint64_t(v.size()); }, *values);
}

bool Tensor::isUniform() const {
  return std::visit(
      [](const auto &v) {
        return std::adjacent_find(v.begin(), v.end(), std::not_equal_to<>()) ==
               v.end();
      },
      *values);
}

double Tensor::at(uint64_t i) const {
  return std::visit(
      [i](const auto &v) { return double(v.size() == 1 ? v[0] : v[i]); },
      *values);
}

template <typename T> static std::span<const T> view(const Tensor::Data &data) {
  const auto *elements = std::get_if<std::vector<T>>(&data);
  return elements ? std::span<const T>(*elements) : std::span<const T>();
}

std::span<const float> Tensor::f32() const { return view<float>(*values); }
std::span<const double> Tensor::f64() const { return view<double>(*values); }
std::span<const int64_t> Tensor::i64() const { return view<int64_t>(*values); }

std::vector<float> Tensor::toFloats() const {
  return std::visit(
      [](const auto &v) { return std::vector<float>(v.begin(), v.end()); },
      *values);
}

//===----------------------------------------------------------------------===//
// Node
//===----------------------------------------------------------------------===//

const Tensor &Node::tensor(const std::string &field) const {
  static const Tensor none;
  auto found = fields.find(field);
  if (found == fields.end())
    return none;
  const auto *tensor = std::get_if<Tensor>(&found->second);
  return tensor ? *tensor : none;
}

const std::string *Node::text(const std::string &field) const {
  auto found = fields.find(field);
  return found == fields.end() ? nullptr
                               : std::get_if<std::string>(&found->second);
}

/// Element `i` as an integer. Normalisation refuses fractions and values that
/// do not fit, so that the cast below is defined.
static int64_t integerAt(const Tensor &tensor, uint64_t i) {
  if (tensor.kind() == ElementKind::I64)
    return tensor.i64()[i];
  double value = tensor.at(i);
  return value >= -9e15 && value <= 9e15 ? int64_t(value) : 0;
}

int64_t Node::integer(const std::string &field, int64_t otherwise) const {
  const Tensor &numbers = tensor(field);
  return numbers.size() == 0 ? otherwise : integerAt(numbers, 0);
}

std::array<int64_t, 2> Node::pair(const std::string &field,
                                  int64_t otherwise) const {
  const Tensor &numbers = tensor(field);
  if (numbers.size() == 0)
    return {otherwise, otherwise};
  return {integerAt(numbers, 0), integerAt(numbers, numbers.size() > 1)};
}

std::array<int64_t, 4> Node::pads() const {
  const Tensor &pads = tensor("padding");
  switch (pads.size()) {
  case 1:
  case 2: {
    auto [rows, columns] = pair("padding");
    return {rows, columns, rows, columns};
  }
  case 4:
    return {integerAt(pads, 0), integerAt(pads, 1), integerAt(pads, 2),
            integerAt(pads, 3)};
  default:
    return {0, 0, 0, 0};
  }
}

//===----------------------------------------------------------------------===//
// Graph
//===----------------------------------------------------------------------===//

std::optional<uint32_t> Graph::find(std::string_view name) const {
  auto found = std::lower_bound(
      nodes.begin(), nodes.end(), name,
      [](const Node &node, std::string_view key) { return node.name < key; });
  if (found == nodes.end() || found->name != name)
    return std::nullopt;
  return uint32_t(found - nodes.begin());
}

void Graph::sort() {
  std::vector<uint32_t> order(nodes.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return nodes[a].name < nodes[b].name;
  });
  std::vector<uint32_t> newIndex(nodes.size());
  std::vector<Node> sorted;
  sorted.reserve(nodes.size());
  for (uint32_t old : order) {
    newIndex[old] = uint32_t(sorted.size());
    sorted.push_back(std::move(nodes[old]));
  }
  nodes = std::move(sorted);
  for (Edge &edge : edges)
    edge = {newIndex[edge.source], newIndex[edge.target]};
  std::sort(edges.begin(), edges.end());
}

Adjacency::Adjacency(const Graph &graph)
    : inStart(graph.nodes.size() + 1), inNodes(graph.edges.size()),
      outStart(graph.nodes.size() + 1), outNodes(graph.edges.size()) {
  for (const Edge &edge : graph.edges) {
    ++inStart[edge.target + 1];
    ++outStart[edge.source + 1];
  }
  std::partial_sum(inStart.begin(), inStart.end(), inStart.begin());
  std::partial_sum(outStart.begin(), outStart.end(), outStart.begin());
  std::vector<uint32_t> inNext(inStart), outNext(outStart);
  for (const Edge &edge : graph.edges) { // sorted, so both sides ascend
    inNodes[inNext[edge.target]++] = edge.source;
    outNodes[outNext[edge.source]++] = edge.target;
  }
}

std::span<const uint32_t> Adjacency::incoming(uint32_t node) const {
  return {inNodes.data() + inStart[node], inStart[node + 1] - inStart[node]};
}

std::span<const uint32_t> Adjacency::outgoing(uint32_t node) const {
  return {outNodes.data() + outStart[node],
          outStart[node + 1] - outStart[node]};
}

} // namespace snnc::nir
