//===- Manifest.cpp - Manifest to JSON text -------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/ManifestJson.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::runtime {

using nlohmann::json;

static json toJson(const ProgramEntry &p) {
  json j = {{"name", p.name}, {"elf", p.elf}, {"tick", p.tick}};
  if (!p.code.empty())
    j["code"] = p.code;
  return j;
}

/// Of the first chip nothing is said.
static void addChip(json &j, ChipCoordinate chip) {
  if (chip != ChipCoordinate())
    j["chip"] = {chip.x, chip.y};
}

static json toJson(const CoreEntry &c) {
  json j = {{"pe", {c.at.pe.x, c.at.pe.y, c.at.pe.p}},
            {"program", c.program},
            {"image", c.image},
            {"imageBase", c.imageBase},
            {"headerAddress", c.headerAddress}};
  addChip(j, c.at.chip);
  if (!c.dram.empty()) {
    j["dram"] = c.dram;
    j["dramBase"] = c.dramBase;
  }
  if (c.largestCount)
    j["largestCount"] = c.largestCount;
  return j;
}

static json toJson(const VariableEntry &v) {
  json j = {{"name", v.name}, {"state", v.state}};
  if (v.scales.empty())
    j["scale"] = v.scale;
  else
    j["scales"] = v.scales;
  return j;
}

static json toJson(const PopulationEntry &p) {
  json slices = json::array(), variables = json::array();
  for (const SliceEntry &s : p.slices)
    slices.push_back({s.core, s.begin, s.end});
  for (const VariableEntry &v : p.variables)
    variables.push_back(toJson(v));
  json j = {{"name", p.name},      {"neurons", p.neurons},
            {"shape", p.shape},    {"latency", p.latency},
            {"slices", slices},    {"variables", variables},
            {"spiking", p.spiking}};
  if (!p.order.empty())
    j["order"] = p.order;
  for (const SliceEntry &s : p.subordinates)
    j["subordinates"].push_back({s.core, s.begin, s.end});
  for (const NoiseEntry &n : p.noises) {
    json records = json::array();
    for (const DrawnEntry &d : n.records)
      records.push_back({d.core, d.at});
    j["noises"].push_back({n.seed, n.stream, records});
  }
  return j;
}

static json toJson(const InputEntry &i) {
  json j = {{"name", i.name},
            {"channels", i.channels},
            {"shape", i.shape},
            {"keyBase", i.keyBase}};
  if (!i.order.empty())
    j["order"] = i.order;
  for (const DrawnEntry &d : i.drawn)
    j["drawn"].push_back({d.core, d.at});
  return j;
}

// Compact: a chip can have 16,384 of them.
static json toJson(const RouteEntry &r) {
  json j = json::array({r.key, r.mask, r.cores});
  if (r.chip != ChipCoordinate() || r.links)
    j.push_back({r.chip.x, r.chip.y});
  if (r.links)
    j.push_back(r.links);
  return j;
}

template <typename T> static json listOf(const std::vector<T> &entries) {
  json list = json::array();
  for (const T &entry : entries)
    list.push_back(toJson(entry));
  return list;
}

json toJson(const Manifest &m) {
  return {{"formatVersion", m.formatVersion},
          {"compilerVersion", m.compilerVersion},
          {"network", m.network},
          {"tickSeconds", m.tickSeconds},
          {"dtSeconds", m.dtSeconds},
          {"latency", m.latency},
          {"options", m.options.is_null() ? json::object() : m.options},
          {"programs", listOf(m.programs)},
          {"cores", listOf(m.cores)},
          {"populations", listOf(m.populations)},
          {"inputs", listOf(m.inputs)},
          {"routes", listOf(m.routes)}};
}

// Names come from users' files: bytes that are no UTF-8 must not throw.
static std::string dumped(const json &value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

static std::string topLevelValue(const json &value) {
  if (!value.is_structured() || value.empty())
    return dumped(value);
  std::string text = value.is_array() ? "[" : "{";
  const char *separator = "\n  ";
  for (auto item = value.begin(); item != value.end(); ++item) {
    text += separator;
    if (value.is_object())
      text += dumped(json(item.key())) + ": ";
    text += dumped(*item);
    separator = ",\n  ";
  }
  return text + (value.is_array() ? "\n ]" : "\n }");
}

std::string manifestText(const json &value) {
  std::string text = "{";
  const char *separator = "\n ";
  for (auto item = value.begin(); item != value.end(); ++item) {
    text += separator + dumped(json(item.key())) + ": " + topLevelValue(*item);
    separator = ",\n ";
  }
  return text + "\n}\n";
}

//===----------------------------------------------------------------------===//
// Parsing text of unknown origin
//===----------------------------------------------------------------------===//

static bool tooDeep(const std::string &text, unsigned limit) {
  unsigned depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i; // the next character is escaped
      else if (c == '"')
        quoted = false;
      continue;
    }
    quoted = c == '"';
    if ((c == '[' || c == '{') && ++depth > limit)
      return true;
    if ((c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return false;
}

static SourceSpot spotOfByte(const std::string &text, size_t byte,
                             const std::string &path,
                             const std::string &entry) {
  SourceSpot spot{path, entry, 1, 1};
  size_t end = std::min(byte > 0 ? byte - 1 : 0, text.size());
  for (size_t i = 0; i < end; ++i) {
    bool newline = text[i] == '\n';
    spot.line += newline;
    spot.column = newline ? 1 : spot.column + 1;
  }
  return spot;
}

Expected<json> parseJson(const std::string &text, const std::string &path,
                         const std::string &entry) {
  if (text.size() > ManifestLimits::textBytes)
    return makeError("SNN0502", {path, entry, 0, 0},
                     fmt::format("the entry has {} bytes, the limit is {}",
                                 text.size(), ManifestLimits::textBytes));
  if (tooDeep(text, ManifestLimits::jsonDepth))
    return makeError("SNN0507", {path, entry, 0, 0},
                     fmt::format("the JSON nests deeper than {} levels",
                                 ManifestLimits::jsonDepth));
  try {
    return json::parse(text);
  } catch (const json::parse_error &e) {
    std::string why = e.what();
    size_t prefix = why.find("] ");
    return makeError(
        "SNN0507", spotOfByte(text, e.byte, path, entry),
        fmt::format("not valid JSON: {}",
                    prefix == std::string::npos ? why : why.substr(prefix + 2)),
        {"the bundle is damaged or was edited; compile the network again"});
  } catch (const std::exception &e) {
    return makeError("SNN0507", {path, entry, 0, 0},
                     fmt::format("the JSON cannot be read: {}", e.what()));
  }
}

} // namespace snnc::runtime
