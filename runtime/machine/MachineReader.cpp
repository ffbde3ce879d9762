//===- MachineReader.cpp - Machine files into the model -------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads YAML (and with it JSON) by walking MachineSchema.h. A leaf is either
// the plain value or {value, source, confidence}; a null is an unknown.
//
//===----------------------------------------------------------------------===//
#include "runtime/machine/MachineSchema.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/Digest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <utility>
#include <yaml-cpp/yaml.h>

namespace snnc {

namespace {

constexpr size_t maxFileBytes = size_t(1) << 20; // shipped file: 10 kB
constexpr size_t maxPes = 256;                   // peId() has 8 bits
constexpr size_t maxLevels = 64;
const char *const grades[] = {"P", "S", "J", "INFERRED", "OWN", "NOT_FOUND"};

Diagnostic syntaxError(const std::string &file, const YAML::Exception &e) {
  SourceSpot spot;
  spot.file = file;
  if (!e.mark.is_null()) {
    spot.line = e.mark.line + 1;
    spot.column = e.mark.column + 1;
  }
  return makeError("SNN0101", spot,
                   fmt::format("the machine file is not YAML: {}", e.msg));
}

/// Walks the schema over a YAML tree; keeps the first error only, since later
/// ones are usually its consequence.
class YamlVisitor {
public:
  /// `folder`: of files that the machine names; without, it may name none.
  YamlVisitor(YAML::Node root, std::string file,
              std::optional<std::filesystem::path> folder)
      : file(std::move(file)), folder(std::move(folder)), at(std::move(root)) {}

  std::optional<Diagnostic> error;

  template <typename Body> void group(const char *key, Body body) {
    YAML::Node inner = child(key);
    if (error)
      return;
    within(inner, qualified(key), body);
  }

  /// `otherwise` where it is not given.
  template <typename T>
  void optional(const char *key, T &value, const T &otherwise) {
    value = otherwise;
    if (isGiven(key))
      field(key, value);
  }

  template <typename T, typename Body>
  void maybe(const char *key, std::optional<T> &content, Body body) {
    if (isGiven(key))
      group(key, [&] { body(content.emplace()); });
  }

  template <typename T, typename Body>
  void list(const char *key, std::vector<T> &elements, Body body) {
    YAML::Node inner = child(key);
    if (error)
      return;
    if (!inner.IsSequence() || inner.size() == 0 || inner.size() > maxLevels)
      return fail("SNN0104", inner, key,
                  fmt::format("is not a list of 1 to {} entries", maxLevels));
    elements.resize(inner.size());
    for (size_t i = 0; i < inner.size() && !error; ++i)
      within(inner[i], fmt::format("{}[{}]", qualified(key), i),
             [&] { body(elements[i]); });
  }

  void field(const char *key, std::string &value) {
    YAML::Node leaf = leafOf(key, /*mayBeNull=*/false);
    if (error)
      return;
    if (!leaf.IsScalar() || leaf.Scalar().empty() || leaf.Scalar().size() > 100)
      return fail("SNN0104", leaf, key, "is not a text of 1 to 100 bytes");
    value = leaf.Scalar();
  }
  void field(const char *key, uint32_t &value) {
    YAML::Node leaf = leafOf(key, /*mayBeNull=*/false);
    if (!error)
      value = uint32_t(integer(leaf, key, UINT32_MAX));
  }
  void field(const char *key, std::optional<uint64_t> &value) {
    YAML::Node leaf = leafOf(key, /*mayBeNull=*/true);
    value.reset();
    if (!error && !leaf.IsNull())
      value = integer(leaf, key, uint64_t(1) << 48);
  }
  void field(const char *key, double &value) {
    YAML::Node leaf = leafOf(key, /*mayBeNull=*/false);
    if (error)
      return;
    const std::string text = leaf.IsScalar() ? leaf.Scalar() : "";
    auto [end, code] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() ||
        !std::isfinite(value) || value < 0)
      fail("SNN0104", leaf, key,
           fmt::format("'{}' is not a finite number >= 0", text));
  }
  void field(const char *key, AddressRange &range) {
    YAML::Node leaf = leafOf(key, /*mayBeNull=*/false);
    if (error)
      return;
    if (!leaf.IsSequence() || leaf.size() != 2)
      return fail("SNN0104", leaf, key, "is not a pair [begin, end] of bytes");
    range.begin = uint32_t(integer(leaf[0], key, UINT32_MAX));
    range.end = uint32_t(integer(leaf[1], key, UINT32_MAX));
  }

