//===- BundleTest.cpp - net.s2x: writing, reading, hostile files ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixtures.h"
#include "runtime/bundle/ManifestJson.h"
#include "runtime/bundle/Zip.h"
#include "runtime/support/AtomicFile.h"

#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <random>

using namespace snnc;
using namespace snnc::runtime;
using namespace snnc::runtime::test;
using nlohmann::json;
using ::testing::HasSubstr;

namespace {

const ZipCodes codes = {"SNN0501", "SNN0502", "SNN0503", "SNN0504", "SNN0512"};

class BundleTest : public ::testing::Test {
protected:
  std::string write(const Bundle &bundle) {
    Status status = bundle.write(path);
    if (!status)
      throw std::runtime_error(toText(status.error()));
    return *readFile(path);
  }
  Diagnostic errorOf(const std::string &bytes) {
    EXPECT_TRUE(writeFileAtomically(path, std::string_view(bytes)));
    auto bundle = Bundle::read(path);
    return bundle ? Diagnostic{} : bundle.takeError();
  }
  /// The bundle with its members changed, zipped again without any check.
  std::string repacked(const std::function<void(std::vector<ZipMember> &)> &f) {
    write(makeBundle());
    auto members = readZip(path, {}, codes);
    f(*members);
    std::vector<ZipSource> sources;
    for (const ZipMember &m : *members)
      sources.push_back(
          {m.name,
           std::as_bytes(std::span(m.bytes.data(), m.bytes.size())),
           {}});
    EXPECT_TRUE(writeZip(path, sources, codes));
    return *readFile(path);
  }
  /// The same with manifest.json changed as JSON.
  std::string edited(const std::function<void(json &)> &f) {
    return repacked([&](std::vector<ZipMember> &members) {
      json j = json::parse(members[0].bytes);
      f(j);
      members[0].bytes = j.dump();
    });
  }

  TemporaryFolder folder;
  std::string path = folder.file("net.s2x");
};

int shell(const std::string &command) {
  return std::system((command + " >/dev/null 2>&1").c_str());
}

} // namespace

TEST_F(BundleTest, RoundTrip) {
  Bundle b = makeBundle();
  b.addEntry(Bundle::reportName, "{}\n");
  write(b);
  DiagnosticSink warnings;
  auto read = Bundle::read(path, &warnings);
  ASSERT_TRUE(read) << toText(read.error());
  EXPECT_TRUE(warnings.all().empty());
  EXPECT_EQ(toJson((*read)->manifest), toJson(b.manifest));
  EXPECT_EQ(toJsonText((*read)->machine), toJsonText(b.machine));
  EXPECT_EQ((*read)->entryNames(), b.entryNames());
  for (const std::string &name : b.entryNames())
    EXPECT_EQ(*(*read)->entry(name), *b.entry(name)) << name;
  EXPECT_EQ((*read)->entry("nothing"), nullptr);
}

TEST_F(BundleTest, NoiseRoundTrip) {
  Bundle b = makeBundle();
  EXPECT_FALSE(b.manifest.hasNoise());
  b.manifest.populations[0].noises = {{7, UINT64_MAX, {{1, 0x2200}}},
                                      {UINT64_MAX, 1, {}}};
  EXPECT_TRUE(b.manifest.hasNoise());
  auto read = manifestFromJson(toJson(b.manifest), path);
  ASSERT_TRUE(read) << toText(read.error());
  const auto &noises = read->populations[0].noises;
  ASSERT_EQ(noises.size(), 2u);
  EXPECT_EQ(noises[0].stream, UINT64_MAX);
  ASSERT_EQ(noises[0].records.size(), 1u);
  EXPECT_EQ(noises[0].records[0].at, 0x2200u);
  EXPECT_EQ(toJson(*read), toJson(b.manifest));
  nlohmann::json broken = toJson(b.manifest);
  broken["populations"][0]["noises"][0].erase(2);
  EXPECT_FALSE(manifestFromJson(broken, path));
}

