//===- Evaluation.h - How good a choice is ----------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scores on held-out layers only. Regret is what the choices cost in total over
// the oracle's, as a share of the oracle's: extra cores, extra cycles of the
// busiest core. A choice that does not fit is vetoed by the compiler, which
// then plans the other paradigm: it counts as wrong and costs no cores.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_EVALUATION_H
#define SNNC_CLASSIFIER_EVALUATION_H

#include "classifier/Training.h"

namespace snnc::selector {

/// True: parallel.
using Choose = std::function<bool(const LayerRecord &)>;

/// The choices of `choose` on the held-out layers of `set`.
HeldOutScores score(const Dataset &dataset, LayerSet set, Objective objective,
                    uint64_t seed, const MachineModel &machine,
                    const Choose &choose);

/// One way to choose, scored with several seeds of the split.
struct Evaluation {
  std::string model; ///< majority, closed-form, adaboost, xgboost, oracle
  Objective objective = Objective::Pes;
  LayerSet set = LayerSet::Grid;
  std::vector<HeldOutScores> seeds;

  /// Mean and standard deviation (of the sample) over the seeds.
  struct Moments {
    double mean = 0, spread = 0;
  };
  Moments of(double HeldOutScores::*value) const;
  uint64_t layers() const; ///< held out, all seeds together
};

/// Trains and scores every way to choose with the seeds 1 to `seeds`.
Expected<std::vector<Evaluation>> evaluate(const Dataset &dataset, LayerSet set,
                                           Objective objective, unsigned seeds,
                                           const MachineModel &machine,
                                           const Watch &watch);

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_EVALUATION_H
