//===- Text.h - Text of unknown origin made safe -----------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SUPPORT_TEXT_H
#define SNNC_SUPPORT_TEXT_H

#include <cstddef>
#include <string>
#include <string_view>

namespace snnc {

/// Valid UTF-8, not empty, without control characters and '/'?
bool isCleanName(std::string_view text);
/// The text with control bytes and invalid UTF-8 as \xNN, cut at `limit` bytes:
/// safe for a terminal and for JSON.
std::string printable(std::string_view text, size_t limit = 80);

} // namespace snnc

#endif // SNNC_SUPPORT_TEXT_H
