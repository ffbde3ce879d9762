//===- Lists.cpp - Synapses one by one ------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows are read twice, a block at a time: checked and counted first, then put
// where their source's row is. Beside the result nothing grows with them.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"
#include "compiler/Import/YAML/RowTable.h"
#include "compiler/Import/YAML/TextTable.h"
#include "compiler/SNN/Csr.h"

#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

namespace {
/// What is wrong with a row.
struct RowError {
  std::string message;
  std::vector<std::string> hints = {};
  DiagnosticCode code = "SNN1006";
};

/// The synapses of a table.
class ListedRows {
public:
  using Entry = snn::CsrBuilder::Entry;

  ListedRows(const RowTable &table, const std::vector<int> &places,
             double sources, double targets, float weight)
      : table(table), places(places), limits{sources, targets, 0, 65536},
        weight(weight) {}

  /// Shows every row in turn until `visit` says false or one is wrong.
  template <typename Visit> std::optional<RowError> forEach(Visit visit) const {
    constexpr uint64_t kBlock = 4096;
    std::vector<double> values;
    for (uint64_t first = 0; first < table.rows(); first += kBlock) {
      uint64_t count = std::min(kBlock, table.rows() - first);
      if (Status s = table.read(first, count, values); !s)
        return RowError{"list: " + s.takeError().message, {}, "SNN1013"};
      for (uint64_t r = 0; r < count; ++r) {
        const double *row = &values[r * table.width()];
        Entry entry;
        if (!take(row, entry))
          return explain(row, first + r);
        if (!visit(entry))
          return std::nullopt;
      }
    }
    return std::nullopt;
  }

private:
  double at(const double *row, size_t c) const { return row[places[c]]; }
  bool has(size_t c) const { return places[c] >= 0; }
  bool isGood(const double *row, size_t c) const {
    double value = at(row, c);
    return c == 2
               ? std::abs(value) <= Reader::kLargest
               : value >= 0 && value < limits[c] && value == std::floor(value);
  }

  bool take(const double *row, Entry &entry) const {
    for (size_t c = 0; c < 4; ++c)
      if (has(c) && !isGood(row, c))
        return false;
    entry = {uint32_t(at(row, 0)), uint32_t(at(row, 1)),
             has(2) ? float(at(row, 2)) : weight,
             has(3) ? uint32_t(at(row, 3)) : 0};
    return true;
  }

  RowError explain(const double *row, uint64_t r) const {
    static constexpr const char *names[] = {"source", "target", "weight",
                                            "delay"};
    size_t c = 0;
    while (!has(c) || isGood(row, c))
      ++c;
    double value = at(row, c);
    if (c == 2)
      return {fmt::format("row {} of the list: weight {} is not a finite "
                          "number of float32",
                          r, value)};
    if (!(value >= 0 && value < limits[c]))
      return {fmt::format("row {} of the list: {} {} is outside 0 to {}", r,
                          names[c], value, limits[c] - 1)};
    RowError error{fmt::format("row {} of the list: {} {} is not a whole "
                               "number",
                               r, names[c], value)};
    if (c == 3)
      error.hints = {"delays are counted in ticks"};
    return error;
  }

  const RowTable &table;
  const std::vector<int> &places; ///< of source, target, weight, delay
  double limits[4];
  float weight; ///< of rows without one
};
} // namespace

/// The column `word` is one of ticks; its header says that it is one of times.
void Importer::warnOfTimes(const Node &node, const char *what,
                           const std::string &word, Column column) {
  if (namesTime(word))
    reader.warn(node, "SNN1017",
                fmt::format("{}: the column '{}' is read as ticks", what, word),
                {fmt::format("a tick is {:g} of model time; call the column "
                             "'{}'",
                             dt, name(column))});
}

/// Where source, target, weight and delay stand; nothing after an error.
std::optional<std::vector<int>>
Importer::placeListColumns(const Node &node, const Node &list,
                           const RowTable &table) {
  bool isEmpty = table.isEmpty();
  // A list of nothing is a projection without synapses.
  size_t columns = isEmpty ? 2 : table.width();
  if (columns < 2 || columns > 4) {
    reader.error(list, "SNN1014",
                 fmt::format("a list has rows of source, target[, weight[, "
                             "delay]], found {}",
                             runtime::shapeText(table.shape())));
    return std::nullopt;
  }
  std::string why;
  auto places = placeColumns(
      table.columns(), table.width(),
      {Column::Source, Column::Target, Column::Weight, Column::Delay}, 2, why);
  if (!places) {
    reader.error(list, "SNN1017", "list: " + why,
                 {"columns by name, in any order: source, target, weight, "
                  "delay (in ticks)"});
    return std::nullopt;
  }
  bool hasWeight = (*places)[2] >= 0, hasDelay = (*places)[3] >= 0;
  for (auto [key, there] :
       {std::pair("weight", hasWeight), {"delay", hasDelay}})
    if (NodePtr twice = node.find(key); twice && there && !isEmpty) {
      reader.error(*twice, "SNN1007",
                   fmt::format("the list has a column of {}s already", key));
      return std::nullopt;
    }
  if (hasDelay && !table.columns().empty())
    warnOfTimes(list, "list", table.columns()[size_t((*places)[3])],
                Column::Delay);
  return places;
}

/// Rows of source, target and, in this order or in that of the header, weight
/// and delay where the list has them.
Attribute Importer::readList(const Node &node, const Node &list, Ends &ends,
                             Delay &delay) {
  auto table = reader.rows(list, "list");
  if (!table)
    return nullptr;
  auto places = placeListColumns(node, list, *table);
  if (!places)
    return nullptr;
  bool hasDelays = (*places)[3] >= 0 && table->rows() > 0;
  double weight = 1;
  if (NodePtr one = node.find("weight"); one && (*places)[2] < 0) {
    auto value = reader.number(*one, "weight");
    if (!value)
      return nullptr;
    weight = *value;
  }
  if (!hasDelays && delay.extra.largest() > 0) {
    reader.error(*node.find("delay"), "SNN1012",
                 "a list takes different delays from its column of delays");
    return nullptr;
  }
  ListedRows rows(*table, *places, double(ends.sources()),
                  double(ends.targets()), float(weight));
  snn::CsrBuilder builder(uint32_t(ends.sources()), uint32_t(ends.targets()));
  auto counted = rows.forEach([&](const ListedRows::Entry &entry) {
    builder.count(entry);
    return true;
  });
  if (counted) {
    reader.error(list, counted->code, counted->message, counted->hints);
    return nullptr;
  }
  if (hasDelays)
    delay.base = builder.shortestDelay();
  builder.start(hasDelays ? builder.shortestDelay() : 0);
  bool same = true;
  auto placed = rows.forEach([&](const ListedRows::Entry &entry) {
    return same = builder.place(entry);
  });
  auto sorted = same && !placed ? builder.finish() : std::nullopt;
  if (!sorted) {
    reader.error(list, "SNN1013", "list: the file changed while it was read",
                 {"wait until it is written"});
    return nullptr;
  }
  return sorted->attribute(context, ends.name);
}

} // namespace snnc::yaml
