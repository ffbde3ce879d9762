//===- BundleMutator.cpp - Bundles changed with knowledge -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/fuzz/BundleMutator.h"

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Zip.h"
#include "runtime/support/Digest.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <zlib.h>

namespace snnc::fuzz {

using nlohmann::json;

//===----------------------------------------------------------------------===//
// The zip
//===----------------------------------------------------------------------===//

static void put(std::string &out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i)
    out += i < sizeof(value) ? char(value >> (8 * i)) : '\0';
}

/// The fields that local and central header share, from "version needed" on.
static void putFields(std::string &out, const RawMember &m, uint32_t size,
                      size_t nameBytes) {
  auto crc = m.crc.value_or(
      uint32_t(::crc32(0, reinterpret_cast<const Bytef *>(m.bytes.data()),
                       uInt(m.bytes.size()))));
  put(out, 10, 2);
  put(out, m.flags, 2);
  put(out, m.method, 2);
  put(out, 0x210000, 4); // 1980-01-01
  put(out, crc, 4);
  put(out, m.storedSize.value_or(uint32_t(m.bytes.size())), 4);
  put(out, size, 4);
  put(out, nameBytes, 2);
  put(out, 0, 2); // extra field
}

std::string rawZip(const std::vector<RawMember> &members,
                   std::optional<uint16_t> count) {
  std::string out, central;
  for (const RawMember &m : members) {
    auto offset = m.offset.value_or(uint32_t(out.size()));
    uint32_t size = m.size.value_or(uint32_t(m.bytes.size()));
    put(out, 0x04034b50, 4);
    putFields(out, m, size, m.name.size());
    out += m.name + m.bytes;
    std::string name = m.centralName.value_or(m.name);
    put(central, 0x02014b50, 4);
    put(central, 10, 2); // version made by
    putFields(central, m, m.centralSize.value_or(size), name.size());
    put(central, 0, 10); // comment, disk, attributes: 2 + 2 + 2 + 4
    put(central, offset, 4);
    central += name;
  }
  size_t begin = out.size();
  out += central;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  auto entries = count.value_or(uint16_t(members.size()));
  put(out, entries, 2);
  put(out, entries, 2);
  put(out, central.size(), 4);
  put(out, begin, 4);
  put(out, 0, 2);
  return out;
}

void mutateZipFields(std::vector<RawMember> &members, Dice &dice) {
  RawMember &m = dice.from(members);
  auto wrong = [&] { return uint32_t(nastyNumber(dice, m.bytes.size())); };
  switch (dice.below(9)) {
  case 0:
    m.crc = uint32_t(dice.bits());
    return;
  case 1:
    m.storedSize = wrong();
    return;
  case 2:
    m.size = wrong();
    return;
  case 3:
    m.centralSize = wrong();
    return;
  case 4:
    m.size = m.storedSize = wrong();
    return;
  case 5:
    m.offset = wrong();
    return;
  case 6:
    m.method = uint16_t(dice.below(100));
    return;
  case 7:
    m.flags = uint16_t(1u << dice.below(16));
    return;
  default:
    m.centralName = dice.below(2) ? "manifest.json" : m.name + "x";
  }
}

BundleSeed readSeed(const std::string &path) {
  runtime::ZipCodes codes{"SNN0501", "SNN0502", "SNN0503", "SNN0504",
                          "SNN0512"};
  auto members = runtime::readZip(path, {}, codes);
  if (!members) {
    fmt::print(stderr, "{}\n", toText(members.error()));
    std::exit(2);
  }
  BundleSeed seed;
  seed.name = path;
  for (runtime::ZipMember &m : *members) {
    if (m.name == "manifest.json") {
      seed.manifest = json::parse(m.bytes);
      seed.manifest.erase("files");
    } else {
      seed.members.push_back(
          {m.name, std::move(m.bytes), {}, {}, {}, {}, {}, {}});
    }
  }
  return seed;
}

//===----------------------------------------------------------------------===//
// The parts
//===----------------------------------------------------------------------===//

