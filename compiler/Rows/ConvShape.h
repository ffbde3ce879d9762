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

  /// Rows of outputs that a source reaches, or nearly so, in a slice of
  /// `targets` neurons: with channels first, those of every channel.
  double runs(uint32_t targets) const {
    double rows = double(kernel[0] + stride[0] - 1) / stride[0];
    double channels = double(targets) / outPlane();
    if (!channelsLast)
      return rows * std::min<double>(outPerGroup(), std::max(1.0, channels));
    return rows * std::min(1.0, channels / out[0] * out[1] / rows + 1 / rows);
  }

  /// Where the weight from place `from` to place `to` stands among the taps.
  /// Both axes of the kernel are reversed, so that taps ascend with targets:
  /// channels first, [output channel][input channel of the group][ky][kx];
  /// channels last, [input channel of the group][ky][kx][output channel].
  /// Nothing when the kernel does not reach.
  std::optional<uint64_t> tap(uint32_t from, uint32_t to) const {
    Place in = placeOf(from, source), o = placeOf(to, out);
    uint32_t x = in.x / pool[1], y = in.y / pool[0];
    if (x >= this->in[1] || y >= this->in[0] ||
        in.c / inPerGroup() != o.c / outPerGroup())
      return std::nullopt;
    auto reversed = [&](uint32_t at, uint32_t target, unsigned axis) {
      // Unsigned arithmetic wraps below zero, far beyond any extent.
      return kernel[axis] - 1 - (at + padding[axis] - target * stride[axis]);
    };
    uint32_t ky = reversed(y, o.y, 0), kx = reversed(x, o.x, 1);
    if (ky >= kernel[0] || kx >= kernel[1])
      return std::nullopt;
    uint64_t inside =
        (uint64_t(in.c % inPerGroup()) * kernel[0] + ky) * kernel[1] + kx;
    return channelsLast ? inside * out[0] + o.c : o.c * channelTaps() + inside;
  }

private:
  struct Place {
    uint32_t c, y, x;
  };
  Place placeOf(uint32_t at, const std::array<uint32_t, 3> &map) const {
    if (channelsLast)
      return {at % map[0], at / map[0] / map[2], at / map[0] % map[2]};
    return {at / map[2] / map[1], at / map[2] % map[1], at % map[2]};
  }
};

} // namespace snnc::fabric

#endif // SNNC_ROWS_CONVSHAPE_H
