//===- Fields.h - The words of a row format's attribute ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_S2_FORMATS_FIELDS_H
#define SNNC_S2_FORMATS_FIELDS_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::s2 {

/// `, key = 8`.
inline mlir::ParseResult parseField(mlir::AsmParser &parser,
                                    llvm::StringRef key, uint32_t &value) {
  return mlir::failure(parser.parseComma() || parser.parseKeyword(key) ||
                       parser.parseEqual() || parser.parseInteger(value));
}

/// `, key = [1, 2]` with exactly as many numbers as `values` holds.
inline mlir::ParseResult parseField(mlir::AsmParser &parser,
                                    llvm::StringRef key,
                                    llvm::MutableArrayRef<uint32_t> values) {
  llvm::SmallVector<uint32_t, 4> read;
  llvm::SMLoc at = parser.getCurrentLocation();
  if (parser.parseComma() || parser.parseKeyword(key) || parser.parseEqual() ||
      parser.parseCommaSeparatedList(mlir::AsmParser::Delimiter::Square, [&] {
        return parser.parseInteger(read.emplace_back());
      }))
    return mlir::failure();
  if (read.size() != values.size())
    return parser.emitError(at) << "`" << key << "` has " << values.size()
                                << " numbers, not " << read.size();
  llvm::copy(read, values.begin());
  return mlir::success();
}

/// `, key` = true, if it stands there.
inline mlir::ParseResult parseFlag(mlir::AsmParser &parser, llvm::StringRef key,
                                   uint32_t &value) {
  value = 0;
  if (parser.parseOptionalComma())
    return mlir::success();
  if (parser.parseKeyword(key) || parser.parseEqual())
    return mlir::failure();
  if (succeeded(parser.parseOptionalKeyword("true")))
    value = 1;
  else if (parser.parseKeyword("false"))
    return mlir::failure();
  return mlir::success();
}

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_FIELDS_H