TEST_F(BundleTest, SameContentSameBytes) {
  std::string first = write(makeBundle());
  EXPECT_EQ(first, write(makeBundle()));
  auto read = Bundle::read(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(first, write(**read)); // also after a round trip
}

TEST_F(BundleTest, UsualToolsOpenIt) {
  write(makeBundle());
  EXPECT_EQ(shell("unzip -l " + path + " | grep images/c1"), 0);
  EXPECT_EQ(shell("unzip -t " + path), 0);
  EXPECT_EQ(shell("unzip -p " + path +
                  " manifest.json | jq -e '.populations[0].name == "
                  "\"lif1.lif\" and .files[\"machine.json\"].bytes > 0'"),
            0);
  EXPECT_EQ(shell("unzip -Z1 " + path + " | head -1 | grep -x manifest.json"),
            0);
}

TEST_F(BundleTest, ManyRoutesStayReadableAndFast) {
  Bundle b = makeBundle();
  b.manifest.routes.clear();
  for (uint32_t i = 0; i < b.machine.router.entries; ++i)
    b.manifest.routes.push_back({i << 8, 0xFFFFFF00, {i % 3}});
  write(b);
  auto read = Bundle::read(path);
  ASSERT_TRUE(read) << toText(read.error());
  EXPECT_EQ((*read)->manifest.routes.size(), b.machine.router.entries);
  EXPECT_EQ(shell("unzip -p " + path +
                  " manifest.json | grep -c '^  \\[[0-9]*,4294967040,' | "
                  "grep -x " +
                  std::to_string(b.machine.router.entries)),
            0);
  b.manifest.routes.push_back({0, 0xFFFFFFFF, {0}});
  EXPECT_EQ(b.write(path).error().code, "SNN0511");
}

TEST_F(BundleTest, NamesOfAnyBytes) {
  Bundle b = makeBundle();
  b.manifest.populations[0].name = "µ-lif.1 \"quoted\" \\ \n";
  write(b);
  auto read = Bundle::read(path);
  ASSERT_TRUE(read) << toText(read.error());
  EXPECT_EQ((*read)->manifest.populations[0].name,
            b.manifest.populations[0].name);
  b.manifest.populations[0].name = "bad \xff utf8"; // must not throw
  EXPECT_TRUE(b.write(path));
}

//===----------------------------------------------------------------------===//
// Damage
//===----------------------------------------------------------------------===//

TEST_F(BundleTest, Truncations) {
  std::string bytes = write(makeBundle());
  for (size_t n = 0; n < bytes.size(); n += 1 + bytes.size() / 300)
    EXPECT_EQ(errorOf(bytes.substr(0, n)).code.name().substr(0, 5), "SNN05")
        << n;
}

TEST_F(BundleTest, BitFlipsAreNeverSilent) {
  Bundle original = makeBundle();
  std::string bytes = write(original);
  std::mt19937 generator(2024);
  unsigned accepted = 0;
  for (int i = 0; i < 800; ++i) {
    std::string mutant = bytes;
    for (unsigned k = 1 + generator() % 3; k > 0; --k)
      mutant[generator() % mutant.size()] ^= char(1 << generator() % 8);
    ASSERT_TRUE(writeFileAtomically(path, std::string_view(mutant)));
    auto read = Bundle::read(path);
    if (!read) {
      EXPECT_THAT(read.error().code.name(), HasSubstr("SNN0"));
      continue;
    }
    // Flips in dates and attributes of the zip are harmless; the content that
    // is handed on must be the original.
    ++accepted;
    ASSERT_EQ(toJson((*read)->manifest), toJson(original.manifest));
    for (const std::string &name : original.entryNames())
      ASSERT_EQ(*(*read)->entry(name), *original.entry(name));
  }
  EXPECT_LT(accepted, 400u);
}

TEST_F(BundleTest, ManifestMutantsBehindAGoodChecksum) {
  // Repacked by an attacker: the zip is sound, the JSON text is not.
  write(makeBundle());
  auto members = readZip(path, {}, codes);
  ASSERT_TRUE(members);
  const std::string manifest = (*members)[0].bytes;
  std::mt19937 generator(77);
  for (int i = 0; i < 1500; ++i) {
    std::string text = manifest;
    for (unsigned k = 1 + generator() % 2; k > 0; --k) {
      size_t at = generator() % text.size();
      switch (generator() % 4) {
      case 0:
        text[at] ^= char(1 << generator() % 8);
        break;
      case 1:
        text.erase(at, generator() % 20);
        break;
      case 2:
        text.insert(at, text.substr(generator() % text.size(), 12));
        break;
      case 3:
        text[at] = "0123456789-{}[]\",:eE."[generator() % 21];
        break;
      }
    }
    auto parsed = parseJson(text, "net.s2x", "manifest.json");
    if (!parsed)
      continue;
    auto read = manifestFromJson(*parsed, "net.s2x");
    if (read) {
      EXPECT_TRUE(checkManifest(*read, "net.s2x"));
    }
  }
}

TEST_F(BundleTest, OfOtherChips) {
  Bundle b = makeBundle();
  EXPECT_EQ(toJson(b.manifest).dump().find("chip"), std::string::npos);
  b.manifest.cores[1].at.chip = {0, 1};
  b.manifest.routes[0].chip = {3, 0};
  Diagnostic stray = checkManifest(b.manifest, "x").takeError();
  EXPECT_EQ(stray.code, "SNN0510");
  EXPECT_THAT(stray.message, HasSubstr("the router of chip 3.0 cannot reach"));
  b.manifest.routes[0].cores.clear();
  b.manifest.routes[0].links = 0b101001;
  auto read = manifestFromJson(toJson(b.manifest), "x");
  ASSERT_TRUE(read) << toText(read.error());
  EXPECT_EQ(read->cores[0].at.chip, ChipCoordinate());
  EXPECT_EQ(read->cores[1].at, b.manifest.cores[1].at);
  EXPECT_EQ(read->routes[0].chip, b.manifest.routes[0].chip);
  EXPECT_EQ(read->routes[0].links, 0b101001);
  // Two chips have a PE of these numbers each.
  b.manifest.cores[1].at.pe = b.manifest.cores[0].at.pe;
  EXPECT_TRUE(checkManifest(b.manifest, "x"));
  // The machine has one chip.
  Status status = b.write(path);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("of chip 0.1"));
  b.manifest.cores = makeBundle().manifest.cores;
  status = b.write(path);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("has no chip 3.0"));
}

