//===- NirLayerShapes.cpp - Shapes of one layer ---------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Window arithmetic is that of torch.nn.Conv2d, which NIR refers to:
//   out = floor((in + pads - dilation * (kernel - 1) - 1) / stride) + 1
// per dimension. (The `nir` package itself uses the kernel height for both.)
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

static bool isConv(NodeKind kind) {
  return kind == NodeKind::Conv1d || kind == NodeKind::Conv2d;
}

static bool isPool(NodeKind kind) {
  return kind == NodeKind::SumPool2d || kind == NodeKind::AvgPool2d;
}

static bool isLinear(NodeKind kind) {
  return kind == NodeKind::Linear || kind == NodeKind::Affine;
}

Shape squeezed(const Shape &shape) {
  Shape result;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(result),
               [](uint64_t extent) { return extent != 1; });
  return result;
}

std::optional<Shape> withRank(Shape shape, size_t rank) {
  while (shape.size() > rank && shape.front() == 1)
    shape.erase(shape.begin());
  if (shape.size() > rank)
    return std::nullopt;
  shape.insert(shape.begin(), rank - shape.size(), 1);
  return shape;
}

//===----------------------------------------------------------------------===//
// What the parameters say
//===----------------------------------------------------------------------===//

/// Extends `into` by the broadcast rules of numpy; false: they clash.
static bool broadcast(Shape &into, const Shape &other) {
  if (into.size() < other.size())
    into.insert(into.begin(), other.size() - into.size(), 1);
  size_t shift = into.size() - other.size();
  for (size_t i = 0; i < other.size(); ++i) {
    uint64_t &extent = into[i + shift];
    if (extent == 1)
      extent = other[i];
    else if (other[i] != 1 && other[i] != extent)
      return false;
  }
  return true;
}

bool broadcastsTo(const Shape &from, const Shape &to) {
  std::optional<Shape> aligned = withRank(from, to.size());
  return aligned &&
         std::ranges::equal(*aligned, to, [](uint64_t a, uint64_t b) {
           return a == 1 || a == b;
         });
}

std::optional<Shape> parameterShape(const Node &node, bool *clash) {
  std::optional<Shape> shape;
  for (const auto &[name, field] : node.fields) {
    const auto *tensor = std::get_if<Tensor>(&field);
    if (!tensor || tensor->shape().empty())
      continue;
    if (!shape)
      shape = tensor->shape();
    else if (!broadcast(*shape, tensor->shape())) {
      if (clash)
        *clash = true;
      return std::nullopt;
    }
  }
  return shape;
}

std::optional<Shape> ownInputShape(const Node &node) {
  if (isElementwise(node.kind))
    return parameterShape(node);
  const Shape &weight = node.tensor("weight").shape();
  const Tensor &area = node.tensor("input_shape");
  if (isLinear(node.kind) && weight.size() == 2)
    return Shape{weight[1]};
  size_t dims = node.kind == NodeKind::Conv1d ? 1 : 2;
  if (!isConv(node.kind) || weight.size() != dims + 2 || area.size() != dims)
    return std::nullopt;
  uint64_t channels = 0;
  if (__builtin_mul_overflow(weight[1], uint64_t(node.integer("groups", 1)),
                             &channels))
    return std::nullopt;
  Shape shape{channels};
  for (size_t i = 0; i < dims; ++i) {
    if (!(area.at(i) >= 1 && area.at(i) <= 2147483647.0))
      return std::nullopt;
    shape.push_back(uint64_t(area.at(i)));
  }
  return shape;
}

static void checkBias(Node &node, uint64_t outputs, Reporter &reporter) {
  auto found = node.fields.find("bias");
  if (found == node.fields.end())
    return;
  auto &bias = std::get<Tensor>(found->second);
  if (bias.size() == outputs && squeezed(bias.shape()).size() <= 1)
    bias.reshape({outputs});
  else if (bias.size() == 1)
    bias.reshape({});
  else
    reporter.error("SNN0222", node.path,
                   fmt::format("'bias' has shape {}, {} outputs need [{}]",
                               toString(bias.shape()), outputs, outputs),
                   {"one bias per output (per output channel of a "
                    "convolution)"});
}

