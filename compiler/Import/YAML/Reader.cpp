//===- Reader.cpp - Typed reading of a YAML tree --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc::yaml {

void Reader::report(Diagnostic finding) {
  bool isError = finding.severity == Severity::Error;
  count += isError;
  if (listed == kMost && !(isError && count == 1)) {
    ++listed;
    Diagnostic more = makeError(
        "SNN1041", {file, "", 0, 0},
        fmt::format("more findings than these {} are not listed", kMost));
    more.severity = Severity::Note;
    sink.report(std::move(more));
  }
  // The first error always: it is what the command ends with.
  if (listed > kMost && !(isError && count == 1))
    return;
  ++listed;
  sink.report(std::move(finding));
}

void Reader::error(const Node &node, DiagnosticCode code, std::string message,
                   std::vector<std::string> hints) {
  report(makeError(code, {file, "", node.line, node.column}, std::move(message),
                   std::move(hints)));
}

void Reader::warn(const Node &node, DiagnosticCode code, std::string message,
                  std::vector<std::string> hints) {
  Diagnostic d = makeError(code, {file, "", node.line, node.column},
                           std::move(message), std::move(hints));
  d.severity = Severity::Warning;
  report(std::move(d));
}

void Reader::errorInside(const Node &node, size_t offset, DiagnosticCode code,
                         std::string message, std::vector<std::string> hints) {
  Diagnostic d = makeError(code, {file, "", node.line, node.column},
                           std::move(message), std::move(hints));
  // A text over several lines: the position is that of its begin.
  if (node.text.find('\n') == std::string::npos)
    d.spot.column += int(offset) + (node.quoted ? 1 : 0);
  report(std::move(d));
}

bool Reader::map(const Node &node, const char *what,
                 std::initializer_list<const char *> known,
                 const std::map<std::string, std::string> &elsewhere) {
  if (!node.isMap()) {
    error(node, "SNN1005",
          fmt::format("{} is a map of keys, found {}", what, node.describe()));
    return false;
  }
  std::vector<std::string> names(known.begin(), known.end());
  bool good = true;
  for (size_t i = 0; i < node.mapSize(); ++i) {
    const std::string &key = node.key(i).text;
    if (key.starts_with('.'))
      continue; // a part for aliases and merge keys
    if (std::find(names.begin(), names.end(), key) != names.end())
      continue;
    std::vector<std::string> hints;
    auto place = elsewhere.find(key);
    if (place != elsewhere.end())
      hints.push_back(place->second);
    else
      for (const std::string &near : nearestNames(key, names, 1))
        hints.push_back(fmt::format("did you mean '{}'?", near));
    hints.push_back(fmt::format("known keys: {}", fmt::join(names, ", ")));
    error(node.key(i), "SNN1003",
          fmt::format("{} has no key '{}'", what, key.substr(0, 60)), hints);
    good = false;
  }
  return good;
}

NodePtr Reader::need(const Node &map, const char *key, const char *what,
                     const char *example) {
  NodePtr value = map.find(key);
  std::vector<std::string> hints;
  if (example)
    hints.push_back(fmt::format("for instance {}: {}", key, example));
  if (!value)
    error(map, "SNN1004", fmt::format("{} needs the key '{}'", what, key),
          hints);
  return value;
}

