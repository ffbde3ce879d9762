//===- TextTable.cpp - Rows of numbers in a text --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/TextTable.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc::yaml {

using runtime::NdArray;

//===----------------------------------------------------------------------===//
// Columns by name
//===----------------------------------------------------------------------===//

const char *name(Column column) {
  static constexpr const char *names[] = {"source", "target", "weight",
                                          "delay",  "tick",   "channel"};
  return names[size_t(column)];
}

/// The words that people write, in lower case.
static const std::vector<std::vector<std::string>> &spellings() {
  static const std::vector<std::vector<std::string>> all = {
      {"source", "sources", "src", "pre", "presynaptic", "from", "i"},
      {"target", "targets", "tgt", "dst", "post", "postsynaptic", "to", "j"},
      {"weight", "weights", "w"},
      {"delay", "delays", "d"},
      {"tick", "ticks", "time", "times", "t", "step", "timestep"},
      {"channel", "channels", "ch", "neuron", "neurons", "index", "idx", "id",
       "ids", "sender", "senders", "i"}};
  return all;
}

/// Parts of a word that say nothing about which column it is.
static bool isFiller(const std::string &part) {
  static const std::vector<std::string> fillers = {
      "idx",     "index", "indices", "id",       "ids",   "neuron",
      "neurons", "cell",  "syn",     "synaptic", "ms",    "s",
      "us",      "na",    "ticks",   "tick",     "steps", "step"};
  return std::find(fillers.begin(), fillers.end(), part) != fillers.end();
}

static std::vector<std::string> partsOf(const std::string &word) {
  std::vector<std::string> parts(1);
  for (char c : word)
    if (std::isalnum(static_cast<unsigned char>(c)))
      parts.back() += char(std::tolower(static_cast<unsigned char>(c)));
    else if (!parts.back().empty())
      parts.emplace_back();
  if (parts.size() > 1 && parts.back().empty())
    parts.pop_back();
  return parts;
}

bool namesTime(const std::string &word) {
  auto any = [parts = partsOf(word)](std::initializer_list<const char *> of) {
    return std::any_of(parts.begin(), parts.end(), [&](const auto &part) {
      return std::find(of.begin(), of.end(), part) != of.end();
    });
  };
  return any({"ms", "s", "us", "t", "time", "times"}) &&
         !any({"tick", "ticks", "step", "steps"});
}

std::optional<Column> columnOf(const std::string &word,
                               std::initializer_list<Column> wanted) {
  std::vector<std::string> parts = partsOf(word);
  auto lookUp = [&](const std::string &text) -> std::optional<Column> {
    for (Column column : wanted) {
      const auto &words = spellings()[size_t(column)];
      if (std::find(words.begin(), words.end(), text) != words.end())
        return column;
    }
    return std::nullopt;
  };
  std::vector<std::string> rest;
  for (const std::string &part : parts)
    if (!isFiller(part))
      rest.push_back(part);
  if (rest.size() > 1)
    return std::nullopt;
  return lookUp(rest.empty() ? parts.front() : rest.front()); // "neuron_id"
}

