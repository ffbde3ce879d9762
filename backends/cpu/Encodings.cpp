//===- Encodings.cpp - Ways to hold the synapses of a block ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Encodings.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace snnc::cpu {

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

namespace {
/// A synapse may take so many bytes before a faster encoding is too large.
constexpr double kMostBytes = 6;
} // namespace

bool isPossible(Encoding encoding, const BlockShape &shape) {
  if (encoding == Encoding::Index)
    return true;
  if (shape.floats || !shape.oneDelay || shape.synapses == 0)
    return false;
  switch (encoding) {
  case Encoding::Bits:
    return shape.oneWeight;
  case Encoding::Diagonal:
    return shape.diagonal;
  default:
    return true;
  }
}

/// A tick that has any spike passes once over the sums of bit rows; spikes are
/// independent.
static double bitLineTime(double spikes, const Costs &costs) {
  double ticks = spikes > 1e-6 ? -std::expm1(-spikes) / spikes : 1;
  return costs.bitLine + ticks * costs.bitTick;
}

std::vector<Estimate> estimates(const BlockShape &shape, const Costs &costs) {
  double pairs = double(shape.sources) * double(shape.neurons);
  double synapses = double(shape.synapses);
  bool isNarrow = shape.weightBytes < 2;
  std::vector<Estimate> all = {
      {Encoding::Index,
       double(shape.sources) * costs.indexRow +
           synapses * (costs.indexSynapse +
                       costs.weightByte * double(shape.weightBytes)),
       synapses * (2 + double(shape.weightBytes))},
      {Encoding::Bits,
       double(shape.sources) * std::ceil(double(shape.neurons) / 512) *
           bitLineTime(shape.spikes, costs),
       pairs / 8},
      {Encoding::Dense,
       pairs * (isNarrow ? costs.densePair8 : costs.densePair16),
       pairs * (isNarrow ? 1 : 2)},
      {Encoding::Diagonal, double(shape.neurons) * costs.diagonalNeuron,
       shape.oneWeight ? 0 : 2 * double(shape.neurons)}};
  std::erase_if(all, [&](const Estimate &estimate) {
    return !isPossible(estimate.encoding, shape);
  });
  return all;
}

Encoding cheapest(const BlockShape &shape, const Costs &costs) {
  if (isPossible(Encoding::Diagonal, shape))
    return Encoding::Diagonal;
  std::vector<Estimate> all = estimates(shape, costs);
  Estimate best = all.front();
  for (const Estimate &other : all)
    if (other.time < best.time &&
        other.bytes <= kMostBytes * double(shape.synapses))
      best = other;
  return best.encoding;
}

//===----------------------------------------------------------------------===//
// The rows
//===----------------------------------------------------------------------===//

namespace {

/// One block's way from index rows.
class Encoder {
public:
  Encoder(RowBlock &rows, uint32_t firstNeuron, uint32_t neurons,
          uint32_t sources)
      : rows(rows), firstNeuron(firstNeuron), neurons(neurons),
        sources(sources) {}

  BlockShape shape(bool floats) const;
  BitRows toBits(RowBlock &rest) const;
  DenseRows toDense() const;
  DiagonalRows toDiagonal() const;

private:
  bool isDiagonal() const;
  /// visit(source, target, i) for every synapse.
  template <typename Visit> void forEach(Visit visit) const {
    for (uint32_t s = 0; s < sources; ++s)
      for (uint64_t i = rows.segments[rows.segmentBegin[s]].begin,
                    end = rows.segments[rows.segmentBegin[s + 1]].begin;
           i < end; ++i)
        visit(s, rows.targets[i], i);
  }

  RowBlock &rows;
  uint32_t firstNeuron, neurons, sources;
};

} // namespace

/// At most one synapse a source, all on the same line through the matrix.
bool Encoder::isDiagonal() const {
  if (rows.targets.size() > neurons)
    return false;
  bool good = true;
  forEach([&](uint32_t s, uint16_t target, uint64_t) {
    good &= s == firstNeuron + target;
  });
  // A pair may have several synapses.
  for (uint32_t s = 0; s < sources && good; ++s)
    good = rows.segments[rows.segmentBegin[s + 1]].begin -
               rows.segments[rows.segmentBegin[s]].begin <=
           1;
  return good;
}

BlockShape Encoder::shape(bool floats) const {
  BlockShape shape;
  shape.sources = sources;
  shape.neurons = neurons;
  shape.synapses = rows.targets.size();
  shape.oneDelay = rows.shortestDelay == rows.longestDelay;
  shape.floats = floats;
  if (floats)
    return shape;
  shape.oneWeight = std::holds_alternative<int32_t>(rows.weights);
  shape.weightBytes =
      shape.oneWeight                                             ? 0
      : std::holds_alternative<std::vector<int8_t>>(rows.weights) ? 1
                                                                  : 2;
  // A row of fewer than all neurons: the rest would need a weight of 0.
  shape.diagonal = shape.oneDelay && isDiagonal() &&
                   (rows.targets.size() == neurons || !shape.oneWeight);
  return shape;
}

