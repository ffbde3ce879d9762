//===- Synapses.cpp - Rows of synapses in this computer's memory ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Synapses.h"

#include "backends/cpu/RowBuilder.h"

#include <algorithm>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::cpu {

int32_t RowBlock::weightAt(uint64_t i) const {
  if (auto *common = std::get_if<int32_t>(&weights))
    return *common;
  if (auto *narrow = std::get_if<std::vector<int8_t>>(&weights))
    return (*narrow)[i];
  if (auto *wide = std::get_if<std::vector<int16_t>>(&weights))
    return (*wide)[i];
  return 0;
}

uint64_t RowBlock::bytes() const {
  uint64_t weightBytes = std::visit(
      [](const auto &held) -> uint64_t {
        if constexpr (requires { held.size(); })
          return held.size() * sizeof(held[0]);
        else
          return 0;
      },
      weights);
  return segmentBegin.size() * 4 + segments.size() * sizeof(Segment) +
         targets.size() * 2 + weightBytes;
}

/// Entries of a batch that go to the same piece, one run after the other.
template <typename Visit>
static void forEachPiece(const RowSource &from, const EntryBatch &batch,
                         Visit visit) {
  if (from.pieces.size() == 1)
    return visit(size_t(0), size_t(0), batch.count);
  auto pieceOf = [&](size_t i) {
    return (batch.target[i] - from.first) / from.each;
  };
  for (size_t begin = 0; begin < batch.count;) {
    size_t piece = pieceOf(begin), end = begin + 1;
    while (end < batch.count && pieceOf(end) == piece)
      ++end;
    visit(piece, begin, end);
    begin = end;
  }
}

std::vector<RowBlock> makeRows(llvm::ArrayRef<RowSource> from,
                               target::Precision precision, size_t blocks) {
  std::vector<SynapseWalk> walks(from.size());
  std::pair<uint32_t, uint32_t> bounds(65535, 0);
  double synapses = 0;
  for (size_t k = 0; k < from.size(); ++k) {
    ProjectionOp op = from[k].op;
    if (!walks[k].open(op, precision))
      return {}; // reported where it was opened first
    auto [least, most] = walks[k].delayBounds();
    bounds = {std::min(bounds.first, least), std::max(bounds.second, most)};
    synapses += double(estimateRows(op, precision).held.synapses) *
                double(from[k].last - from[k].first) / double(op.numTargets());
  }
  ProjectionOp any = from[0].op;
  std::vector<RowBuilder> builders;
  for (size_t b = 0; b < blocks; ++b)
    builders.emplace_back(uint32_t(any.numSources()), bounds,
                          uint64_t(synapses / double(blocks)),
                          precision == target::Precision::Float);
  auto forEach = [&](auto visit) {
    for (size_t k = 0; k < from.size(); ++k)
      walks[k].forEach(
          {from[k].first, from[k].last}, [&](const EntryBatch &batch) {
            forEachPiece(from[k], batch,
                         [&](size_t piece, size_t begin, size_t end) {
                           visit(from[k], piece, batch, begin, end);
                         });
          });
  };
  forEach([&](const RowSource &source, size_t piece, const EntryBatch &batch,
              size_t begin, size_t end) {
    builders[source.pieces[piece].block].count(batch, begin, end);
  });
  std::vector<bool> used;
  for (RowBuilder &builder : builders)
    used.push_back(builder.layOut());
  forEach([&](const RowSource &source, size_t piece, const EntryBatch &batch,
              size_t begin, size_t end) {
    auto [block, offset] = source.pieces[piece];
    auto shift = uint32_t(source.first + piece * source.each - offset);
    builders[block].add(batch, begin, end, shift);
  });
  std::vector<RowBlock> made;
  for (size_t b = 0; b < blocks; ++b) {
    if (!used[b])
      continue;
    builders[b].finish();
    RowBlock &block = made.emplace_back(std::move(builders[b].block));
    block.partition = b;
    block.receptor = unsigned(any.getReceptor());
  }
  return made;
}

FailureOr<std::vector<RowBlock>> buildRows(ProjectionOp projection,
                                           target::Precision precision,
                                           uint32_t neurons) {
  if (SynapseWalk walk; !walk.open(projection, precision))
    return failure();
  auto targets = uint32_t(projection.numTargets());
  RowSource source{projection, 0, targets, neurons, {}};
  for (size_t p = 0; p * neurons < targets; ++p)
    source.pieces.push_back({p, 0});
  return makeRows(source, precision, source.pieces.size());
}

} // namespace snnc::cpu