std::optional<std::vector<int>>
placeColumns(const std::vector<std::string> &header, size_t have,
             std::initializer_list<Column> wanted, size_t needed,
             std::string &why) {
  std::vector<std::string> words;
  for (Column column : wanted)
    words.push_back(name(column));
  std::vector<int> places(wanted.size(), -1);
  if (header.empty()) {
    for (size_t i = 0; i < std::min(have, places.size()); ++i)
      places[i] = int(i);
    return places;
  }
  if (have != 0 && header.size() != have) {
    why = fmt::format("the header names {} columns ({}), the rows have {}",
                      header.size(), fmt::join(header, ", "), have);
    return std::nullopt;
  }
  for (size_t at = 0; at < header.size(); ++at) {
    const std::string &word = header[at];
    auto column = columnOf(word, wanted);
    if (!column) {
      why = fmt::format("the header's column '{}' is none of {}{}",
                        word.substr(0, 60), fmt::join(words, ", "),
                        word.empty() ? " (pandas writes its index like that: "
                                       "index=False leaves it out)"
                                     : "");
      return std::nullopt;
    }
    size_t i = size_t(std::find(wanted.begin(), wanted.end(), *column) -
                      wanted.begin());
    if (places[i] >= 0) {
      why = fmt::format("the header's columns '{}' and '{}' both are the {}",
                        header[size_t(places[i])], word, words[i]);
      return std::nullopt;
    }
    places[i] = int(at);
  }
  for (size_t i = 0; i < needed; ++i)
    if (places[i] < 0) {
      why = fmt::format("the header has no column '{}'", words[i]);
      return std::nullopt;
    }
  return places;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

namespace {

class TableParser {
public:
  TableParser(const std::string &text, const std::string &path)
      : text(text), path(path) {}

  Expected<NumberTable> run();

private:
  Diagnostic refuse(std::string message, std::vector<std::string> hints = {}) {
    return makeError("SNN1013", {path, "", int(line), 0}, std::move(message),
                     std::move(hints));
  }
  static std::string_view trimmed(std::string_view cell);
  std::vector<std::string_view> cellsOf(std::string_view row) const;
  void readComment(std::string_view comment);
  Status readRow(std::string_view row);

  const std::string &text, &path;
  uint64_t line = 0, rows = 0, width = 0;
  bool hasHeader = false;
  std::vector<double> values;
  std::vector<std::string> columns;
};

} // namespace

std::string_view TableParser::trimmed(std::string_view cell) {
  constexpr std::string_view blank = " \t\r\"'";
  size_t begin = cell.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return cell.substr(begin, cell.find_last_not_of(blank) - begin + 1);
}

std::vector<std::string_view> TableParser::cellsOf(std::string_view row) const {
  char separator = row.find(';') != std::string_view::npos   ? ';'
                   : row.find(',') != std::string_view::npos ? ','
                                                             : ' ';
  std::vector<std::string_view> cells;
  for (size_t at = 0; at <= row.size();) {
    size_t end = separator == ' ' ? row.find_first_of(" \t\r", at)
                                  : row.find(separator, at);
    end = std::min(end, row.size());
    std::string_view cell = trimmed(row.substr(at, end - at));
    if (separator != ' ' || !cell.empty())
      cells.push_back(cell);
    at = end + 1;
  }
  return cells;
}

/// A header, if it is one: PyNN's, or words that all are columns.
void TableParser::readComment(std::string_view comment) {
  if (rows > 0 || hasHeader)
    return;
  std::string_view words = trimmed(comment);
  bool listed =
      words.starts_with("columns") && words.find('[') != std::string_view::npos;
  if (listed) {
    size_t open = words.find('['), shut = words.find(']');
    words = words.substr(open + 1, shut - std::min(shut, open + 1));
  }
  std::vector<std::string> found;
  for (std::string_view cell : cellsOf(words)) {
    found.emplace_back(cell);
    if (!listed &&
        !columnOf(found.back(), {Column::Source, Column::Target, Column::Weight,
                                 Column::Delay, Column::Tick, Column::Channel}))
      return;
  }
  if (found.size() < 2)
    return;
  columns = std::move(found);
  hasHeader = true;
}

Status TableParser::readRow(std::string_view row) {
  if (row.find(';') != std::string_view::npos &&
      row.find(',') != std::string_view::npos)
    return refuse(fmt::format("line {} has commas and semicolons", line),
                  {"write decimals with a point, cells with one separator"});
  std::vector<std::string_view> cells = cellsOf(row);
  auto parse = [](std::string_view cell, double &value) {
    if (cell.starts_with('+'))
      cell.remove_prefix(1);
    auto [stop, bad] =
        std::from_chars(cell.data(), cell.data() + cell.size(), value);
    return bad == std::errc() && stop == cell.data() + cell.size();
  };
  double value = 0;
  bool words = rows == 0 && !hasHeader &&
               std::none_of(cells.begin(), cells.end(),
                            [&](auto cell) { return parse(cell, value); });
  if (words) {
    hasHeader = true;
    columns.assign(cells.begin(), cells.end());
    return {};
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!parse(cells[i], value))
      return refuse(
          cells[i].empty()
              ? fmt::format("line {}, column {} is empty", line, i + 1)
              : fmt::format("line {}, column {} is no number: '{}'", line,
                            i + 1, cells[i].substr(0, 40)),
          cells[i].empty() ? std::vector<std::string>{"every row has all of "
                                                      "its numbers"}
                           : std::vector<std::string>{});
    values.push_back(value);
  }
  if (rows > 0 && cells.size() != width)
    return refuse(fmt::format("line {} has {} numbers, the lines before "
                              "have {}",
                              line, cells.size(), width));
  width = cells.size();
  ++rows;
  return {};
}

Expected<NumberTable> TableParser::run() {
  size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; // a byte order mark
  for (size_t at = begin; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view row(text.data() + at, end - at);
    at = end + 1;
    ++line;
    size_t comment = row.find('#');
    if (comment != std::string_view::npos) {
      readComment(row.substr(comment + 1));
      row = row.substr(0, comment);
    }
    if (row.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    if (Status status = readRow(row); !status)
      return status.takeError();
  }
  return NumberTable{NdArray::of({rows, width}, values), std::move(columns)};
}

Expected<NumberTable> parseTable(const std::string &text,
                                 const std::string &path) {
  return TableParser(text, path).run();
}

} // namespace snnc::yaml