  void pes(MachineModel &machine) {
    group("pes", [&] {
      if (at["list"])
        return peTuples("list", 3, machine.pes);
      std::vector<PeCoordinate> quads, reserved;
      uint32_t perQuad = 0;
      bool descending = false;
      peTuples("quads", 2, quads);
      field("perQuad", perQuad);
      if (isGiven("descending"))
        descending = boolean("descending");
      peTuples("reserved", 3, reserved);
      if (error)
        return;
      if (perQuad == 0 || perQuad > 4)
        return fail("SNN0104", at, "perQuad",
                    fmt::format("{} is not 1 to 4 PEs a quad", perQuad));
      std::vector<PeCoordinate> all;
      for (PeCoordinate quad : quads)
        for (uint32_t i = 0; i < perQuad; ++i)
          all.push_back(
              {quad.x, quad.y, uint8_t(descending ? perQuad - 1 - i : i)});
      addUnreserved(machine, all, reserved);
    });
  }

  void places(const char *key, std::vector<PeCoordinate> &places) {
    if (isGiven(key))
      peTuples(key, 2, places);
  }

  void layout(MachineModel &machine) {
    if (isGiven("boards"))
      field("boards", machine.layout.boards);
    if (isGiven("torus"))
      machine.layout.torus = boolean("torus");
    if (isGiven("link"))
      group("link", [&] { visitLink(*this, machine.link.emplace()); });
    if (isGiven("dead") && at["dead"].IsScalar())
      deadFile(machine);
    else if (isGiven("dead"))
      group("dead", [&] { dead(machine); });
  }

  /// Ends the walk of the current map: every key must have been asked for.
  void finish() {
    if (error || !at.IsMap())
      return;
    std::vector<std::string> seen;
    for (auto item : at) {
      std::string key = item.first.IsScalar() ? item.first.Scalar() : "";
      if (std::find(asked.begin(), asked.end(), key) == asked.end())
        return unknownKey(item.first, key);
      if (std::find(seen.begin(), seen.end(), key) != seen.end())
        return fail("SNN0107", item.first, key, "stands here twice");
      seen.push_back(key);
    }
  }

  /// A key that only the file has, not the model.
  void constant(const char *key, uint64_t wanted) {
    YAML::Node leaf = leafOf(key, false);
    if (error)
      return;
    uint64_t value = integer(leaf, key, UINT32_MAX);
    if (!error && value != wanted)
      fail("SNN0104", leaf, key,
           fmt::format("{} is not the version that this snnc reads ({})", value,
                       wanted));
  }

private:
  /// Whether the key, which may be absent, stands here.
  bool isGiven(const char *key) {
    asked.push_back(key);
    return !error && at.IsMap() && at[key];
  }

  bool boolean(const char *key) {
    YAML::Node leaf = leafOf(key, false);
    if (error)
      return false;
    std::string text = leaf.IsScalar() ? leaf.Scalar() : "";
    if (text != "true" && text != "false")
      fail("SNN0104", leaf, key, "is not true or false");
    return text == "true";
  }

  /// What is dead in a file of its own, beside the machine's.
  void deadFile(MachineModel &machine) {
    YAML::Node leaf = at["dead"];
    if (!folder)
      return fail("SNN0104", leaf, "dead",
                  "names a file; only a machine file "
                  "on disk may");
    std::string path = (*folder / leaf.Scalar()).string();
    Expected<std::string> text = readFile(path, maxFileBytes);
    if (!text) {
      error = text.takeError();
      return;
    }
    std::string outer = std::exchange(file, path);
    try {
      within(YAML::Load(*text), "dead", [&] { dead(machine); });
    } catch (const YAML::Exception &e) {
      error = syntaxError(path, e);
    }
    file = std::move(outer);
  }

