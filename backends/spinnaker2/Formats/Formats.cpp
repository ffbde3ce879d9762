//===- Formats.cpp - The row formats of the chip --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/Formats.h"

#include "backends/spinnaker2/Formats/bitmap/Bitmap.h"
#include "backends/spinnaker2/Formats/conv/Conv.h"
#include "backends/spinnaker2/Formats/dense/Dense.h"
#include "backends/spinnaker2/Formats/sparse/Sparse.h"
#include "backends/spinnaker2/Formats/strided/Strided.h"
#include "compiler/Fabric/Fabric.h"

namespace snnc::s2 {

fabric::RowFormats rowFormats() {
  fabric::RowFormats formats;
  formats.add(denseRows());
  formats.add(stridedRows());
  formats.add(sparseRows());
  formats.add(bitmapRows());
  formats.add(convRows());
  return formats;
}

namespace {
/// Hands the formats to the dialect as soon as a context loads it.
struct HandIn : mlir::DialectExtension<HandIn, fabric::FabricDialect> {
  explicit HandIn(fabric::RowFormats formats) : formats(std::move(formats)) {}
  void apply(mlir::MLIRContext *,
             fabric::FabricDialect *dialect) const override {
    dialect->setRowFormats(formats);
  }
  fabric::RowFormats formats;
};
} // namespace

void registerRowFormats(mlir::DialectRegistry &registry,
                        fabric::RowFormats formats) {
  registry.addExtension(std::make_unique<HandIn>(std::move(formats)));
}

} // namespace snnc::s2
