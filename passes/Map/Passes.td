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
def ElsewhereOption : Option<"elsewhere", "elsewhere", "std::string", "\"\"",
    "Help line where the machine is too small: how the network runs all the same">;

def TickStatedOption : Option<"tickStated", "tick-stated", "bool", "true",
    "Refuse what misses the tick; else a longer tick is chosen, or a warning given">;

def FabricSlice : MapPass<"fabric-slice"> {
  let summary = "Cut populations into the fewest slices that fit a core each";
  let description = [{
    Emits: fabric.machine with inputs, slices, blocks (smallest row encoding)
    and flows. A network that has a fabric.machine already is left alone.
    Slices of a population are equal but for the last, multiples of four
    neurons. Slices that several flows go to, and all of a population, are named
    by a fabric.group. Cores get the channels of an input that they know, in whole
    multiples of 16. With `tick` a population is cut further until its busiest core
    finishes a tick at the expected rates; the machine op keeps the tick. A
    population with `row_split` gets dominant slices, which hold its neurons,
    subordinate ones, which multiply parts of its sources, and a fabric.gather
    for each dominant one: the fewest cores of both. Rows go to DRAM where SRAM
    has no room for all; on a machine of several chips also where one chip's has
    none and that takes fewer cores, unless `spread`. Errors: SNN0350 to SNN0354,
    SNN0362, SNN1100 to SNN1102, SNN1108; warnings SNN0363, SNN0364.

    ```mlir
    // snnc-opt --fabric-slice=max-neurons=4
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
    }
    // becomes
    fabric.machine @chip maps @n target "spinnaker2" {
    %in = fabric.input "in" channels 4
    %a = fabric.slice "a" [0, 4)
    %a_0 = fabric.slice "a" [4, 8)
    fabric.block 0 "w" (%in) to %a encoding #fabric.dense<8> bytes 16
    fabric.block 0 "w" (%in) to %a_0 encoding #fabric.dense<8> bytes 16
    fabric.flow %in to (%a, %a_0)
    ```
  }];
  let options = [
    MachineOption,
    Option<"maxNeurons", "max-neurons", "uint32_t", "0",
           "Most neurons of a population on one core, 0: what fits">,
    Option<"maxSources", "max-sources", "uint32_t", "0",
           "Most sources of a subordinate core, 0: what fits">,
    Option<"tickSeconds", "tick", "double", "0",
           "Real time of a tick, seconds; 0: time does not matter">,
    TickStatedOption,
    Option<"spread", "spread", "bool", "false",
           "Rows stay in SRAM as long as the machine, not one chip, has cores">,
    ElsewhereOption];
  let statistics = [Statistic<"slices", "slices", "Slices made">];
}

def FabricPlace : MapPass<"fabric-place"> {
  let summary = "Give every slice a core of its own";
  let description = [{
    Emits: `at` on every fabric.slice. On a machine of several chips first the
    chips, so that packets take few links (passes/Map/ChipPlacement.h). Slices of
    a population and slices that share heavy flows go to the same quads: a
    packet costs one copy per quad; the populations that receive most are
    nearest to the chip's router.
    Errors: SNN0354, SNN0358.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
    }
    fabric.machine @chip maps @n target "spinnaker2" {
      %in = fabric.input "in" channels 4
      %a = fabric.slice "a" [0, 8)
      fabric.block 0 "w" (%in) to %a encoding #fabric.dense<8> bytes 32
      fabric.flow %in to (%a)
    }
    // becomes
    %a = fabric.slice "a" [0, 8) at <5, 4, 3>
    ```
  }];
  let options = [MachineOption];
  let statistics = [
    Statistic<"quads", "quads", "Quads reached, summed over the flows">,
    Statistic<"hops", "hops", "Hops from the router, summed over packets">];
}

def FabricAssignKeys : MapPass<"fabric-assign-keys"> {
  let summary = "Give every slice and input an aligned block of keys";
  let description = [{
    Emits: `key` on fabric.slice and fabric.input, `key` and `mask` on
    fabric.flow. A block is a power of two in size and aligned to it, so that
    one key and mask match exactly the slice; all slices of a population get
    blocks of one size side by side where nothing is pinned, so that routes
    merge. Errors: SNN0356, SNN0359.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
    }
    fabric.machine @chip maps @n target "spinnaker2" {
      %in = fabric.input "in" channels 4
      %a = fabric.slice "a" [0, 8) at <5, 4, 3>
      fabric.block 0 "w" (%in) to %a encoding #fabric.dense<8> bytes 32
      fabric.flow %in to (%a)
    }
    // becomes
    %in = fabric.input "in" channels 4 key 0x8
    %a = fabric.slice "a" [0, 8) at <5, 4, 3> key 0x0
    fabric.flow %in to (%a) key 0x8 mask 0xfffffffc
    ```
  }];
}

