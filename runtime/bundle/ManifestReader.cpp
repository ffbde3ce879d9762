//===- ManifestReader.cpp - JSON to Manifest, every field checked ---------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/ManifestJson.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace snnc::runtime {

using nlohmann::json;

namespace {

/// Collects the first finding while the structures are filled. Every getter
/// returns a harmless value once something failed, so that the readers below
/// are plain lists of fields.
class Schema {
public:
  explicit Schema(const std::string &file) : file(file) {}

  bool failed() const { return first.has_value(); }
  Diagnostic takeError() { return std::move(*first); }

  void fail(const std::string &where, std::string message,
            std::vector<std::string> hints = {}) {
    if (first)
      return;
    hints.push_back("compile the network again; a manifest is not meant to be "
                    "edited by hand");
    first = makeError("SNN0508", {file, where, 0, 0}, std::move(message),
                      std::move(hints));
  }

  uint64_t unsignedOf(const json &value, const std::string &where,
                      uint64_t max) {
    bool negative = value.is_number_integer() && !value.is_number_unsigned() &&
                    value.get<int64_t>() < 0;
    if (!value.is_number_integer() || negative) {
      fail(where, fmt::format("expected an integer from 0 to {}, found {}", max,
                              shown(value)));
      return 0;
    }
    auto number = value.get<uint64_t>();
    if (number <= max)
      return number;
    fail(where, fmt::format("the value is {}, the limit is {}", number, max));
    return 0;
  }

  uint32_t u32(const json &object, const char *key, const std::string &where,
               uint64_t max = std::numeric_limits<uint32_t>::max()) {
    return uint32_t(unsignedOf(object.at(key), where + "." + key, max));
  }

  double number(const json &object, const char *key, const std::string &where) {
    const json &value = object.at(key);
    if (value.is_number() && std::isfinite(value.get<double>()))
      return value.get<double>();
    fail(where + "." + key,
         fmt::format("expected a finite number, found {}", shown(value)));
    return 1;
  }

  bool boolean(const json &object, const char *key, const std::string &where) {
    const json &value = object.at(key);
    if (value.is_boolean())
      return value.get<bool>();
    fail(where + "." + key,
         fmt::format("expected true or false, found {}", shown(value)));
    return false;
  }

  std::string text(const json &object, const char *key,
                   const std::string &where) {
    const json &value = object.at(key);
    if (!value.is_string()) {
      fail(where + "." + key,
           fmt::format("expected a string, found {}", shown(value)));
      return {};
    }
    auto s = value.get<std::string>();
    if (s.size() <= ManifestLimits::names)
      return s;
    fail(where + "." + key, fmt::format("the string has {} bytes, the limit "
                                        "is {}",
                                        s.size(), ManifestLimits::names));
    return {};
  }

  /// The array, or an empty one after a finding.
  const json &array(const json &value, const std::string &where, size_t max) {
    static const json empty = json::array();
    if (!value.is_array()) {
      fail(where, fmt::format("expected an array, found {}", shown(value)));
      return empty;
    }
    if (value.size() > max) {
      fail(where, fmt::format("the array has {} elements, the limit is {}",
                              value.size(), max));
      return empty;
    }
    return value;
  }

  /// True: an object with all of `required` and nothing beyond `optional`.
  bool object(const json &value, const std::string &where,
              const std::vector<std::string> &required,
              const std::vector<std::string> &optional = {}) {
    if (!value.is_object()) {
      fail(where, fmt::format("expected an object, found {}", shown(value)));
      return false;
    }
    for (const std::string &key : required)
      if (!value.contains(key))
        fail(where, fmt::format("the field '{}' is missing", key));
    for (const auto &item : value.items())
      checkKnown(item.key(), where, required, optional);
    return !failed();
  }

  template <typename T, typename Read>
  std::vector<T> list(const json &object, const char *key, size_t max,
                      const std::string &where, Read read) {
    std::string path = where.empty() ? key : where + "." + key;
    std::vector<T> result;
    for (const json &element : array(object.at(key), path, max)) {
      if (failed())
        return {};
      result.push_back(
          read(element, fmt::format("{}[{}]", path, result.size())));
    }
    return result;
  }

private:
  static std::string shown(const json &value) {
    if (value.is_structured())
      return value.is_array() ? "an array" : "an object";
    return value.dump(-1, ' ', false, json::error_handler_t::replace)
        .substr(0, 40);
  }

