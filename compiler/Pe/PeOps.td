//===- PeOps.td - The pe dialect ---------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What loops need of the processing element that they run on. The rationale is
// compiler/Pe/README.md.

#ifndef SNNC_PE_OPS
#define SNNC_PE_OPS

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Pe_Dialect : Dialect {
  let name = "pe";
  let cppNamespace = "::snnc::pe";
  let summary = "A processing element's memory, packets and array";
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

/// A core's handle, or an address that the backend has resolved.
def Pe_Pointer : Type<CPred<"::llvm::isa<::mlir::LLVM::LLVMPointerType>($_self)">,
                      "an LLVM pointer">;

class Pe_Op<string mnemonic, list<Trait> traits = []>
    : Op<Pe_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

def Pe_AddressOp : Pe_Op<"address", [
    Pure, AllTypesMatch<["core", "pointer"]>]> {
  let summary = "A byte address of the core's SRAM as a pointer";
  let arguments = (ins Pe_Pointer:$core, I32:$address);
  let results = (outs Pe_Pointer:$pointer);
  let assemblyFormat = "$core `[` $address `]` attr-dict `:` type($core)";
  let builders = [OpBuilder<(ins "::mlir::Value":$core, "::mlir::Value":$address),
    [{ build($_builder, $_state, core.getType(), core, address); }]>];
}

def Pe_LoadGroupOp : Pe_Op<"load_group"> {
  let summary = "Four neighbouring words as floats, and the address behind them";
  let description = [{
    One instruction on machines with registers in a row, of which LLVM makes four
    when it has spread the results. `place` tells groups that live at the same
    time apart. `convert`: the words are signed integers.
  }];
  let arguments = (ins Pe_Pointer:$core, I32:$address, I64Attr:$place,
                       UnitAttr:$convert);
  let results = (outs F32:$a, F32:$b, F32:$c, F32:$d, I32:$next);
  let assemblyFormat = [{
    (`convert` $convert^)? $core `[` $address `]` `place` $place attr-dict
        `:` type($core)
  }];
  let hasVerifier = 1;
}

def Pe_StoreGroupOp : Pe_Op<"store_group"> {
  let summary = "Write four neighbouring floats; the address behind them";
  let arguments = (ins Pe_Pointer:$core, I32:$address, F32:$a, F32:$b, F32:$c,
                       F32:$d, I64Attr:$place);
  let results = (outs I32:$next);
  let assemblyFormat = [{
    $a `,` $b `,` $c `,` $d `to` $core `[` $address `]` `place` $place attr-dict
        `:` type($core)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

def Pe_AddPartOp : Pe_Op<"add_part", [Pure]> {
  let summary = "sum + signed part `part` (from the low end) of a packed word";
  let description = [{
    Often one instruction, which LLVM does not find for the parts in the middle
    of a word.
  }];
  let arguments = (ins I32:$sum, I32:$word, I64Attr:$bits, I64Attr:$part);
  let results = (outs I32:$next);
  let assemblyFormat = [{
    $sum `,` $word `bits` $bits `part` $part attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Packets
//===----------------------------------------------------------------------===//

def Pe_ForPacketsOp : Pe_Op<"for_packets", [SingleBlock, NoTerminator]> {
  let summary = "Take every key out of the receive ring";
  let description = [{
    The first block argument is the key. With a second one the body also runs
    `behind` times, or once, behind the last packet, where that is false and the
    key no key.
  }];
  let arguments = (ins Pe_Pointer:$core, OptionalAttr<I64Attr>:$behind);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $core (`behind` $behind^)? `:` type($core) attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Pe_SendOp : Pe_Op<"send"> {
  let summary = "Send a multicast packet";
  let arguments = (ins Pe_Pointer:$core, I32:$key);
  let assemblyFormat = "$core `,` $key attr-dict `:` type($core)";
}

//===----------------------------------------------------------------------===//
// Memory beyond the core
//===----------------------------------------------------------------------===//

def Pe_FetchStartOp : Pe_Op<"fetch_start"> {
  let summary = "Begin to copy bytes from DRAM into the core's SRAM";
  let description = [{
    In the background, behind those that began before. One that the machine has
    no room for is a fault, so a pe.fetch_wait comes before it. `to` may be read
    once the transfer is through. Addresses and length are multiples of `unit`
    bytes, a length of 0 is none. What is not there is a fault.
  }];
  let arguments = (ins Pe_Pointer:$core, I32:$source, I32:$to, I32:$bytes,
                       I64Attr:$unit);
  let assemblyFormat = [{
    $core `,` $bytes `from` $source `to` $to `unit` $unit attr-dict
        `:` type($core)
  }];
  let hasVerifier = 1;
}

def Pe_FetchWaitOp : Pe_Op<"fetch_wait"> {
  let summary = "Wait until no transfer runs";
  let description = [{
    With `room`, until the machine takes one more: of as many as it takes the
    oldest is through then.
  }];
  let arguments = (ins Pe_Pointer:$core, UnitAttr:$room);
  let assemblyFormat = "$core (`room` $room^)? attr-dict `:` type($core)";
}

//===----------------------------------------------------------------------===//
// The MAC array
//===----------------------------------------------------------------------===//

def Pe_MacStartOp : Pe_Op<"mac_start"> {
  let summary = "Begin the product of the panel at this address";
  let description = [{
    The panel is an SnncPanel (runtime/abi/CoreHeader.h) of operands of `bits`;
    `batch` rows of results.
  }];
  let arguments = (ins Pe_Pointer:$core, I32:$panel, I64Attr:$bits,
                       I64Attr:$batch);
  let assemblyFormat = [{
    $core `,` $panel `bits` $bits `batch` $batch attr-dict `:` type($core)
  }];
  let hasVerifier = 1;
}

def Pe_MacWaitOp : Pe_Op<"mac_wait"> {
  let summary = "Wait until the array is idle";
  let arguments = (ins Pe_Pointer:$core);
  let assemblyFormat = "$core attr-dict `:` type($core)";
}

#endif // SNNC_PE_OPS
