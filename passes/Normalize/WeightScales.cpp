//===- WeightScales.cpp - Which scale makes weights integers --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Normalize/WeightScales.h"

#include "runtime/support/Threads.h"
#include "runtime/support/Vectors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <bit>
#include <cmath>

namespace snnc::normalize {

using namespace mlir;
using namespace snnc::snn;

/// S6.8: receptors get scales of their own where one for all makes the error
/// of one of them this many times as large, and more than kUnseenError.
static constexpr double kWorthAScale = 2;
static constexpr double kUnseenError = 1e-3;
static constexpr double kMostApart = 0x1p60;
/// S6.10: weights are clipped where that leaves at most this part of the
/// squared error.
static constexpr double kWorthClipping = 0.75;
/// Places to clip at that are tried for each group.
static constexpr size_t kClips = 7;
/// S6.7: a weight that is a whole number but for this part is one.
static constexpr double kFloatRounding = 0x1p-22;

/// To the nearest integer, ties to even; 0 <= x < 2^51.
static inline SNNC_INLINE double nearest(double x) {
  constexpr double shift = 0x1p52;
  return (x + shift) - shift;
}

/// The integer of a weight of this size.
static inline SNNC_INLINE double rounded(double size, double scale,
                                         double limit) {
  double scaled = size * scale;
  return nearest(scaled < limit ? scaled : limit);
}

static inline SNNC_INLINE bool clips(double size, double scale, double limit) {
  return size * scale >= limit + 0.5;
}

void IncomingWeights::Group::add(double size, uint64_t times) {
  if (size == 0)
    return;
  count += times;
  largest = std::max(largest, size);
  smallest = std::min(smallest, size);
  // size = mantissa * 2^(exponent - 52): a float32 is a normal float64.
  auto bits = std::bit_cast<uint64_t>(size);
  int exponent = int(bits >> 52) - 1023;
  uint64_t mantissa = (bits & 0xFFFFFFFFFFFFF) | uint64_t(1) << 52;
  wholeBits =
      std::max(wholeBits, 52 - exponent - int(llvm::countr_zero(mantissa)));
  addSize(float(size));
}

void IncomingWeights::Group::addSize(float size) {
  if (many || std::find(sizes.begin(), sizes.begin() + numSizes, size) !=
                  sizes.begin() + numSizes)
    return;
  many = numSizes == kFew;
  if (!many)
    sizes[numSizes++] = size;
}

/// The scale that makes the largest weight the largest m <= limit for which
/// the others are whole too. Below limit / 2 there is nothing to find: 2 m
/// would do as well.
std::optional<double> IncomingWeights::Group::commonStep(double limit) const {
  for (double m = limit; !many && m > limit / 2; --m)
    if (std::all_of(sizes.begin(), sizes.begin() + numSizes, [&](float size) {
          double scaled = double(size) / largest * m, q = nearest(scaled);
          return std::abs(scaled - q) <= kFloatRounding * q;
        }))
      return m / largest;
  return std::nullopt;
}

void IncomingWeights::Group::add(const Group &other) {
  count += other.count;
  largest = std::max(largest, other.largest);
  smallest = std::min(smallest, other.smallest);
  wholeBits = std::max(wholeBits, other.wholeBits);
  many |= other.many;
  for (size_t i = 0; i < other.numSizes; ++i)
    addSize(other.sizes[i]);
}

/// The one weight of all synapses where the rule says it and it is not 0; else
/// 0. Such weights need not be drawn.
static float commonWeight(ProjectionOp projection) {
  auto rule = dyn_cast<ProceduralAttr>(projection.getWeights());
  if (!rule || projection.getPoolAttr() ||
      rule.getWeight().getKind() != DistKind::Constant)
    return 0;
  return float(rule.getWeight().values()[0]);
}

template <typename Visit>
void IncomingWeights::Edge::forEachRun(NeuronRange onto, Visit visit) const {
  if (degrees.empty())
    return view->forEachBatch(onto, false, [&](const SynapseBatch &batch) {
      double sizes[SynapseBatch::kMost];
      for (size_t i = 0; i < batch.count; ++i)
        sizes[i] = std::abs(double(batch.weight[i]));
      for (size_t begin = 0, end; begin < batch.count; begin = end) {
        uint32_t target = batch.target[begin];
        for (end = begin + 1; end < batch.count && batch.target[end] == target;)
          ++end;
        visit(Run{target, llvm::ArrayRef(sizes + begin, sizes + end), 1});
      }
    });
  double size = std::abs(double(weight));
  for (uint32_t target = onto.begin; target < onto.end; ++target)
    if (degrees[target] > 0)
      visit(Run{target, size, degrees[target]});
}

/// Ranges of targets side by side where each target has a group of its own and
/// its synapses are made without the others'.
template <typename Visit>
void IncomingWeights::forEachRun(const Edge &edge, Visit visit) const {
  uint32_t end = edge.view->numTargets();
  bool isSplit =
      ownScales && edge.degrees.empty() && edge.view->isMadeByTarget();
  if (!isSplit)
    return edge.forEachRun({0, end}, [&](const Run &run) { visit(0, run); });
  snnc::parallelFor(threads, kRanges, [&](size_t r) {
    NeuronRange onto{uint32_t(uint64_t(end) * r / kRanges),
                     uint32_t(uint64_t(end) * (r + 1) / kRanges)};
    edge.forEachRun(onto, [&](const Run &run) { visit(r, run); });
  });
}

LogicalResult IncomingWeights::read(PopulationOp population,
                                    llvm::ArrayRef<ProjectionOp> projections,
                                    bool onePerPopulation) {
  common = onePerPopulation;
  neurons = size_t(population.numNeurons());
  size_t receptors = 1;
  for (ProjectionOp projection : projections) {
    Edge &edge = edges.emplace_back(Edge{projection.getName(),
                                         size_t(projection.getReceptor()),
                                         Connectivity::create(projection),
                                         {}});
    if (!edge.view)
      return failure();
    edge.weight = commonWeight(projection);
    if (edge.weight != 0)
      edge.view->countByTarget(edge.degrees);
    receptors = std::max(receptors, edges.back().receptor + 1);
  }
  // The coarsest grouping of any incoming projection wins: a shared kernel
  // cannot have a scale of its own for each of its targets.
  auto last = uint32_t(neurons - 1);
  coarsest = edges.front().view.get();
  for (Edge &edge : edges)
    if (edge.view->scaleGroup(last) < coarsest->scaleGroup(last))
      coarsest = edge.view.get();
  ownScales = !common && coarsest->scaleGroup(last) == last;
  groups.assign(receptors, std::vector<Group>(neurons));
  sums.assign(receptors, std::vector<Sum>(neurons));
  for (Edge &edge : edges) {
    auto &list = groups[edge.receptor];
    auto &into = sums[edge.receptor];
    std::array<Weights, kRanges> seen;
    forEachRun(edge, [&](size_t range, const Run &run) {
      Group &group = list[groupOf(run.target)];
      Sum sum = into[run.target];
      uint64_t before = sum.count;
      for (double size : run.sizes) {
        group.add(size, run.times);
        sum.count += size > 0 ? run.times : 0;
        for (uint32_t k = 0; k < run.times; ++k)
          sum.size += size;
        seen[range].largest = std::max(seen[range].largest, size);
      }
      seen[range].notZero += sum.count - before;
      into[run.target] = sum;
    });
    Weights &all = counted.emplace_back();
    for (const Weights &part : seen) {
      all.notZero += part.notZero;
      all.largest = std::max(all.largest, part.largest);
    }
  }
  return success();
}

bool IncomingWeights::uses(size_t receptor) const {
  return receptor < groups.size() &&
         llvm::any_of(
             groups[receptor],
             [](const Group &group) { return group.count > 0; });
}

double IncomingWeights::scaleOf(const Group &group, double limit) const {
  if (group.largest == 0)
    return 1.0;
  if (!common && group.wholeBits < 1000) {
    double exact = std::ldexp(1.0, group.wholeBits);
    if (group.largest * exact <= limit)
      return exact; // the integers are the weights
  }
  if (auto scale = common ? std::nullopt : group.commonStep(limit))
    return *scale;
  return limit / group.largest;
}

Numbers IncomingWeights::scalesOf(const std::vector<Group> &list,
                                  double limit) const {
  Numbers scales;
  for (size_t target = 0; target < neurons; ++target)
    scales.push_back(scaleOf(list[groupOf(target)], limit));
  return scales;
}

std::vector<IncomingWeights::Group> IncomingWeights::allReceptors() const {
  std::vector<Group> all = groups.front();
  for (auto &list : llvm::drop_begin(groups))
    for (size_t g = 0; g < all.size(); ++g)
      all[g].add(list[g]);
  return all;
}

WeightScales IncomingWeights::choose(unsigned bits) const {
  WeightScales one{bits, {}};
  one.lists.push_back(scalesOf(allReceptors(), one.limit()));
  if (common)
    return one;
  size_t used = 0;
  for (size_t r = 0; r < groups.size(); ++r)
    used += uses(r);
  if (used > 1) {
    WeightScales each{bits, {}};
    for (auto &list : groups)
      each.lists.push_back(scalesOf(list, each.limit()));
    if (mayDiffer(one, each)) {
      const WeightScales *both[] = {&one, &each};
      std::vector<RoundingErrors> measured = measure(both);
      bool differ = rangesDiffer(measured[0], measured[1]);
      if (differ)
        one = std::move(each);
      one.measured =
          std::make_shared<RoundingErrors>(std::move(measured[differ]));
    }
  }
  clipOutliers(one);
  return one;
}

/// S6.8, without a look at the synapses.
bool IncomingWeights::mayDiffer(const WeightScales &one,
                                const WeightScales &each) const {
  if (llvm::all_of(each.lists,
                   [&](const Numbers &list) { return list == one.lists[0]; }))
    return false;
  // Beyond that, the factor between two receptors may leave float32.
  for (size_t target = 0; target < neurons; ++target)
    for (size_t r = 0; r < groups.size(); ++r)
      if (sums[r][target].count > 0 &&
          each.of(r)[target] > kMostApart * one.lists[0][target])
        return false;
  return true;
}

/// S6.8.
bool IncomingWeights::rangesDiffer(const RoundingErrors &together,
                                   const RoundingErrors &apart) const {
  for (size_t r = 0; r < groups.size(); ++r) {
    double error = relativeError(together, r);
    if (error > kUnseenError && error > kWorthAScale * relativeError(apart, r))
      return true;
  }
  return false;
}

void ProjectionLoss::add(const ProjectionLoss &other) {
  all += other.all;
  lost += other.lost;
  clipped += other.clipped;
  if (other.largestClipped > largestClipped) {
    largestClipped = other.largestClipped;
    clippedTo = other.clippedTo;
  }
}

/// What rounding loses of each size: |size - q / scale|. `zeros` of the sizes
/// that are not 0 become 0, `clipped` are beyond the largest integer.
struct RoundedSizes {
  RoundedSizes(llvm::ArrayRef<double> sizes, double scale, double limit) {
    withVectors(widestVectors(), [&]() SNNC_INLINE {
      uint64_t notZero = 0, zero = 0, beyond = 0;
      for (size_t i = 0; i < sizes.size(); ++i) {
        double size = sizes[i], q = rounded(size, scale, limit);
        lost[i] = std::abs(size - q / scale);
        notZero += size > 0;
        zero += (size > 0) & (q == 0);
        beyond += clips(size, scale, limit);
      }
      all = notZero;
      zeros = zero;
      clipped = beyond;
    });
  }
  double lost[SynapseBatch::kMost];
  uint64_t all = 0, zeros = 0, clipped = 0;
};

void IncomingWeights::measureRun(const Edge &edge, const WeightScales &scales,
                                 const Run &run, RoundingErrors &result,
                                 ProjectionLoss &loss) const {
  size_t list = scales.shared() ? 0 : edge.receptor;
  double limit = scales.limit(), scale = scales.of(edge.receptor)[run.target];
  RoundedSizes now(run.sizes, scale, limit);
  double error = result.error[edge.receptor][run.target],
         square = result.square[list][groupOf(run.target)];
  for (size_t i = 0; i < run.sizes.size(); ++i)
    for (uint32_t k = 0; k < run.times; ++k) {
      error += now.lost[i];
      square += now.lost[i] * now.lost[i];
    }
  result.error[edge.receptor][run.target] = error;
  result.square[list][groupOf(run.target)] = square;
  loss.all += now.all * run.times;
  loss.lost += now.zeros * run.times;
  loss.clipped += now.clipped * run.times;
  if (now.clipped > 0)
    for (double size : run.sizes)
      if (size > loss.largestClipped && clips(size, scale, limit)) {
        loss.largestClipped = size;
        loss.clippedTo = rounded(size, scale, limit) / scale;
      }
}

/// One walk for all `scales`.
std::vector<RoundingErrors>
IncomingWeights::measure(llvm::ArrayRef<const WeightScales *> scales) const {
  std::vector<RoundingErrors> results(scales.size());
  for (size_t k = 0; k < scales.size(); ++k) {
    results[k].error.assign(groups.size(), std::vector<double>(neurons));
    results[k].square.assign(scales[k]->lists.size(),
                             std::vector<double>(neurons));
  }
  for (const Edge &edge : edges) {
    std::vector<std::vector<ProjectionLoss>> losses(
        kRanges, std::vector<ProjectionLoss>(scales.size()));
    forEachRun(edge, [&](size_t range, const Run &run) {
      for (size_t k = 0; k < scales.size(); ++k)
        measureRun(edge, *scales[k], run, results[k], losses[range][k]);
    });
    for (size_t k = 0; k < scales.size(); ++k) {
      auto &all =
          results[k].projections.emplace_back(ProjectionLoss{edge.name});
      for (const auto &range : losses)
        all.add(range[k]);
    }
  }
  return results;
}

/// S6.9.
double IncomingWeights::relativeError(const RoundingErrors &measured,
                                      size_t receptor) const {
  double total = 0;
  uint64_t reached = 0;
  for (size_t target = 0; target < neurons; ++target)
    if (const Sum &sum = sums[receptor][target]; sum.count > 0) {
      total += measured.error[receptor][target] / sum.size;
      ++reached;
    }
  return reached ? total / double(reached) : 0;
}

/// Without a look at the synapses: no weight vanishes or is clipped, and no
/// sum loses as much as kSumError. A rounded weight is half an integer off.
bool IncomingWeights::surelyExactEnough(const WeightScales &scales) const {
  double limit = scales.limit();
  for (size_t r = 0; r < groups.size(); ++r)
    for (size_t target = 0; target < neurons; ++target) {
      const Sum &sum = sums[r][target];
      const Group &group = groups[r][groupOf(target)];
      double scale = scales.of(r)[target];
      if (sum.count > 0 &&
          (rounded(group.smallest, scale, limit) == 0 ||
           clips(group.largest, scale, limit) ||
           0.5 * double(sum.count) > kSumError * sum.size * scale))
        return false;
    }
  return true;
}

WeightLoss IncomingWeights::loss(const WeightScales &scales) const {
  WeightLoss result;
  if (surelyExactEnough(scales))
    return result;
  auto measured = scales.measured;
  if (!measured)
    measured = std::make_shared<RoundingErrors>(std::move(measure(&scales)[0]));
  for (const ProjectionLoss &projection : measured->projections) {
    if (result.worst.all == 0 || projection.share() > result.worst.share())
      result.worst = projection;
    if (projection.clipped > 0)
      result.clipped.push_back(projection);
  }
  for (size_t r = 0; r < groups.size(); ++r)
    if (double error = relativeError(*measured, r); error > result.error) {
      result.error = error;
      result.receptor = r;
    }
  return result;
}

namespace {
/// The places to clip a group's weights at, and the squared error at each.
struct Clipping {
  Clipping(double largest, double squareError, double limit)
      : squareError(squareError) {
    // Beyond the last, the largest weight alone loses more than there is.
    double reach = std::min(std::sqrt(squareError), largest);
    for (size_t i = 0; i < kClips; ++i)
      scales[i] = limit / (largest - reach * double(i + 1) / (kClips + 1));
  }
  void add(double size, double limit, uint32_t count) {
    for (size_t i = 0; i < kClips; ++i) {
      double lost = size - rounded(size, scales[i], limit) / scales[i];
      for (uint32_t k = 0; k < count; ++k)
        errors[i] += lost * lost;
    }
  }

