//===- SynapseWalk.cpp - The synapses of a projection ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/SynapseWalk.h"

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "runtime/support/Vectors.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::cpu {

bool SynapseWalk::open(ProjectionOp projection, target::Precision precision) {
  reals = Connectivity::create(projection);
  if (!reals)
    return false;
  if (precision == target::Precision::Quantized && !readScales(projection))
    return false;
  return readDelays(projection);
}

/// What IntConnectivity needs; it says what is missing.
bool SynapseWalk::readScales(ProjectionOp projection) {
  auto integers = IntConnectivity::create(projection);
  if (!integers)
    return false;
  QuantAttr quant = projection.getQuantAttr();
  auto values = ParamValues::get(quant.getScales(), integers->numTargets(),
                                 projection.getContext());
  for (uint32_t t = 0; t < (values->uniform() ? 1 : integers->numTargets());
       ++t)
    scales.push_back(integers->scaleOf(t));
  limit = double((int64_t(1) << (integers->weightBits() - 1)) - 1);
  isNearest = quant.getRounding() == Rounding::NearestEven;
  return true;
}

bool SynapseWalk::readDelays(ProjectionOp projection) {
  auto values = ParamValues::get(projection.getDelay(), reals->numSources(),
                                 projection.getContext());
  size_t count = values && !values->uniform() ? reals->numSources() : 1;
  for (size_t s = 0; values && s < count; ++s) {
    double ticks = values->at(s);
    if (!(ticks >= 1 && ticks <= 65535) || ticks != std::floor(ticks))
      break;
    delays.push_back(uint32_t(ticks));
  }
  if (delays.size() == count &&
      *std::max_element(delays.begin(), delays.end()) +
              reals->maxExtraDelay() <=
          65535)
    return true;
  report(projection, "SNN0304")
      << "delays are missing or not whole numbers of 1 "
         "to 65535 ticks; run snn-retime";
  return false;
}

std::pair<uint32_t, uint32_t> SynapseWalk::delayBounds() const {
  auto [least, most] = reals->extraDelays();
  auto [low, high] = std::minmax_element(delays.begin(), delays.end());
  return {*low + least, *high + most};
}

/// To the nearest integer, ties to even, of |x| below 2^51.
static inline SNNC_INLINE double nearest(double x) {
  constexpr double shift = 0x1.8p52;
  return (x + shift) - shift;
}

/// IntConnectivity::quantize of all, without a branch. How many are not 0.
size_t SynapseWalk::quantize(const SynapseBatch &batch,
                             int32_t *integers) const {
  size_t used = 0;
  withVectors(widestVectors(), [&]() SNNC_INLINE {
    bool isOne = scales.size() == 1;
    size_t count = 0;
    for (size_t i = 0; i < batch.count; ++i) {
      double scale = scales[isOne ? 0 : batch.target[i]];
      double scaled = double(batch.weight[i]) * scale;
      scaled = scaled < limit ? scaled : limit; // so is what is no number
      scaled = scaled > -limit ? scaled : -limit;
      integers[i] = int32_t(isNearest ? nearest(scaled) : scaled);
      count += integers[i] != 0;
    }
    used = count;
  });
  return used;
}

/// Without those whose integer is 0.
static void visitUsed(const SynapseBatch &batch, uint32_t *delays,
                      int32_t *integers, SynapseWalk::Visitor visit) {
  uint32_t source[SynapseBatch::kMost], target[SynapseBatch::kMost];
  size_t count = 0;
  for (size_t i = 0; i < batch.count; ++i) {
    source[count] = batch.source[i];
    target[count] = batch.target[i];
    delays[count] = delays[i];
    integers[count] = integers[i];
    count += integers[i] != 0; // of the same place where nothing was left out
  }
  visit({count, source, target, delays, integers, nullptr});
}

void SynapseWalk::forEach(NeuronRange onto, Visitor visit) const {
  bool isOneDelay = delays.size() == 1, isFloat = scales.empty();
  reals->forEachBatch(onto, true, [&](const SynapseBatch &batch) {
    uint32_t all[SynapseBatch::kMost];
    for (size_t i = 0; i < batch.count; ++i)
      all[i] = batch.delay[i] + delays[isOneDelay ? 0 : batch.source[i]];
    if (isFloat)
      return visit({batch.count, batch.source, batch.target, all, nullptr,
                    batch.weight});
    int32_t integers[SynapseBatch::kMost];
    size_t used = quantize(batch, integers);
    if (used == batch.count)
      return visit({used, batch.source, batch.target, all, integers, nullptr});
    if (used > 0)
      visitUsed(batch, all, integers, visit);
  });
}

} // namespace snnc::cpu
