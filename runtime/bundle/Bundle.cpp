//===- Bundle.cpp - net.s2x: what the compiler hands to a device ----------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/Bundle.h"

#include "runtime/bundle/ManifestJson.h"
#include "runtime/bundle/Zip.h"
#include "runtime/support/Digest.h"
#include "runtime/support/SpillFile.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <set>

namespace snnc::runtime {

using nlohmann::json;

static ZipCodes zipCodes() {
  return {"SNN0501", "SNN0502", "SNN0503", "SNN0504", "SNN0512"};
}

static bool isReserved(const std::string &name) {
  return name == Bundle::manifestName || name == Bundle::machineName;
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// Entries in a temporary file; a place is where one begins.
class SpillStore : public EntryStore {
public:
  explicit SpillStore(std::shared_ptr<SpillFile> made)
      : file(std::move(made)) {}
  std::optional<uint64_t> append(std::string_view bytes) {
    return file ? file->append(std::as_bytes(std::span(bytes))) : std::nullopt;
  }
  Expected<std::string> read(uint64_t place, uint64_t size) const override {
    std::string bytes(size, '\0');
    if (Status s = file->read(place, std::as_writable_bytes(std::span(bytes)));
        !s)
      return s.takeError();
    return bytes;
  }

private:
  std::shared_ptr<SpillFile> file; ///< null: there can be none
};

void Bundle::add(std::string name, Entry entry) {
  auto [place, isNew] = entries.insert_or_assign(name, std::move(entry));
  if (isNew)
    order.push_back(std::move(name));
}

void Bundle::addEntry(std::string name, std::string bytes) {
  uint64_t size = bytes.size();
  add(std::move(name),
      {std::make_shared<const std::string>(std::move(bytes)), size});
}

Bundle::Entry Bundle::stored(std::string_view bytes, std::string digest,
                             std::shared_ptr<const EntryStore> store,
                             uint64_t place) {
  return {std::make_shared<const std::string>(
              bytes.substr(0, sizeof(SnncCoreHeader))),
          bytes.size(), std::move(store), place, std::move(digest)};
}

void Bundle::addImage(std::string name, std::string bytes) {
  if (held + bytes.size() > mostHeld) {
    if (!spill)
      spill = std::make_shared<SpillStore>(SpillFile::create());
    if (auto place = spill->append(bytes))
      return add(std::move(name), stored(bytes, sha256(bytes), spill, *place));
  }
  held += bytes.size();
  addEntry(std::move(name), std::move(bytes));
}

const std::string *Bundle::entry(const std::string &name) const {
  auto found = entries.find(name);
  return found == entries.end() || found->second.store
             ? nullptr
             : found->second.bytes.get();
}

std::optional<uint64_t> Bundle::sizeOf(const std::string &name) const {
  auto found = entries.find(name);
  if (found == entries.end())
    return std::nullopt;
  return found->second.size;
}

Expected<std::shared_ptr<const std::string>>
Bundle::load(const std::string &name) const {
  auto found = entries.find(name);
  if (found == entries.end())
    return std::shared_ptr<const std::string>();
  const Entry &entry = found->second;
  if (!entry.store)
    return entry.bytes;
  Expected<std::string> bytes = entry.store->read(entry.place, entry.size);
  if (!bytes)
    return bytes.takeError();
  return std::make_shared<const std::string>(std::move(*bytes));
}

SnncCoreHeader Bundle::headerOf(const CoreEntry &core) const {
  SnncCoreHeader header;
  std::memcpy(&header,
              entries.at(core.image).bytes->data() +
                  (core.headerAddress - core.imageBase),
              sizeof header);
  return header;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json fileRecord(uint64_t bytes, const std::string &digest) {
  return {{"bytes", bytes}, {"sha256", digest}};
}

Status Bundle::write(const std::string &path) const {
  if (Status status = checkManifest(manifest, path); !status)
    return status;
  if (Status status = checkContents(*this, path); !status)
    return status;
  std::string machineText = toJsonText(machine);
  json files = {
      {machineName, fileRecord(machineText.size(), sha256(machineText))}};
  auto bytesOf = [](const std::string &text) {
    return std::as_bytes(std::span(text.data(), text.size()));
  };
  std::vector<ZipSource> members = {{manifestName, {}, {}},
                                    {machineName, bytesOf(machineText), {}}};
  for (const std::string &name : order) {
    if (isReserved(name))
      return makeError("SNN0503", {path, name, 0, 0},
                       "the entry name is reserved for the bundle itself");
    const Entry &entry = entries.at(name);
    files[name] = fileRecord(entry.size,
                             entry.store ? entry.digest : sha256(*entry.bytes));
    if (entry.store)
      members.push_back(
          {name,
           {},
           {},
           [&entry] { return entry.store->read(entry.place, entry.size); },
           entry.size});
    else
      members.push_back({name, bytesOf(*entry.bytes), {}});
  }
  json document = toJson(manifest);
  document["files"] = std::move(files);
  std::string manifestBytes = manifestText(document);
  members.front().head = bytesOf(manifestBytes);
  return writeZip(path, members, zipCodes());
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// Entries in the zip that a bundle was read from; a place is a member's.
class ZipStore : public EntryStore {
public:
  explicit ZipStore(std::shared_ptr<const ZipArchive> archive)
      : archive(std::move(archive)) {}
  Expected<std::string> read(uint64_t place, uint64_t size) const override {
    return archive->read(place);
  }

private:
  std::shared_ptr<const ZipArchive> archive;
};

} // namespace

/// Takes the members of a zip into a bundle, one after the other, and holds
/// the "files" table of manifest.json against them.
class EntryReader {
public:
  EntryReader(const std::string &path, const ZipArchive &archive,
              std::shared_ptr<const EntryStore> store,
              DiagnosticSink *digestWarnings)
      : path(path), archive(archive), store(std::move(store)),
        warnings(digestWarnings) {}

  Status run(const json &document, Bundle &bundle);

private:
  Status fail(DiagnosticCode code, const std::string &entry,
              std::string message) const {
    return makeError(code, {path, entry, 0, 0}, std::move(message),
                     {"the bundle is damaged or was edited; compile the "
                      "network again"});
  }
  Status checkMember(const json &record, const std::string &name,
                     uint64_t bytes, const std::string &digest) const;

  const std::string &path;
  const ZipArchive &archive;
  std::shared_ptr<const EntryStore> store;
  DiagnosticSink *warnings;
};

Status EntryReader::checkMember(const json &record, const std::string &name,
                                uint64_t bytes,
                                const std::string &digest) const {
  bool wellFormed = record.is_object() && record.size() == 2 &&
                    record.contains("bytes") && record.contains("sha256") &&
                    record["bytes"].is_number_integer() &&
                    record["sha256"].is_string();
  if (!wellFormed)
    return fail("SNN0508", name,
                "its record in 'files' is not {bytes, sha256}");
  if (record["bytes"] != bytes)
    return fail("SNN0506", name,
                fmt::format("the entry has {} bytes, the manifest says {}",
                            bytes, record["bytes"].dump()));
  if (record["sha256"].get_ref<const std::string &>() == digest)
    return {};
  Status status =
      fail("SNN0505", name,
           fmt::format(
               "the content has the digest {}, the manifest says {}", digest,
               record["sha256"].get_ref<const std::string &>().substr(0, 80)));
  if (!warnings)
    return status;
  Diagnostic warning = status.takeError();
  warning.severity = Severity::Warning;
  warnings->report(std::move(warning));
  return {};
}

Status EntryReader::run(const json &document, Bundle &bundle) {
  if (!document.contains("files") || !document["files"].is_object())
    return fail("SNN0508", Bundle::manifestName,
                "the table 'files' is missing");
  const json &files = document["files"];
  std::set<std::string> images, held;
  for (const CoreEntry &core : bundle.manifest.cores) {
    images.insert({core.image, core.dram});
    if (core.headerAddress != core.imageBase) // not where snnc puts it
      held.insert(core.image);
  }
  std::set<std::string> found;
  for (size_t i = 0; i < archive.names().size(); ++i) {
    const std::string &name = archive.names()[i];
    if (name == Bundle::manifestName)
      continue;
    if (!files.contains(name))
      return fail("SNN0506", name, "the entry is not listed in the manifest");
    Expected<std::string> bytes = archive.read(i);
    if (!bytes)
      return bytes.takeError();
    std::string digest = sha256(*bytes);
    if (Status s = checkMember(files[name], name, bytes->size(), digest); !s)
      return s;
    found.insert(name);
    if (isReserved(name))
      continue;
    if (images.contains(name) && !held.contains(name) &&
        bundle.held + bytes->size() > bundle.mostHeld) {
      bundle.add(name, Bundle::stored(*bytes, digest, store, i));
      continue;
    }
    bundle.held += images.contains(name) ? bytes->size() : 0;
    bundle.addEntry(name, std::move(*bytes));
  }
  for (const auto &item : files.items())
    if (!found.contains(item.key()))
      return fail("SNN0506", item.key().substr(0, 255),
                  "the entry is listed in the manifest but missing");
  return {};
}

/// Null when there is none of that name.
static Expected<std::unique_ptr<std::string>>
readMember(const ZipArchive &archive, const std::string &name) {
  auto at = std::find(archive.names().begin(), archive.names().end(), name);
  if (at == archive.names().end())
    return std::unique_ptr<std::string>();
  Expected<std::string> bytes =
      archive.read(size_t(at - archive.names().begin()));
  if (!bytes)
    return bytes.takeError();
  return std::make_unique<std::string>(std::move(*bytes));
}

static Expected<std::shared_ptr<Bundle>>
readArchive(const std::string &path, std::shared_ptr<const ZipArchive> archive,
            DiagnosticSink *digestWarnings, uint64_t heldBytes) {
  auto manifest = readMember(*archive, Bundle::manifestName);
  if (!manifest)
    return manifest.takeError();
  auto machine = readMember(*archive, Bundle::machineName);
  if (!machine)
    return machine.takeError();
  if (!*manifest || !*machine)
    return makeError(
        "SNN0506", {path, "", 0, 0},
        fmt::format("the zip has no {}",
                    *manifest ? Bundle::machineName : Bundle::manifestName),
        {"it is no bundle of snnc, or a part is missing"});
  Expected<json> document = parseJson(**manifest, path, Bundle::manifestName);
  if (!document)
    return document.takeError();
  auto bundle = std::make_shared<Bundle>(heldBytes);
  // First the version: a newer format may describe its files differently.
  Expected<Manifest> parsed = manifestFromJson(*document, path);
  if (!parsed)
    return parsed.takeError();
  bundle->manifest = std::move(*parsed);
  EntryReader entries(path, *archive, std::make_shared<ZipStore>(archive),
                      digestWarnings);
  if (Status status = entries.run(*document, *bundle); !status)
    return status.takeError();
  Expected<MachineModel> model =
      parseMachine(**machine, path + ":" + Bundle::machineName);
  if (!model)
    return model.takeError();
  bundle->machine = std::move(*model);
  if (Status status = checkContents(*bundle, path); !status)
    return status.takeError();
  return bundle;
}

/// Stored members only, so that a bundle unpacks to no more than its file. A
/// board of 48 chips has 0.9 GB of SRAM; the two DRAM interfaces of a chip have
/// 1 GiB each, a member each.
static ZipLimits bundleLimits() {
  ZipLimits limits;
  limits.fileBytes = limits.totalBytes = uint64_t(1) << 34;
  limits.memberBytes = uint64_t(1) << 30;
  return limits;
}

Expected<std::shared_ptr<Bundle>> Bundle::read(const std::string &path,
                                               DiagnosticSink *digestWarnings,
                                               uint64_t heldBytes) {
  try {
    auto archive = ZipArchive::open(path, bundleLimits(), zipCodes());
    if (!archive)
      return archive.takeError();
    return readArchive(path, std::move(*archive), digestWarnings, heldBytes);
  } catch (const std::exception &e) { // no memory; a library's own
    return makeError("SNN0501", {path, "", 0, 0},
                     fmt::format("the bundle cannot be read: {}", e.what()));
  }
}

static const ZipMember *findMember(const std::vector<ZipMember> &members,
                                   const std::string &name) {
  for (const ZipMember &member : members)
    if (member.name == name)
      return &member;
  return nullptr;
}

static Expected<std::map<std::string, std::string>>
programsOf(const std::string &path, const std::vector<ZipMember> &members) {
  const ZipMember *text = findMember(members, Bundle::manifestName);
  if (!text)
    return makeError("SNN0506", {path, "", 0, 0},
                     fmt::format("the zip has no {}", Bundle::manifestName));
  Expected<json> document = parseJson(text->bytes, path, Bundle::manifestName);
  if (!document)
    return document.takeError();
  Expected<Manifest> manifest = manifestFromJson(*document, path);
  if (!manifest)
    return manifest.takeError();
  std::map<std::string, std::string> programs;
  for (const ProgramEntry &program : manifest->programs) {
    const ZipMember *elf = findMember(members, program.elf);
    json said = document->value(
        json::json_pointer("/files") / program.elf / "sha256", json());
    if (elf && !program.code.empty() && said == json(sha256(elf->bytes)))
      programs[program.code] = elf->bytes;
  }
  return programs;
}

Expected<std::map<std::string, std::string>>
Bundle::readPrograms(const std::string &path) {
  try {
    auto wanted = [](const std::string &name) {
      return name == manifestName || name.starts_with("programs/");
    };
    Expected<std::vector<ZipMember>> members =
        readZipMembers(path, wanted, bundleLimits(), zipCodes());
    if (!members)
      return members.takeError();
    return programsOf(path, *members);
  } catch (const std::exception &e) { // no memory; a library's own
    return makeError("SNN0501", {path, "", 0, 0},
                     fmt::format("the bundle cannot be read: {}", e.what()));
  }
}

} // namespace snnc::runtime
