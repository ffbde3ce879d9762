//===- TickOps.td - The tick dialect -----------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One core program: what happens on start, on a spike, on the timer. The
// rationale is compiler/Tick/README.md.

#ifndef SNNC_TICK_OPS
#define SNNC_TICK_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tick_Dialect : Dialect {
  let name = "tick";
  let cppNamespace = "::snnc::tick";
  let summary = "The event and timer handlers of one core program";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::snnc::fabric::FabricDialect",
                           "::snnc::pe::PeDialect"];
  let extraClassDeclaration = [{
    std::optional<ParseOpHook>
    getParseOperationHook(::llvm::StringRef name) const override;
  }];
}

def Tick_RowType : TypeDef<Tick_Dialect, "Row"> {
  let mnemonic = "row";
  let summary = "The synapses of one spike in one block";
}

class Tick_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tick_Dialect, mnemonic, traits>;

def Tick_ProgramOp : Tick_Op<"program", [
    IsolatedFromAbove, Symbol, SingleBlock, NoTerminator, NoRegionArguments]> {
  let summary = "A core program, shared by all cores that need just this code";
  let description = [{
    ```mlir
    tick.program @p0 {
      tick.on start {}
      tick.on spike { ^bb0(%key: i32):
        tick.for_rows %key { ^bb0(%row: !tick.row):
          tick.ring_add %row formats [#fabric.dense<8>]
        }
      }
      tick.on timer {
        tick.for_neurons { ^bb0(%n: i32):
          %in = tick.ring_take %n receptor 0
          ...
        }
        tick.record states 1
      }
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Tick_Event : I32EnumAttr<"Event", "what happens to a core", [
    I32EnumAttrCase<"Start", 0, "start">, I32EnumAttrCase<"Spike", 1, "spike">,
    I32EnumAttrCase<"Timer", 2, "timer">]> {
  let cppNamespace = "::snnc::tick";
  let genSpecializedAttr = 0;
}
def Tick_EventAttr : EnumAttr<Tick_Dialect, Tick_Event, "event"> {
  let assemblyFormat = "$value";
}

def Tick_OnOp : Tick_Op<"on", [
    SingleBlock, NoTerminator, HasParent<"ProgramOp">]> {
  let summary = "What the core does when something happens to it";
  let description = [{
    `start`: after reset, when the receive ring is open and the timer runs; then
    the core sleeps. `spike`: for every key that arrived since the last tick.
    `timer`: once a tick, after the spikes of the last one.

    `tick.on_spike` is read as `tick.on spike`, and the others likewise: so
    bundles of snnc before tick.on spell it.
  }];
  let arguments = (ins Tick_EventAttr:$event);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$event attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Tick_ForRowsOp : Tick_Op<"for_rows", [SingleBlock, NoTerminator]> {
  let summary = "The blocks of the population table that the key has rows in";
  let description = [{
    Holds one tick.ring_add or one tick.note: what becomes of a row is one thing.

    What is known of the tables of this program's cores saves work on every
    packet. `contiguous`: the keys of an entry follow each other as its sources
    do, so that one addition makes a key the number of its source. `exclusive`:
    no two entries have the same keys.
  }];
  let arguments = (ins I32:$key, UnitAttr:$contiguous, UnitAttr:$exclusive);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $key (`contiguous` $contiguous^)? (`exclusive` $exclusive^)?
    attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Tick_RingAddOp : Tick_Op<"ring_add"> {
  let summary = "Add a row's weights into the ring buffer";
  let description = [{
    `formats` are the row encodings that this program knows; the table entry's
    `kind` indexes them. Integer adds: order cannot matter.

    A format is `joined` where the ring has as many slots as the format's delay
    field has values, and a slot as many accumulators as its index field: index
    and slot are one number then, and need no product.
  }];
  let arguments = (ins Tick_RowType:$row, ArrayAttr:$formats,
                       OptionalAttr<DenseBoolArrayAttr>:$joined);
  let assemblyFormat = "$row `formats` $formats (`joined` $joined^)? attr-dict";
  let hasVerifier = 1;
}

def Tick_ForNeuronsOp : Tick_Op<"for_neurons", [SingleBlock, NoTerminator]> {
  let summary = "The slice's neurons, ascending; idle before the start tick";
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Tick_RingTakeOp : Tick_Op<"ring_take"> {
  let summary = "Read this tick's weight sum as float32 and clear it";
  let arguments = (ins I32:$neuron, I64Attr:$receptor);
  let results = (outs F32:$sum);
  let assemblyFormat = "$neuron `receptor` $receptor attr-dict";
  let hasVerifier = 1;
}

def Tick_LoadStateOp : Tick_Op<"load_state"> {
  let summary = "State variable of a neuron";
  let arguments = (ins I32:$neuron, I64Attr:$state);
  let results = (outs F32:$value);
  let assemblyFormat = "$neuron `state` $state attr-dict";
  let hasVerifier = 1;
}

def Tick_StoreStateOp : Tick_Op<"store_state"> {
  let summary = "Next value of a state variable";
  let arguments = (ins I32:$neuron, I64Attr:$state, F32:$value);
  let assemblyFormat = "$value `to` $neuron `state` $state attr-dict";
  let hasVerifier = 1;
}

def Tick_ParamOp : Tick_Op<"param", [Pure]> {
  let summary = "Parameter of a neuron; `uniform`: one value for the core";
  let arguments = (ins I32:$neuron, I64Attr:$index, UnitAttr:$uniform);
  let results = (outs F32:$value);
  let assemblyFormat = "$neuron `param` $index (`uniform` $uniform^)? attr-dict";
  let hasVerifier = 1;
}

def Tick_DrawOp : Tick_Op<"draw"> {
  let summary = "Add this tick's spikes of an input that the core draws";
  let description = [{
    Before the tick.for_neurons whose sums it adds to, once a tick and neuron: the
    count of the neuron's channel in the tick that lies the drive's delay back
    (docs/semantics.md S7.4), times the neuron's weight. `drive` is the number of
    the SnncDrive (runtime/abi/CoreHeader.h) that holds key, delay, weights and
    tables. `each`: neurons have means of their own.
  }];
  let arguments = (ins I64Attr:$drive, I64Attr:$receptor, UnitAttr:$each);
  let assemblyFormat = "$drive `receptor` $receptor (`each` $each^)? attr-dict";
  let hasVerifier = 1;
}

def Tick_NormalOp : Tick_Op<"normal"> {
  let summary = "Draw this tick's numbers of a parameter";
  let description = [{
    Before the tick.for_neurons that takes them: a standard normal number for
    each neuron (docs/semantics.md S3.7) into the array of parameter `param`.
    `at`: where the SnncNoise that says key and latency (runtime/abi/CoreHeader.h)
    stands behind the header's drive_base.
  }];
  let arguments = (ins I64Attr:$at, I64Attr:$param);
  let assemblyFormat = "`at` $at `param` $param attr-dict";
  let hasVerifier = 1;
}

def Tick_EmitOp : Tick_Op<"emit"> {
  let summary = "Send the neuron's spike where the condition holds";
  let description = [{
    `local`: nobody listens, the spike is only noted for recording.
  }];
  let arguments = (ins I32:$neuron, I1:$spike, UnitAttr:$local);
  let assemblyFormat = "$neuron `if` $spike (`local` $local^)? attr-dict";
}

//===----------------------------------------------------------------------===//
// Parallel paradigm
//===----------------------------------------------------------------------===//

def Tick_NoteOp : Tick_Op<"note"> {
  let summary = "Remember the spike's source number in this tick's history";
  let arguments = (ins Tick_RowType:$row);
  let assemblyFormat = "$row attr-dict";
}

def Tick_ScatterOp : Tick_Op<"scatter"> {
  let summary = "Build the operand of the weight-delay map from the history";
  let description = [{
    In the first tick of every batch: clear the operand, then for each of the
    batch's ticks and each delay add 1 at the operand rows of the sources that
    spiked that long ago.
  }];
  let arguments = (ins I64Attr:$bits, I64Attr:$batch);
  let assemblyFormat = "`bits` $bits `batch` $batch attr-dict";
  let hasVerifier = 1;
}

def Tick_MatmulOp : Tick_Op<"matmul", [SingleBlock, NoTerminator]> {
  let summary = "Tile by tile: matrix product, then the tile's neurons";
  let description = [{
    The region holds the tick.for_neurons, behind its tick.draws and
    tick.normals, or the tick.send_sums of one tile. The array works one panel
    ahead of the core: while it multiplies, the core updates.
  }];
  let arguments = (ins I64Attr:$bits, I64Attr:$batch, I64Attr:$receptors);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `bits` $bits `batch` $batch `receptors` $receptors attr-dict-with-keyword
    $body
  }];
  let hasRegionVerifier = 1;
}

def Tick_SendSumsOp : Tick_Op<"send_sums"> {
  let summary = "Send what the products of a tile add up to, digit by digit";
  let description = [{
    In a tick.matmul instead of neurons: a subordinate's partial sums, of the
    one or two digits of each those that are not 0 (#fabric.sums).
  }];
  let arguments = (ins I64Attr:$receptors, I64Attr:$digits, I64Attr:$bits);
  let assemblyFormat = [{
    `receptors` $receptors `digits` $digits `bits` $bits attr-dict
  }];
  let hasVerifier = 1;
}

def Tick_RecordOp : Tick_Op<"record"> {
  let summary = "Append what the host asked for to the record window";
  let arguments = (ins I64Attr:$states);
  let assemblyFormat = "`states` $states attr-dict";
  let hasVerifier = 1;
}

#endif // SNNC_TICK_OPS
