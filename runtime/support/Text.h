//===- Text.h - Text of unknown origin made safe ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_TEXT_H
#define SNNC_RUNTIME_SUPPORT_TEXT_H

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace snnc {

/// 255 -> "0xff".
std::string hex(uint64_t number);

/// 1099511627776 -> "1,099,511,627,776".
std::string grouped(uint64_t number);

/// Valid UTF-8, not empty, without control characters and '/'?
bool isCleanName(std::string_view text);
/// The text with control bytes and invalid UTF-8 as \xNN, cut at `limit` bytes:
/// safe for a terminal and for JSON.
std::string printable(std::string_view text, size_t limit = 80);

/// What safeText() leaves as it is besides printable characters.
enum class Keep : uint8_t {
  Nothing,  ///< a name inside a line
  Layout,   ///< new lines and tabs: text of several lines
  Controls, ///< every character: only what is no UTF-8 is escaped (JSON)
};

/// The text as valid UTF-8: other bytes, and control characters (C0, DEL, C1,
/// those that turn the writing direction), as \xNN of their bytes.
std::string safeText(std::string_view text, Keep keep = Keep::Nothing);

/// JSON text that is valid whatever the strings hold: bytes that are no UTF-8
/// become U+FFFD.
std::string jsonText(const nlohmann::json &json, int indent = -1);

/// Why MLIR text that is not trusted must not reach MLIR's parser and passes,
/// which recurse; empty: it may. Brackets outside of strings and comments nest
/// deeper than `most`, or there is what nests without brackets and what snnc
/// writes none of: affine expressions, aliases, resources.
std::string refusedIr(std::string_view text, unsigned most);

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_TEXT_H