/// All of `text` as a number.
static std::optional<double> parseNumber(std::string_view text) {
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  double value = 0;
  auto [end, bad] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::optional<double> Reader::number(const Node &node, const char *what,
                                     double low, double high) {
  auto value =
      node.isScalar() && !node.quoted ? parseNumber(node.text) : std::nullopt;
  if (!value || !std::isfinite(*value)) {
    std::vector<std::string> hints;
    if (node.isScalar() && node.text.ends_with('%'))
      if (auto percent = parseNumber(node.text.substr(0, node.text.size() - 1)))
        hints.push_back(
            fmt::format("write `{:g}` for `{}`", *percent / 100, node.text));
    error(node, "SNN1005",
          fmt::format("{} is a number, found {}", what, node.describe()),
          hints);
    return std::nullopt;
  }
  if (!(*value >= low && *value <= high)) {
    std::vector<std::string> hints;
    if (low == 0 && high == 1 && *value > 1 && *value <= 100)
      hints.push_back(fmt::format("{1} percent: write `{0:g}` for `{1}`",
                                  *value / 100, node.text));
    error(node, "SNN1006",
          fmt::format("{} is {}, possible are {} to {}", what, node.text, low,
                      high),
          hints);
    return std::nullopt;
  }
  return value;
}

bool Reader::allFinite(const Node &node, const char *what,
                       const runtime::NdArray &array) {
  for (uint64_t i = 0; i < array.size(); ++i) {
    double value = array.at(i);
    if (std::abs(value) <= kLargest)
      continue;
    std::string place;
    uint64_t rest = i;
    for (size_t axis = array.shape.size(); axis-- > 0;) {
      place = fmt::format("{}{}{}", rest % array.shape[axis],
                          place.empty() ? "" : ", ", place);
      rest /= array.shape[axis];
    }
    error(node, "SNN1006",
          fmt::format("{}: the value at [{}] (counted from 0) is {}, possible "
                      "are finite numbers of at most {:g}",
                      what, place, value, kLargest));
    return false;
  }
  return true;
}

std::optional<int64_t> Reader::whole(const Node &node, const char *what,
                                     int64_t low, int64_t high) {
  int64_t value = 0;
  const char *begin = node.text.data(), *end = begin + node.text.size();
  auto [stop, bad] = std::from_chars(begin, end, value);
  if (!node.isScalar() || node.quoted || bad != std::errc() || stop != end) {
    error(node, "SNN1005",
          fmt::format("{} is a whole number, found {}", what,
                      node.isScalar() && parseNumber(node.text)
                          ? node.text.substr(0, 60)
                          : node.describe()));
    return std::nullopt;
  }
  if (value < low || value > high) {
    error(
        node, "SNN1006",
        fmt::format("{} is {}, possible are {} to {}", what, value, low, high));
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> Reader::text(const Node &node, const char *what) {
  if (node.isScalar())
    return node.text;
  error(node, "SNN1005",
        fmt::format("{} is text, found {}", what, node.describe()));
  return std::nullopt;
}

std::optional<std::string> Reader::name(const Node &node, const char *what) {
  auto result = text(node, what);
  if (!result)
    return result;
  auto isLetter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  auto isMore = [&](char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '-';
  };
  if (!result->empty() && result->size() <= 200 && isLetter(result->front()) &&
      std::all_of(result->begin(), result->end(), isMore))
    return result;
  error(node, "SNN1005",
        fmt::format("{} is a name of letters, digits, '_' and '-' that does "
                    "not begin with a digit, found {}",
                    what, node.describe()));
  return std::nullopt;
}

std::optional<bool> Reader::boolean(const Node &node, const char *what) {
  if (node.isScalar() && !node.quoted && node.text == "true")
    return true;
  if (node.isScalar() && !node.quoted && node.text == "false")
    return false;
  error(node, "SNN1005",
        fmt::format("{} is true or false, found {}", what, node.describe()));
  return std::nullopt;
}

std::optional<std::vector<int64_t>>
Reader::wholes(const Node &node, const char *what, int64_t low, int64_t high) {
  std::vector<int64_t> values;
  if (node.isScalar()) {
    auto value = whole(node, what, low, high);
    if (!value)
      return std::nullopt;
    return std::vector<int64_t>{*value};
  }
  if (!node.isList() || node.items.empty()) {
    error(node, "SNN1005",
          fmt::format("{} is a number or a list of numbers, found {}", what,
                      node.describe()));
    return std::nullopt;
  }
  for (const NodePtr &item : node.items) {
    auto value = whole(*item, what, low, high);
    if (!value)
      return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

void Reader::unknown(const Node &node, const char *what,
                     const std::string &name,
                     const std::vector<std::string> &known) {
  std::vector<std::string> hints;
  for (const std::string &near : nearestNames(name, known, 1))
    hints.push_back(fmt::format("did you mean '{}'?", near));
  if (!known.empty() && known.size() <= 50)
    hints.push_back(fmt::format("known: {}", fmt::join(known, ", ")));
  error(node, "SNN1008",
        fmt::format("there is no {} '{}'", what, name.substr(0, 60)), hints);
}

bool Reader::fillInline(const Node &node, const char *what, size_t level,
                        std::vector<uint64_t> &shape,
                        std::vector<double> &values) {
  if (!node.isList()) {
    if (level != shape.size()) {
      error(node, "SNN1005",
            fmt::format("{}: a list is expected here, as in the rows before, "
                        "found {}",
                        what, node.describe()));
      return false;
    }
    auto value = number(node, what);
    if (value)
      values.push_back(*value);
    return value.has_value();
  }
  if (level == 0 && node.items.empty()) {
    shape = {0}; // an empty list; whether that means something is the caller's
    return true;
  }
  if (level == shape.size()) {
    if (!values.empty() || level >= 4 || node.items.empty()) {
      error(node, "SNN1005",
            fmt::format("{}: a number is expected here, found {}", what,
                        node.describe()));
      return false;
    }
    shape.push_back(node.items.size());
  }
  if (shape[level] != node.items.size()) {
    error(node, "SNN1005",
          fmt::format("{}: this row has {} entries, the first one has {}", what,
                      node.items.size(), shape[level]));
    return false;
  }
  for (const NodePtr &item : node.items)
    if (!fillInline(*item, what, level + 1, shape, values))
      return false;
  return true;
}

std::optional<runtime::NdArray> Reader::array(const Node &node,
                                              const char *what) {
  auto read = table(node, what);
  if (!read)
    return std::nullopt;
  return std::move(read->numbers);
}

std::optional<NumberTable> Reader::inlineTable(const Node &node,
                                               const char *what) {
  std::vector<uint64_t> shape;
  std::vector<double> values;
  if (!fillInline(node, what, 0, shape, values))
    return std::nullopt;
  return NumberTable{runtime::NdArray::of(shape, values), {}};
}

std::optional<Reader::OtherFile> Reader::otherFile(const Node &node,
                                                   const char *what) {
  if (!map(node, what, {"file", "key"}))
    return std::nullopt;
  OtherFile other;
  other.where = need(node, "file", what);
  auto path = other.where ? text(*other.where, "file") : std::nullopt;
  if (NodePtr member = node.find("key")) {
    auto value = text(*member, "key");
    if (!value)
      return std::nullopt;
    other.key = *value;
  }
  if (!path)
    return std::nullopt;
  other.shown = *path;
  // Relative to the network file, as a user expects of files that travel
  // together; a stream has no folder of its own.
  auto folder = std::filesystem::path(file).parent_path();
  if (folder == "/dev")
    folder.clear();
  other.path = (folder / *path).string();
  return other;
}

template <typename T>
std::optional<T> Reader::unlessBad(Expected<T> read, const OtherFile &other,
                                   const char *what) {
  if (read)
    return std::move(*read);
  error(*other.where, "SNN1013",
        fmt::format("{}: '{}': {}", what, other.shown, read.error().message),
        read.error().hints);
  return std::nullopt;
}

std::optional<NumberTable> Reader::table(const Node &node, const char *what,
                                         double spikeTick) {
  if (!node.isMap())
    return inlineTable(node, what);
  auto other = otherFile(node, what);
  if (!other)
    return std::nullopt;
  return unlessBad(spikeTick > 0
                       ? readSpikes(other->path, other->key, spikeTick)
                       : readNumbers(other->path, other->key),
                   *other, what);
}

std::optional<runtime::NdArray> Reader::stored(const Node &node,
                                               const char *what) {
  if (!node.isMap())
    return array(node, what);
  auto other = otherFile(node, what);
  auto read = other
                  ? unlessBad(readStored(other->path, other->key), *other, what)
                  : std::nullopt;
  return read ? std::optional(std::move(read->numbers)) : std::nullopt;
}

std::optional<RowTable> Reader::rows(const Node &node, const char *what) {
  if (node.isMap()) {
    auto other = otherFile(node, what);
    return other ? unlessBad(readRows(other->path, other->key), *other, what)
                 : std::nullopt;
  }
  auto table = inlineTable(node, what);
  return table ? std::optional(RowTable(std::move(*table))) : std::nullopt;
}

} // namespace snnc::yaml
