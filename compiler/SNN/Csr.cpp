//===- Csr.cpp - Listed synapses by source --------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/SNN/Csr.h"

#include "compiler/SNN/ParamValues.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

using namespace mlir;

namespace snnc::snn {

/// The source of every synapse.
static ParameterBlob sourcesOf(const CsrTable &table) {
  std::vector<uint32_t> wide;
  wide.reserve(table.columns.count());
  table.offsets.visit([&](auto offsets) {
    for (uint32_t s = 0; s < table.sources; ++s)
      wide.resize(size_t(offsets[s + 1]), s);
  });
  std::vector<int64_t> shape{int64_t(wide.size())};
  if (table.sources > 65536)
    return ParameterBlob::of(shape, std::move(wide));
  return ParameterBlob::of(shape,
                           std::vector<uint16_t>(wide.begin(), wide.end()));
}

Attribute CsrTable::attribute(MLIRContext *context,
                              llvm::StringRef name) const {
  auto store = [&](const char *part, const ParameterBlob &blob) {
    return addParam(context, (name + part).str(), blob);
  };
  bool isShort = columns.count() < sources;
  ParamRefAttr rows = isShort ? store(".sources", sourcesOf(*this))
                              : store(".offsets", offsets);
  ParamRefAttr to = store(".targets", columns);
  Attribute numbers =
      weight ? Attribute(Builder(context).getF64FloatAttr(double(*weight)))
             : store(".weights", weights);
  ParamRefAttr ticks = delays ? store(".delays", *delays) : ParamRefAttr();
  if (isShort)
    return ListAttr::get(context, rows, to, numbers, ticks);
  return CsrAttr::get(context, rows, to, numbers, ticks);
}

//===----------------------------------------------------------------------===//
// CsrBuilder
//===----------------------------------------------------------------------===//

CsrBuilder::CsrBuilder(uint32_t sources, uint32_t targets)
    : sources(sources), targets(targets), begins(size_t(sources) + 1) {}

void CsrBuilder::count(const Entry &entry) {
  ++begins[size_t(entry.source) + 1];
  float weight = entry.weight;
  if (!first)
    first = least = largest = weight;
  least = std::min(least, weight);
  largest = std::max(largest, weight);
  wholeWeights &= weight == std::trunc(weight);
  sameWeights &= weight == *first;
  shortest = std::min(shortest, entry.delay);
  longest = std::max(longest, entry.delay);
}

/// The narrowest type that holds the weights exactly.
static ElementKind weightKind(bool whole, float least, float largest) {
  if (whole && least >= -128 && largest <= 127)
    return ElementKind::I8;
  return whole && least >= -32768 && largest <= 32767 ? ElementKind::I16
                                                      : ElementKind::F32;
}

void CsrBuilder::start(uint32_t baseDelay) {
  base = baseDelay;
  for (size_t i = 1; i < begins.size(); ++i)
    begins[i] += begins[i - 1];
  next.assign(begins.begin(), begins.end() - 1);
  auto make = [&](Column &column, ElementKind kind) {
    column = {kind, BytesInTheMaking(begins.back() * byteWidth(kind))};
  };
  make(targetColumn, targets <= 65536 ? ElementKind::U16 : ElementKind::U32);
  if (!sameWeights)
    make(weightColumn, weightKind(wholeWeights, least, largest));
  if (hasDelays())
    make(delayColumn,
         longest - base <= 255 ? ElementKind::U8 : ElementKind::U16);
}

/// Element i of a column; the kind holds the value.
template <typename T>
static void put(ElementKind kind, BytesInTheMaking &bytes, size_t i, T value) {
  switch (kind) {
  case ElementKind::U8:
    bytes.as<uint8_t>()[i] = uint8_t(value);
    return;
  case ElementKind::U16:
    bytes.as<uint16_t>()[i] = uint16_t(value);
    return;
  case ElementKind::U32:
    bytes.as<uint32_t>()[i] = uint32_t(value);
    return;
  case ElementKind::I8:
    bytes.as<int8_t>()[i] = int8_t(value);
    return;
  case ElementKind::I16:
    bytes.as<int16_t>()[i] = int16_t(value);
    return;
  default:
    bytes.as<float>()[i] = float(value);
  }
}

bool CsrBuilder::place(const Entry &entry) {
  uint64_t &at = next[entry.source];
  float weight = entry.weight;
  if (at >= begins[size_t(entry.source) + 1] || entry.delay < shortest ||
      entry.delay > longest || !(weight >= least && weight <= largest) ||
      (wholeWeights && weight != std::trunc(weight)))
    return false;
  put(targetColumn.kind, targetColumn.bytes, at, entry.target);
  if (!sameWeights)
    put(weightColumn.kind, weightColumn.bytes, at, weight);
  if (hasDelays())
    put(delayColumn.kind, delayColumn.bytes, at, entry.delay - base);
  ++at;
  return true;
}

static double element(ElementKind kind, BytesInTheMaking &bytes, size_t i) {
  switch (kind) {
  case ElementKind::U8:
    return bytes.as<uint8_t>()[i];
  case ElementKind::U16:
    return bytes.as<uint16_t>()[i];
  case ElementKind::U32:
    return bytes.as<uint32_t>()[i];
  case ElementKind::I8:
    return bytes.as<int8_t>()[i];
  case ElementKind::I16:
    return bytes.as<int16_t>()[i];
  default:
    return double(bytes.as<float>()[i]);
  }
}

Synapse CsrBuilder::get(uint64_t i) {
  Synapse synapse;
  synapse.target = uint32_t(element(targetColumn.kind, targetColumn.bytes, i));
  if (!sameWeights)
    synapse.weight = float(element(weightColumn.kind, weightColumn.bytes, i));
  if (hasDelays())
    synapse.delay = uint32_t(element(delayColumn.kind, delayColumn.bytes, i));
  return synapse;
}

void CsrBuilder::set(uint64_t i, const Synapse &synapse) {
  put(targetColumn.kind, targetColumn.bytes, i, synapse.target);
  if (!sameWeights)
    put(weightColumn.kind, weightColumn.bytes, i, synapse.weight);
  if (hasDelays())
    put(delayColumn.kind, delayColumn.bytes, i, synapse.delay);
}

/// Short ones beside the table; long ones are dealt out in place by eight bits
/// of the target first, from `shift` on (American flag sort).
void CsrBuilder::sortRow(uint64_t begin, uint64_t end, int shift) {
  constexpr uint64_t kShort = 1 << 16;
  if (end - begin > kShort && shift >= 0)
    return splitRow(begin, end, shift);
  scratch.clear();
  for (uint64_t i = begin; i < end; ++i)
    scratch.push_back(get(i));
  if (std::is_sorted(scratch.begin(), scratch.end(), Synapse::isBefore))
    return;
  std::sort(scratch.begin(), scratch.end(), Synapse::isBefore);
  for (uint64_t i = begin; i < end; ++i)
    set(i, scratch[i - begin]);
}

void CsrBuilder::splitRow(uint64_t begin, uint64_t end, int shift) {
  constexpr size_t kParts = 256;
  auto partOf = [&](const Synapse &s) { return (s.target >> shift) % kParts; };
  std::array<uint64_t, kParts + 1> first{};
  for (uint64_t i = begin; i < end; ++i)
    ++first[partOf(get(i)) + 1];
  first[0] = begin;
  for (size_t p = 0; p < kParts; ++p)
    first[p + 1] += first[p];
  auto at = first;
  for (size_t p = 0; p < kParts; ++p)
    while (at[p] < first[p + 1]) {
      Synapse moved = get(at[p]);
      for (size_t goal = partOf(moved); goal != p; goal = partOf(moved)) {
        Synapse other = get(at[goal]);
        set(at[goal]++, moved);
        moved = other;
      }
      set(at[p]++, moved);
    }
  for (size_t p = 0; p < kParts; ++p)
    sortRow(first[p], first[p + 1], shift - 8);
}

std::optional<CsrTable> CsrBuilder::finish() {
  for (uint32_t s = 0; s < sources; ++s)
    if (next[s] != begins[size_t(s) + 1])
      return std::nullopt;
  next = {};
  int top = (std::bit_width(targets - 1) - 1) / 8 * 8;
  for (uint32_t s = 0; s < sources; ++s)
    sortRow(begins[s], begins[size_t(s) + 1], targets > 1 ? top : -1);
  scratch = {};
  CsrTable table;
  table.sources = sources;
  table.targets = targets;
  std::vector<int64_t> each{int64_t(begins.back())},
      rows{int64_t(begins.size())};
  auto blob = [&](Column &column) {
    return ParameterBlob{column.kind, each, std::move(column.bytes).share()};
  };
  if (begins.back() <= UINT32_MAX)
    table.offsets = ParameterBlob::of(
        rows, std::vector<uint32_t>(begins.begin(), begins.end()));
  else
    table.offsets = ParameterBlob::of(
        rows, std::vector<int64_t>(begins.begin(), begins.end()));
  table.columns = blob(targetColumn);
  if (sameWeights)
    table.weight = first.value_or(0);
  else
    table.weights = blob(weightColumn);
  if (hasDelays())
    table.delays = blob(delayColumn);
  return table;
}

//===----------------------------------------------------------------------===//
// The view
//===----------------------------------------------------------------------===//

namespace {
class CsrConnectivity : public Connectivity {
public:
  explicit CsrConnectivity(CsrTable given) : table(std::move(given)) {
    sources = table.sources;
    targets = table.targets;
  }