  void checkKnown(const std::string &key, const std::string &where,
                  const std::vector<std::string> &required,
                  const std::vector<std::string> &optional) {
    std::vector<std::string> known = required;
    known.insert(known.end(), optional.begin(), optional.end());
    if (std::find(known.begin(), known.end(), key) != known.end())
      return;
    fail(where, fmt::format("unknown field '{}'", key.substr(0, 80)));
  }

  const std::string &file;
  std::optional<Diagnostic> first;
};

} // namespace

static ProgramEntry readProgram(Schema &schema, const json &j,
                                const std::string &where) {
  ProgramEntry p;
  if (!schema.object(j, where, {"name", "elf", "tick"}, {"code"}))
    return p;
  p.name = schema.text(j, "name", where);
  p.elf = schema.text(j, "elf", where);
  p.tick = schema.text(j, "tick", where);
  if (j.contains("code"))
    p.code = schema.text(j, "code", where);
  return p;
}

/// As many numbers as `most` says, up to these; nothing, and an error that
/// names the `fields`, where there are more or fewer.
template <size_t N>
static std::optional<std::array<uint64_t, N>>
readNumbers(Schema &schema, const json &j, const std::string &where,
            const char *fields, const std::array<uint64_t, N> &most) {
  const json &parts = schema.array(j, where, N);
  if (parts.size() != N) {
    schema.fail(where, std::string("expected ") + fields);
    return std::nullopt;
  }
  std::array<uint64_t, N> numbers;
  for (size_t i = 0; i < N; ++i)
    numbers[i] = schema.unsignedOf(
        parts[i], where + "[" + std::to_string(i) + "]", most[i]);
  return numbers;
}

static ChipCoordinate readChip(Schema &schema, const json &j,
                               const std::string &where) {
  auto at =
      readNumbers<2>(schema, j, where, "[x, y]", {UINT16_MAX, UINT16_MAX});
  return at ? ChipCoordinate{uint16_t((*at)[0]), uint16_t((*at)[1])}
            : ChipCoordinate{};
}

static CoreEntry readCore(Schema &schema, const json &j,
                          const std::string &where) {
  CoreEntry c;
  if (!schema.object(j, where,
                     {"pe", "program", "image", "imageBase", "headerAddress"},
                     {"chip", "dram", "dramBase", "largestCount"}))
    return c;
  // Three bits of x, three of y, two of p: the hardware id (facts A1).
  auto pe =
      readNumbers<3>(schema, j.at("pe"), where + ".pe", "[x, y, p]", {7, 7, 3});
  if (!pe)
    return c;
  c.at.pe = {uint8_t((*pe)[0]), uint8_t((*pe)[1]), uint8_t((*pe)[2])};
  if (j.contains("chip"))
    c.at.chip = readChip(schema, j.at("chip"), where + ".chip");
  c.program = schema.u32(j, "program", where);
  c.image = schema.text(j, "image", where);
  c.imageBase = schema.u32(j, "imageBase", where);
  c.headerAddress = schema.u32(j, "headerAddress", where);
  if (j.contains("dram")) {
    c.dram = schema.text(j, "dram", where);
    if (!j.contains("dramBase"))
      schema.fail(where, "the field 'dramBase' is missing");
    else
      c.dramBase = schema.u32(j, "dramBase", where);
  }
  if (j.contains("largestCount"))
    c.largestCount = schema.u32(j, "largestCount", where);
  return c;
}

static std::vector<uint32_t> readShape(Schema &schema, const json &j,
                                       const std::string &where) {
  return schema.list<uint32_t>(j, "shape", ManifestLimits::rank, where,
                               [&](const json &value, const std::string &path) {
                                 return uint32_t(schema.unsignedOf(
                                     value, path, ManifestLimits::neurons));
                               });
}

