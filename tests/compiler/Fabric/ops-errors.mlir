// RUN: snnc-opt %s --split-input-file --verify-diagnostics

fabric.machine @chip maps @net target "t" {
  %in = fabric.input "in" channels 2
  // expected-error @+1 {{needs a fabric.slice here, not a fabric.input}}
  fabric.block 0 "w" (%in) to %in encoding #fabric.dense<8> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  // expected-error @+1 {{unit is no power of two: 24}}
  %in = fabric.input "in" channels 64 unit 24
}

// -----

fabric.machine @chip maps @net target "t" {
  // expected-error @+1 {{has no members}}
  %none = fabric.group ()
}

// -----

fabric.machine @chip maps @net target "t" {
  %in = fabric.input "in" channels 2
  // expected-error @+1 {{needs a fabric.slice here, not a fabric.input}}
  %mixed = fabric.group (%in)
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  %all = fabric.group (%a)
  // expected-error @+1 {{needs a fabric.slice here, not a fabric.group}}
  fabric.block 0 "w" (%a) to %all encoding #fabric.dense<8> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  %all = fabric.group (%a)
  // expected-error @+1 {{needs a fabric.slice or a fabric.input as source}}
  fabric.flow %all to (%a)
}

// -----

fabric.machine @chip maps @net target "t" {
  %x = builtin.unrealized_conversion_cast to !fabric.slice
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{needs a fabric.slice, a fabric.input or a fabric.group as source}}
  fabric.block 0 "w" (%x) to %a encoding #fabric.dense<8> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  // expected-error @+1 {{holds no neurons: [4, 4)}}
  %a = fabric.slice "a" [4, 4)
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{key has bits outside its mask}}
  fabric.flow %a to (%a) key 0x11 mask 0xfffffff0
}

// -----

fabric.machine @chip maps @net target "t" {
  %x = builtin.unrealized_conversion_cast to !fabric.slice
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{needs a fabric.slice or a fabric.input as source}}
  fabric.flow %x to (%a)
}

// -----

fabric.machine @chip maps @net target "t" {
  // expected-error @+1 {{key has bits outside its mask and never matches}}
  fabric.route chip 0, 0 key 0x1 mask 0x0 to []
}

// -----

fabric.machine @chip maps @net target "t" {
  // expected-error @+1 {{names a core of another chip}}
  fabric.route chip 0, 1 key 0x0 mask 0xf0 to [#fabric.pe<7, 6, 0>]
}

// -----

fabric.machine @chip maps @net target "t" {
  // expected-error @+1 {{names links that are not 0 to 5, rising}}
  fabric.route chip 0, 0 key 0x0 mask 0xf0 to [] links [0, 6]
}

// -----

fabric.machine @chip maps @net target "t" {
  // expected-error @+1 {{names links that are not 0 to 5, rising}}
  fabric.route chip 0, 0 key 0x0 mask 0xf0 to [] links [2, 2]
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{does not end inside 32-bit addresses}}
  fabric.buffer %a "ring" bytes 4294967295 at 0x10
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{a stride of 18 B holds no row of 20 B}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.strided<16, index = 8, delay = 0, weight = 8, stride = 18, length = 10> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{rows in DRAM begin at multiples of 16 B, which a stride of 24 B is not}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.strided<16, index = 8, delay = 0, weight = 8, stride = 24, length = 0, dram = true> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{rows in SRAM have one length}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.strided<16, index = 8, delay = 0, weight = 8, stride = 16, length = 0> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{index 8, delay 1 and weight 8 do not add up to the word's 16 bits}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.bitmap<16, index = 8, delay = 1, weight = 8, rows = 3> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{index 8, delay 1 and weight 8 do not add up to the word's 16 bits}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.sparse<16, index = 8, delay = 1, weight = 8> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4) parallel
  // expected-error @+1 {{a weight-delay map holds 8 or 16 bits, not 4}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.map<4> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{groups must divide the channels}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.conv<8, source = [3, 1, 1], pool = [1, 1], in = [1, 1], out = [4, 1, 1], kernel = [1, 1], stride = [1, 1], padding = [0, 0], groups = 2> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{dense rows hold 8 or 16 bits, not 7}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.dense<7> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{unknown attribute or row format `runs` in dialect `fabric`}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.runs<8> bytes 8
}

// -----

fabric.machine @chip maps @net target "t" {
  %a = fabric.slice "a" [0, 4)
  // expected-error @+1 {{`pool` has 2 numbers, not 3}}
  fabric.block 0 "w" (%a) to %a encoding #fabric.conv<8, source = [3, 1, 1], pool = [1, 1, 1], in = [1, 1], out = [4, 1, 1], kernel = [1, 1], stride = [1, 1], padding = [0, 0], groups = 1> bytes 8
}

// -----

// expected-error @+1 {{core (7, 8, 0) has no hardware id: columns and rows are 0 to 7, cores of a quad 0 to 3}}
func.func private @far() attributes {at = #fabric.pe<7, 8, 0>}

// -----

// expected-error @+1 {{chip (65536, 0) has a column or row beyond 65535}}
func.func private @beyond() attributes {at = #fabric.pe<7, 6, 0 chip 65536, 0>}
