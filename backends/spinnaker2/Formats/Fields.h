//===- Fields.h - The words of a row format's attribute ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_S2_FORMATS_FIELDS_H
#define SNNC_S2_FORMATS_FIELDS_H

#include "compiler/Rows/RowFormat.h"

#include <algorithm>
#include <initializer_list>

namespace snnc::s2 {

/// Cycles that a row takes more when it is in DRAM: the transfer is begun, the
/// oldest row that waits is there and found again (docs/cycles.md).
inline constexpr double kFetchCycles = 79;

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

/// `, key = true` for any of `keys`, in their order; `values` are 0 or 1.
inline mlir::ParseResult parseFlags(mlir::AsmParser &parser,
                                    std::initializer_list<llvm::StringRef> keys,
                                    llvm::MutableArrayRef<uint32_t> values) {
  std::fill(values.begin(), values.end(), 0u);
  size_t next = 0;
  while (succeeded(parser.parseOptionalComma())) {
    llvm::StringRef key;
    llvm::SMLoc at = parser.getCurrentLocation();
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return mlir::failure();
    while (next < keys.size() && keys.begin()[next] != key)
      ++next;
    if (next == keys.size())
      return parser.emitError(at) << "unexpected `" << key << "`";
    if (succeeded(parser.parseOptionalKeyword("true")))
      values[next] = 1;
    else if (parser.parseKeyword("false"))
      return mlir::failure();
    ++next;
  }
  return mlir::success();
}

inline mlir::ParseResult parseFlag(mlir::AsmParser &parser, llvm::StringRef key,
                                   uint32_t &value) {
  return parseFlags(parser, {key}, llvm::MutableArrayRef(value));
}

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_FIELDS_H