TEST_F(BundleTest, EntriesInFiles) {
  Bundle held = makeBundle(), spilt(/*heldBytes=*/0);
  spilt.manifest = held.manifest;
  spilt.machine = held.machine;
  for (const std::string &name : held.entryNames())
    name.starts_with("images/") ? spilt.addImage(name, *held.entry(name))
                                : spilt.addEntry(name, *held.entry(name));
  std::string bytes = write(held);
  EXPECT_EQ(write(spilt), bytes);
  auto read = Bundle::read(path, nullptr, /*heldBytes=*/0);
  ASSERT_TRUE(read) << toText(read.error());
  // The file that was opened, not the one that has its name now.
  ASSERT_TRUE(writeFileAtomically(path, std::string_view("another")));
  for (const Bundle *bundle : {&spilt, read->get()}) {
    for (const std::string &name : held.entryNames()) {
      EXPECT_EQ(bundle->entry(name) == nullptr, name.starts_with("images/"));
      EXPECT_EQ(bundle->sizeOf(name), held.entry(name)->size());
      auto loaded = bundle->load(name);
      ASSERT_TRUE(loaded) << toText(loaded.error());
      EXPECT_EQ(**loaded, *held.entry(name)) << name;
    }
    for (const CoreEntry &core : held.manifest.cores)
      EXPECT_EQ(bundle->headerOf(core).n_neurons,
                held.headerOf(core).n_neurons);
    EXPECT_FALSE(bundle->sizeOf("nothing"));
    EXPECT_EQ(*bundle->load("nothing"), nullptr);
    EXPECT_EQ(write(*bundle), bytes);
  }
}

