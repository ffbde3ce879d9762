//===- Dataset.h - Layers that both planners really planned -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A CSV file: a first line "# snnc selector dataset ..." with what the numbers
// depend on, the names of the columns, then one layer a line:
//
//   set,index,structure   which layer (LayerSpec.h)
//   the features          kFeatureNames, float32, shortest exact digits
//   plan_pes_serial_*, plan_pes_parallel_*, and so on for each objective: the
//   best plan by it; that of memory may take any time for a tick
//     fits (0/1), pes, bytes (all cores), cycles and worst (busiest core, per
//     tick, expected and when every source spikes), macs (array, all cores),
//     batch (ticks a product), parts (subordinate cores of a row split) and
//     energy (pJ a tick, an estimate)
//   label_pes, label_memory, label_cycles, label_energy
//     "serial", "parallel", or "none" where neither fits
//   part_1 .. part_5
//     "train", "calibrate" or "heldout": the split of these seeds (Training.h)
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_DATASET_H
#define SNNC_CLASSIFIER_DATASET_H

#include "classifier/Features.h"
#include "classifier/LayerSpec.h"
#include "planner/ParadigmPlans.h"

#include <functional>

namespace snnc::selector {

/// Real time of a tick in the data sets.
inline constexpr double kTickSeconds = 1e-3;
/// Splits that a file shows: seeds 1 to this.
inline constexpr uint64_t kShownSplits = 5;

struct LayerRecord {
  LayerSet set = LayerSet::Grid;
  uint64_t index = 0;
  Structure structure = Structure::Random;
  Features features{};
  /// By objective; those of `memory` may take any time for a tick.
  std::array<fabric::ParadigmPlans, fabric::kObjectives.size()> best;

  /// The plans that `objective` compares.
  const fabric::ParadigmPlans &plans(fabric::Objective objective) const {
    return best[size_t(objective)];
  }
  fabric::ParadigmPlans &plans(fabric::Objective objective) {
    return best[size_t(objective)];
  }
  /// Whether there is a choice to make: at least one paradigm fits.
  bool hasChoice(fabric::Objective objective) const {
    const fabric::ParadigmPlans &both = plans(objective);
    return both.serial || both.parallel;
  }
  bool prefersParallel(fabric::Objective objective,
                       const MachineModel &machine) const {
    return fabric::prefersParallel(
        plans(objective), fabric::Ranking(objective, machine, kTickSeconds));
  }
};

using Dataset = std::vector<LayerRecord>;

struct DatasetRequest {
  LayerSet set = LayerSet::Grid;
  uint64_t count = 0; ///< layers; grid: spread evenly over all 16,000
  uint64_t seed = 1;
  unsigned jobs = 0;          ///< 0: all cores
  fabric::RowFormats formats; ///< of the target
  /// The set's own number of layers.
  static uint64_t defaultCount(LayerSet set) {
    return set == LayerSet::Grid ? kGridLayers : kWideLayers;
  }
};

/// Called on the calling thread, with the layers done; false: stop (the result
/// is SNN0427 then).
using Watch = std::function<bool(uint64_t done, uint64_t total)>;

/// Plans every layer of the set in order of index. The same records for any
/// number of threads.
Expected<Dataset> planDataset(const DatasetRequest &request,
                              const MachineModel &machine, const Watch &watch);

/// The same into `path`. Lines go to `path`.part as they are complete, which is
/// continued when it is there and from the same request, machine and planner
/// (SNN1210 otherwise), and becomes `path` at the end.
Status writeDataset(const DatasetRequest &request, const MachineModel &machine,
                    const std::string &path, const Watch &watch);

/// Reads a file of writeDataset. Errors SNN1210: made for another machine or
/// planner; SNN1211: no such file format, a line that does not parse.
Expected<Dataset> readDataset(const std::string &path,
                              const MachineModel &machine);

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_DATASET_H
