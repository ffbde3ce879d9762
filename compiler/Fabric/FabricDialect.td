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
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    /// The row formats of the target that this context compiles for: none until
    /// it hands them in.
    const RowFormats &rowFormats() const { return formats; }
    void setRowFormats(RowFormats those) { formats = std::move(those); }

    ::mlir::Attribute parseAttribute(::mlir::DialectAsmParser &parser,
                                     ::mlir::Type type) const override;
    void printAttribute(::mlir::Attribute attr,
                        ::mlir::DialectAsmPrinter &printer) const override;

  private:
    RowFormats formats;

  public:
  }];
}

def Fabric_SliceType : TypeDef<Fabric_Dialect, "Slice"> {
  let mnemonic = "slice";
  let summary = "A handle on neurons or channels that share a block of keys, "
                "or on a group of such";
}

class Fabric_Attr<string name, string attrMnemonic>
    : AttrDef<Fabric_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Fabric_PeAttr : Fabric_Attr<"Pe", "pe"> {
  let summary = "A core of a machine";
  let description = [{
    Column and row of its quad, its number in the quad, and column and row of
    its chip, of which nothing is said where it is the first:
    `#fabric.pe<7, 6, 0>`, `#fabric.pe<7, 6, 0 chip 0, 1>`.
  }];
  let genVerifyDecl = 1; // 3, 3 and 2 bits of the chip's own id
  let parameters = (ins "unsigned":$x, "unsigned":$y, "unsigned":$p,
                        "unsigned":$chipX, "unsigned":$chipY);
  let builders = [AttrBuilder<(ins "unsigned":$x, "unsigned":$y, "unsigned":$p),
                              "return $_get($_ctxt, x, y, p, 0u, 0u);">];
  let hasCustomAssemblyFormat = 1;
}

def Fabric_RowsAttr : AttrDef<Fabric_Dialect, "Rows"> {
  let attrName = "fabric.rows"; // no mnemonic: that is the row format's name
  let summary = "How the rows of a block are kept";
  let description = [{
    `#fabric.dense<8>`, `#fabric.sparse<16, index = 8, delay = 0, weight = 8>`:
    the name of a row format that the context's target has handed in
    (FabricDialect::setRowFormats) and what its parse() understands.
    compiler/Rows/RowFormat.h; the chip's formats are in
    backends/spinnaker2/Formats.
  }];
  let parameters = (ins "const ::snnc::fabric::RowFormat *":$format,
                        ArrayRefParameter<"uint32_t">:$fields);
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
    `#fabric.sums<2 x 13>`: a sum is two signed digits of 13 bits. A packet has
    the key first + ((cell * 2 + place) << 13) + digit: add digit << (13 *
    place) to the cell. `#fabric.sums<1 x 7>`: one digit of 7 bits, key first +
    (cell << 7) + digit. runtime/abi/CoreHeader.h is the exact format.
    In a list of row formats, `#fabric.sums<1 x 0>`: the bits are those of the
    table's entry, for not all are the same.
  }];
  let parameters = (ins "unsigned":$digits, "unsigned":$bits);
  let assemblyFormat = "`<` $digits `x` $bits `>`";
  let genVerifyDecl = 1;
}

def Fabric_ChannelsLastAttr : Fabric_Attr<"ChannelsLast", "channels_last"> {
  let summary = "Neurons of a C x H x W signal stand place by place";
  let description = [{
    A value of `fabric.order` on an snn.population or snn.input; the other is an
    array<i32> of neurons. compiler/Fabric/NeuronOrder.h.
  }];
}

def Fabric_BlockRowsAttr : Attr<
    CPred<"::llvm::isa<::snnc::fabric::RowsAttr, "
          "::snnc::fabric::MapRowsAttr>($_self)">,
    "a row format or #fabric.map"> {
  let storageType = "::mlir::Attribute";
  let returnType = "::mlir::Attribute";
  let convertFromStorage = "$_self";
}

def Fabric_SumsArrayAttr
    : TypedArrayAttrBase<Fabric_SumsAttr, "digits of partial sums">;

def Fabric_PeArrayAttr : TypedArrayAttrBase<Fabric_PeAttr, "cores">;

#endif // SNNC_FABRIC_DIALECT