TEST_F(BundleTest, EntriesThatAreDamagedLater) {
  Bundle b = makeBundle();
  std::string image = *b.entry("images/c0");
  image.resize(100000); // more than a library reads ahead
  b.addEntry("images/c0", image);
  std::string bytes = write(b);
  auto read = Bundle::read(path, nullptr, /*heldBytes=*/0);
  ASSERT_TRUE(read);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(long(bytes.find(image) + image.size() / 2));
  file.put(1);
  file.close();
  auto loaded = (*read)->load("images/c0");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, "SNN0501");
  EXPECT_EQ(loaded.error().spot.node, "images/c0");
}

TEST_F(BundleTest, DigestMismatch) {
  std::string bytes = repacked([](std::vector<ZipMember> &members) {
    for (ZipMember &m : members)
      if (m.name == "images/c1")
        m.bytes[8] ^= 1;
  });
  Diagnostic d = errorOf(bytes);
  EXPECT_EQ(d.code, "SNN0505");
  EXPECT_EQ(d.spot.node, "images/c1");
  DiagnosticSink warnings;
  auto read = Bundle::read(path, &warnings);
  ASSERT_TRUE(read) << toText(read.error());
  ASSERT_EQ(warnings.all().size(), 1u);
  EXPECT_EQ(warnings.all()[0].code, "SNN0505");
  EXPECT_EQ(warnings.all()[0].severity, Severity::Warning);
  EXPECT_FALSE(warnings.hasErrors());
}

TEST_F(BundleTest, MissingAndExtraMembers) {
  auto without = [&](const std::string &name) {
    return errorOf(repacked([&](std::vector<ZipMember> &members) {
      std::erase_if(members,
                    [&](const ZipMember &m) { return m.name == name; });
    }));
  };
  for (const char *name :
       {"manifest.json", "machine.json", "images/c0", "programs/p0.elf"}) {
    Diagnostic d = without(name);
    EXPECT_EQ(d.code, "SNN0506") << name;
    EXPECT_THAT(toText(d), HasSubstr(name));
  }
  Diagnostic extra = errorOf(repacked([](std::vector<ZipMember> &members) {
    members.push_back({"virus.exe", "x"});
  }));
  EXPECT_EQ(extra.code, "SNN0506");
  EXPECT_EQ(extra.spot.node, "virus.exe");
  Diagnostic size = errorOf(repacked(
      [](std::vector<ZipMember> &members) { members.back().bytes += "x"; }));
  EXPECT_EQ(size.code, "SNN0506");
}

TEST_F(BundleTest, BadJson) {
  auto with = [&](const std::string &text) {
    return errorOf(repacked(
        [&](std::vector<ZipMember> &members) { members[0].bytes = text; }));
  };
  Diagnostic syntax = with("{\n \"a\": tru\n}");
  EXPECT_EQ(syntax.code, "SNN0507");
  EXPECT_EQ(syntax.spot.line, 2);
  EXPECT_EQ(with("").code, "SNN0507");
  EXPECT_EQ(with(std::string(1000000, '[')).code, "SNN0507");
  EXPECT_EQ(with("[]").code, "SNN0509");
  EXPECT_EQ(with("null").code, "SNN0509");
}