  void dead(MachineModel &machine) {
    if (!at.IsMap())
      return fail("SNN0104", at, "chips", "has a parent that is not a map");
    DeadParts &dead = machine.dead;
    // What makes no sense as a whole is for validate() to say.
    const BoardLayout *layout =
        validate(machine.layout).empty() ? &machine.layout : nullptr;
    tuples("chips", 2, [&](const std::vector<uint16_t> &n) {
      dead.chips.push_back({n[0], n[1]});
      return !layout || layout->boardOf(dead.chips.back());
    });
    tuples("pes", 5, [&](const std::vector<uint16_t> &n) {
      dead.pes.push_back(
          {{n[0], n[1]}, {uint8_t(n[2]), uint8_t(n[3]), uint8_t(n[4])}});
      const auto &[chip, pe] = dead.pes.back();
      return !layout || (layout->boardOf(chip) &&
                         std::find(machine.pes.begin(), machine.pes.end(),
                                   pe) != machine.pes.end());
    });
    tuples("links", 3, [&](const std::vector<uint16_t> &n) {
      dead.links.push_back({{n[0], n[1]}, uint8_t(n[2])});
      const auto &[chip, link] = dead.links.back();
      return !layout || (link < kLinksPerChip && layout->neighbour(chip, link));
    });
    inOrder(dead.chips);
    inOrder(dead.pes);
    inOrder(dead.links);
  }

  template <typename T> static void inOrder(std::vector<T> &all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }

  /// A list, which may be absent, of chip x, y and so many numbers more.
  template <typename Take>
  void tuples(const char *key, size_t width, Take take) {
    if (!isGiven(key))
      return;
    YAML::Node leaf = leafOf(key, false);
    if (!error && !leaf.IsSequence())
      fail("SNN0104", leaf, key, "is not a list");
    if (error)
      return;
    for (auto item : leaf) {
      if (!item.IsSequence() || item.size() != width)
        return fail("SNN0104", item, key,
                    fmt::format("has an entry without {} numbers", width));
      std::vector<uint16_t> numbers;
      for (size_t i = 0; i < width; ++i)
        numbers.push_back(uint16_t(integer(item[i], key, 255)));
      if (error)
        return;
      if (!take(numbers))
        return fail("SNN0115", item, key,
                    fmt::format("has [{}], which this machine does not have",
                                fmt::join(numbers, ", ")));
    }
  }

  std::string qualified(const std::string &key) const {
    return path.empty() ? key : path + "." + key;
  }

  void fail(DiagnosticCode code, const YAML::Node &node, const std::string &key,
            const std::string &what, std::vector<std::string> hints = {}) {
    if (error)
      return;
    SourceSpot spot;
    spot.file = file;
    YAML::Mark mark = node.Mark();
    if (!mark.is_null()) {
      spot.line = mark.line + 1;
      spot.column = mark.column + 1;
    }
    error = makeError(code, spot,
                      fmt::format("machine key '{}' {}", qualified(key), what),
                      std::move(hints));
  }

  void unknownKey(const YAML::Node &node, const std::string &key) {
    std::vector<std::string> hints;
    for (const std::string &name : nearestNames(key, asked, 1))
      hints.push_back(fmt::format("did you mean '{}'?", name));
    if (hints.empty())
      hints.push_back(
          fmt::format("known keys here: {}", fmt::join(asked, ", ")));
    fail("SNN0102", node, key.substr(0, 100), "is unknown", hints);
  }

  YAML::Node child(const char *key) {
    asked.push_back(key);
    if (error)
      return {};
    if (!at.IsMap()) {
      fail("SNN0104", at, key, "has a parent that is not a map");
      return {};
    }
    YAML::Node inner = at[key];
    if (!inner) {
      fail("SNN0103", at, key, "is missing", closeSpellings(key));
      return {};
    }
    return inner;
  }

  std::vector<std::string> closeSpellings(const std::string &key) const {
    std::vector<std::string> present;
    for (auto item : at)
      if (item.first.IsScalar())
        present.push_back(item.first.Scalar().substr(0, 100));
    std::vector<std::string> hints;
    for (const std::string &name : nearestNames(key, present, 1))
      if (std::find(asked.begin(), asked.end(), name) == asked.end())
        hints.push_back(fmt::format("did you mean '{}' by '{}'?", key, name));
    return hints;
  }