  double squareError;
  double scales[kClips], errors[kClips] = {};
};

/// Of the groups of one list, those that are worth a try.
struct Clippings {
  std::vector<uint32_t> of; ///< per group: place in `tries`, from 1; 0: none
  std::vector<Clipping> tries;
  Clipping *find(size_t group) {
    return of[group] ? &tries[of[group] - 1] : nullptr;
  }
};
} // namespace

/// S6.10. The largest weight clipped at c costs (largest - c)^2, so c is worth
/// a try above largest - sqrt(error) only; and rounding errors shrink by
/// (largest / c)^2 at most, so most groups need no try at all.
void IncomingWeights::clipOutliers(WeightScales &scales) const {
  double limit = scales.limit();
  double least = 1 - std::sqrt(kWorthClipping); // of sqrt(error) / largest
  std::vector<std::vector<Group>> lists =
      scales.shared() ? std::vector<std::vector<Group>>{allReceptors()}
                      : groups;
  auto mayHelp = [&](const Group &group) { // each error is 1/2 at most
    return 0.5 * std::sqrt(double(group.count)) > least * limit;
  };
  if (llvm::none_of(lists,
                    [&](auto &list) { return llvm::any_of(list, mayHelp); }))
    return;
  if (!scales.measured)
    scales.measured =
        std::make_shared<RoundingErrors>(std::move(measure(&scales)[0]));
  std::vector<Clippings> tries(lists.size());
  for (size_t l = 0; l < lists.size(); ++l) {
    tries[l].of.assign(neurons, 0);
    for (size_t g = 0; g < neurons; ++g)
      if (double square = scales.measured->square[l][g];
          std::sqrt(square) > least * lists[l][g].largest) {
        tries[l].tries.emplace_back(lists[l][g].largest, square, limit);
        tries[l].of[g] = uint32_t(tries[l].tries.size());
      }
  }
  for (const Edge &edge : edges) {
    Clippings &list = tries[scales.shared() ? 0 : edge.receptor];
    if (list.tries.empty())
      continue;
    forEachRun(edge, [&](size_t, const Run &run) {
      if (Clipping *clipping = list.find(groupOf(run.target)))
        for (double size : run.sizes)
          clipping->add(size, limit, run.times);
    });
  }
  for (size_t l = 0; l < lists.size(); ++l)
    for (size_t target = 0; target < neurons; ++target)
      if (const Clipping *clip = tries[l].find(groupOf(target))) {
        auto best = llvm::min_element(clip->errors);
        if (*best <= kWorthClipping * clip->squareError) {
          scales.lists[l][target] = clip->scales[best - clip->errors];
          scales.measured = nullptr; // these are others
        }
      }
}

} // namespace snnc::normalize
