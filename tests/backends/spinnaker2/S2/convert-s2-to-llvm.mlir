// RUN: snnc-opt %s --convert-s2-to-llvm | FileCheck %s
// RUN: snnc-opt %s --convert-s2-to-llvm --convert-s2-to-llvm | FileCheck %s
// RUN: not snnc-opt %s --convert-s2-to-llvm=machine=none 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NONE

// NONE: error: {{.*}}none

// CHECK-LABEL: func.func @registers
func.func @registers(%key: i32) -> i32 {
  // CHECK: llvm.inline_asm has_side_effects "cpsid i"
  s2.cpsid
  // CPACR of ARMv7-M.
  // CHECK-DAG: llvm.mlir.constant(15728640 : i32)
  // CHECK-DAG: llvm.mlir.constant(-536810104 : i32)
  // CHECK: llvm.store volatile
  s2.set fpu_access
  // CHECK: "dsb\0Aisb"
  s2.barrier
  // CHECK: scf.while
  // CHECK: llvm.load volatile
  s2.poll send_ready
  // CHECK: llvm.store volatile %{{.*}}
  s2.write send_key, %key
  // CHECK: llvm.load volatile
  %due = s2.read timer_status
  return %due : i32
}

// The DMA unit of the shipped machine: 0xE2000180, its command at 0x3C.
// CHECK-LABEL: func.func @transfer
func.func @transfer(%from: i32) {
  // CHECK: llvm.mlir.constant(-503316092 : i32)
  // CHECK: llvm.store volatile %{{.*}}
  s2.write dma_remote, %from
  // CHECK: llvm.mlir.constant(-503316036 : i32)
  // CHECK: llvm.store volatile
  s2.set dma_read
  // CHECK: scf.while
  // CHECK: llvm.load volatile
  // What the transfer brings is not read before.
  // CHECK: llvm.inline_asm has_side_effects "", "~{memory}"
  s2.poll dma_idle
  // The unit is full.
  // CHECK: llvm.mlir.constant(-503316076 : i32)
  // CHECK: arith.constant 2 : i32
  // CHECK: llvm.inline_asm has_side_effects "", "~{memory}"
  s2.poll dma_room
  return
}

// CHECK-LABEL: func.func @instructions
func.func @instructions(%x: i32, %y: i32) -> i32 {
  // CHECK: llvm.inline_asm "sxtab $0, $1, $2, ror #16", "=r,r,r"
  %a = s2.sxta %x, %y bits 8 rotate 16
  // CHECK: llvm.inline_asm "sxtah $0, $1, $2", "=r,r,r"
  %b = s2.sxta %a, %y bits 16 rotate 0
  // With write-back: the next address is wanted.
  // CHECK: "vldmia $4!, {s4-s7}\0A\09vcvt.f32.s32 s4, s4{{.*}}", "={s4},={s5},={s6},={s7},=r,4,~{memory}"
  %c, %d, %e, %f, %n = s2.vldm convert %b place 0
  // CHECK: "vldmia $4, {s8-s11}", "={s8},={s9},={s10},={s11},r,~{memory}"
  %g, %h, %i, %j, %m = s2.vldm %n place 1
  // CHECK: "vstmia $0!, {s4-s7}", "=r,0,{s4},{s5},{s6},{s7},~{memory}"
  %o = s2.vstm %g, %h, %i, %j to %n place 0
  return %o : i32
}
