//===- FabricOps.td - Operations of the fabric dialect -----*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SNNC_FABRIC_OPS
#define SNNC_FABRIC_OPS

include "compiler/Fabric/FabricDialect.td"

class Fabric_Op<string mnemonic, list<Trait> traits = []>
    : Op<Fabric_Dialect, mnemonic, traits>;

/// An op of the mapping, inside its machine.
class Fabric_PartOp<string mnemonic, list<Trait> traits = []>
    : Fabric_Op<mnemonic, !listconcat(traits, [HasParent<"MachineOp">])>;

def Fabric_MachineOp : Fabric_Op<"machine", [
    IsolatedFromAbove, Symbol, SingleBlock, NoTerminator, NoRegionArguments,
    DeclareOpInterfaceMethods<RegionKindInterface>]> {
  let summary = "How one network sits on one machine";
  let description = [{
    `target` is the name of the machine model, `tick` the real time in seconds
    that the plan gives a tick. The region is a graph: recurrent
    networks refer to slices that come later.

    ```mlir
    fabric.machine @chip maps @braille target "spinnaker2-jib-map" {
      %input = fabric.input "input" channels 12 key 0x40
      %lif1 = fabric.slice "lif1" [0, 38) at <7, 6, 0> key 0x0
      fabric.block 0 "fc1" (%input) to %lif1 encoding #fabric.dense<8> bytes 480
      fabric.flow %input to (%lif1) key 0x40 mask 0xfffffff0
      fabric.route chip 0, 0 key 0x40 mask 0xfffffff0 to [#fabric.pe<7, 6, 0>]
      fabric.buffer %lif1 "rows" block 0 bytes 480 at 0x20f0
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$network,
                       StrAttr:$target, OptionalAttr<F64Attr>:$tick);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `maps` $network `target` $target (`tick` $tick^)?
    attr-dict-with-keyword $body
  }];
}

def Fabric_InputOp : Fabric_PartOp<"input", [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "A network input: the host sends key + channel";
  let description = [{
    A core gets the channels that it knows and their neighbours, in whole
    multiples of `unit` (16 when absent; fabric-route doubles it where routers have
    no room for so many routes).
  }];
  let arguments = (ins StrAttr:$name, I64Attr:$channels,
                       OptionalAttr<I64Attr>:$unit,
                       OptionalAttr<I64Attr>:$key);
  let results = (outs Fabric_SliceType:$slice);
  let assemblyFormat = [{
    $name `channels` $channels (`unit` $unit^)? (`key` custom<Hex>($key)^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Fabric_SliceOp : Fabric_PartOp<"slice", [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "Neurons [begin, end) of a population on one core";
  let description = [{
    `population` is the name of the snn.population. Neuron i sends
    `key` + i - begin. `at` and `key` may be pinned by hand: passes never change
    what they find. `program` names the core program. `parallel`: the MAC array
    adds up the synapses (weight-delay map), every block is a #fabric.map.
    `subordinate` (parallel only): the slice holds no neurons, it multiplies a
    part of the sources of these neurons and sends partial sums, with so many
    keys, to the dominant slice that a fabric.gather names.
  }];
  let arguments = (ins StrAttr:$population, I64Attr:$begin, I64Attr:$end,
                       OptionalAttr<Fabric_PeAttr>:$at,
                       OptionalAttr<I64Attr>:$key,
                       OptionalAttr<FlatSymbolRefAttr>:$program,
                       UnitAttr:$parallel,
                       OptionalAttr<I64Attr>:$subordinate);
  let results = (outs Fabric_SliceType:$slice);
  let assemblyFormat = [{
    $population ` ` `[` $begin `,` $end `)` (`parallel` $parallel^)?
    (`subordinate` $subordinate^)? (`at` $at^)? (`key` custom<Hex>($key)^)? (`program` $program^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    uint32_t numNeurons() { return uint32_t(getEnd() - getBegin()); }
  }];
}

def Fabric_GroupOp : Fabric_PartOp<"group", [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "Slices that blocks or flows name together";
  let description = [{
    All slices of a population, which its blocks come from, or the receivers that
    several flows have in common. Naming them once keeps the mapping in proportion
    to the cores: where each sends to each, lists would grow with their square.

    ```mlir
    %exc = fabric.slice "exc" [0, 32)
    %exc_0 = fabric.slice "exc" [32, 64)
    %all = fabric.group (%exc, %exc_0)
    fabric.block 0 "recurrent" (%all) from [3, 61) to %exc encoding #fabric.dense<8> bytes 1952
    fabric.flow %exc to (%all)
    ```
  }];
  let arguments = (ins Variadic<Fabric_SliceType>:$members);
  let results = (outs Fabric_SliceType:$group);
  let assemblyFormat = "` ` `(` $members `)` attr-dict";
  let hasVerifier = 1;
}

def Fabric_BlockOp : Fabric_PartOp<"block"> {
  let summary = "The synapses of one projection that end in one slice";
  let description = [{
    `projection` counts the snn.projection ops of the network from 0; `name` is
    its name, for the reader only. The block knows the sources `from` [first,
    last), those of all projections from that population that have a synapse into
    the slice; all of them when absent. `source` is the input, the only slice of
    the source population or the group of all its slices; none where there is no
    synapse.
    `bytes` is the exact size of rows and index together; of
    a #fabric.map, its share of the slice's weights and positions.
  }];
  let arguments = (ins I64Attr:$projection, StrAttr:$name,
                       Optional<Fabric_SliceType>:$source,
                       OptionalAttr<I64Attr>:$first,
                       OptionalAttr<I64Attr>:$last,
                       Fabric_SliceType:$target, Fabric_BlockRowsAttr:$encoding,
                       I64Attr:$bytes);
  let assemblyFormat = [{
    $projection $name ` ` `(` ($source^)? `)`
    (`from` ` ` `[` $first^ `,` $last `)`)? `to` $target `encoding` $encoding
    `bytes` $bytes attr-dict
  }];
  let hasVerifier = 1;
}

def Fabric_GatherOp : Fabric_PartOp<"gather"> {
  let summary = "Partial sums of subordinates that end in one dominant slice";
  let description = [{
    The dominant slice holds the neurons of all `sources`, has no block of its
    own and adds up what they send, each in digits of its own. A sum for tick t
    is multiplied and sent in t - 1.

    ```mlir
    %lif = fabric.slice "lif" [0, 32)
    %lif_0 = fabric.slice "lif" [0, 32) parallel subordinate 4096
    %lif_1 = fabric.slice "lif" [0, 32) parallel subordinate 524288
    fabric.gather (%lif_0, %lif_1) to %lif
      encodings [#fabric.sums<1 x 7>, #fabric.sums<2 x 13>]
    ```
  }];
  let arguments = (ins Variadic<Fabric_SliceType>:$sources,
                       Fabric_SliceType:$target,
                       Fabric_SumsArrayAttr:$encodings);
  let assemblyFormat = [{
    ` ` `(` $sources `)` `to` $target `encodings` $encodings attr-dict
  }];
  let extraClassDeclaration = [{
    /// Of the source with that number.
    ::snnc::fabric::SumsAttr encodingOf(size_t source) {
      return ::llvm::cast<::snnc::fabric::SumsAttr>(getEncodings()[source]);
    }
  }];
  let hasVerifier = 1;
}

def Fabric_FlowOp : Fabric_PartOp<"flow"> {
  let summary = "The spikes of one slice go to these slices";
  let description = [{
    A packet belongs to the flow when packet key & `mask` == `key`. Both are
    absent before fabric-assign-keys. An input of which cores want parts, and a
    slice whose receivers are subordinates, has several flows: each of its keys
    [first, last) from the slice's own, an aligned power of two. `targets` are
    slices and groups of them. Without targets: nobody wants them.
  }];
  let arguments = (ins Fabric_SliceType:$source,
                       OptionalAttr<I64Attr>:$first,
                       OptionalAttr<I64Attr>:$last,
                       Variadic<Fabric_SliceType>:$targets,
                       OptionalAttr<I64Attr>:$key, OptionalAttr<I64Attr>:$mask);
  let assemblyFormat = [{
    $source (`[` $first^ `,` $last `)`)? `to` ` ` `(` $targets `)`
    (`key` custom<Hex>($key)^)? (`mask` custom<Hex>($mask)^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Fabric_RouteOp : Fabric_PartOp<"route"> {
  let summary = "One entry of a chip's multicast router";
  let description = [{
    packet key & `mask` == `key`: copy to `targets`, which are cores of this
    chip, and onto `links` (0 E, 1 NE, 2 N, 3 W, 4 SW, 5 S), where the
    neighbour's router takes it. Entries stand in the router's order, the first
    match wins. `chip` is the column and row of the chip whose router it is.

    ```mlir
    fabric.route chip 0, 0 key 0x40 mask 0xfffffff0 to [] links [0, 2]
    ```
  }];
  let arguments = (ins I64Attr:$chipX, I64Attr:$chipY, I64Attr:$key, I64Attr:$mask,
                       Fabric_PeArrayAttr:$targets,
                       OptionalAttr<DenseI64ArrayAttr>:$links);
  let assemblyFormat = [{
    `chip` $chipX `,` $chipY `key` custom<Hex>($key) `mask` custom<Hex>($mask)
    `to` $targets (`links` $links^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Fabric_BufferOp : Fabric_PartOp<"buffer"> {
  let summary = "Bytes of a core's SRAM, or of its chip's DRAM";
  let description = [{
    `name` is one of planner/CorePlanner.h; rows and index name the
    projection of their block. `at` is a byte address in the core's own SRAM, or,
    with `dram`, in the window through which cores see their chip's DRAM.
  }];
  let arguments = (ins Fabric_SliceType:$slice, StrAttr:$name,
                       OptionalAttr<I64Attr>:$block, I64Attr:$bytes,
                       OptionalAttr<I64Attr>:$at, UnitAttr:$dram);
  let assemblyFormat = [{
    $slice $name (`block` $block^)? `bytes` $bytes (`dram` $dram^)? (`at` custom<Hex>($at)^)?
    attr-dict
  }];
  let hasVerifier = 1;
}

#endif // SNNC_FABRIC_OPS
