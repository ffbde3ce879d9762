//===- FabricDialect.cpp - Dialect, type and attributes -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/Fabric.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snnc::fabric;

#include "compiler/Fabric/FabricDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/Fabric/FabricTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/Fabric/FabricAttrs.cpp.inc"

void FabricDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/Fabric/FabricOps.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/Fabric/FabricTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/Fabric/FabricAttrs.cpp.inc"
      >();
}

LogicalResult
DenseRowsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                      unsigned bits) {
  if (bits != 8 && bits != 16)
    return emitError() << "dense rows hold 8 or 16 bits, not " << bits;
  return success();
}

LogicalResult
MapRowsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                    unsigned bits) {
  if (bits != 8 && bits != 16)
    return emitError() << "a weight-delay map holds 8 or 16 bits, not " << bits;
  return success();
}

LogicalResult
SparseRowsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                       unsigned word, unsigned indexBits, unsigned delayBits,
                       unsigned weightBits, bool) {
  if (word != 16 && word != 32)
    return emitError() << "a synaptic word has 16 or 32 bits, not " << word;
  if (weightBits < 8)
    return emitError() << "a synaptic weight has at least 8 bits, not "
                       << weightBits;
  if (uint64_t(indexBits) + delayBits + weightBits != word)
    return emitError() << "index " << indexBits << ", delay " << delayBits
                       << " and weight " << weightBits
                       << " do not add up to the word's " << word << " bits";
  return success();
}
