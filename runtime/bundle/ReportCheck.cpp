//===- ReportCheck.cpp - The fields of report.json ------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/ManifestJson.h"
#include "runtime/bundle/MemberCheck.h"

#include <fmt/format.h>
#include <optional>

namespace snnc::runtime {

using nlohmann::json;

namespace {

enum class Kind { Text, Flag, Count, Number, MaybeNumber, Texts, Counts };

struct Field {
  const char *name;
  Kind kind;
};

constexpr Field kLayer[] = {{"name", Kind::Text},
                            {"model", Kind::Text},
                            {"paradigm", Kind::Text},
                            {"neurons", Kind::Count},
                            {"synapses", Kind::Count},
                            {"pes", Kind::Count},
                            {"bytes", Kind::Count},
                            {"limit", Kind::Count},
                            {"dram_bytes", Kind::Count},
                            {"dram_limit", Kind::Count},
                            {"encodings", Kind::Texts},
                            {"bytes_by_structure", Kind::Counts},
                            {"cycles_expected", Kind::Number},
                            {"cycles_worst", Kind::Number},
                            {"cycles_peak", Kind::Number},
                            {"cycles_spread", Kind::Number},
                            {"rate", Kind::Number},
                            {"rate_stated", Kind::Flag},
                            {"worst_rate", Kind::Number}};
constexpr Field kInput[] = {
    {"name", Kind::Text}, {"rate", Kind::Number}, {"worst_rate", Kind::Number}};
constexpr Field kQuantization[] = {
    {"bits", Kind::Count},      {"min", Kind::Number},
    {"max", Kind::Number},      {"snr_db", Kind::MaybeNumber},
    {"underflow", Kind::Count}, {"saturated", Kind::Count}};
constexpr Field kCore[] = {{"pe", Kind::Text},
                           {"population", Kind::Text},
                           {"program", Kind::Text},
                           {"paradigm", Kind::Text},
                           {"role", Kind::Text},
                           {"begin", Kind::Count},
                           {"end", Kind::Count},
                           {"used", Kind::Count},
                           {"available", Kind::Count},
                           {"record_ticks", Kind::Count},
                           {"fifo_capacity", Kind::Count},
                           {"keys", Kind::Count},
                           {"sums", Kind::Count},
                           {"dram", Kind::Count},
                           {"encodings", Kind::Texts},
                           {"cycles_expected", Kind::Number},
                           {"cycles_worst", Kind::Number},
                           {"cycles_peak", Kind::Number},
                           {"cycles_spread", Kind::Number}};
constexpr Field kBuffer[] = {
    {"name", Kind::Text}, {"bytes", Kind::Count}, {"at", Kind::Count}};

/// The first wrong field, as "cores[3].used".
class ReportCheck {
public:
  explicit ReportCheck(const json &report) : report(report) {}

  std::optional<std::string> run() {
    if (!report.is_object())
      return "";
    eachOf(report, "layers", "", [&](const json &layer, const std::string &at) {
      fields(layer, at, kLayer);
      if (layer.contains("quantization"))
        object(layer["quantization"], at + ".quantization", kQuantization);
    });
    eachOf(report, "inputs", "", [&](const json &input, const std::string &at) {
      fields(input, at, kInput);
    });
    eachOf(report, "cores", "", [&](const json &core, const std::string &at) {
      fields(core, at, kCore);
      eachOf(core, "buffers", at + ".",
             [&](const json &buffer, const std::string &place) {
               fields(buffer, place, kBuffer);
             });
    });
    return wrong;
  }

private:
  void fail(const std::string &where) {
    if (!wrong)
      wrong = where;
  }

  template <typename Each>
  void eachOf(const json &object, const char *key, const std::string &where,
              Each each) {
    if (!object.contains(key))
      return;
    const json &list = object[key];
    if (!list.is_array())
      return fail(where + key);
    for (size_t i = 0; i < list.size() && !wrong; ++i) {
      std::string at = fmt::format("{}{}[{}]", where, key, i);
      if (list[i].is_object())
        each(list[i], at);
      else
        fail(at);
    }
  }

  template <size_t N>
  void object(const json &value, const std::string &at,
              const Field (&known)[N]) {
    if (value.is_object())
      fields(value, at, known);
    else
      fail(at);
  }

  template <size_t N>
  void fields(const json &object, const std::string &at,
              const Field (&known)[N]) {
    for (const Field &field : known)
      if (auto value = object.find(field.name);
          value != object.end() && !isOf(*value, field.kind))
        fail(at + "." + field.name);
  }

  static bool isCount(const json &value) {
    // Sums of a few of them still fit.
    return value.is_number_unsigned() && value.get<uint64_t>() >> 53 == 0;
  }

  static bool isOf(const json &value, Kind kind) {
    auto all = [&](auto good) {
      for (const json &part : value)
        if (!good(part))
          return false;
      return true;
    };
    switch (kind) {
    case Kind::Text:
      return value.is_string();
    case Kind::Flag:
      return value.is_boolean();
    case Kind::Count:
      return isCount(value);
    case Kind::Number:
      return value.is_number();
    case Kind::MaybeNumber: // null: no finite one
      return value.is_number() || value.is_null();
    case Kind::Texts:
      return value.is_array() &&
             all([](const json &part) { return part.is_string(); });
    case Kind::Counts:
      return value.is_object() && all(isCount);
    }
    return false;
  }

  const json &report;
  std::optional<std::string> wrong;
};

} // namespace

Status checkReport(const Bundle &bundle, const std::string &path) {
  const std::string *text = bundle.entry(Bundle::reportName);
  if (!text)
    return {};
  Expected<json> report = parseJson(*text, path, Bundle::reportName);
  if (!report)
    return report.takeError();
  std::optional<std::string> wrong = ReportCheck(*report).run();
  if (!wrong)
    return {};
  return makeError(
      "SNN0561", {path, Bundle::reportName, 0, 0},
      wrong->empty() ? "the report is no JSON object"
                     : fmt::format("'{}' is not of the type that a report has "
                                   "there",
                                   *wrong),
      {"the bundle is damaged or was edited; compile the network again"});
}

} // namespace snnc::runtime
