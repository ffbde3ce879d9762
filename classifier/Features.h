//===- Features.h - What the selector knows about a layer -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer as numbers for the trained models. classifier/features.md explains
// every one of them; the order here is the order in model files and data sets.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_FEATURES_H
#define SNNC_CLASSIFIER_FEATURES_H

#include "planner/LayerShape.h"
#include "planner/Objective.h"
#include "runtime/machine/MachineModel.h"

#include <array>
#include <string_view>

namespace snnc::selector {

/// The names, in order. Those before kFirstDerived describe the layer; the
/// training range is checked on them. The rest is computed from them.
inline constexpr std::array<std::string_view, 74> kFeatureNames = {
    // The layer.
    "sources", "neurons", "projections", "receptors", "density", "synapses",
    "fan_in", "delays", "shortest_delay", "longest_delay", "rate",
    "spikes_per_tick", "weight_bits", "states", "array_params", "neuron_cycles",
    "batch", "unevenness", "filled_one_tile", "filled_four_tiles", "reach_16",
    "reach_256", "tick_cycles",
    // Closed formulas, serial.
    "serial_fits", "serial_pes", "serial_fill", "serial_tighter", "serial_busy",
    "serial_cycles", "serial_bytes", "serial_dense_share", "serial_memory_pes",
    "serial_memory_bytes",
    // Closed formulas, parallel.
    "parallel_fits", "parallel_pes", "parallel_fill", "parallel_tighter",
    "parallel_busy", "parallel_cycles", "parallel_bytes", "parallel_macs",
    "parallel_map_rows", "parallel_batch", "parallel_faster", "parallel_sum",
    "parallel_memory_pes", "parallel_memory_bytes",
    // The parallel plan of the fewest cycles.
    "fastest_pes", "fastest_fill", "fastest_tighter", "fastest_cycles",
    "fastest_batch", "fastest_faster",
    // Both, serial against parallel.
    "clustering", "pes_difference", "pes_ratio", "memory_pes_difference",
    "cycles_ratio", "bytes_ratio", "memory_bytes_ratio", "energy_ratio",
    "fastest_ratio",
    // The same comparison if one side had a little less or more room.
    "pes_difference_serial_less", "cycles_ratio_serial_less",
    "fastest_ratio_serial_less", "pes_difference_serial_more",
    "cycles_ratio_serial_more", "fastest_ratio_serial_more",
    "pes_difference_parallel_less", "cycles_ratio_parallel_less",
    "fastest_ratio_parallel_less", "pes_difference_parallel_more",
    "cycles_ratio_parallel_more", "fastest_ratio_parallel_more"};
inline constexpr size_t kNumFeatures = kFeatureNames.size();
inline constexpr size_t kFirstDerived = 23;

/// Always finite.
using Features = std::array<float, kNumFeatures>;

/// The features of a layer whose ticks last `tickSeconds` on the chip.
Features featuresOf(const fabric::LayerShape &layer,
                    const MachineModel &machine, double tickSeconds);

/// What the closed formulas alone would choose: true for parallel.
bool closedFormChoice(const Features &features, fabric::Objective objective);

/// A layer of LIF neurons behind one projection that is spread by chance, with
/// delays 1 to `delays`: what `snnc selector predict` asks about.
fabric::LayerShape randomLayer(uint32_t sources, uint32_t targets,
                               double density, uint32_t delays, double rate,
                               const fabric::RowFormats &formats);

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_FEATURES_H