  /// Empty, or what the table's numbers break.
  std::string check();
  uint32_t maxExtraDelay() const override { return longest; }
  std::optional<uint64_t> cheapCount() const override { return nonzero; }
  void row(uint32_t source, std::vector<Synapse> &row) const override;

private:
  size_t begin(size_t source) const {
    return table.offsets.kind == ElementKind::U32
               ? table.offsets.elements<uint32_t>()[source]
               : size_t(table.offsets.elements<int64_t>()[source]);
  }
  std::string checkRows();
  std::string checkNumbers();

  CsrTable table;
  uint32_t longest = 0;
  uint64_t nonzero = 0;
};
} // namespace

/// Writes one member of every synapse from the table's column.
template <typename Set>
static void fill(const ParameterBlob &column, size_t begin,
                 std::vector<Synapse> &row, Set set) {
  column.visit([&](auto elements) {
    for (size_t i = 0; i < row.size(); ++i)
      set(row[i], elements[begin + i]);
  });
}

void CsrConnectivity::row(uint32_t source, std::vector<Synapse> &row) const {
  size_t first = begin(source), count = begin(size_t(source) + 1) - first;
  row.assign(table.weight == 0.0f ? 0 : count,
             {0, table.weight.value_or(0), 0});
  if (row.empty())
    return;
  fill(table.columns, first, row,
       [](Synapse &s, auto target) { s.target = uint32_t(target); });
  if (table.delays)
    fill(*table.delays, first, row,
         [](Synapse &s, auto ticks) { s.delay = uint32_t(ticks); });
  if (table.weight)
    return;
  fill(table.weights, first, row,
       [](Synapse &s, auto weight) { s.weight = float(weight); });
  std::erase_if(row, [](const Synapse &s) { return s.weight == 0; });
}

std::string CsrConnectivity::check() {
  size_t count = table.columns.count();
  auto is = [](const ParameterBlob &blob,
               std::initializer_list<ElementKind> kinds) {
    return std::find(kinds.begin(), kinds.end(), blob.kind) != kinds.end() &&
           blob.bytes.size() == blob.count() * byteWidth(blob.kind);
  };
  if (!is(table.offsets, {ElementKind::U32, ElementKind::I64}) ||
      table.offsets.count() != size_t(sources) + 1)
    return "the rows have other offsets than one for each of " +
           std::to_string(sources) + " sources and one more";
  if (!is(table.columns, {ElementKind::U16, ElementKind::U32}))
    return "the rows' targets are no 16 or 32-bit numbers";
  if (!table.weight && table.weights.count() != count)
    return "the rows have " + std::to_string(count) + " targets and " +
           std::to_string(table.weights.count()) + " weights";
  if (table.delays &&
      (!is(*table.delays, {ElementKind::U8, ElementKind::U16}) ||
       table.delays->count() != count))
    return "the rows' delays are not " + std::to_string(count) +
           " numbers of 8 or 16 bits";
  auto most = uint64_t(count);
  uint64_t before = 0;
  for (size_t s = 0; s <= sources; ++s) {
    uint64_t at = begin(s);
    if (at < before || at > most || (s == 0 && at != 0) ||
        (s == sources && at != most))
      return "the rows' offsets do not ascend from 0 to " +
             std::to_string(count);
    before = at;
  }
  std::string wrong = checkNumbers();
  return wrong.empty() ? checkRows() : wrong;
}

/// Weights are finite in float32; counts those that are not 0.
std::string CsrConnectivity::checkNumbers() {
  if (table.delays)
    table.delays->visit([&](auto ticks) {
      for (auto tick : ticks)
        longest = std::max(longest, uint32_t(tick));
    });
  size_t count = table.columns.count(), bad = count;
  nonzero = count;
  if (table.weight) {
    if (*table.weight == 0)
      nonzero = 0;
    return std::isfinite(*table.weight) ? "" : "a weight is no finite number";
  }
  table.weights.visit([&](auto weights) {
    for (size_t i = 0; i < count; ++i) {
      nonzero -= weights[i] == 0;
      if (!std::isfinite(float(weights[i])))
        bad = std::min(bad, i);
    }
  });
  return bad == count ? ""
                      : "the weight of synapse " + std::to_string(bad) +
                            " is no finite number of float32";
}

/// Targets are neurons and rows are in order.
std::string CsrConnectivity::checkRows() {
  return table.columns.visit([&](auto to) -> std::string {
    std::vector<Synapse> both(2);
    for (uint32_t s = 0; s < sources; ++s)
      for (size_t i = begin(s), end = begin(size_t(s) + 1), first = i; i < end;
           ++i) {
        if (uint32_t(to[i]) >= targets)
          return "synapse " + std::to_string(i) + " names target " +
                 std::to_string(to[i]) + ", there are " +
                 std::to_string(targets);
        if (i == first || to[i - 1] < to[i])
          continue;
        for (size_t k = 0; k < 2; ++k)
          both[k] = {uint32_t(to[i - 1 + k]),
                     table.weight ? *table.weight
                                  : float(table.weights.at(i - 1 + k)),
                     table.delays ? uint32_t(table.delays->at(i - 1 + k)) : 0};
        if (Synapse::isBefore(both[1], both[0]))
          return "the row of source " + std::to_string(s) +
                 " is not in order of targets, delays and weights";
      }
    return "";
  });
}

std::unique_ptr<Connectivity> createCsr(CsrTable table, std::string &error) {
  auto view = std::make_unique<CsrConnectivity>(std::move(table));
  error = view->check();
  if (!error.empty())
    return nullptr;
  return view;
}

} // namespace snnc::snn
