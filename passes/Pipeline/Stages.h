//===- Stages.h - The passes of every stage ---------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fills the list of compiler/Pipeline: which passes take a network from one
// stage to the next, in which order, with which options.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_PIPELINE_STAGES_H
#define SNNC_PASSES_PIPELINE_STAGES_H

#include "compiler/Pipeline/Pipeline.h"
#include "passes/Decide/Passes.h"
#include "passes/Map/Passes.h"
#include "passes/Normalize/Passes.h"

namespace snnc::pipeline {

/// Imported -> Normalized.
struct NormalizeOptions {
  normalize::DiscretizeOptions discretize;
  normalize::RetimeOptions retime;
  normalize::QuantizeOptions quantize;
  bool quantized = true; ///< false: for the float rule (semantics S4.4)
};
/// The first half of Normalized: populations of one-tick models and
/// projections, as a YAML network says them; no latencies, no integers.
void addTicks(mlir::OpPassManager &pm, const NormalizeOptions &options);
void addNormalize(Pipeline &pipeline, const NormalizeOptions &options);

/// What any many-core target needs.
struct ManyCoreOptions {
  std::shared_ptr<const MachineModel> machine;
  map::RealTime realTime;
  decide::SnnSelectParadigmOptions select;
  uint32_t maxNeurons = 0; ///< of a population on one core; 0: what fits
  uint32_t maxSources = 0; ///< of a parallel core where more can be split
  /// Help line where the machine is too small; empty: none.
  std::string elsewhere;
  /// Receives a record per population; may be null.
  std::shared_ptr<std::vector<decide::Decision>> decisions;
  /// Receives how each population was cut; may be null.
  std::shared_ptr<map::SlicedLayers> sliced;
};
/// Normalized -> Decided: serial or parallel per population, and the latency
/// that lets parallel ones multiply several ticks at once; then Sliced, Placed,
/// Routed, LaidOut, Programs.
void addManyCore(Pipeline &pipeline, const ManyCoreOptions &options);

/// `--snnc-to-STAGE` for each: its passes, with the options `dt`, `machine`,
/// `paradigm`, `tick` and `max-neurons`, and its contract.
void registerStages();

} // namespace snnc::pipeline

#endif // SNNC_PASSES_PIPELINE_STAGES_H
