// RUN: snnc-opt %s --snn-retime | FileCheck %s
// RUN: snnc-opt %s --snn-retime=align-start=false | FileCheck %s --check-prefix=FREE
// RUN: snnc-opt %s --snn-retime > %t.1 && snnc-opt %t.1 --snn-retime | diff %t.1 -

// The short path waits for the long one; the user's own delay of 2 is used up.
// CHECK-LABEL: snn.network @chain
snn.network @chain dt 1.0 {
  %in = snn.input "in" : tensor<1xf32>
  // CHECK: "a" {{.*}} latency 1 start 1
  // CHECK: "b" {{.*}} latency 2 start 2
  // CHECK: "late" {{.*}} latency 0 start 0
  // FREE: "b" {{.*}} latency 2 start 0
  %a = snn.population "a" model @m params {} : tensor<1xi1>
  %b = snn.population "b" model @m params {} : tensor<1xi1>
  %late = snn.population "late" model @m params {} : tensor<1xi1>
  // CHECK: snn.projection "in-a" {{.*}} delay(1.000000e+00 : f64)
  snn.projection "in-a" %in to %a weights #snn.one_to_one<1.0> delay(0) : tensor<1xf32>, tensor<1xi1>
  // CHECK: snn.projection "a-b" {{.*}} delay(1.000000e+00 : f64)
  snn.projection "a-b" %a to %b weights #snn.one_to_one<1.0> delay(0) : tensor<1xi1>, tensor<1xi1>
  // CHECK: snn.projection "in-b" {{.*}} delay(2.000000e+00 : f64)
  snn.projection "in-b" %in to %b weights #snn.one_to_one<1.0> delay(0) : tensor<1xf32>, tensor<1xi1>
  // CHECK: snn.projection "in-late" {{.*}} delay(2 : i64)
  snn.projection "in-late" %in to %late weights #snn.one_to_one<1.0> delay(2) : tensor<1xf32>, tensor<1xi1>
}

// Feedback takes the tick that it takes in the frameworks, wherever the input
// stands in the text; a delay per source moves as a whole.
// CHECK-LABEL: snn.network @loop
snn.network @loop dt 1.0 {
  // CHECK: "h" {{.*}} latency 1 start 1
  %h = snn.population "h" model @m params {} : tensor<2xi1>
  // CHECK: snn.projection "self" {{.*}} delay(1.000000e+00 : f64)
  snn.projection "self" %h to %h weights #snn.one_to_one<1.0> delay(0) : tensor<2xi1>, tensor<2xi1>
  // CHECK: snn.projection "in" {{.*}} delay(#snn.param<"in.delay", tensor<2xf64>>)
  snn.projection "in" %in to %h weights #snn.one_to_one<1.0> delay(dense<[0.0, 3.0]> : tensor<2xf32>) : tensor<2xf32>, tensor<2xi1>
  %in = snn.input "input" : tensor<2xf32>
}