TEST_F(BundleTest, MachineIsChecked) {
  Diagnostic d = errorOf(repacked([](std::vector<ZipMember> &members) {
    json j = json::parse(members[0].bytes);
    members[1].bytes = "{\"pes\": 7}";
    j["files"]["machine.json"]["bytes"] = members[1].bytes.size();
    j["files"].erase("machine.json");
    members[0].bytes = j.dump();
  }));
  EXPECT_EQ(d.code, "SNN0506"); // not listed any more
}

TEST_F(BundleTest, FormatVersion) {
  Diagnostic d = errorOf(edited([](json &j) { j["formatVersion"] = 2; }));
  EXPECT_EQ(d.code, "SNN0509");
  EXPECT_THAT(d.message, HasSubstr("version 2"));
  EXPECT_FALSE(d.hints.empty());
  EXPECT_EQ(errorOf(edited([](json &j) { j.erase("formatVersion"); })).code,
            "SNN0509");
}

//===----------------------------------------------------------------------===//
// Every field
//===----------------------------------------------------------------------===//

TEST_F(BundleTest, EveryFieldIsRequiredAndTyped) {
  json good = toJson(makeBundle().manifest);
  ASSERT_TRUE(manifestFromJson(good, "x"));
  // Walks all values of the manifest; options are free-form.
  std::vector<json::json_pointer> all;
  const json flat = good.flatten();
  for (const auto &item : flat.items())
    if (item.key().rfind("/options", 0) != 0)
      all.push_back(json::json_pointer(item.key()));
  EXPECT_GT(all.size(), 60u);
  for (const auto &pointer : all) {
    if (pointer.to_string() == "/formatVersion")
      continue;
    for (const json &wrong :
         {json(nullptr), json::object(), json(-1), json("\x01"), json(1e300),
          json(uint64_t(1) << 40)}) {
      json bad = good;
      if (bad[pointer].is_string() && wrong.is_string())
        continue; // another string is a cross-reference matter
      if (bad[pointer].is_number_float() && wrong.is_number())
        continue;
      bad[pointer] = wrong;
      auto read = manifestFromJson(bad, "x");
      ASSERT_FALSE(read) << pointer.to_string() << " = " << wrong;
      EXPECT_EQ(read.error().code, "SNN0508") << pointer.to_string();
    }
    json parent = good;
    auto up = pointer.parent_pointer();
    if (!parent[up].is_object())
      continue;
    parent[up].erase(pointer.back());
    EXPECT_FALSE(manifestFromJson(parent, "x")) << pointer.to_string();
    parent[up][pointer.back() + "s_"] = 1;
    EXPECT_FALSE(manifestFromJson(parent, "x")) << pointer.to_string();
  }
}

TEST_F(BundleTest, UnknownField) {
  json j = toJson(makeBundle().manifest);
  j["routs"] = j["routes"];
  auto read = manifestFromJson(j, "x");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("routs"));
  EXPECT_THAT(read.error().hints[0], HasSubstr("compile the network again"));
}

