// RUN: snnc-opt %s --split-input-file --verify-diagnostics

func.func @f(%core: !llvm.ptr, %x: i32) {
  // expected-error @+1 {{has the place -1; places count from 0}}
  %a, %b, %c, %d, %n = pe.load_group %core[%x] place -1 : !llvm.ptr
  return
}

// -----

func.func @f(%core: !llvm.ptr, %x: i32, %v: f32) {
  // expected-error @+1 {{has the place -2; places count from 0}}
  %n = pe.store_group %v, %v, %v, %v to %core[%x] place -2 : !llvm.ptr
  return
}

// -----

func.func @f(%x: i32) {
  // expected-error @+1 {{takes 8 or 16 bits, not 4}}
  %n = pe.add_part %x, %x bits 4 part 0
  return
}

// -----

func.func @f(%x: i32) {
  // expected-error @+1 {{takes part 2 of a word that has 2 parts of 16 bits}}
  %n = pe.add_part %x, %x bits 16 part 2
  return
}

// -----

func.func @f(%core: !llvm.ptr) {
  // expected-error @+1 {{needs a block argument of type 'i32', the key, and none or one of type 'i1' behind it}}
  pe.for_packets %core : !llvm.ptr {
  }
  return
}

// -----

func.func @f(%core: !llvm.ptr) {
  // expected-error @+1 {{needs a block argument of type 'i32', the key, and none or one of type 'i1' behind it}}
  pe.for_packets %core : !llvm.ptr { ^bb0(%key: i32, %more: i32):
  }
  return
}

// -----

func.func @f(%core: !llvm.ptr, %x: i32) {
  // expected-error @+1 {{takes 8 or 16 bits, not 32}}
  pe.mac_start %core, %x bits 32 batch 1 : !llvm.ptr
  return
}

// -----

func.func @f(%core: !llvm.ptr, %x: i32) {
  // expected-error @+1 {{needs a batch of at least 1, not 0}}
  pe.mac_start %core, %x bits 8 batch 0 : !llvm.ptr
  return
}

// -----

func.func @f(%core: i32, %x: i32) {
  // expected-error @+1 {{must be an LLVM pointer, but got 'i32'}}
  pe.send %core, %x : i32
  return
}

// -----

func.func @f(%core: !llvm.ptr) {
  // expected-error @+1 {{runs 0 times behind the last packet, which takes one time or more and a block argument of type 'i1'}}
  pe.for_packets %core behind 0 : !llvm.ptr { ^bb0(%key: i32, %more: i1):
  }
  return
}

// -----

func.func @f(%core: !llvm.ptr, %x: i32) {
  // expected-error @+1 {{has a unit of 12 B, not a power of two from 4 to 256}}
  pe.fetch_start %core, %x from %x to %x unit 12 : !llvm.ptr
  return
}
