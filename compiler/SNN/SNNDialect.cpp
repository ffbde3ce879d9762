//===- SNNDialect.cpp - Dialect and attributes ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/SNN.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snnc::snn;

#include "compiler/SNN/SNNDialect.cpp.inc"
#include "compiler/SNN/SNNEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/SNN/SNNAttrs.cpp.inc"

void SNNDialect::initialize() {
  store = std::make_shared<snnc::ParameterStore>();
  addOperations<
#define GET_OP_LIST
#include "compiler/SNN/SNNOps.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/SNN/SNNAttrs.cpp.inc"
      >();
}

llvm::SmallVector<int64_t, 3> PoolAttr::pooledShape() const {
  llvm::SmallVector<int64_t, 3> shape{getIn()[0]};
  for (unsigned d = 0; d < 2; ++d)
    shape.push_back((getIn()[d + 1] + 2 * getPadding()[d] - getKernel()[d]) /
                        getStride()[d] +
                    1);
  return shape;
}
