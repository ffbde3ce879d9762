//===- Connectivity.h - The synapses behind a projection --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lazy view: any source's row can be made at any time, nothing is expanded.
// The reference interpreter, the planner and the encoders all read this view.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SNN_CONNECTIVITY_H
#define SNNC_SNN_CONNECTIVITY_H

#include "compiler/SNN/SNN.h"

#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace snnc::snn {

/// One synapse as the network means it: weight in the user's units, delay in
/// ticks on top of the projection's own.
struct Synapse {
  uint32_t target = 0;
  float weight = 0;
  uint32_t delay = 0;

  /// The order of a row.
  static bool isBefore(const Synapse &a, const Synapse &b) {
    return std::tie(a.target, a.delay, a.weight) <
           std::tie(b.target, b.delay, b.weight);
  }
};

/// One synapse as the chip stores it. `delay` in ticks, at least 1.
struct IntSynapse {
  uint32_t target = 0;
  int32_t weight = 0;
  uint32_t delay = 1;
};

/// Synapses side by side, for loops that are vectors.
struct SynapseBatch {
  static constexpr size_t kMost = 128;
  size_t count = 0;
  uint32_t source[kMost], target[kMost], delay[kMost];
  float weight[kMost];
};

/// Neighbouring neurons.
struct NeuronRange {
  uint32_t begin = 0, end = 0;
};

/// Views are cheap to make and may keep what they read last: one for each
/// thread.
class Connectivity {
public:
  virtual ~Connectivity() = default;

  /// The view of a projection; an error is emitted at the op otherwise.
  static std::unique_ptr<Connectivity> create(ProjectionOp projection);
  /// The same from the parts; null and `error` set when they do not fit.
  static std::unique_ptr<Connectivity> create(mlir::Attribute weights,
                                              PoolAttr pool, uint32_t sources,
                                              uint32_t targets,
                                              std::string &error);

  uint32_t numSources() const { return sources; }
  uint32_t numTargets() const { return targets; }
  /// Replaces `row` by the synapses of `source`, ascending by target; a target
  /// may appear more than once. Weights that are exactly 0 are left out.
  virtual void row(uint32_t source, std::vector<Synapse> &row) const = 0;
  /// Every synapse once, in the order that is cheapest to make, in which those
  /// of one source come as in its row; drawn connectivity stores nothing for
  /// it.
  using Visitor =
      llvm::function_ref<void(uint32_t source, const Synapse &synapse)>;
  virtual void forEach(Visitor visit) const;
  /// As forEach, those onto `onto` alone, in its order and many at a time.
  /// Without `withDelays`, delays may be left 0: drawing one takes as long as
  /// drawing a weight. Several threads may call it at once where
  /// isMadeByTarget().
  using BatchVisitor = llvm::function_ref<void(const SynapseBatch &batch)>;
  virtual void forEachBatch(NeuronRange onto, bool withDelays,
                            BatchVisitor visit) const;
  /// forEachBatch onto some targets does not go through all the others.
  virtual bool isMadeByTarget() const { return false; }
  /// The row as RowTable packs it, where it is kept like that.
  virtual std::optional<llvm::ArrayRef<uint64_t>> packedRow(uint32_t) const {
    return std::nullopt;
  }
  /// In-degree of every target, from the connector's rule where it tells,
  /// else by drawing. A weight that happens to be 0 may count.
  virtual void countByTarget(std::vector<uint32_t> &degrees) const;
  /// The sum of the in-degrees when the connector's rule tells it, drawn
  /// probabilities when they are drawn anyway; nothing for stored weights.
  virtual std::optional<uint64_t> cheapCount() const { return std::nullopt; }
  /// No synapse has more ticks than these in addition to its projection's.
  virtual uint32_t maxExtraDelay() const { return 0; }
  /// The least and the longest that can be drawn: closer bounds.
  virtual std::pair<uint32_t, uint32_t> extraDelays() const {
    return {0, maxExtraDelay()};
  }
  /// Targets that share one quantisation scale have equal groups: the output
  /// channel where a kernel is shared, else the target itself.
  virtual uint32_t scaleGroup(uint32_t target) const { return target; }

protected:
  uint32_t sources = 0, targets = 0;
};

/// One number of a distribution from a random word; a pure function.
class Drawer {
public:
  explicit Drawer(DistAttr dist)
      : kind(dist.getKind()), numbers(dist.values()) {}
  double operator()(uint32_t word) const;
  /// The same of `count` <= kDraws (runtime/support/Draws.h) words.
  void many(const uint32_t *words, size_t count, double *out) const;

private:
  DistKind kind;
  llvm::SmallVector<double, 4> numbers;
};

/// Drawn (`#snn.procedural`) and listed (`#snn.csr`, `#snn.list`) synapses;
/// null and `error` set when the parts do not fit. Connectivity::create
/// dispatches to them.
std::unique_ptr<Connectivity> createDrawn(mlir::Attribute weights,
                                          uint32_t sources, uint32_t targets,
                                          std::string &error);
std::unique_ptr<Connectivity> createListed(mlir::Attribute weights,
                                           uint32_t sources, uint32_t targets,
                                           std::string &error);

/// `#snn.csr` or `#snn.list`: synapses one by one.
bool isListed(mlir::Attribute weights);

/// The longest delay of any synapse of a projection, ticks; nothing when its
/// delay is missing. No synapse is made.
std::optional<double> longestDelay(ProjectionOp projection);
/// A number that no synapse's delay is below, ticks.
std::optional<double> shortestDelay(ProjectionOp projection);

/// Least delay of a synapse into a row-split population, ticks: one to reach
/// the subordinate core, one for its partial sum to reach the dominant one.
inline constexpr int64_t kRowSplitDelay = 2;

/// The integers: rounds and saturates with the projection's `quant`.
class IntConnectivity {
public:
  /// Needs `quant` and a number for `delay` (after snn-retime, snn-quantize).
  static std::unique_ptr<IntConnectivity> create(ProjectionOp projection);

  uint32_t numSources() const { return base->numSources(); }
  uint32_t numTargets() const { return base->numTargets(); }
  unsigned weightBits() const { return bits; }
  /// Bounds on the delay of any synapse, ticks.
  uint32_t maxDelay() const { return maximumDelay; }
  uint32_t minDelay() const { return minimumDelay; }
  /// As Connectivity::cheapCount.
  std::optional<uint64_t> cheapCount() const { return base->cheapCount(); }
  /// Synapses of `source`, ascending by target; zero weights left out.
  void row(uint32_t source, std::vector<IntSynapse> &row) const;
  /// As Connectivity::forEach.
  using Visitor =
      llvm::function_ref<void(uint32_t source, const IntSynapse &synapse)>;
  void forEach(Visitor visit) const;
  /// The integer for one weight, before the zero is dropped.
  int32_t quantize(float weight, uint32_t target) const;
  double scaleOf(uint32_t target) const {
    return scales[scales.size() == 1 ? 0 : target];
  }

private:
  std::unique_ptr<Connectivity> base;
  std::vector<double> scales;   ///< one, or one per target
  std::vector<uint32_t> delays; ///< one, or one per source
  unsigned bits = 8;
  Rounding rounding = Rounding::NearestEven;
  uint32_t maximumDelay = 1, minimumDelay = 1;
};

} // namespace snnc::snn

#endif // SNNC_SNN_CONNECTIVITY_H
