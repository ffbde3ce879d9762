//===- NirWindow.cpp - Convolutions and pools -----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirFamilies.h"
#include "compiler/Import/NIR/NirLayerShapes.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

//===----------------------------------------------------------------------===//
// Any window
//===----------------------------------------------------------------------===//

std::array<int64_t, 2> Window::pair(const Node &node, const char *field,
                                    int64_t row) const {
  std::array<int64_t, 2> numbers = node.pair(field, 1);
  if (dims == 1)
    numbers = {row, numbers[0]};
  return numbers;
}

std::array<int64_t, 4> Window::pads(const Node &node,
                                    std::array<int64_t, 2> kernel,
                                    std::array<int64_t, 2> dilation) const {
  const std::string *mode = node.text("padding");
  if (!mode) {
    std::array<int64_t, 4> pads = node.pads();
    if (dims == 1)
      pads[0] = pads[2] = 0;
    return pads;
  }
  if (*mode != "same")
    return {0, 0, 0, 0};
  // torch puts the odd zero behind: left = total / 2, right = total - left.
  std::array<int64_t, 4> pads{};
  for (int i : {0, 1}) {
    int64_t total = dilation[i] * (kernel[i] - 1);
    pads[i] = total / 2;
    pads[i + 2] = total - total / 2;
  }
  return pads;
}

Expected<Ports> Window::slide(const Node &node, const Geometry &geometry,
                              const Shape &given) const {
  std::optional<Shape> input = withRank(given, dims + 1);
  SourceSpot spot{"", node.path, 0, 0};
  if (!input)
    return makeError("SNN0240", spot,
                     fmt::format("{} takes {}, its input has shape {}", name(),
                                 dims == 1 ? "(channels, length)"
                                           : "(channels, height, width)",
                                 toString(given)),
                     {"NIR shapes have no batch and no time dimension"});
  if (geometry.inChannels && (*input)[0] != geometry.inChannels)
    return makeError(
        "SNN0240", spot,
        fmt::format("the weights take {} input channels, the input has {} "
                    "(shape {})",
                    geometry.inChannels, (*input)[0], toString(given)),
        {"channels come first: (channels, height, width)"});
  Shape output{geometry.outChannels ? geometry.outChannels : (*input)[0]};
  for (size_t i = 2 - dims; i < 2; ++i) {
    uint64_t extent = (*input)[i + dims - 1];
    int64_t padded = int64_t(extent) + geometry.pads[i] + geometry.pads[i + 2];
    int64_t reach = geometry.dilation[i] * (geometry.kernel[i] - 1) + 1;
    if (reach > padded)
      return makeError(
          "SNN0247", spot,
          fmt::format("the kernel spans {} {}, the padded input has {}", reach,
                      i == 0 ? "rows" : "columns", padded),
          {"use a smaller kernel or dilation, or more padding"});
    output.push_back(uint64_t((padded - reach) / geometry.stride[i]) + 1);
  }
  return Ports{std::move(*input), std::move(output)};
}

std::optional<std::array<int64_t, 3>> Window::map(const Shape &shape) const {
  if (shape.size() != dims + 1)
    return std::nullopt;
  return std::array<int64_t, 3>{int64_t(shape[0]),
                                dims == 1 ? 1 : int64_t(shape[1]),
                                int64_t(shape.back())};
}

std::optional<bool> Window::accepts(const Node &node,
                                    const Shape &input) const {
  if (input.size() != dims + 1 || !slide(node, geometry(node), input))
    return false;
  std::optional<Shape> own = ownInput(node);
  return own ? std::optional<bool>(squeezed(*own) == squeezed(input))
             : std::nullopt;
}

std::optional<Shape> Window::behind(const Node &node,
                                    const Shape &input) const {
  Expected<Ports> ports = slide(node, geometry(node), input);
  return ports ? std::optional(std::move(ports->output)) : std::nullopt;
}

std::optional<Ports> Window::infer(Node &node, const Shape &input,
                                   ShapeContext &context) const {
  Expected<Ports> ports = slide(node, geometry(node), input);
  if (ports)
    return std::move(*ports);
  Diagnostic error = ports.takeError();
  context.reporter.error(error.code, node.path, error.message, error.hints);
  return std::nullopt;
}

