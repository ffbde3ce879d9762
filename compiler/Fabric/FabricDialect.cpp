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

LogicalResult ConvRowsAttr::verify(
    llvm::function_ref<InFlightDiagnostic()> emitError, unsigned bits,
    llvm::ArrayRef<uint32_t> source, llvm::ArrayRef<uint32_t> pool,
    llvm::ArrayRef<uint32_t> in, llvm::ArrayRef<uint32_t> out,
    llvm::ArrayRef<uint32_t> kernel, llvm::ArrayRef<uint32_t> stride,
    llvm::ArrayRef<uint32_t> padding, uint32_t groups, bool) {
  if (bits != 8 && bits != 16)
    return emitError() << "a kernel holds 8 or 16 bits, not " << bits;
  if (source.size() != 3 || out.size() != 3)
    return emitError() << "source and out are channels x height x width";
  for (auto pair : {pool, in, kernel, stride, padding})
    if (pair.size() != 2)
      return emitError() << "pool, in, kernel, stride and padding have a "
                            "number for height and one for width";
  auto positive = [](llvm::ArrayRef<uint32_t> numbers) {
    return llvm::all_of(numbers, [](uint32_t n) { return 0 < n && n < 65536; });
  };
  if (!positive(source) || !positive(pool) || !positive(in) || !positive(out) ||
      !positive(kernel) || !positive(stride))
    return emitError() << "extents, pool and stride are 1 to 65535";
  if (groups == 0 || source[0] % groups || out[0] % groups)
    return emitError() << "groups must divide the channels";
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

LogicalResult
SumsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                 unsigned bits) {
  if (bits < 1 || bits > 17)
    return emitError() << "a digit of a partial sum has 1 to 17 bits, not "
                       << bits;
  return success();
}
