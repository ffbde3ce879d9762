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

const RowFormats &snnc::fabric::rowFormatsOf(MLIRContext *context) {
  return context->getOrLoadDialect<FabricDialect>()->rowFormats();
}

LogicalResult PeAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                             unsigned x, unsigned y, unsigned p, unsigned chipX,
                             unsigned chipY) {
  if (x > 7 || y > 7 || p > 3)
    return emitError() << "core (" << x << ", " << y << ", " << p
                       << ") has no hardware id: columns and rows are 0 to 7, "
                          "cores of a quad 0 to 3";
  if (chipX > UINT16_MAX || chipY > UINT16_MAX)
    return emitError() << "chip (" << chipX << ", " << chipY
                       << ") has a column or row beyond " << UINT16_MAX;
  return success();
}

Attribute PeAttr::parse(AsmParser &parser, Type) {
  unsigned x, y, p, chipX = 0, chipY = 0;
  SMLoc at = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(x) || parser.parseComma() ||
      parser.parseInteger(y) || parser.parseComma() || parser.parseInteger(p))
    return {};
  if (succeeded(parser.parseOptionalKeyword("chip")) &&
      (parser.parseInteger(chipX) || parser.parseComma() ||
       parser.parseInteger(chipY)))
    return {};
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(at); }, parser.getContext(),
                    x, y, p, chipX, chipY);
}

void PeAttr::print(AsmPrinter &printer) const {
  printer << "<" << getX() << ", " << getY() << ", " << getP();
  if (getChipX() || getChipY())
    printer << " chip " << getChipX() << ", " << getChipY();
  printer << ">";
}

snnc::CoreAddress snnc::fabric::addressOf(PeAttr pe) {
  return {{uint16_t(pe.getChipX()), uint16_t(pe.getChipY())},
          {uint8_t(pe.getX()), uint8_t(pe.getY()), uint8_t(pe.getP())}};
}

PeAttr snnc::fabric::toAttr(MLIRContext *context, const CoreAddress &core) {
  return PeAttr::get(context, core.pe.x, core.pe.y, core.pe.p, core.chip.x,
                     core.chip.y);
}

RowsAttr snnc::fabric::toAttr(MLIRContext *context,
                              const RowEncoding &encoding) {
  return RowsAttr::get(context, encoding.format, encoding.fields);
}

RowEncoding snnc::fabric::encodingOf(RowsAttr attr) {
  return {attr.getFormat(), RowFields(attr.getFields())};
}

/// The dialect's own attributes by their mnemonic, all others by row format.
Attribute FabricDialect::parseAttribute(DialectAsmParser &parser,
                                        Type type) const {
  llvm::SMLoc at = parser.getCurrentLocation();
  llvm::StringRef mnemonic;
  Attribute attr;
  if (auto own = generatedAttributeParser(parser, &mnemonic, type, attr);
      own.has_value())
    return attr;
  const RowFormat *format = formats.find(mnemonic);
  if (!format) {
    parser.emitError(at) << "unknown attribute or row format `" << mnemonic
                         << "` in dialect `fabric`";
    return {};
  }
  if (parser.parseLess())
    return {};
  auto fields = format->parse(parser);
  if (failed(fields) || parser.parseGreater())
    return {};
  return RowsAttr::getChecked([&] { return parser.emitError(at); },
                              getContext(), format, *fields);
}

void FabricDialect::printAttribute(Attribute attr,
                                   DialectAsmPrinter &printer) const {
  if (auto rows = dyn_cast<RowsAttr>(attr))
    printer << rows.getFormat()->name() << "<"
            << rows.getFormat()->body(rows.getFields()) << ">";
  else
    (void)generatedAttributePrinter(attr, printer);
}

LogicalResult
RowsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                 const RowFormat *format, llvm::ArrayRef<uint32_t> fields) {
  return format->verify(emitError, fields);
}

LogicalResult
MapRowsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                    unsigned bits) {
  if (bits != 8 && bits != 16)
    return emitError() << "a weight-delay map holds 8 or 16 bits, not " << bits;
  return success();
}

LogicalResult
SumsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                 unsigned digits, unsigned bits) {
  if (digits < 1 || digits > 2)
    return emitError() << "a partial sum has 1 or 2 digits, not " << digits;
  if (bits > 24)
    return emitError() << "a digit of a partial sum has 1 to 24 bits, not "
                       << bits;
  return success();
}
