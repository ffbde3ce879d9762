//===- S2Ops.td - What an Armv7E-M core of SpiNNaker2 does -*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The exit dialect: device registers and instructions, no logic. The rationale
// is backends/spinnaker2/S2/README.md.

#ifndef SNNC_S2_OPS
#define SNNC_S2_OPS

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def S2_Dialect : Dialect {
  let name = "s2";
  let cppNamespace = "::snnc::s2";
  let summary = "Registers and instructions of a SpiNNaker2 PE";
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

class S2_Op<string mnemonic, list<Trait> traits = []>
    : Op<S2_Dialect, mnemonic, traits>;

class S2_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::snnc::s2";
  let genSpecializedAttr = 0;
}
class S2_EnumAttr<EnumAttrInfo enum, string mnemonic>
    : EnumAttr<S2_Dialect, enum, mnemonic> {
  let assemblyFormat = "$value";
}

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

/// Registers that take or give a value of the program's.
def S2_Register : S2_Enum<"Register", "a device register", [
    I32EnumAttrCase<"ReceiveStart", 0, "receive_start">,
    I32EnumAttrCase<"ReceiveEnd", 1, "receive_end">,
    I32EnumAttrCase<"ReceiveRead", 2, "receive_read">,
    I32EnumAttrCase<"ReceiveWords", 3, "receive_words">,
    I32EnumAttrCase<"SendKey", 4, "send_key">,
    I32EnumAttrCase<"TimerLoad", 5, "timer_load">,
    I32EnumAttrCase<"TimerStatus", 6, "timer_status">,
    I32EnumAttrCase<"MacA", 7, "mac_a">,
    I32EnumAttrCase<"MacB", 8, "mac_b">,
    I32EnumAttrCase<"MacResult", 9, "mac_result">,
    I32EnumAttrCase<"MacM", 10, "mac_m">,
    I32EnumAttrCase<"MacK", 11, "mac_k">,
    I32EnumAttrCase<"MacN", 12, "mac_n">,
    I32EnumAttrCase<"DmaLocal", 13, "dma_local">,
    I32EnumAttrCase<"DmaRemote", 14, "dma_remote">,
    I32EnumAttrCase<"DmaLength", 15, "dma_length">]>;
def S2_RegisterAttr : S2_EnumAttr<S2_Register, "register">;

def S2_ReadOp : S2_Op<"read"> {
  let summary = "Read a device register";
  let arguments = (ins S2_RegisterAttr:$reg);
  let results = (outs I32:$value);
  let assemblyFormat = "$reg attr-dict";
  let hasVerifier = 1;
}
def S2_WriteOp : S2_Op<"write"> {
  let summary = "Write a device register";
  let arguments = (ins S2_RegisterAttr:$reg, I32:$value);
  let assemblyFormat = "$reg `,` $value attr-dict";
  let hasVerifier = 1;
}

/// What is written, and where, is the machine file's or the architecture's.
def S2_Setting : S2_Enum<"Setting", "a register and its value", [
    I32EnumAttrCase<"FpuAccess", 0, "fpu_access">,
    I32EnumAttrCase<"ReceiveMulticast", 1, "receive_multicast">,
    I32EnumAttrCase<"SendMulticast", 2, "send_multicast">,
    I32EnumAttrCase<"TimerRun", 3, "timer_run">,
    I32EnumAttrCase<"TimerClear", 4, "timer_clear">,
    I32EnumAttrCase<"TimerIrqEnable", 5, "timer_irq_enable">,
    I32EnumAttrCase<"TimerIrqClear", 6, "timer_irq_clear">,
    I32EnumAttrCase<"MacInt8", 7, "mac_int8">,
    I32EnumAttrCase<"MacInt16", 8, "mac_int16">,
    I32EnumAttrCase<"DmaRead", 9, "dma_read">]>;
def S2_SettingAttr : S2_EnumAttr<S2_Setting, "setting">;

def S2_SetOp : S2_Op<"set"> {
  let summary = "Write the machine's value of a setting";
  let description = [{
    `fpu_access`: CPACR. `receive_multicast`, `send_multicast`: the units take and
    send multicast packets without payload. `timer_run`: timer 1 is periodic,
    with interrupt. `timer_clear`: its interrupt. `timer_irq_enable`,
    `timer_irq_clear`: the same at the NVIC. `mac_int8`, `mac_int16`: the array
    begins a product. `dma_read`: the DMA unit begins a transfer from DRAM.
  }];
  let arguments = (ins S2_SettingAttr:$setting);
  let assemblyFormat = "$setting attr-dict";
}

def S2_Condition : S2_Enum<"Condition", "a device's state", [
    I32EnumAttrCase<"SendReady", 0, "send_ready">,
    I32EnumAttrCase<"MacIdle", 1, "mac_idle">,
    I32EnumAttrCase<"DmaIdle", 2, "dma_idle">,
    I32EnumAttrCase<"DmaRoom", 3, "dma_room">]>;
def S2_ConditionAttr : S2_EnumAttr<S2_Condition, "condition">;

def S2_PollOp : S2_Op<"poll"> {
  let summary = "Read a status register until the device is in that state";
  let arguments = (ins S2_ConditionAttr:$condition);
  let assemblyFormat = "$condition attr-dict";
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

class S2_Instruction<string mnemonic> : S2_Op<mnemonic> {
  let assemblyFormat = "attr-dict";
}
def S2_CpsidOp : S2_Instruction<"cpsid"> {
  let summary = "CPSID i: interrupts wake the core but are never taken";
}
def S2_WfiOp : S2_Instruction<"wfi"> { let summary = "WFI: sleep"; }
def S2_BarrierOp : S2_Instruction<"barrier"> { let summary = "DSB, ISB"; }

def S2_SxtaOp : S2_Op<"sxta", [Pure]> {
  let summary = "SXTAB and SXTAH with rotation: sum + a signed part of a word";
  let arguments = (ins I32:$sum, I32:$word, I64Attr:$bits, I64Attr:$rotate);
  let results = (outs I32:$next);
  let assemblyFormat = "$sum `,` $word `bits` $bits `rotate` $rotate attr-dict";
  let hasVerifier = 1;
}

def S2_VldmOp : S2_Op<"vldm"> {
  let summary = "VLDMIA: four floats into s4 upwards, and the next address";
  let description = [{
    Group `place` is in registers s(4 + 4 place) to s(7 + 4 place). s0 to s3 are
    left for what is the same for all neurons. `convert`: VCVT.F32.S32 follows.
    With write-back only where somebody wants the next address, because LLVM
    would have to copy the old one otherwise.
  }];
  let arguments = (ins I32:$address, I64Attr:$place, UnitAttr:$convert);
  let results = (outs F32:$a, F32:$b, F32:$c, F32:$d, I32:$next);
  let assemblyFormat = [{
    (`convert` $convert^)? $address `place` $place attr-dict
  }];
  let hasVerifier = 1;
}
def S2_VstmOp : S2_Op<"vstm"> {
  let summary = "VSTMIA with write-back, of registers as in s2.vldm";
  let arguments = (ins I32:$address, F32:$a, F32:$b, F32:$c, F32:$d,
                       I64Attr:$place);
  let results = (outs I32:$next);
  let assemblyFormat = [{
    $a `,` $b `,` $c `,` $d `to` $address `place` $place attr-dict
  }];
  let hasVerifier = 1;
}

#endif // SNNC_S2_OPS