void Window::complete(Node &node, Reporter &reporter) const {
  auto [top, left, bottom, right] = geometry(node).pads;
  bool symmetric = top == bottom && left == right;
  node.fields["padding"] = symmetric
                               ? Tensor::integers({top, left})
                               : Tensor::integers({top, left, bottom, right});
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

Convolution::Convolution(const char *name, unsigned dims)
    : Window(name,
             {{"weight", FieldRole::Real},
              {"bias", FieldRole::Real, FieldMissing::Zero},
              {"stride", FieldRole::Extent, FieldMissing::One, dims},
              // Two paddings of one dimension: after normalise().
              {"padding", FieldRole::ModalPadding, FieldMissing::Zero, 2},
              {"dilation", FieldRole::Extent, FieldMissing::One, dims},
              {"groups", FieldRole::Extent, FieldMissing::One, 1},
              {"input_shape", FieldRole::Shape, FieldMissing::LeaveOut}},
             dims) {}

void Convolution::check(Node &node, Reporter &reporter) const {
  const Shape &weight = node.tensor("weight").shape();
  if (weight.size() != dims + 2)
    return reporter.error(
        "SNN0222", node.path,
        fmt::format("'weight' has shape {}, {} needs {} dimensions",
                    toString(weight), name(), dims + 2),
        {dims == 1 ? "(out, in / groups, length)"
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

std::optional<Shape> Convolution::ownInput(const Node &node) const {
  const Shape &weight = node.tensor("weight").shape();
  const Tensor &area = node.tensor("input_shape");
  if (weight.size() != dims + 2 || area.size() != dims)
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

Window::Geometry Convolution::geometry(const Node &node) const {
  const Shape &weight = node.tensor("weight").shape();
  Geometry geometry;
  geometry.kernel = {dims == 1 ? 1 : int64_t(weight[2]),
                     int64_t(weight[dims + 1])};
  geometry.stride = pair(node, "stride");
  geometry.dilation = pair(node, "dilation");
  geometry.pads = pads(node, geometry.kernel, geometry.dilation);
  geometry.inChannels = weight[1] * uint64_t(node.integer("groups", 1));
  geometry.outChannels = weight[0];
  return geometry;
}

std::optional<Ports> Convolution::infer(Node &node, const Shape &input,
                                        ShapeContext &context) const {
  std::optional<Ports> ports = Window::infer(node, input, context);
  if (!ports)
    return std::nullopt;
  const Tensor &area = node.tensor("input_shape");
  Shape spatial(ports->input.begin() + 1, ports->input.end());
  for (uint64_t i = 0; i < area.size(); ++i)
    if (area.size() != spatial.size() || area.at(i) != double(spatial[i])) {
      context.reporter.warning(
          "SNN0248", node.path,
          fmt::format("'input_shape' does not fit the producer, which gives "
                      "{}: the producer counts",
                      toString(ports->input)));
      break;
    }
  return ports;
}

void Convolution::complete(Node &node, Reporter &reporter) const {
  node.fields["input_shape"] =
      Tensor::integers({node.inputShape.begin() + 1, node.inputShape.end()});
  Window::complete(node, reporter);
}

bool Convolution::translate(const Node &node, Translator &translator) const {
  auto input = map(node.inputShape), output = map(node.outputShape);
  const Shape &weight = node.tensor("weight").shape();
  if (!input || !output || weight.size() != dims + 2)
    return translator.refuse(node, "SNN0292",
                             "the shapes of this convolution do not have the "
                             "rank of its kind");
  Geometry windows = geometry(node);
  ConvWindow window{*input,
                    *output,
                    {int64_t(weight[0]), int64_t(weight[1]), windows.kernel[0],
                     windows.kernel[1]},
                    windows.stride,
                    windows.dilation,
                    node.pads(),
                    node.integer("groups", 1)};
  bool hasBias = node.tensor("bias").size() > 0;
  return translator.conv(node, window, "weight", hasBias ? "bias" : nullptr);
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

Pool::Pool(const char *name, PoolRule rule, unsigned dims)
    : Window(name,
             {{"kernel_size", FieldRole::Extent, FieldMissing::Refuse, dims},
              {"stride", FieldRole::Extent, FieldMissing::Kernel, dims},
              // Two paddings of one dimension: after normalise().
              {"padding", FieldRole::Padding, FieldMissing::Zero, 2}},
             dims),
      rule(rule) {}

Window::Geometry Pool::geometry(const Node &node) const {
  Geometry geometry;
  geometry.kernel = pair(node, "kernel_size");
  geometry.stride = pair(node, "stride");
  geometry.pads = pads(node, geometry.kernel, geometry.dilation);
  return geometry;
}

std::optional<Ports> Pool::infer(Node &node, const Shape &input,
                                 ShapeContext &context) const {
  std::optional<Ports> ports = Window::infer(node, input, context);
  Geometry window = geometry(node);
  if (!ports || window.kernel == window.stride ||
      context.accepted(ports->output) != false)
    return ports;
  // Old exporters lost the stride; then it was the kernel size.
  Geometry repaired = window;
  repaired.stride = window.kernel;
  Expected<Ports> other = slide(node, repaired, input);
  if (!other || context.accepted(other->output) != true)
    return ports;
  context.reporter.warning(
      "SNN0245", node.path,
      fmt::format("with stride [{}, {}] the output {} fits nothing that "
                  "follows; stride = kernel_size fits and is used",
                  window.stride[0], window.stride[1], toString(ports->output)));
  node.fields["stride"] =
      dims == 1 ? Tensor::integers({window.kernel[1]})
                : Tensor::integers({window.kernel[0], window.kernel[1]});
  return std::move(*other);
}

bool Pool::translate(const Node &node, Translator &translator) const {
  auto input = map(node.inputShape);
  if (!input)
    return translator.refuse(node, "SNN0292",
                             dims == 1 ? "a 1-D pool needs C x L"
                                       : "a 2-D pool needs C x H x W");
  Geometry windows = geometry(node);
  return translator.pool(node, {rule,
                                *input,
                                windows.kernel,
                                windows.stride,
                                {windows.pads[0], windows.pads[1]}});
}

} // namespace snnc::nir
