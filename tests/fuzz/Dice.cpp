//===- Dice.cpp - Changes of numbers, text and bytes ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/fuzz/Dice.h"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace snnc::fuzz {

/// What the texts of all formats give a meaning to.
constexpr std::string_view kMarks = "[]{}()<>:,'\"\\#%@^!&*|\n\t";

uint64_t nastyNumber(Dice &dice, uint64_t size) {
  const uint64_t numbers[] = {0,
                              1,
                              0x7F,
                              0xFF,
                              0xFFFF,
                              0x7FFFFFFF,
                              0x80000000,
                              0xFFFFFFFC,
                              0xFFFFFFFF,
                              uint64_t(1) << 32,
                              uint64_t(1) << 40,
                              uint64_t(1) << 63,
                              ~uint64_t(0),
                              ~uint64_t(0) - 7,
                              size,
                              size - 1,
                              size + 1,
                              size / 2,
                              dice.below(size)};
  return dice.from(numbers);
}

std::string nastyText(Dice &dice) {
  static const char *const numbers[] = {"0",
                                        "-0.0",
                                        "-1",
                                        "1",
                                        "2",
                                        "0.5",
                                        "1e308",
                                        "-1e308",
                                        "1e-320",
                                        "nan",
                                        ".nan",
                                        "inf",
                                        ".inf",
                                        "-inf",
                                        "1e400",
                                        "2147483647",
                                        "2147483648",
                                        "-2147483649",
                                        "4294967295",
                                        "4294967296",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "18446744073709551616",
                                        "0x7fffffff",
                                        "1_000",
                                        "1e5",
                                        "100000",
                                        "10000000",
                                        "null",
                                        "true",
                                        "''",
                                        "1000000000000000000000000000000"};
  return dice.from(numbers);
}

void overwrite(std::string &bytes, size_t at, uint64_t value, size_t width) {
  if (at >= bytes.size())
    return;
  width = std::min({width, bytes.size() - at, sizeof(value)});
  std::memcpy(bytes.data() + at, &value, width);
}

uint64_t readNumber(const std::string &bytes, size_t at, size_t width) {
  uint64_t value = 0;
  if (at < bytes.size())
    std::memcpy(&value, bytes.data() + at,
                std::min({width, bytes.size() - at, sizeof(value)}));
  return value;
}

namespace {

struct Token {
  size_t at, length;
};

/// Words, numbers and single marks; no white space.
std::vector<Token> tokensOf(const std::string &text) {
  std::vector<Token> tokens;
  auto isWord = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
  };
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && isWord(text[end]))
      ++end;
    if (end == i)
      ++end;
    if (!std::isspace(static_cast<unsigned char>(text[i])))
      tokens.push_back({i, end - i});
    i = end;
  }
  return tokens;
}

bool isNumber(const std::string &text, Token token) {
  char c = text[token.at];
  return c >= '0' && c <= '9';
}

/// [begin, end) of the line that holds `at`, with its end.
Token lineAt(const std::string &text, size_t at) {
  size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  size_t end = text.find('\n', at);
  end = end == std::string::npos ? text.size() : end + 1;
  return {begin, end - begin};
}

std::string nested(Dice &dice) {
  static const std::pair<const char *, const char *> kinds[] = {
      {"[", "]"}, {"{", "}"},       {"(", ")"},    {"<", ">"},
      {"-", ""},  {"[\"[\",", "]"}, {"{a: ", "}"}, {"max(1,", ")"}};
  auto [open, close] = dice.from(kinds);
  size_t depth = size_t(1) << dice.below(14);
  std::string text;
  for (size_t i = 0; i < depth; ++i)
    text += open;
  if (dice.below(2))
    for (size_t i = 0; i < depth; ++i)
      text += close;
  return text;
}

void changeLines(std::string &text, Dice &dice) {
  Token line = lineAt(text, dice.below(text.size()));
  std::string copy = text.substr(line.at, line.length);
  switch (dice.below(3)) {
  case 0:
    text.erase(line.at, line.length);
    return;
  case 1:
    text.insert(line.at, copy);
    return;
  default: {
    text.erase(line.at, line.length);
    if (!text.empty())
      text.insert(lineAt(text, dice.below(text.size())).at, copy);
  }
  }
}

} // namespace

void mutateText(std::string &text, Dice &dice,
                const std::vector<std::string> &words) {
  std::vector<Token> tokens = tokensOf(text);
  if (tokens.empty())
    return;
  Token token = dice.from(tokens);
  switch (dice.below(10)) {
  case 0:
  case 1:
  case 2: { // a number
    size_t first = dice.below(tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i) {
      Token t = tokens[(first + i) % tokens.size()];
      if (!isNumber(text, t))
        continue;
      text.replace(t.at, t.length, nastyText(dice));
      return;
    }
    return;
  }
  case 3: { // a token of the text somewhere else as well
    Token other = dice.from(tokens);
    std::string copy = text.substr(other.at, other.length);
    text.replace(token.at, token.length, copy);
    return;
  }
  case 4:
  case 5:
    if (words.empty())
      return;
    if (dice.below(2))
      text.replace(token.at, token.length, dice.from(words));
    else
      text.insert(token.at, dice.from(words) + " ");
    return;
  case 6:
    return changeLines(text, dice);
  case 7:
    text.erase(token.at, token.length);
    return;
  case 8:
    if (dice.oneIn(4))
      text.insert(token.at, nested(dice));
    else
      text.insert(token.at, 1, kMarks[dice.below(kMarks.size())]);
    return;
  default:
    return mutateBytes(text, dice);
  }
}

void mutateBytes(std::string &bytes, Dice &dice) {
  if (bytes.empty())
    return;
  size_t at = dice.below(bytes.size());
  switch (dice.below(7)) {
  case 0:
    bytes[at] = char(bytes[at] ^ (1 << dice.below(8)));
    return;
  case 1:
    bytes[at] = char(dice.bits());
    return;
  case 2:
    bytes.erase(at, 1 + dice.below(16));
    return;
  case 3: {
    std::string part = bytes.substr(at, 1 + dice.below(64));
    bytes.insert(dice.below(bytes.size()), part);
    return;
  }
  case 4:
    return overwrite(bytes, at & ~size_t(3), nastyNumber(dice, bytes.size()),
                     dice.below(2) ? 4 : 8);
  case 5:
    return overwrite(bytes, at & ~size_t(1), nastyNumber(dice, bytes.size()),
                     2);
  default:
    if (dice.oneIn(3))
      bytes.resize(at);
  }
}

} // namespace snnc::fuzz
