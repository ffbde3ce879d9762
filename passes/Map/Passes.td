//===- Passes.td - Map: from the network to cores ----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In:  Normalized (inputs, populations, projections; ticks; integers)
// Out: a fabric.machine per network: Sliced, Placed, Routed, LaidOut
//
// Every pass takes its machine model from the driver or, in tests, from the
// name of a built-in one. What is pinned by hand (`at`, `key`) stays.

#ifndef SNNC_MAP_PASSES
#define SNNC_MAP_PASSES

include "mlir/Pass/PassBase.td"

class MapPass<string name> : Pass<name, "::mlir::ModuleOp"> {
  let dependentDialects = ["::snnc::fabric::FabricDialect"];
}

def MachineOption : Option<"machineName", "machine", "std::string", "\"\"",
    "Built-in machine, the default one when empty">;

def FabricOrder : MapPass<"fabric-order"> {
  let summary = "Let neurons that share their sources stand side by side";
  let description = [{
    Emits: `fabric.order = #fabric.channels_last` on inputs and populations at
    either end of an ungrouped convolution, unless it or one joined to it has
    more weights than half the bytes of a PE; what has an order keeps it. Slices,
    keys, rows and columns count places in this order from then on; recordings
    and inputs stay in the user's.
  }];
  let options = [MachineOption];
  let statistics = [Statistic<"ordered", "ordered", "Signals reordered">];
}

def FabricCluster : MapPass<"fabric-cluster"> {
  let summary = "Let neurons of listed synapses with common sources stand together";
  let description = [{
    Emits: `fabric.order` on populations whose synapses all come from lists,
    where reciprocal averaging finds an order with at least a tenth fewer rows
    per tile of a weight-delay map; what has an order keeps it.
  }];
  let statistics = [Statistic<"ordered", "ordered", "Populations reordered">];
}

def FabricSlice : MapPass<"fabric-slice"> {
  let summary = "Cut populations into the fewest slices that fit a core each";
  let description = [{
    Emits: fabric.machine with inputs, slices, blocks (smallest row encoding)
    and flows. A network that has a fabric.machine already is left alone.
    Slices of a population are equal but for the last, multiples of four
    neurons. With `tick` a population is cut further until its busiest core
    finishes a tick at the expected rates; the machine op keeps the tick. A
    population with `row_split` gets dominant slices, which hold its neurons,
    subordinate ones, which multiply parts of its sources, and a fabric.gather
    for each dominant one: the fewest cores of both. Errors: SNN0350 to SNN0354,
    SNN0362, SNN1100 to SNN1102, SNN1108; warnings SNN0363, SNN0364.
  }];
  let options = [
    MachineOption,
    Option<"maxNeurons", "max-neurons", "uint32_t", "0",
           "Most neurons of a population on one core, 0: what fits">,
    Option<"maxSources", "max-sources", "uint32_t", "0",
           "Most sources of a subordinate core, 0: what fits">,
    Option<"tickSeconds", "tick", "double", "0",
           "Real time of a tick, seconds; 0: time does not matter">,
    Option<"tickStated", "tick-stated", "bool", "true",
           "Refuse what misses the tick; else a longer tick is chosen">];
  let statistics = [Statistic<"slices", "slices", "Slices made">];
}

def FabricPlace : MapPass<"fabric-place"> {
  let summary = "Give every slice a core of its own";
  let description = [{
    Emits: `at` on every fabric.slice. Slices of a population and slices that
    share heavy flows go to the same quads: a packet costs one copy per quad.
    Errors: SNN0354, SNN0358.
  }];
  let options = [MachineOption];
  let statistics = [
    Statistic<"quads", "quads", "Quads reached, summed over the flows">];
}

def FabricAssignKeys : MapPass<"fabric-assign-keys"> {
  let summary = "Give every slice and input an aligned block of keys";
  let description = [{
    Emits: `key` on fabric.slice and fabric.input, `key` and `mask` on
    fabric.flow. A block is a power of two in size and aligned to it, so that
    one key and mask match exactly the slice; all slices of a population get
    blocks of one size side by side where nothing is pinned, so that routes
    merge. Errors: SNN0356, SNN0359.
  }];
}

def FabricRoute : MapPass<"fabric-route"> {
  let summary = "Fill the chip's multicast router";
  let description = [{
    Emits: fabric.route, one per flow; two entries whose keys differ in one bit
    and that go to the same cores become one. Errors: SNN0357, SNN0360.
  }];
  let options = [MachineOption];
  let statistics = [
    Statistic<"merged", "merged", "Entries saved by merging siblings">];
}

def FabricPlanMemory : MapPass<"fabric-plan-memory"> {
  let summary = "Give every structure of a core its address";
  let description = [{
    Emits: fabric.buffer for everything that planner/CorePlanner.h
    names. Errors: SNN0361; warning SNN0355 when packets may be lost.
  }];
  let options = [MachineOption];
}

def FabricVerifyMapping : MapPass<"fabric-verify-mapping"> {
  let summary = "Check a mapping against the network it maps";
  let description = [{
    Changes nothing. Recomputes from the snn ops which core must see which key
    and compares with what the routes do; checks that every neuron is mapped
    once, every core used once, keys are disjoint, blocks are complete, buffers
    disjoint, aligned and inside the SRAM. Errors: SNN0370 to SNN0377.
  }];
  let options = [MachineOption];
}

#endif // SNNC_MAP_PASSES
