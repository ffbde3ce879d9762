//===- Text.cpp - Text of unknown origin made safe ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Text.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace snnc {

std::string hex(uint64_t number) { return fmt::format("{:#x}", number); }

/// The length of the well-formed UTF-8 sequence at `at`; 0: there is none.
static size_t sequenceLength(std::string_view text, size_t at) {
  auto byte = [&](size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  unsigned lead = byte(0);
  if (lead < 0x80)
    return 1;
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80)
      return 0;
  // Overlong forms, surrogates, beyond U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F))
    return 0;
  return length;
}

std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3;)
    text.insert(at -= 3, ",");
  return text;
}

/// Of a well-formed sequence: does it control a terminal rather than show?
static bool isControl(std::string_view sequence) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1)
    return byte(0) < 0x20 || byte(0) == 0x7F;
  if (sequence.size() == 2) // C1: U+0080 to U+009F
    return byte(0) == 0xC2 && byte(1) < 0xA0;
  if (sequence.size() != 3 || byte(0) != 0xE2)
    return false;
  // U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows.
  return (byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE) ||
         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

static void appendEscaped(std::string &out, std::string_view bytes) {
  for (char c : bytes)
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

std::string safeText(std::string_view text, Keep keep) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    size_t length = sequenceLength(text, i);
    std::string_view part = text.substr(i, std::max<size_t>(length, 1));
    bool layout = part == "\n" || part == "\t";
    bool kept = length != 0 && (keep == Keep::Controls || !isControl(part) ||
                                (keep == Keep::Layout && layout));
    if (kept)
      out += part;
    else
      appendEscaped(out, part);
    i += part.size();
  }
  return out;
}

/// The code point of a well-formed sequence of two or three bytes, or of one.
static unsigned codePoint(std::string_view sequence) {
  unsigned value = static_cast<unsigned char>(sequence[0]);
  value &= sequence.size() == 1 ? 0x7F : sequence.size() == 2 ? 0x1F : 0x0F;
  for (char c : sequence.substr(1))
    value = value << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return value;
}

std::string jsonText(const nlohmann::json &json, int indent) {
  std::string text = json.dump(indent, ' ', /*ensure_ascii=*/false,
                               nlohmann::json::error_handler_t::replace);
  // dump() escapes the controls of ASCII; those beyond stand in strings only,
  // where JSON has an escape for them, too.
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    std::string_view part = std::string_view(text).substr(
        i, std::max<size_t>(sequenceLength(text, i), 1));
    if (isControl(part) && part != "\n")
      out += fmt::format("\\u{:04x}", codePoint(part));
    else
      out += part;
    i += part.size();
  }
  return out;
}

bool isCleanName(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    size_t length = sequenceLength(text, i);
    if (length == 0 || isControl(text.substr(i, length)) || text[i] == '/')
      return false;
    i += length;
  }
  return !text.empty();
}

std::string printable(std::string_view text, size_t limit) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t length = sequenceLength(text, i);
    if (out.size() + length > limit)
      return out + "...";
    std::string_view part = text.substr(i, std::max<size_t>(length, 1));
    if (length == 0 || isControl(part))
      appendEscaped(out, part);
    else
      out += part;
    i += part.size();
  }
  return out;
}

/// Behind the string that begins at `at`, or at the end.
static size_t skipString(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\')
      ++at;
  return std::min(at + 1, text.size());
}

/// Behind white space and comments.
static size_t skipBlanks(std::string_view text, size_t at) {
  for (; at < text.size(); ++at) {
    if (text.substr(at, 2) == "//")
      at = std::min(text.find('\n', at), text.size() - 1);
    else if (std::string_view(" \t\r\n").find(text[at]) ==
             std::string_view::npos)
      break;
  }
  return at;
}

static bool isWordChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '.';
}

std::string refusedIr(std::string_view text, unsigned most) {
  unsigned depth = 0;
  for (size_t i = skipBlanks(text, 0); i < text.size();
       i = skipBlanks(text, i)) {
    char c = text[i];
    if (c == '"') {
      i = skipString(text, i);
      continue;
    }
    size_t end = i + 1;
    while (end < text.size() && isWordChar(text[end]))
      ++end;
    if (isWordChar(c) && text.substr(i, end - i).starts_with("affine_"))
      return "it holds an affine expression";
    if (c == '#' || c == '!') {
      size_t next = skipBlanks(text, end);
      if (next < text.size() && text[next] == '=')
        return "it holds an alias";
    }
    if (text.substr(i, 3) == "{-#")
      return "it holds resources";
    if (std::string_view("([{<").find(c) != std::string_view::npos &&
        ++depth > most)
      return fmt::format("brackets nest deeper than {}", most);
    bool arrow = c == '>' && i > 0 && text[i - 1] == '-';
    if (std::string_view(")]}>").find(c) != std::string_view::npos && depth &&
        !arrow)
      --depth;
    i = isWordChar(c) || c == '#' || c == '!' ? end : i + 1;
  }
  return "";
}

} // namespace snnc
