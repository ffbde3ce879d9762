//===- FabricDialect.td - The fabric dialect, attributes ---*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mapping: which neurons live on which core, which keys they send, where
// the packets go, which bytes of SRAM hold what. The rationale is
// compiler/Fabric/README.md.

#ifndef SNNC_FABRIC_DIALECT
#define SNNC_FABRIC_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"

def Fabric_Dialect : Dialect {
  let name = "fabric";
  let cppNamespace = "::snnc::fabric";
  let summary = "Slices, cores, keys, routes and memory of a many-core chip";
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

def Fabric_SliceType : TypeDef<Fabric_Dialect, "Slice"> {
  let mnemonic = "slice";
  let summary = "A handle on neurons or channels that share a block of keys";
}

class Fabric_Attr<string name, string attrMnemonic>
    : AttrDef<Fabric_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Fabric_PeAttr : Fabric_Attr<"Pe", "pe"> {
  let summary = "A core: column and row of its quad and its number in the quad";
  let parameters = (ins "unsigned":$x, "unsigned":$y, "unsigned":$p);
  let assemblyFormat = "`<` $x `,` $y `,` $p `>`";
}

def Fabric_DenseRowsAttr : Fabric_Attr<"DenseRows", "dense"> {
  let summary = "A weight for every source and target, no index";
  let description = [{
    `#fabric.dense<8>`: rows of signed 8- or 16-bit weights, one per target
    neuron of the slice, padded to a multiple of four. compiler/Fabric/
    Encoding.h is the exact format.
  }];
  let parameters = (ins "unsigned":$bits);
  let assemblyFormat = "`<` $bits `>`";
  let genVerifyDecl = 1;
}

def Fabric_SparseRowsAttr : Fabric_Attr<"SparseRows", "sparse"> {
  let summary = "A word per synapse: target index, delay, weight";
  let description = [{
    `#fabric.sparse<16, index = 8, delay = 0, weight = 8>`: the widths add up to
    the word. `repeats`: a row may name a target and delay more than once, so a
    sum must be written before the next one is read.
    planner/Encoding.h is the exact format.
  }];
  let parameters = (ins "unsigned":$word, "unsigned":$indexBits,
                        "unsigned":$delayBits, "unsigned":$weightBits,
                        DefaultValuedParameter<"bool", "false">:$repeats);
  let assemblyFormat = [{
    `<` $word `,` `index` `=` $indexBits `,` `delay` `=` $delayBits `,`
        `weight` `=` $weightBits (`,` `repeats` `=` $repeats^)? `>`
  }];
  let genVerifyDecl = 1;
}

def Fabric_ConvRowsAttr : Fabric_Attr<"ConvRows", "conv"> {
  let summary = "A convolution's kernel, kept once";
  let description = [{
    `#fabric.conv<8, source = [2, 34, 34], pool = [1, 1], in = [34, 34], out =
    [12, 30, 30], kernel = [5, 5], stride = [1, 1], padding = [0, 0], groups =
    1>`: signed 8- or 16-bit weights; the program computes the targets of a
    source from its coordinates; `channels_last` says how both maps stand.
    planner/ConvShape.h and Encoding.h are the exact format.
  }];
  let parameters = (ins "unsigned":$bits,
                        ArrayRefParameter<"uint32_t">:$source,
                        ArrayRefParameter<"uint32_t">:$pool,
                        ArrayRefParameter<"uint32_t">:$in,
                        ArrayRefParameter<"uint32_t">:$out,
                        ArrayRefParameter<"uint32_t">:$kernel,
                        ArrayRefParameter<"uint32_t">:$stride,
                        ArrayRefParameter<"uint32_t">:$padding,
                        "uint32_t":$groups,
                        DefaultValuedParameter<"bool", "false">:$channels_last);
  let assemblyFormat = [{
    `<` $bits `,` `source` `=` `[` $source `]` `,` `pool` `=` `[` $pool `]` `,`
        `in` `=` `[` $in `]` `,` `out` `=` `[` $out `]` `,`
        `kernel` `=` `[` $kernel `]` `,` `stride` `=` `[` $stride `]` `,`
        `padding` `=` `[` $padding `]` `,` `groups` `=` $groups
        (`,` `channels_last` `=` $channels_last^)? `>`
  }];
  let genVerifyDecl = 1;
}

def Fabric_MapRowsAttr : Fabric_Attr<"MapRows", "map"> {
  let summary = "Rows of the weight-delay map of a parallel slice";
  let description = [{
    `#fabric.map<8>`: signed 8- or 16-bit weights, one row per (source, delay)
    that has a synapse into the columns. planner/WeightDelayMap.h is the
    exact format. All blocks of a parallel slice have this encoding and width.
  }];
  let parameters = (ins "unsigned":$bits);
  let assemblyFormat = "`<` $bits `>`";
  let genVerifyDecl = 1;
}

def Fabric_SumsAttr : Fabric_Attr<"Sums", "sums"> {
  let summary = "Partial sums as digits in keys";
  let description = [{
    `#fabric.sums<13>`: a sum is two signed digits of 13 bits. A packet has the
    key first + ((cell * 2 + place) << 13) + digit: add digit << (13 * place) to
    the cell. runtime/abi/CoreHeader.h is the exact format.
  }];
  let parameters = (ins "unsigned":$bits);
  let assemblyFormat = "`<` $bits `>`";
  let genVerifyDecl = 1;
}

def Fabric_ChannelsLastAttr : Fabric_Attr<"ChannelsLast", "channels_last"> {
  let summary = "Neurons of a C x H x W signal stand place by place";
  let description = [{
    A value of `fabric.order` on an snn.population or snn.input; the other is an
    array<i32> of neurons. compiler/Fabric/NeuronOrder.h.
  }];
}

def Fabric_RowsAttr : Attr<
    CPred<"::llvm::isa<::snnc::fabric::DenseRowsAttr, "
          "::snnc::fabric::SparseRowsAttr, "
          "::snnc::fabric::ConvRowsAttr, "
          "::snnc::fabric::MapRowsAttr>($_self)">,
    "#fabric.dense, #fabric.sparse, #fabric.conv or #fabric.map"> {
  let storageType = "::mlir::Attribute";
  let returnType = "::mlir::Attribute";
  let convertFromStorage = "$_self";
}

def Fabric_PeArrayAttr : TypedArrayAttrBase<Fabric_PeAttr, "cores">;

#endif // SNNC_FABRIC_DIALECT
