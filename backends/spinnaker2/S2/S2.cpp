//===- S2.cpp - The exit dialect of the SpiNNaker2 backend ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/S2/S2.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace snnc::s2;

#include "backends/spinnaker2/S2/S2Dialect.cpp.inc"

#define GET_OP_CLASSES
#include "backends/spinnaker2/S2/S2Ops.cpp.inc"

void S2Dialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "backends/spinnaker2/S2/S2Ops.cpp.inc"
      >();
}