static SliceEntry readSlice(Schema &schema, const json &j,
                            const std::string &where) {
  constexpr uint64_t max = ManifestLimits::neurons;
  auto parts =
      readNumbers<3>(schema, j, where, "[core, begin, end]", {max, max, max});
  if (!parts)
    return {};
  return {uint32_t((*parts)[0]), uint32_t((*parts)[1]), uint32_t((*parts)[2])};
}

static VariableEntry readVariable(Schema &schema, const json &j,
                                  const std::string &where) {
  VariableEntry v;
  if (!schema.object(j, where, {"name", "state"}, {"scale", "scales"}))
    return v;
  v.name = schema.text(j, "name", where);
  v.state = schema.u32(j, "state", where);
  if (j.contains("scale") == j.contains("scales"))
    schema.fail(where, "expected exactly one of 'scale' and 'scales'");
  else if (j.contains("scale"))
    v.scale = schema.number(j, "scale", where);
  else if (v.scales = schema.text(j, "scales", where); v.scales.empty())
    schema.fail(where + ".scales", "the entry name is empty");
  return v;
}

static DrawnEntry readDrawn(Schema &schema, const json &j,
                            const std::string &where) {
  auto parts = readNumbers<2>(schema, j, where, "[core, address]",
                              {ManifestLimits::cores, UINT32_MAX});
  if (!parts)
    return {};
  return {uint32_t((*parts)[0]), uint32_t((*parts)[1])};
}

static NoiseEntry readNoise(Schema &schema, const json &j,
                            const std::string &where) {
  NoiseEntry n;
  const json &parts = schema.array(j, where, 3);
  if (parts.size() != 3) {
    schema.fail(where, "expected [seed, stream, records]");
    return n;
  }
  n.seed = schema.unsignedOf(parts[0], where + "[0]", UINT64_MAX);
  n.stream = schema.unsignedOf(parts[1], where + "[1]", UINT64_MAX);
  std::string at = where + "[2]";
  for (const json &record : schema.array(parts[2], at, ManifestLimits::cores)) {
    if (schema.failed())
      break;
    n.records.push_back(readDrawn(schema, record, at));
  }
  return n;
}

static PopulationEntry readPopulation(Schema &schema, const json &j,
                                      const std::string &where) {
  PopulationEntry p;
  if (!schema.object(j, where,
                     {"name", "neurons", "shape", "latency", "slices",
                      "variables", "spiking"},
                     {"order", "subordinates", "noises"}))
    return p;
  p.name = schema.text(j, "name", where);
  p.neurons = schema.u32(j, "neurons", where, ManifestLimits::neurons);
  p.shape = readShape(schema, j, where);
  p.latency = schema.u32(j, "latency", where, ManifestLimits::latency);
  p.slices = schema.list<SliceEntry>(j, "slices", ManifestLimits::cores, where,
                                     [&](const json &e, const std::string &at) {
                                       return readSlice(schema, e, at);
                                     });
  p.variables = schema.list<VariableEntry>(
      j, "variables", 64, where, [&](const json &e, const std::string &at) {
        return readVariable(schema, e, at);
      });
  p.spiking = schema.boolean(j, "spiking", where);
  if (j.contains("order"))
    p.order = schema.text(j, "order", where);
  if (j.contains("subordinates"))
    p.subordinates =
        schema.list<SliceEntry>(j, "subordinates", ManifestLimits::cores, where,
                                [&](const json &e, const std::string &at) {
                                  return readSlice(schema, e, at);
                                });
  if (j.contains("noises"))
    p.noises =
        schema.list<NoiseEntry>(j, "noises", SNNC_MAX_PARAMS, where,
                                [&](const json &e, const std::string &at) {
                                  return readNoise(schema, e, at);
                                });
  return p;
}

static InputEntry readInput(Schema &schema, const json &j,
                            const std::string &where) {
  InputEntry i;
  if (!schema.object(j, where, {"name", "channels", "shape", "keyBase"},
                     {"order", "drawn"}))
    return i;
  i.name = schema.text(j, "name", where);
  i.channels = schema.u32(j, "channels", where, ManifestLimits::neurons);
  i.shape = readShape(schema, j, where);
  i.keyBase = schema.u32(j, "keyBase", where);
  if (j.contains("order"))
    i.order = schema.text(j, "order", where);
  if (j.contains("drawn"))
    i.drawn =
        schema.list<DrawnEntry>(j, "drawn", ManifestLimits::cores, where,
                                [&](const json &e, const std::string &at) {
                                  return readDrawn(schema, e, at);
                                });
  return i;
}