TEST_F(BundleTest, CrossReferences) {
  using Edit = std::function<void(Manifest &)>;
  const std::vector<std::pair<const char *, Edit>> cases = {
      {"program", [](Manifest &m) { m.cores[0].program = 1; }},
      {"used twice", [](Manifest &m) { m.cores[1].at = m.cores[0].at; }},
      {"limit is 7", [](Manifest &m) { m.cores[1].at.pe.x = 8; }},
      {"no image", [](Manifest &m) { m.cores[1].image = ""; }},
      {"neither", [](Manifest &m) { m.programs[0] = {"p", "", ""}; }},
      {"used twice", [](Manifest &m) { m.programs.push_back(m.programs[0]); }},
      {"core 3", [](Manifest &m) { m.populations[0].slices[0].core = 3; }},
      {"two slices", [](Manifest &m) { m.populations[0].slices[0].core = 2; }},
      {"begins at 20",
       [](Manifest &m) { m.populations[0].slices[1].begin = 21; }},
      {"cover", [](Manifest &m) { m.populations[0].slices.pop_back(); }},
      {"elements", [](Manifest &m) { m.populations[0].shape = {6, 6}; }},
      {"elements",
       [](Manifest &m) { m.populations[0].shape.assign(8, 1u << 28); }},
      {"latency", [](Manifest &m) { m.populations[0].latency = 3; }},
      {"twice", [](Manifest &m) { m.populations[1].name = "lif1.lif"; }},
      {"twice", // an input and a population may share a name
       [](Manifest &m) {
         m.inputs.push_back({m.inputs[0].name, 1, {}, 0x9000, {}});
       }},
      {"empty", [](Manifest &m) { m.inputs[0].name = ""; }},
      {"out of range",
       [](Manifest &m) { m.populations[0].variables[0].state = 8; }},
      {"exists twice",
       [](Manifest &m) { m.populations[0].variables[1].name = "v"; }},
      {"exists twice",
       [](Manifest &m) { m.populations[0].variables[1].name = "spikes"; }},
      {"cannot name",
       [](Manifest &m) { m.populations[0].variables[1].name = "a:b"; }},
      {"unusable",
       [](Manifest &m) { m.populations[0].variables[0].scale = 0; }},
      {"32 bits", [](Manifest &m) { m.inputs[0].keyBase = 0xFFFFFFFF; }},
      {"channels", [](Manifest &m) { m.inputs[0].channels = 0; }},
      {"two inputs",
       [](Manifest &m) { m.inputs.push_back({"b", 1, {}, 0x1001, {}}); }},
      {"drawn by core 3",
       [](Manifest &m) { m.inputs[0].drawn = {{3, 0x2200}}; }},
      {"noise is drawn by core 3",
       [](Manifest &m) { m.populations[0].noises = {{1, 2, {{3, 0x2200}}}}; }},
      {"never match", [](Manifest &m) { m.routes[0].key |= 1; }},
      {"listed twice", [](Manifest &m) { m.routes[0].cores = {1, 1}; }},
      {"does not exist", [](Manifest &m) { m.routes[0].cores = {3}; }},
      {"not a time", [](Manifest &m) { m.tickSeconds = -1; }},
  };
  for (const auto &[expected, edit] : cases) {
    Bundle b = makeBundle();
    edit(b.manifest);
    auto read = manifestFromJson(toJson(b.manifest), "x");
    ASSERT_FALSE(read) << expected;
    EXPECT_THAT(toText(read.error()), HasSubstr(expected));
    EXPECT_FALSE(b.write(path)) << expected; // nor is it ever written
  }
}

using Edit = std::function<void(Bundle &)>;

/// One word of the first core's header.
static Edit headerWord(uint32_t SnncCoreHeader::*word, uint32_t value) {
  return [=](Bundle &b) {
    std::string image = *b.entry("images/c0");
    SnncCoreHeader header;
    std::memcpy(&header, image.data(), sizeof header);
    header.*word = value;
    std::memcpy(image.data(), &header, sizeof header);
    b.addEntry("images/c0", image);
  };
}

static Edit report(const std::string &text) {
  return [=](Bundle &b) { b.addEntry(Bundle::reportName, text); };
}