  YAML::Node leafOf(const char *key, bool mayBeNull) {
    YAML::Node node = child(key);
    if (error)
      return node;
    if (node.IsMap())
      node = unwrap(node, key);
    if (!error && node.IsNull() && !mayBeNull)
      fail("SNN0105", node, key,
           "is null: nobody published it, and every program needs it",
           {"measure it or take it from the vendor kit, then put the value "
            "here with its source"});
    return node;
  }

  /// {value, source, confidence} -> value, after a look at the other two.
  YAML::Node unwrap(const YAML::Node &node, const char *key) {
    for (auto item : node) {
      std::string name = item.first.IsScalar() ? item.first.Scalar() : "";
      if (name != "value" && name != "source" && name != "confidence") {
        fail("SNN0102", item.first, std::string(key) + "." + name.substr(0, 99),
             "is unknown", {"a leaf has value, source and confidence"});
        return node;
      }
    }
    YAML::Node source = node["source"], confidence = node["confidence"];
    std::string grade =
        confidence && confidence.IsScalar() ? confidence.Scalar() : "";
    bool knownGrade = std::find(std::begin(grades), std::end(grades), grade) !=
                      std::end(grades);
    bool sourced = source && source.IsScalar() && !source.Scalar().empty();
    if (!node["value"] || !sourced || !knownGrade)
      fail("SNN0109", node, key,
           "lacks its value, its source or a known confidence",
           {fmt::format("write {{value: ..., source: \"...\", confidence: one "
                        "of {}}}",
                        fmt::join(grades, ", "))});
    return error ? node : YAML::Node(node["value"]);
  }

  uint64_t integer(const YAML::Node &node, const std::string &key,
                   uint64_t most) {
    std::string text = node.IsScalar() ? node.Scalar() : "";
    bool hex = text.starts_with("0x") || text.starts_with("0X");
    const char *begin = text.data() + (hex ? 2 : 0);
    const char *last = text.data() + text.size();
    uint64_t value = 0;
    auto [end, code] = std::from_chars(begin, last, value, hex ? 16 : 10);
    if (begin == last || code != std::errc() || end != last || value > most) {
      fail("SNN0104", node, key,
           fmt::format("'{}' is not a whole number from 0 to {}",
                       text.substr(0, 40), most));
      return 0;
    }
    return value;
  }

  /// Lists of [x, y] or [x, y, p]; x has 3 bits, y 3, p 2 (facts A1).
  void peTuples(const char *key, size_t width, std::vector<PeCoordinate> &out) {
    YAML::Node leaf = leafOf(key, false);
    if (error)
      return;
    if (!leaf.IsSequence() || leaf.size() > maxPes)
      return fail("SNN0104", leaf, key,
                  fmt::format("is not a list of at most {} places", maxPes));
    for (auto item : leaf) {
      if (!item.IsSequence() || item.size() != width)
        return fail("SNN0104", item, key,
                    fmt::format("has a place without {} coordinates", width));
      PeCoordinate pe;
      pe.x = uint8_t(integer(item[0], key, 7));
      pe.y = uint8_t(integer(item[1], key, 7));
      pe.p = width == 3 ? uint8_t(integer(item[2], key, 3)) : 0;
      out.push_back(pe);
    }
  }

  void addUnreserved(MachineModel &machine,
                     const std::vector<PeCoordinate> &all,
                     const std::vector<PeCoordinate> &reserved) {
    for (PeCoordinate pe : reserved)
      if (std::find(all.begin(), all.end(), pe) == all.end())
        return fail("SNN0104", at, "reserved",
                    fmt::format("names PE {}.{}.{}, which no quad has", pe.x,
                                pe.y, pe.p));
    for (PeCoordinate pe : all)
      if (std::find(reserved.begin(), reserved.end(), pe) == reserved.end())
        machine.pes.push_back(pe);
  }

  template <typename Body>
  void within(const YAML::Node &inner, std::string name, Body body) {
    YAML::Node outer = at;
    std::string outerPath = std::move(path);
    std::vector<std::string> outerAsked = std::move(asked);
    at.reset(inner);
    path = std::move(name);
    asked.clear();
    body();
    finish();
    at.reset(outer);
    path = std::move(outerPath);
    asked = std::move(outerAsked);
  }

