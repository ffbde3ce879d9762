//===- ConvShape.h - Targets and taps of a shared kernel --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The convolution that a projection is. Where its kernel is kept once, the
// targets of a source follow from its coordinates. With a pool, windows of
// `pool` cells side by side are summed before the convolution.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_ROWS_CONVSHAPE_H
#define SNNC_ROWS_CONVSHAPE_H

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace snnc::fabric {

/// All maps are channels x height x width. Channels first, neuron (c, y, x)
/// stands at place (c * height + y) * width + x; channels last, at
/// (y * width + x) * channels + c (Fabric/NeuronOrder.h). Dilation is 1.
struct ConvShape {
  std::array<uint32_t, 3> source{}; ///< of the projection, before the pool
  std::array<uint32_t, 2> pool{1, 1};
  std::array<uint32_t, 2> in{}; ///< height and width after the pool
  std::array<uint32_t, 3> out{};
  std::array<uint32_t, 2> kernel{};
  std::array<uint32_t, 2> stride{1, 1};
  std::array<uint32_t, 2> padding{}; ///< top and left
  uint32_t groups = 1;
  bool channelsLast = false; ///< source and target

  bool operator==(const ConvShape &) const = default;

  uint32_t outPlane() const { return out[1] * out[2]; }
  uint32_t inPerGroup() const { return source[0] / groups; }
  uint32_t outPerGroup() const { return out[0] / groups; }
  /// Weights of one output channel.
  uint64_t channelTaps() const {
    return uint64_t(inPerGroup()) * kernel[0] * kernel[1];
  }
  uint64_t taps() const { return out[0] * channelTaps(); }

  /// Outputs that every place along an axis of the source reaches there.
  std::vector<uint32_t> reachAlong(unsigned axis) const {
    std::vector<uint32_t> reached(source[axis + 1]);
    for (uint32_t at = 0; at < out[axis + 1]; ++at)
      for (uint32_t k = 0; k < kernel[axis]; ++k) {
        int64_t from = int64_t(at) * stride[axis] + k - int64_t(padding[axis]);
        if (from >= 0 && from < in[axis])
          for (uint32_t p = 0; p < pool[axis]; ++p)
            ++reached[size_t(from) * pool[axis] + p];
      }
    return reached;
  }

  struct Place {
    uint32_t c = 0, y = 0, x = 0;
  };
  Place placeOf(uint32_t at, const std::array<uint32_t, 3> &map) const {
    if (channelsLast)
      return {at % map[0], at / map[0] / map[2], at / map[0] % map[2]};
    return {at / map[2] / map[1], at / map[2] % map[1], at % map[2]};
  }
};

/// Where weights to the places [begin, end) stand among the taps of a kernel.
/// Asked for every synapse: what divides is done once per target and once per
/// source.
class TapFinder {
public:
  TapFinder(const ConvShape &of, uint32_t begin, uint32_t end)
      : shape(of), begin(begin) {
    targets.reserve(end - begin);
    for (uint32_t to = begin; to < end; ++to) {
      ConvShape::Place o = shape.placeOf(to, shape.out);
      targets.push_back({o.c, o.c / shape.outPerGroup(), o.y * shape.stride[0],
                         o.x * shape.stride[1]});
    }
  }
  explicit TapFinder(const ConvShape &of)
      : TapFinder(of, 0, of.out[0] * of.outPlane()) {}

  /// The next questions are about this place of the source.
  void from(uint32_t source) {
    ConvShape::Place in = shape.placeOf(source, shape.source);
    y = in.y / shape.pool[0], x = in.x / shape.pool[1];
    inside = y < shape.in[0] && x < shape.in[1];
    group = in.c / shape.inPerGroup();
    channel = in.c % shape.inPerGroup();
  }

  /// Where the weight to place `to` stands. Both axes of the kernel are
  /// reversed, so that taps ascend with targets: channels first, [output
  /// channel][input channel of the group][ky][kx]; channels last, [input
  /// channel of the group][ky][kx][output channel]. Nothing when the kernel
  /// does not reach.
  std::optional<uint64_t> tap(uint32_t to) const {
    if (!inside || to - begin >= targets.size())
      return std::nullopt;
    const Target &o = targets[to - begin];
    if (o.group != group)
      return std::nullopt;
    // Unsigned arithmetic wraps below zero, far beyond any extent.
    const auto &[height, width] = shape.kernel;
    uint32_t ky = height - 1 - (y + shape.padding[0] - o.y),
             kx = width - 1 - (x + shape.padding[1] - o.x);
    if (ky >= height || kx >= width)
      return std::nullopt;
    uint64_t at = (uint64_t(channel) * height + ky) * width + kx;
    return shape.channelsLast ? at * shape.out[0] + o.c
                              : o.c * shape.channelTaps() + at;
  }

private:
  struct Target {
    uint32_t c = 0, group = 0, y = 0, x = 0; ///< y and x times the stride
  };
  ConvShape shape;
  uint32_t begin;
  std::vector<Target> targets;
  uint32_t y = 0, x = 0, group = 0, channel = 0;
  bool inside = false;
};

} // namespace snnc::fabric

#endif // SNNC_ROWS_CONVSHAPE_H