static void checkConv(Node &node, Reporter &reporter) {
  size_t rank = node.kind == NodeKind::Conv1d ? 3 : 4;
  const Shape &weight = node.tensor("weight").shape();
  if (weight.size() != rank)
    return reporter.error(
        "SNN0222", node.path,
        fmt::format("'weight' has shape {}, {} needs {} dimensions",
                    toString(weight), toString(node.kind), rank),
        {rank == 3 ? "(out, in / groups, length)"
                   : "(out, in / groups, height, width)"});
  uint64_t groups = uint64_t(node.integer("groups", 1));
  if (weight[0] % groups != 0)
    reporter.error(
        "SNN0222", node.path,
        fmt::format("{} output channels do not divide into {} groups",
                    weight[0], groups),
        {"groups must divide the output channels"});
  const std::string *mode = node.text("padding");
  auto [down, across] = node.pair("stride", 1);
  if (mode && *mode == "same" && (down != 1 || across != 1))
    reporter.error(
        "SNN0222", node.path,
        fmt::format("padding \"same\" with stride [{}, {}]", down, across),
        {"\"same\" needs stride 1: give the padding as numbers"});
  checkBias(node, weight[0], reporter);
}

void reportMatrixGain(const Node &node, Reporter &reporter) {
  reporter.error(
      "SNN0262", node.path,
      fmt::format("'w_in' has shape {}: it is a gain, one number or one per "
                  "neuron, and no matrix of weights",
                  toString(node.tensor("w_in").shape())),
      {"put the matrix into a Linear before the neuron and set w_in to 1"});
}

/// Does `w_in` have more dimensions than the neuron's other parameters?
static bool hasMatrixGain(const Node &node) {
  const Tensor &gain = node.tensor("w_in");
  if (gain.shape().size() < 2)
    return false;
  Shape others;
  for (const auto &[name, field] : node.fields)
    if (name != "w_in" && !broadcast(others, std::get<Tensor>(field).shape()))
      return false; // they clash among themselves
  return elementCount(others) != 1 && !broadcastsTo(gain.shape(), others);
}

void checkLayer(Node &node, Reporter &reporter) {
  if (isConv(node.kind))
    return checkConv(node, reporter);
  if (isLinear(node.kind)) {
    const Shape &weight = node.tensor("weight").shape();
    if (weight.size() == 2)
      return checkBias(node, weight[0], reporter);
    return reporter.error(
        "SNN0222", node.path,
        fmt::format("'weight' has shape {}, {} needs [outputs, inputs]",
                    toString(weight), toString(node.kind)),
        {"split a stack of matrices into one Linear each"});
  }
  if (isElementwise(node.kind) && hasMatrixGain(node))
    return reportMatrixGain(node, reporter);
  bool clash = false;
  if (isElementwise(node.kind))
    parameterShape(node, &clash);
  if (!clash)
    return;
  std::string shapes;
  for (const auto &[name, field] : node.fields)
    shapes += fmt::format("{}{} {}", shapes.empty() ? "" : ", ", name,
                          toString(std::get<Tensor>(field).shape()));
  reporter.error("SNN0222", node.path,
                 "the parameters have shapes that do not fit each other: " +
                     shapes,
                 {"all parameters of a neuron have one shape, or are scalars"});
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// A convolution or pool as two dimensions; a Conv1d has one row.
struct Window {
  std::array<int64_t, 2> kernel, stride, dilation{1, 1};
  std::array<int64_t, 4> pads; ///< top, left, bottom, right
  uint64_t inChannels = 0;     ///< 0: any
  uint64_t outChannels = 0;    ///< 0: as the input
  size_t rank = 3;
};
} // namespace

static std::array<int64_t, 2> kernelOf(const Node &node) {
  if (isPool(node.kind))
    return node.pair("kernel_size", 1);
  const Shape &weight = node.tensor("weight").shape();
  if (node.kind == NodeKind::Conv1d)
    return {1, int64_t(weight[2])};
  return {int64_t(weight[2]), int64_t(weight[3])};
}

std::array<int64_t, 4> resolvedPads(const Node &node) {
  const std::string *mode = node.text("padding");
  if (!mode) {
    std::array<int64_t, 4> pads = node.pads();
    if (node.kind == NodeKind::Conv1d)
      pads[0] = pads[2] = 0;
    return pads;
  }
  if (*mode != "same")
    return {0, 0, 0, 0};
  // torch puts the odd zero behind: left = total / 2, right = total - left.
  std::array<int64_t, 4> pads{};
  std::array<int64_t, 2> kernel = kernelOf(node);
  std::array<int64_t, 2> dilation = node.pair("dilation", 1);
  for (int i : {0, 1}) {
    int64_t total = dilation[i] * (kernel[i] - 1);
    pads[i] = total / 2;
    pads[i + 2] = total - total / 2;
  }
  return pads;
}