namespace {

/// A mutant in the making.
struct Draft {
  std::vector<RawMember> members; ///< all but the manifest
  json manifest;
  json files; ///< what is changed in the table of digests
  std::optional<std::string> manifestText;
};

RawMember *memberLike(Draft &draft, Dice &dice, const std::string &end) {
  std::vector<RawMember *> found;
  for (RawMember &m : draft.members)
    if (m.name.ends_with(end))
      found.push_back(&m);
  return found.empty() ? nullptr : dice.from(found);
}

void mutateJsonMember(Draft &draft, Dice &dice, const char *name) {
  RawMember *m = memberLike(draft, dice, name);
  if (!m)
    return;
  json value = json::parse(m->bytes, nullptr, false);
  if (value.is_discarded() || dice.oneIn(10))
    return mutateText(m->bytes, dice, {"null", "[", "{\"a\":", "\"", "1e999"});
  mutateJson(value, dice);
  m->bytes = value.dump(-1, ' ', false, json::error_handler_t::replace);
}

const std::vector<std::string> &programWords() {
  static const std::vector<std::string> words = {
      "i64",
      "f64",
      "index",
      "!llvm.ptr",
      "tensor<4xi32>",
      "memref<4xf32>",
      "vector<4xf32>",
      "i1",
      "i32",
      "f32",
      "i4294967295",
      "!tick.row",
      "none",
      "%0 = llvm.mlir.constant(1 : i32) : i32\n",
      "llvm.call @system() : () -> ()\n",
      "func.func private @system()\n",
      "%x = arith.divsi %0, %0 : i32\n",
      "%x = arith.remui %0, %0 : i32\n",
      "%c = arith.constant 0 : i32\n",
      "%c = arith.constant 4294967295 : i32\n",
      "tick.address",
      "tick.load_group",
      "tick.mac_start",
      "tick.for_packets",
      "tick.send",
      "scf.while",
      "cf.br ^bb0",
      "^bb0:",
      "\"llvm.inline_asm\"",
      "overflow<nsw>",
      "fastmath<fast>",
      "loc(\"x\")",
      "#loc",
      "//",
      "module {",
      "{-#",
      "#-}",
      "{-# external_resources: { a: { b: \"0x00\" } } #-}",
      "dense<1>",
      "dense<\"0x0000\">",
      "affine_map<(d0) -> (d0 floordiv 0)>",
      "@p0",
      "@memset",
      "@memcpy",
      "@main",
      "@expf",
      "unit",
      "array<i32: 1>",
      "math.exp",
      "math.fma",
      "arith.shli",
      "arith.fptosi",
      "tick.emit",
      "tick.program @p0 {\n",
      "tick.on timer",
      "tick.on spike",
      "tick.for_rows",
      "tick.ring_add",
      "tick.load_state",
      "tick.store_state",
      "tick.record",
      "tick.scatter",
      "tick.matmul",
      "tick.send_sums"};
  return words;
}

const std::vector<std::string> &networkWords() {
  static const std::vector<std::string> words = {
      "i64",
      "f64",
      "index",
      "!llvm.ptr",
      "i8",
      "f32",
      "none",
      "unit",
      "module {",
      "snn.network",
      "snn.population",
      "snn.projection",
      "snn.input",
      "snn.probe \"a:v\"",
      "#snn.",
      "drive(#snn.poisson<>)",
      "dense<1>",
      "{-# external_resources: { a: { b: \"0x00\" } } #-}",
      "//",
      "\"[[[[\"",
      "dense<\"0x0000\">",
      "tensor<4294967296xf32>",
      "tensor<-1xf32>",
      "loc(",
      "affine_map<(d0) -> (d0 floordiv 0)>",
      "array<i64: 1>",
      "snn.convolve",
      "\"builtin.unrealized_conversion_cast\"() : () -> ()",
      "func.func @f()"};
  return words;
}

void mutateProgram(Draft &draft, Dice &dice) {
  if (RawMember *m = memberLike(draft, dice, ".mlir"))
    mutateText(m->bytes, dice,
               m->name == "network.mlir" ? networkWords() : programWords());
}

void mutateNetwork(Draft &draft, Dice &dice) {
  if (RawMember *m = memberLike(draft, dice, "network.mlir"))
    mutateText(m->bytes, dice, networkWords());
}

void mutateElf(Draft &draft, Dice &dice) {
  RawMember *m = memberLike(draft, dice, ".elf");
  if (!m || m->bytes.size() < 84)
    return;
  static constexpr size_t fields[] = {4,  5,  6,  16, 18, 24, 28, 32,
                                      36, 40, 42, 44, 46, 48, 50};
  size_t segments = readNumber(m->bytes, 28, 4);
  size_t count = std::max<size_t>(readNumber(m->bytes, 44, 2), 1);
  switch (dice.below(5)) {
  case 0: {
    size_t at = dice.from(fields);
    return overwrite(m->bytes, at, nastyNumber(dice, m->bytes.size()),
                     at < 16               ? 1
                     : at < 20 || at >= 40 ? 2
                                           : 4);
  }
  case 1:
    return overwrite(m->bytes,
                     segments + dice.below(count) * 32 + 4 * dice.below(8),
                     nastyNumber(dice, 131072), 4);
  case 2: { // code: another instruction, most often one of the program
    size_t at = (84 + dice.below(m->bytes.size() - 84)) & ~size_t(1);
    size_t from = (84 + dice.below(m->bytes.size() - 84)) & ~size_t(1);
    return overwrite(m->bytes, at,
                     dice.below(2) ? readNumber(m->bytes, from, 4)
                                   : dice.bits(),
                     dice.below(2) ? 2 : 4);
  }
  case 3: { // b ., wfi, bkpt, svc, nop, ldr/str with a far base
    static const uint16_t codes[] = {0xE7FE, 0xBF30, 0xBE00, 0xDF00, 0xBF00,
                                     0x6800, 0x6000, 0x4770, 0xB662, 0xBF20};
    size_t at = (84 + dice.below(m->bytes.size() - 84)) & ~size_t(1);
    return overwrite(m->bytes, at, dice.from(codes), 2);
  }
  default:
    return mutateBytes(m->bytes, dice);
  }
}

/// A word that may be an address, a count or a size on a core.
uint32_t nastyWord(Dice &dice, uint32_t old) {
  const uint32_t words[] = {0,
                            1,
                            4,
                            old + 1,
                            old - 1,
                            old + 4,
                            old - 4,
                            old * 2,
                            old ^ (1u << dice.below(32)),
                            131072,
                            131068,
                            131071,
                            0x7FFFFFFF,
                            0x80000000,
                            0xFFFFFFFF,
                            0xFFFFFFFC,
                            0x7F800000, // infinity
                            0x7FC00000, // NaN
                            uint32_t(dice.below(131072)),
                            uint32_t(dice.below(131072)) & ~3u,
                            uint32_t(dice.bits())};
  return dice.from(words);
}

void changeWord(std::string &bytes, size_t at, Dice &dice) {
  overwrite(bytes, at, nastyWord(dice, uint32_t(readNumber(bytes, at, 4))), 4);
}

/// An element of a list of the manifest, which earlier changes may have spoilt.
json elementOf(const json &manifest, const char *list, Dice &dice) {
  if (!manifest.is_object() || !manifest.contains(list) ||
      !manifest[list].is_array() || manifest[list].empty())
    return {};
  return manifest[list][dice.below(manifest[list].size())];
}

/// A word of the core header, of the tables that it points to, or any.
void mutateImage(Draft &draft, Dice &dice) {
  const json core = elementOf(draft.manifest, "cores", dice);
  if (!core.is_object() || !core.value("image", json()).is_string())
    return;
  RawMember *m = memberLike(draft, dice, core["image"].get<std::string>());
  if (!m || !core.value("headerAddress", json()).is_number() ||
      !core.value("imageBase", json()).is_number())
    return;
  size_t base = core["imageBase"].get<uint32_t>();
  size_t header = core["headerAddress"].get<uint32_t>() - base;
  auto word = [&](size_t offset) {
    return readNumber(m->bytes, header + offset, 4);
  };
  auto within = [&](size_t first, uint64_t count, size_t size) {
    changeWord(m->bytes,
               first - base + dice.below(count) * size +
                   4 * dice.below(size / 4),
               dice);
  };
  switch (dice.below(6)) {
  case 0:
  case 1:
  case 2:
    return changeWord(
        m->bytes, header + 4 * dice.below(sizeof(SnncCoreHeader) / 4), dice);
  case 3:
    return within(word(offsetof(SnncCoreHeader, table_base)),
                  word(offsetof(SnncCoreHeader, table_count)),
                  sizeof(SnncTableEntry));
  case 4:
    return within(word(offsetof(SnncCoreHeader, panel_base)),
                  word(offsetof(SnncCoreHeader, panel_count)),
                  sizeof(SnncPanel));
  default:
    if (dice.oneIn(4))
      return mutateBytes(m->bytes, dice);
    return changeWord(m->bytes, dice.below(m->bytes.size()) & ~size_t(3), dice);
  }
}

void mutateRoutes(Draft &draft, Dice &dice) {
  if (!elementOf(draft.manifest, "routes", dice).is_array())
    return;
  json &routes = draft.manifest["routes"];
  json &route = routes[dice.below(routes.size())];
  mutateJson(dice.below(2) ? route : routes, dice);
}

/// parameters.safetensors: eight bytes of length, JSON, tensors.
void mutateParameters(Draft &draft, Dice &dice) {
  RawMember *m = memberLike(draft, dice, ".safetensors");
  if (!m || m->bytes.size() < 9)
    return;
  size_t length =
      std::min<uint64_t>(readNumber(m->bytes, 0, 8), m->bytes.size() - 8);
  switch (dice.below(4)) {
  case 0:
    return overwrite(m->bytes, 0, nastyNumber(dice, m->bytes.size()), 8);
  case 1:
    return changeWord(m->bytes, 8 + length + 4 * dice.below(64), dice);
  case 2:
    return mutateBytes(m->bytes, dice);
  default: {
    json head = json::parse(m->bytes.substr(8, length), nullptr, false);
    if (head.is_discarded())
      return;
    mutateJson(head, dice);
    std::string text =
        head.dump(-1, ' ', false, json::error_handler_t::replace);
    std::string rest = m->bytes.substr(8 + length);
    m->bytes.assign(8, '\0');
    overwrite(m->bytes, 0, text.size(), 8);
    m->bytes += text + rest;
  }
  }
}

/// Orders, scales and other arrays without a head.
void mutateOther(Draft &draft, Dice &dice) {
  std::vector<RawMember *> found;
  for (RawMember &m : draft.members)
    if (!m.name.ends_with(".json") && !m.name.ends_with(".mlir") &&
        !m.name.ends_with(".elf") && !m.name.ends_with(".safetensors"))
      found.push_back(&m);
  if (found.empty())
    return;
  RawMember &m = *dice.from(found);
  if (dice.below(2) && !m.bytes.empty())
    return changeWord(m.bytes, dice.below(m.bytes.size()) & ~size_t(3), dice);
  mutateBytes(m.bytes, dice);
}

void mutateNames(Draft &draft, Dice &dice) {
  RawMember &m = dice.from(draft.members);
  RawMember &other = dice.from(draft.members);
  static const char *const names[] = {
      "",         "../x",          "/x",         "a/../b", "a//b",
      "a\\b",     "manifest.json", "\x01",       "x/",     "CON",
      "\xff\xff", "network.mlir",  "report.json"};
  switch (dice.below(7)) {
  case 0:
    m.name = dice.from(names);
    return;
  case 1:
    m.name = std::string(size_t(1) << dice.below(16), 'n');
    return;
  case 2: {
    RawMember copy = m;
    draft.members.push_back(std::move(copy));
    return;
  }
  case 3:
    draft.members.erase(draft.members.begin() + (&m - draft.members.data()));
    return;
  case 4:
    std::swap(m.bytes, other.bytes);
    return;
  case 5:
    draft.members.push_back(
        {"extra", std::string(dice.below(4096), 'e'), {}, {}, {}, {}, {}, {}});
    return;
  default:
    for (size_t n = size_t(1) << dice.below(12); n > 0; --n)
      draft.members.push_back(
          {fmt::format("extra{}", n), "", {}, {}, {}, {}, {}, {}});
  }
}

/// A bundle with other digests than its members have.
void mutateFiles(Draft &draft, Dice &dice) {
  const RawMember &m = dice.from(draft.members);
  json record = {{"bytes", m.bytes.size()}, {"sha256", sha256(m.bytes)}};
  mutateJson(record, dice);
  draft.files[m.name] = std::move(record);
}

void mutateManifest(Draft &draft, Dice &dice) {
  mutateJson(draft.manifest, dice);
}

struct Mutation {
  const char *name;
  unsigned weight;
  void (*apply)(Draft &, Dice &);
};

constexpr Mutation kMutations[] = {
    {"manifest", 6, mutateManifest},
    {"routes", 2, mutateRoutes},
    {"report", 4,
     [](Draft &d, Dice &r) { mutateJsonMember(d, r, "report.json"); }},
    {"machine", 4,
     [](Draft &d, Dice &r) { mutateJsonMember(d, r, "machine.json"); }},
    {"network", 4, mutateNetwork},
    {"parameters", 3, mutateParameters},
    {"program", 6, mutateProgram},
    {"elf", 5, mutateElf},
    {"image", 9, mutateImage},
    {"other", 2, mutateOther},
    {"names", 2, mutateNames},
    {"zip", 2, [](Draft &d, Dice &r) { mutateZipFields(d.members, r); }},
    {"files", 1, mutateFiles}};

const Mutation &chosen(Dice &dice) {
  unsigned sum = 0;
  for (const Mutation &m : kMutations)
    sum += m.weight;
  auto at = unsigned(dice.below(sum));
  for (const Mutation &m : kMutations) {
    if (at < m.weight)
      return m;
    at -= m.weight;
  }
  return kMutations[0];
}

/// manifest.json with the digests of what the mutant holds.
std::string manifestOf(const Draft &draft) {
  json whole = draft.manifest;
  if (whole.is_object()) {
    json files = json::object();
    for (const RawMember &m : draft.members)
      files[m.name] = {{"bytes", m.bytes.size()}, {"sha256", sha256(m.bytes)}};
    for (const auto &[name, record] : draft.files.items())
      files[name] = record;
    whole["files"] = std::move(files);
  }
  return whole.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string mutateBundle(const BundleSeed &seed, Dice &dice,
                         std::vector<std::string> &what) {
  Draft draft{seed.members, seed.manifest, json::object(), {}};
  for (uint64_t n = dice.below(4) ? 1 : 1 + dice.below(4); n > 0; --n) {
    const Mutation &mutation = chosen(dice);
    what.push_back(mutation.name);
    if (!draft.members.empty())
      mutation.apply(draft, dice);
  }
  std::string manifest = manifestOf(draft);
  if (dice.oneIn(50)) {
    what.push_back("manifest text");
    mutateText(manifest, dice, {"null", "[", "{\"a\":", "\"", "1e999"});
  }
  std::vector<RawMember> all = {
      {"manifest.json", manifest, {}, {}, {}, {}, {}, {}}};
  for (RawMember &m : draft.members)
    all.push_back(std::move(m));
  std::optional<uint16_t> count;
  if (dice.oneIn(200))
    count = uint16_t(nastyNumber(dice, all.size()));
  std::string zip = rawZip(all, count);
  if (dice.oneIn(100)) {
    what.push_back("zip bytes");
    mutateBytes(zip, dice);
  }
  return zip;
}

} // namespace snnc::fuzz
