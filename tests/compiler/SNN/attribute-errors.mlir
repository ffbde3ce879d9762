// Shapes of hostile files are refused before anything multiplies them.
// RUN: snnc-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{conv kernel has 2 x 1 channels, needs 3 x 1}}
module attributes {a = #snn.conv<dense<0.5> : tensor<2x1x3x3xf32>, in = [1, 4, 4], out = [3, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1>} {}

// -----

// expected-error@+1 {{conv out is 3 along axis 1, the kernel gives 2}}
module attributes {a = #snn.conv<dense<0.5> : tensor<2x1x3x3xf32>, in = [1, 4, 4], out = [2, 2, 3], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1>} {}

// -----

// expected-error@+1 {{conv stride is 0, outside 1 to 1048576}}
module attributes {a = #snn.conv<dense<0.5> : tensor<2x1x3x3xf32>, in = [1, 4, 4], out = [2, 2, 2], stride = [0, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1>} {}

// -----

// expected-error@+1 {{conv padding needs 4 numbers, found 2}}
module attributes {a = #snn.conv<dense<0.5> : tensor<2x1x3x3xf32>, in = [1, 4, 4], out = [2, 2, 2], stride = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1>} {}

// -----

// expected-error@+1 {{conv groups of 2 do not divide 1 and 2 channels}}
module attributes {a = #snn.conv<dense<0.5> : tensor<2x1x3x3xf32>, in = [1, 4, 4], out = [2, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 2>} {}

// -----

// expected-error@+1 {{conv kernel shape needs 4 numbers, found 2}}
module attributes {a = #snn.conv<dense<0.5> : tensor<2x1xf32>, in = [1, 4, 4], out = [2, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1>} {}

// -----

// expected-error@+1 {{conv in has more than 2147483648 elements}}
module attributes {a = #snn.conv<dense<0.5> : tensor<2x1x3x3xf32>, in = [1048576, 1048576, 4], out = [2, 2, 2], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1>} {}

// -----

// expected-error@+1 {{pool kernel of 5 is larger than the padded input of 4}}
module attributes {a = #snn.pool<sum, in = [1, 4, 4], kernel = [5, 2], stride = [1, 1], padding = [0, 0]>} {}

// -----

// expected-error@+1 {{quant needs 8 or 16 bits, found 7}}
module attributes {a = #snn.quant<7, nearest, 1.0>} {}

// -----

// expected-error@+1 {{weights are f32 or f64 numbers}}
module attributes {a = #snn.dense<"no numbers">} {}

// -----

// expected-error@+1 {{'w' needs a static shape}}
module attributes {a = #snn.param<"w", tensor<?xf32>>} {}

// -----

// expected-error@+1 {{offsets are a vector of ui32 or i64 with one for each source and one more, found 'tensor<3xf64>'}}
module attributes {a = #snn.csr<offsets = <"o", tensor<3xf64>>, targets = <"t", tensor<4xui16>>, weights = 1.0 : f64>} {}

// -----

// expected-error@+1 {{targets are a vector of ui16 or ui32, found 'tensor<2x2xui16>'}}
module attributes {a = #snn.csr<offsets = <"o", tensor<3xui32>>, targets = <"t", tensor<2x2xui16>>, weights = 1.0 : f64>} {}

// -----

// expected-error@+1 {{weights are one number or 4, one for each target}}
module attributes {a = #snn.csr<offsets = <"o", tensor<3xui32>>, targets = <"t", tensor<4xui16>>, weights = #snn.param<"w", tensor<3xf32>>>} {}

// -----

// expected-error@+1 {{delays are 4 numbers of ui8 or ui16, one for each target, found 'tensor<4xi8>'}}
module attributes {a = #snn.csr<offsets = <"o", tensor<3xui32>>, targets = <"t", tensor<4xui16>>, weights = 1.0 : f64, delays = <"d", tensor<4xi8>>>} {}
