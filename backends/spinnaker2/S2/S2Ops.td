//===- S2Ops.td - The hardware of a SpiNNaker2 PE, one to one -*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The exit dialect: what the device registers can do, no logic. Addresses come
// from the machine file when these ops become loads and stores.

#ifndef SNNC_S2_OPS
#define SNNC_S2_OPS

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def S2_Dialect : Dialect {
  let name = "s2";
  let cppNamespace = "::snnc::s2";
  let summary = "SpiNNaker2 PE devices, one op a register action";
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

class S2_Op<string mnemonic> : Op<S2_Dialect, mnemonic>;
class S2_Action<string mnemonic> : S2_Op<mnemonic> {
  let assemblyFormat = "attr-dict";
}
class S2_Write<string mnemonic> : S2_Op<mnemonic> {
  let arguments = (ins I32:$value);
  let assemblyFormat = "$value attr-dict";
}
class S2_Read<string mnemonic> : S2_Op<mnemonic> {
  let results = (outs I32:$value);
  let assemblyFormat = "attr-dict";
}

def S2_EnableFpuOp : S2_Action<"enable_fpu"> {
  let summary = "Full access to the FPU in CPACR";
}
def S2_MaskIrqsOp : S2_Action<"mask_irqs"> {
  let summary = "CPSID i: interrupts wake the core but are never taken";
}
def S2_SleepOp : S2_Action<"sleep"> { let summary = "WFI"; }

def S2_SendSetupOp : S2_Action<"send_setup"> {
  let summary = "Transmit control register: multicast, no payload";
}
def S2_SendMcOp : S2_Op<"send_mc"> {
  let summary = "Wait for the send unit, then write the key register";
  let arguments = (ins I32:$key);
  let assemblyFormat = "$key attr-dict";
}

def S2_FifoOpenOp : S2_Op<"fifo_open"> {
  let summary = "spDMA0 stores multicast keys in the ring [begin, end)";
  let arguments = (ins I32:$begin, I32:$end);
  let assemblyFormat = "$begin `to` $end attr-dict";
}
def S2_FifoWordsOp : S2_Read<"fifo_words"> { let summary = "Keys waiting"; }
def S2_FifoReadPointerOp : S2_Read<"fifo_read_pointer"> {
  let summary = "Address of the oldest key";
}
def S2_FifoAckOp : S2_Write<"fifo_ack"> {
  let summary = "Move the read pointer: the keys before it are free";
}

def S2_TimerStartOp : S2_Write<"timer_start"> {
  let summary = "Timer 1: periodic, interrupt on, reload value";
}
def S2_TimerPendingOp : S2_Read<"timer_pending"> {
  let summary = "Timer 1 raw status: not 0 when a tick is due";
}
def S2_TimerClearOp : S2_Action<"timer_clear"> {
  let summary = "Clear the timer's interrupt, in the timer and in the NVIC";
}

def S2_MacStartOp : S2_Op<"mac_start"> {
  let summary = "Registers of the MAC array, then its trigger";
  let description = [{
    result[m][n] = a[k][m]^T b[k][n] on operands of `bits`; addresses in SRAM.
  }];
  let arguments = (ins I32:$a, I32:$b, I32:$result, I32:$m, I32:$k, I32:$n,
                       I64Attr:$bits);
  let assemblyFormat = [{
    $a `,` $b `to` $result `size` $m `,` $k `,` $n `bits` $bits attr-dict
  }];
}
def S2_MacWaitOp : S2_Action<"mac_wait"> {
  let summary = "Poll until the MAC array is idle";
}

#endif // SNNC_S2_OPS