static RouteEntry readRoute(Schema &schema, const json &j,
                            const std::string &where) {
  RouteEntry r;
  const json &parts = schema.array(j, where, 5);
  if (parts.size() < 3) {
    schema.fail(where, "expected [key, mask, [cores]], and of another chip "
                       "than the first or with links [x, y], links");
    return r;
  }
  if (parts.size() >= 4)
    r.chip = readChip(schema, parts[3], where + "[3]");
  if (parts.size() == 5)
    r.links = uint8_t(
        schema.unsignedOf(parts[4], where + "[4]", (1u << kLinksPerChip) - 1));
  constexpr uint64_t max = std::numeric_limits<uint32_t>::max();
  r.key = uint32_t(schema.unsignedOf(parts[0], where + "[0]", max));
  r.mask = uint32_t(schema.unsignedOf(parts[1], where + "[1]", max));
  for (const json &core :
       schema.array(parts[2], where + "[2]", ManifestLimits::cores))
    r.cores.push_back(uint32_t(schema.unsignedOf(core, where + "[2]", max)));
  return r;
}

static Status checkVersion(const json &j, const std::string &file) {
  if (j.is_object() && j.contains("formatVersion") &&
      j.at("formatVersion") == manifestFormatVersion)
    return {};
  std::string found = "no format version";
  if (j.is_object() && j.contains("formatVersion"))
    found = "format version " +
            j.at("formatVersion")
                .dump(-1, ' ', true, json::error_handler_t::replace)
                .substr(0, 20);
  return makeError(
      "SNN0509", {file, Bundle::manifestName, 0, 0},
      fmt::format("the bundle has {}, this program reads version {}", found,
                  manifestFormatVersion),
      {"run it with the snnc that compiled it, or compile the network again "
       "with this one"});
}

static void readLists(Schema &schema, const json &j, Manifest &m) {
  using L = ManifestLimits;
  // One reader for each kind of element, bound to the schema.
  auto with = [&schema](auto read) {
    return [&schema, read](const json &element, const std::string &where) {
      return read(schema, element, where);
    };
  };
  m.programs = schema.list<ProgramEntry>(j, "programs", L::programs, "",
                                         with(readProgram));
  m.cores = schema.list<CoreEntry>(j, "cores", L::cores, "", with(readCore));
  m.populations = schema.list<PopulationEntry>(j, "populations", L::populations,
                                               "", with(readPopulation));
  m.inputs =
      schema.list<InputEntry>(j, "inputs", L::populations, "", with(readInput));
  m.routes =
      schema.list<RouteEntry>(j, "routes", L::routes, "", with(readRoute));
}

Expected<Manifest> manifestFromJson(const json &j,
                                    const std::string &shownPath) {
  if (Status status = checkVersion(j, shownPath); !status)
    return status.takeError();
  Schema schema(shownPath);
  Manifest m;
  std::string root = Bundle::manifestName;
  if (!schema.object(j, root,
                     {"formatVersion", "compilerVersion", "network",
                      "tickSeconds", "dtSeconds", "latency", "options",
                      "programs", "cores", "populations", "inputs", "routes"},
                     {"files"}))
    return schema.takeError();
  m.compilerVersion = schema.text(j, "compilerVersion", root);
  m.network = schema.text(j, "network", root);
  m.tickSeconds = schema.number(j, "tickSeconds", root);
  m.dtSeconds = schema.number(j, "dtSeconds", root);
  m.latency = schema.u32(j, "latency", root, ManifestLimits::latency);
  m.options = j.at("options");
  if (!m.options.is_object())
    schema.fail(root + ".options", "expected an object");
  readLists(schema, j, m);
  if (schema.failed())
    return schema.takeError();
  if (Status status = checkManifest(m, shownPath); !status)
    return status.takeError();
  return m;
}

} // namespace snnc::runtime
