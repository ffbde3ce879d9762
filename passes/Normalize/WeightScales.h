//===- WeightScales.h - Which scale makes weights integers ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S6.2, S6.7 to S6.10: one scale for each target neuron and,
// where their ranges differ, each receptor; what the integers lose.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_NORMALIZE_WEIGHTSCALES_H
#define SNNC_NORMALIZE_WEIGHTSCALES_H

#include "compiler/SNN/Connectivity.h"

#include <array>
#include <limits>
#include <memory>

namespace snnc::normalize {

using Numbers = llvm::SmallVector<double>;

/// What a projection's integers lose of its weights.
struct ProjectionLoss {
  llvm::StringRef name;
  uint64_t all = 0;     ///< weights that are not 0
  uint64_t lost = 0;    ///< of these: integer 0
  uint64_t clipped = 0; ///< of these: beyond the largest integer
  double largestClipped = 0, clippedTo = 0; ///< sizes, the user's units
  double share() const { return all ? double(lost) / double(all) : 0.0; }
  void add(const ProjectionLoss &other); ///< of later targets
};

/// What rounding with some scales does, streamed once over all synapses.
struct RoundingErrors {
  std::vector<std::vector<double>> error;  ///< |e|, [receptor][neuron]
  std::vector<std::vector<double>> square; ///< e^2, [list][group]
  std::vector<ProjectionLoss> projections;
};

/// Integers per unit of weight. One list for all receptors or one for each,
/// each with one number for each neuron.
struct WeightScales {
  unsigned bits = 8;
  std::vector<Numbers> lists;
  /// What they do, if choosing them took a look at all synapses; else null.
  std::shared_ptr<const RoundingErrors> measured = nullptr;

  bool shared() const { return lists.size() == 1; }
  const Numbers &of(size_t receptor) const {
    return lists[shared() ? 0 : receptor];
  }
  double limit() const { return double((int64_t(1) << (bits - 1)) - 1); }
};

/// What a population's integers lose.
struct WeightLoss {
  ProjectionLoss worst; ///< with the largest share of lost weights
  std::vector<ProjectionLoss> clipped;
  double error = 0; ///< S6.9, of the receptor with the largest
  size_t receptor = 0;
};

/// The weights into one population.
class IncomingWeights {
public:
  /// `onePerPopulation`: one scale for all neurons, py-spinnaker2's (S6.5).
  mlir::LogicalResult read(snn::PopulationOp population,
                           llvm::ArrayRef<snn::ProjectionOp> projections,
                           bool onePerPopulation);
  /// Of this computer, from now on; 0: as many as there are cores.
  void setThreads(unsigned most) { threads = most; }
  /// The scales of S6.2, S6.7, S6.8 and S6.10.
  WeightScales choose(unsigned bits) const;
  WeightLoss loss(const WeightScales &scales) const;
  /// Of each projection that read() got, in that order.
  struct Weights {
    uint64_t notZero = 0;
    double largest = 0; ///< size
  };
  llvm::ArrayRef<Weights> counts() const { return counted; }
  /// Whether a projection with weights other than 0 has this receptor.
  bool uses(size_t receptor) const;
  size_t numNeurons() const { return neurons; }

private:
  /// Weights that share a scale, and sizes only: the sign has no part in it.
  struct Group {
    uint64_t count = 0;
    double largest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    /// The least power of two that makes every weight whole.
    int wholeBits = std::numeric_limits<int>::min();
    /// The sizes that occur, kFew of them at most; `many`: more do.
    static constexpr size_t kFew = 4;
    std::array<float, kFew> sizes{};
    uint8_t numSizes = 0;
    bool many = false;

    void add(double size, uint64_t times);
    void addSize(float size);
    std::optional<double> commonStep(double limit) const;
    void add(const Group &other);
  };
  /// The weights of one receptor into one neuron.
  struct Sum {
    uint64_t count = 0;
    double size = 0; ///< sum of |w|
  };
  /// Sizes |w| of synapses onto one target, in the order of the view, each as
  /// often as `times` says.
  struct Run {
    uint32_t target;
    llvm::ArrayRef<double> sizes;
    uint32_t times;
  };
  struct Edge {
    llvm::StringRef name;
    size_t receptor;
    std::unique_ptr<snn::Connectivity> view;
    /// Of every target, where all weights are `weight`; else empty.
    std::vector<uint32_t> degrees;
    float weight = 0;

    /// Calls visit(run) for all synapses onto some targets.
    template <typename Visit>
    void forEachRun(snn::NeuronRange onto, Visit visit) const;
  };

  size_t groupOf(size_t target) const {
    if (common)
      return 0;
    return ownScales ? target : coarsest->scaleGroup(uint32_t(target));
  }
  /// Ranges of targets that threads take.
  static constexpr size_t kRanges = 64;
  /// Calls visit(range, run) for all synapses of an edge, those of a range one
  /// after the other.
  template <typename Visit>
  void forEachRun(const Edge &edge, Visit visit) const;
  double scaleOf(const Group &group, double limit) const;
  Numbers scalesOf(const std::vector<Group> &list, double limit) const;
  std::vector<Group> allReceptors() const;
  bool mayDiffer(const WeightScales &one, const WeightScales &each) const;
  bool rangesDiffer(const RoundingErrors &together,
                    const RoundingErrors &apart) const;
  void clipOutliers(WeightScales &scales) const;
  std::vector<RoundingErrors>
  measure(llvm::ArrayRef<const WeightScales *> scales) const;
  void measureRun(const Edge &edge, const WeightScales &scales, const Run &run,
                  RoundingErrors &result, ProjectionLoss &loss) const;
  double relativeError(const RoundingErrors &measured, size_t receptor) const;
  bool surelyExactEnough(const WeightScales &scales) const;

  unsigned threads = 0;
  std::vector<Edge> edges;
  std::vector<Weights> counted; ///< of each edge
  snn::Connectivity *coarsest = nullptr;
  std::vector<std::vector<Group>> groups; ///< [receptor][group]
  std::vector<std::vector<Sum>> sums;     ///< [receptor][neuron]
  size_t neurons = 0;
  bool common = false;    ///< one scale for all neurons
  bool ownScales = false; ///< one for each
};

/// S6.6: above this share of weights that become 0, a projection is another
/// one.
inline constexpr double kLostShare = 0.1;
/// S6.9: above this error of a sum, a receptor is another one.
inline constexpr double kSumError = 0.05;

} // namespace snnc::normalize

#endif // SNNC_NORMALIZE_WEIGHTSCALES_H
