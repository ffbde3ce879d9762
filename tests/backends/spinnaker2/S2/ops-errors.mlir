// RUN: snnc-opt %s --split-input-file --verify-diagnostics

func.func @f() {
  // expected-error @+1 {{reads send_key, which can only be written}}
  %v = s2.read send_key
  return
}

// -----

func.func @f(%x: i32) {
  // expected-error @+1 {{writes receive_words, which can only be read}}
  s2.write receive_words, %x
  return
}

// -----

func.func @f(%x: i32) {
  // expected-error @+1 {{takes 8 or 16 bits, not 12}}
  %v = s2.sxta %x, %x bits 12 rotate 0
  return
}

// -----

func.func @f(%x: i32) {
  // expected-error @+1 {{rotates by 0, 8, 16 or 24 bits, not 4}}
  %v = s2.sxta %x, %x bits 8 rotate 4
  return
}

// -----

func.func @f(%x: i32) {
  // expected-error @+1 {{has the place 7; there are registers for 7 groups}}
  %a, %b, %c, %d, %n = s2.vldm %x place 7
  return
}

// -----

func.func @f(%x: i32, %v: f32) {
  // expected-error @+1 {{has the place -1; there are registers for 7 groups}}
  %n = s2.vstm %v, %v, %v, %v to %x place -1
  return
}

// -----

func.func @f() {
  // expected-error @+2 {{expected ::snnc::s2::Setting to be one of}}
  // expected-error @+2 {{failed to parse}}
  s2.set warp_drive
  return
}