  std::string file, path;
  std::optional<std::filesystem::path> folder;
  YAML::Node at;
  std::vector<std::string> asked;
};

} // namespace

/// `own` over `base`: maps of keys one by one, leaves ({value, source,
/// confidence}), lists and the PEs whole.
static YAML::Node over(const YAML::Node &own, const YAML::Node &base) {
  if (!own.IsMap() || !base.IsMap() || base["source"] || base["quads"])
    return own;
  YAML::Node merged(YAML::NodeType::Map);
  std::vector<std::string> keys;
  for (auto item : own) { // a key that stands here twice still does
    std::string key = item.first.IsScalar() ? item.first.Scalar() : "";
    YAML::Node below = key.empty() ? YAML::Node() : base[key];
    merged.force_insert(item.first, below.IsDefined() && !below.IsNull()
                                        ? over(item.second, below)
                                        : item.second);
    keys.push_back(key);
  }
  for (auto item : base)
    if (std::find(keys.begin(), keys.end(), item.first.Scalar()) == keys.end())
      merged.force_insert(item.first, item.second);
  return merged;
}

/// A file with `base: NAME` says what differs from a built-in machine.
static Expected<YAML::Node> onBase(const YAML::Node &own,
                                   const std::string &file) {
  SourceSpot spot;
  spot.file = file;
  YAML::Node base = own["base"];
  YAML::Mark mark = base.Mark();
  if (!mark.is_null()) {
    spot.line = mark.line + 1;
    spot.column = mark.column + 1;
  }
  Expected<std::string> text =
      builtinMachineText(base.IsScalar() ? base.Scalar() : "");
  if (!text) {
    Diagnostic error = text.takeError();
    error.spot = spot;
    return error;
  }
  YAML::Node below = YAML::Load(*text);
  if (below["base"]) { // built-in machines name each other in no circle
    auto whole = onBase(below, base.Scalar() + ".yaml");
    if (!whole)
      return whole;
    below.reset(*whole);
  }
  YAML::Node merged = over(own, below);
  merged.remove("base");
  if (!own["name"]) // messages are to say what the user knows it by
    merged["name"] = std::filesystem::path(file).stem().string();
  return merged;
}

static Expected<MachineModel>
parse(const std::string &text, const std::string &shownPath,
      std::optional<std::filesystem::path> folder) {
  SourceSpot spot;
  spot.file = shownPath;
  if (text.size() > maxFileBytes)
    return makeError("SNN0108", spot,
                     fmt::format("the machine file has {} bytes; the limit is "
                                 "{} bytes",
                                 text.size(), maxFileBytes));
  try {
    YAML::Node root = YAML::Load(text);
    if (root.IsMap() && root["base"]) {
      auto whole = onBase(root, shownPath);
      if (!whole)
        return whole.takeError();
      root.reset(*whole);
    }
    YamlVisitor visitor(root, shownPath, std::move(folder));
    MachineModel machine;
    visitor.constant("schema", 1);
    visitMachine(visitor, machine);
    visitor.finish();
    if (visitor.error)
      return *std::move(visitor.error);
    std::vector<Diagnostic> findings = validate(machine);
    if (!findings.empty()) {
      findings.front().spot.file = shownPath;
      return findings.front();
    }
    dropCutOff(machine);
    machine.digest = sha256(toJsonText(machine));
    return machine;
  } catch (const YAML::Exception &e) {
    return syntaxError(shownPath, e);
  } catch (const std::exception &e) {
    return makeError(
        "SNN0101", spot,
        fmt::format("the machine file is not readable: {}", e.what()));
  }
}

Expected<MachineModel> parseMachine(const std::string &text,
                                    const std::string &shownPath) {
  return parse(text, shownPath, std::nullopt);
}

Expected<MachineModel> loadMachine(const std::string &path) {
  Expected<std::string> text = readFile(path, maxFileBytes);
  if (!text)
    return text.takeError();
  return parse(*text, path, std::filesystem::path(path).parent_path());
}

} // namespace snnc