def FabricRoute : MapPass<"fabric-route"> {
  let summary = "Fill the chips' multicast routers";
  let description = [{
    Emits: fabric.route, one per flow and chip that its packets pass; two
    entries whose keys differ in one bit and that go to the same cores and links
    become one. Flows of one chip to the same cores share a tree over the links,
    which goes around dead ones and where others carry least. The host sends
    from the first live chip. Where a router has no room the flows of inputs are
    made anew for larger parts of their channels (`unit`). Errors: SNN0357, SNN0360, SNN0371.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
    }
    fabric.machine @chip maps @n target "spinnaker2" {
      %in = fabric.input "in" channels 4 key 0x8
      %a = fabric.slice "a" [0, 8) at <5, 4, 3> key 0x0
      fabric.block 0 "w" (%in) to %a encoding #fabric.dense<8> bytes 32
      fabric.flow %in to (%a) key 0x8 mask 0xfffffffc
    }
    // becomes
    fabric.route chip 0, 0 key 0x8 mask 0xfffffffc to [#fabric.pe<5, 4, 3>]
    ```
  }];
  let options = [MachineOption];
  let statistics = [
    Statistic<"merged", "merged", "Entries saved by merging siblings">,
    Statistic<"hops", "hops", "Links of the trees, each times its packets">];
}

def FabricPlanMemory : MapPass<"fabric-plan-memory"> {
  let summary = "Give every structure of a core its address";
  let description = [{
    Emits: fabric.buffer for everything that planner/CorePlanner.h
    names. Errors: SNN0361; warning SNN0355 when packets may be lost.

    ```mlir
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
    }
    fabric.machine @chip maps @n target "spinnaker2" {
      %in = fabric.input "in" channels 4 key 0x8
      %a = fabric.slice "a" [0, 8) at <5, 4, 3> key 0x0
      fabric.block 0 "w" (%in) to %a encoding #fabric.dense<8> bytes 32
      fabric.flow %in to (%a) key 0x8 mask 0xfffffffc
      fabric.route chip 0, 0 key 0x8 mask 0xfffffffc to [#fabric.pe<5, 4, 3>]
    }
    // becomes
    fabric.buffer %a "header" bytes ... at 0x2000
    fabric.buffer %a "rows" block 0 bytes 32 at
    fabric.buffer %a "state.v" bytes 32 at
    fabric.buffer %a "ring" bytes 32 at
    ```
  }];
  let options = [MachineOption, ElsewhereOption];
}

def FabricVerifyMapping : MapPass<"fabric-verify-mapping"> {
  let summary = "Check a mapping against the network it maps";
  let description = [{
    Changes nothing. Recomputes from the snn ops which core must see which key
    and compares with what the routes do; checks that every neuron is mapped
    once, every core used once, keys are disjoint, blocks are complete, buffers
    disjoint, aligned and inside the SRAM. Every key is followed from chip to
    chip (passes/Map/RouteWalker.h). Errors: SNN0370 to SNN0378; SNN0365 (SNN0366,
    a warning, where rates or tick are not stated) where a link gets more packets
    in a tick, at the expected rates, than it carries.

    ```mlir
    // snnc-opt --fabric-slice --fabric-place --fabric-assign-keys --fabric-route --fabric-plan-memory --fabric-verify-mapping
    snn.network @n dt 1.0 {
      %in = snn.input "in" : tensor<4xf32>
      %a = snn.population "a" model @m params {threshold = 1.0} latency 1 start 1 : tensor<8xi1>
      snn.projection "w" %in to %a weights #snn.dense<dense<1.0> : tensor<8x4xf64>> delay(1.0) quant <8, nearest, 10.0> : tensor<4xf32>, tensor<8xi1>
    }
    // becomes
    fabric.route chip 0, 0 key 0x8 mask 0xfffffffc to [#fabric.pe<5, 4, 3>]
    ```
  }];
  let options = [MachineOption, TickStatedOption];
}

#endif // SNNC_MAP_PASSES