static Window windowOf(const Node &node) {
  Window window;
  window.kernel = kernelOf(node);
  window.stride = node.pair("stride", 1);
  window.pads = resolvedPads(node);
  if (isPool(node.kind))
    return window;
  const Shape &weight = node.tensor("weight").shape();
  window.dilation = node.pair("dilation", 1);
  window.inChannels = weight[1] * uint64_t(node.integer("groups", 1));
  window.outChannels = weight[0];
  if (node.kind == NodeKind::Conv1d) {
    window.rank = 2;
    window.stride[0] = window.dilation[0] = 1;
  }
  return window;
}

Expected<Ports> windowPorts(const Node &node, const Shape &given,
                            std::optional<std::array<int64_t, 2>> stride) {
  Window window = windowOf(node);
  if (stride)
    window.stride = *stride;
  std::optional<Shape> input = withRank(given, window.rank);
  SourceSpot spot{"", node.path, 0, 0};
  if (!input)
    return makeError("SNN0240", spot,
                     fmt::format("{} takes {}, its input has shape {}",
                                 toString(node.kind),
                                 window.rank == 2 ? "(channels, length)"
                                                  : "(channels, height, width)",
                                 toString(given)),
                     {"NIR shapes have no batch and no time dimension"});
  if (window.inChannels && (*input)[0] != window.inChannels)
    return makeError(
        "SNN0240", spot,
        fmt::format("the weights take {} input channels, the input has {} "
                    "(shape {})",
                    window.inChannels, (*input)[0], toString(given)),
        {"channels come first: (channels, height, width)"});
  Shape output{window.outChannels ? window.outChannels : (*input)[0]};
  for (size_t i = window.rank == 2 ? 1 : 0; i < 2; ++i) {
    uint64_t extent = (*input)[window.rank == 2 ? 1 : i + 1];
    int64_t padded = int64_t(extent) + window.pads[i] + window.pads[i + 2];
    int64_t reach = window.dilation[i] * (window.kernel[i] - 1) + 1;
    if (reach > padded)
      return makeError(
          "SNN0247", spot,
          fmt::format("the kernel spans {} {}, the padded input has {}", reach,
                      i == 0 ? "rows" : "columns", padded),
          {"use a smaller kernel or dilation, or more padding"});
    output.push_back(uint64_t((padded - reach) / window.stride[i]) + 1);
  }
  return Ports{std::move(*input), std::move(output)};
}

//===----------------------------------------------------------------------===//
// Flatten and acceptance
//===----------------------------------------------------------------------===//

std::optional<Shape> flattened(const Shape &input, int64_t start, int64_t end) {
  int64_t rank = int64_t(input.size());
  start += start < 0 ? rank : 0;
  end += end < 0 ? rank : 0;
  if (start < 0 || end < start || end >= rank)
    return std::nullopt;
  Shape output(input.begin(), input.begin() + start);
  uint64_t product = 1;
  for (int64_t i = start; i <= end; ++i)
    product *= input[size_t(i)]; // inputs have fewer than 2^32 elements
  output.push_back(product);
  output.insert(output.end(), input.begin() + end + 1, input.end());
  return output;
}

std::optional<bool> acceptsShape(const Node &node, const Shape &input) {
  if (isConv(node.kind) || isPool(node.kind)) {
    size_t rank = node.kind == NodeKind::Conv1d ? 2 : 3;
    if (input.size() != rank || !windowPorts(node, input))
      return false;
    std::optional<Shape> own = ownInputShape(node);
    return own ? std::optional<bool>(squeezed(*own) == squeezed(input))
               : std::nullopt;
  }
  std::optional<Shape> own = ownInputShape(node);
  if (!own || (isElementwise(node.kind) && elementCount(*own) == 1))
    return std::nullopt;
  if (squeezed(*own) == squeezed(input))
    return true;
  bool mayRepeat = isElementwise(node.kind) && broadcastsTo(*own, input);
  return mayRepeat ? std::nullopt : std::optional<bool>(false);
}

} // namespace snnc::nir