TEST_F(BundleTest, ContentsAgainstTheMachine) {
  const std::vector<std::pair<const char *, Edit>> cases = {
      {"SNN0511", [](Bundle &b) { b.manifest.cores[0].at.pe = {0, 0, 0}; }},
      {"SNN0511", [](Bundle &b) { b.manifest.cores[0].imageBase = 0x1FFFF; }},
      {"SNN0511", [](Bundle &b) { b.manifest.cores[0].headerAddress = 0; }},
      {"SNN0511",
       [](Bundle &b) { b.manifest.cores[0].headerAddress = imageBase + 4; }},
      {"SNN0511",
       [](Bundle &b) { b.addEntry("images/c0", std::string(200000, 'x')); }},
      {"SNN0506", [](Bundle &b) { b.manifest.cores[0].image = "nothing"; }},
      {"SNN0506", [](Bundle &b) { b.manifest.programs[0].elf = "nothing"; }},
      {"SNN0506", [](Bundle &b) { b.addEntry("scales/lif1.i", "short"); }},
      {"SNN0506",
       [](Bundle &b) {
         b.addEntry("scales/lif1.i",
                    doubles(std::vector<double>(channels, NAN)));
       }},
      {"SNN0506",
       [](Bundle &b) { b.manifest.populations[0].order = "orders/none"; }},
      {"SNN0506",
       [](Bundle &b) { // every place holds neuron 0
         b.manifest.populations[0].order = "orders/p.u32";
         b.addEntry("orders/p.u32",
                    std::string(b.manifest.populations[0].neurons * 4, '\0'));
       }},
      {"SNN0506",
       [](Bundle &b) {
         b.manifest.inputs[0].order = "orders/in.u32";
         b.addEntry("orders/in.u32",
                    std::string(b.manifest.inputs[0].channels * 4, '\xff'));
       }},
      {"SNN0560", headerWord(&SnncCoreHeader::fifo_base, 131076)},
      {"SNN0560", headerWord(&SnncCoreHeader::record_end, 0)},
      {"SNN0560", headerWord(&SnncCoreHeader::table_count, 4097)},
      {"SNN0560", headerWord(&SnncCoreHeader::panel_count, 0x8000001)},
      {"SNN0560", headerWord(&SnncCoreHeader::ring_slots, 3)},
      {"SNN0560", headerWord(&SnncCoreHeader::operand_bytes, 0xFFFFFFFF)},
      {"SNN0560", headerWord(&SnncCoreHeader::drive_base, 131076)},
      // The host would write into the header, behind the image.
      {"SNN0560",
       [](Bundle &b) { b.manifest.inputs[0].drawn = {{0, imageBase}}; }},
      {"SNN0560",
       [](Bundle &b) { b.manifest.inputs[0].drawn = {{1, stateBase}}; }},
      {"SNN0560",
       [](Bundle &b) {
         b.manifest.populations[0].noises = {{1, 2, {{0, imageBase}}}};
       }},
      {"SNN0511", headerWord(&SnncCoreHeader::n_neurons, 21)},
      {"SNN0561", report(R"([])")},
      {"SNN0561", report(R"({"layers": {}})")},
      {"SNN0561", report(R"({"layers": [1]})")},
      {"SNN0561", report(R"({"layers": [{"name": 1}]})")},
      {"SNN0561", report(R"({"layers": [{"quantization": []}]})")},
      {"SNN0561", report(R"({"layers": [{"bytes_by_structure": {"a": -1}}]})")},
      {"SNN0561", report(R"({"cores": [{"used": 1e300}]})")},
      {"SNN0561", report(R"({"cores": [{"keys": 18446744073709551615}]})")},
      {"SNN0561", report(R"({"cores": [{"buffers": [{"at": "x"}]}]})")},
      {"SNN0561", report(R"({"cores": [{"encodings": [null]}]})")},
      {"SNN0507", report(R"({"layers": [)")},
      {"SNN0507", report(std::string(40, '[') + std::string(40, ']'))},
      {"SNN0503", [](Bundle &b) { b.addEntry("machine.json", "{}"); }},
      {"SNN0503", [](Bundle &b) { b.addEntry("../escape", "{}"); }},
  };
  int i = 0;
  for (const auto &[code, edit] : cases) {
    Bundle b = makeBundle();
    edit(b);
    Status status = b.write(path);
    ASSERT_FALSE(status) << i;
    EXPECT_EQ(status.error().code, code) << i << toText(status.error());
    ++i;
  }
  EXPECT_FALSE(std::filesystem::exists(path)); // nothing half-written
}

TEST_F(BundleTest, UnwritableFolder) {
  Status status = makeBundle().write(folder.file("missing/net.s2x"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "SNN0003");
}