/// What a pair has beyond its first synapse goes to `rest`.
BitRows Encoder::toBits(RowBlock &rest) const {
  BitRows bits;
  bits.lines = (size_t(neurons) + 511) / 512;
  bits.bits.resize(bits.lines * sources);
  bits.weight = std::get<int32_t>(rows.weights);
  rest.partition = rows.partition;
  rest.receptor = rows.receptor;
  rest.weights = rows.weights;
  rest.shortestDelay = rest.longestDelay = rows.longestDelay;
  for (uint32_t s = 0; s < sources; ++s) {
    uint64_t before = rest.targets.size();
    rest.segmentBegin.push_back(uint32_t(rest.segments.size()));
    Line *line = bits.bits.data() + bits.lines * s;
    for (uint64_t i = rows.segments[rows.segmentBegin[s]].begin,
                  end = rows.segments[rows.segmentBegin[s + 1]].begin;
         i < end; ++i) {
      uint16_t target = rows.targets[i];
      uint64_t &word = line[target / 512].words[target / 64 % 8];
      uint64_t bit = uint64_t(1) << target % 64;
      if (word & bit)
        rest.targets.push_back(target);
      word |= bit;
    }
    if (rest.targets.size() > before)
      rest.segments.push_back({before, rows.longestDelay});
  }
  rest.segmentBegin.push_back(uint32_t(rest.segments.size()));
  rest.segments.push_back({rest.targets.size(), 0});
  rest.largest = rows.largest;
  rest.targets.shrink_to_fit();
  return bits;
}

/// A pair's synapses are one sum; where that leaves 16 bits there are no dense
/// rows (see encode).
DenseRows Encoder::toDense() const {
  DenseRows dense;
  dense.stride = (size_t(neurons) + 63) / 64 * 64;
  auto fill = [&](auto &weights) {
    weights.resize(dense.stride * sources);
    forEach([&](uint32_t s, uint16_t target, uint64_t i) {
      auto &weight = weights[s * dense.stride + target];
      weight =
          std::remove_reference_t<decltype(weight)>(weight + rows.weightAt(i));
    });
  };
  if (rows.largest > std::numeric_limits<int8_t>::max())
    fill(dense.weights.emplace<std::vector<int16_t>>());
  else
    fill(dense.weights.emplace<std::vector<int8_t>>());
  return dense;
}

DiagonalRows Encoder::toDiagonal() const {
  DiagonalRows diagonal;
  diagonal.first = firstNeuron;
  if (auto *common = std::get_if<int32_t>(&rows.weights)) {
    diagonal.weights = *common;
    return diagonal;
  }
  std::vector<int16_t> weights(neurons);
  forEach([&](uint32_t, uint16_t target, uint64_t i) {
    weights[target] = int16_t(rows.weightAt(i));
  });
  diagonal.weights = std::move(weights);
  return diagonal;
}

uint64_t Block::bytes() const {
  auto of = [](const auto &held) -> uint64_t {
    if constexpr (requires { held[0]; })
      return held.size() * sizeof(held[0]);
    else
      return 0;
  };
  if (auto *index = std::get_if<RowBlock>(&rows))
    return index->bytes();
  if (auto *bits = std::get_if<BitRows>(&rows))
    return of(bits->bits);
  if (auto *dense = std::get_if<DenseRows>(&rows))
    return std::visit(of, dense->weights);
  return std::visit(of, std::get<DiagonalRows>(rows).weights);
}

/// What `tuning` asks for where that is possible, else the cheapest.
static Encoding wanted(const BlockShape &shape, const Tuning &tuning,
                       int64_t largest, uint64_t salt) {
  std::vector<Encoding> possible;
  for (Encoding e :
       {Encoding::Index, Encoding::Bits, Encoding::Dense, Encoding::Diagonal})
    if (isPossible(e, shape) && (e != Encoding::Dense || largest <= 32767))
      possible.push_back(e);
  if (tuning.mixed)
    return possible[salt % possible.size()];
  Encoding best = tuning.encoding.value_or(cheapest(shape, tuning.costs));
  return std::ranges::count(possible, best) ? best : Encoding::Index;
}

std::vector<Block> encode(RowBlock rows, uint32_t firstNeuron, uint32_t neurons,
                          uint32_t sources, double rate, bool floats,
                          const Tuning &tuning) {
  Encoder encoder(rows, firstNeuron, neurons, sources);
  BlockShape shape = encoder.shape(floats);
  shape.spikes = rate * sources;
  Block block;
  block.neurons = neurons;
  block.receptor = rows.receptor;
  block.shortestDelay = rows.shortestDelay;
  block.longestDelay = rows.longestDelay;
  block.largest = rows.largest;
  block.synapses = shape.synapses;
  if (tuning.explain)
    block.estimates = estimates(shape, tuning.costs);
  std::vector<Block> blocks;
  uint64_t salt = shape.synapses * 7 + rows.partition * 3 + sources;
  switch (wanted(shape, tuning, rows.largest, salt)) {
  case Encoding::Index:
    block.rows = std::move(rows);
    break;
  case Encoding::Bits: {
    RowBlock rest;
    BitRows bits = encoder.toBits(rest);
    Block over = block;
    over.synapses = rest.targets.size();
    block.synapses -= over.synapses;
    if (over.synapses > 0) {
      over.rows = std::move(rest);
      blocks.push_back(std::move(over));
    }
    block.rows = std::move(bits);
    break;
  }
  case Encoding::Dense:
    block.rows = encoder.toDense();
    break;
  case Encoding::Diagonal:
    block.rows = encoder.toDiagonal();
    break;
  }
  blocks.push_back(std::move(block));
  return blocks;
}

} // namespace snnc::cpu
