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

void Bundle::addEntry(std::string name, std::string bytes) {
  auto [place, isNew] = entries.insert_or_assign(name, std::move(bytes));
  if (isNew)
    order.push_back(std::move(name));
}

const std::string *Bundle::entry(const std::string &name) const {
  auto found = entries.find(name);
  return found == entries.end() ? nullptr : &found->second;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json fileRecord(const std::string &bytes) {
  return {{"bytes", bytes.size()}, {"sha256", sha256(bytes)}};
}

Status Bundle::write(const std::string &path) const {
  if (Status status = checkManifest(manifest, path); !status)
    return status;
  if (Status status = checkContents(*this, path); !status)
    return status;
  std::string machineText = toJsonText(machine);
  json files = {{machineName, fileRecord(machineText)}};
  for (const std::string &name : order) {
    if (isReserved(name))
      return makeError("SNN0503", {path, name, 0, 0},
                       "the entry name is reserved for the bundle itself");
    files[name] = fileRecord(entries.at(name));
  }
  json document = toJson(manifest);
  document["files"] = std::move(files);
  std::string manifestBytes = manifestText(document);

  auto bytesOf = [](const std::string &text) {
    return std::as_bytes(std::span(text.data(), text.size()));
  };
  std::vector<ZipSource> members = {{manifestName, bytesOf(manifestBytes), {}},
                                    {machineName, bytesOf(machineText), {}}};
  for (const std::string &name : order)
    members.push_back({name, bytesOf(entries.at(name)), {}});
  return writeZip(path, members, zipCodes());
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// The "files" table of manifest.json against the members of the zip.
class FileTable {
public:
  FileTable(const std::string &path, DiagnosticSink *digestWarnings)
      : path(path), warnings(digestWarnings) {}

  Status check(const json &document, const std::vector<ZipMember> &members);

private:
  Status fail(DiagnosticCode code, const std::string &entry,
              std::string message) const {
    return makeError(code, {path, entry, 0, 0}, std::move(message),
                     {"the bundle is damaged or was edited; compile the "
                      "network again"});
  }
  Status checkMember(const json &record, const ZipMember &member) const;

  const std::string &path;
  DiagnosticSink *warnings;
};

} // namespace

Status FileTable::checkMember(const json &record,
                              const ZipMember &member) const {
  bool wellFormed = record.is_object() && record.size() == 2 &&
                    record.contains("bytes") && record.contains("sha256") &&
                    record["bytes"].is_number_integer() &&
                    record["sha256"].is_string();
  if (!wellFormed)
    return fail("SNN0508", member.name,
                "its record in 'files' is not {bytes, sha256}");
  if (record["bytes"] != member.bytes.size())
    return fail("SNN0506", member.name,
                fmt::format("the entry has {} bytes, the manifest says {}",
                            member.bytes.size(), record["bytes"].dump()));
  std::string digest = sha256(member.bytes);
  if (record["sha256"].get_ref<const std::string &>() == digest)
    return {};
  Status status =
      fail("SNN0505", member.name,
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

Status FileTable::check(const json &document,
                        const std::vector<ZipMember> &members) {
  if (!document.contains("files") || !document["files"].is_object())
    return fail("SNN0508", Bundle::manifestName,
                "the table 'files' is missing");
  const json &files = document["files"];
  size_t listed = 0;
  for (const ZipMember &member : members) {
    if (member.name == Bundle::manifestName)
      continue;
    if (!files.contains(member.name))
      return fail("SNN0506", member.name,
                  "the entry is not listed in the manifest");
    if (Status status = checkMember(files[member.name], member); !status)
      return status;
    ++listed;
  }
  if (listed == files.size())
    return {};
  std::set<std::string> names;
  for (const ZipMember &member : members)
    names.insert(member.name);
  for (const auto &item : files.items())
    if (!names.contains(item.key()))
      return fail("SNN0506", item.key().substr(0, 255),
                  "the entry is listed in the manifest but missing");
  return {};
}

static const ZipMember *findMember(const std::vector<ZipMember> &members,
                                   const std::string &name) {
  for (const ZipMember &member : members)
    if (member.name == name)
      return &member;
  return nullptr;
}

static Expected<std::shared_ptr<Bundle>>
readMembers(const std::string &path, std::vector<ZipMember> members,
            DiagnosticSink *digestWarnings) {
  const ZipMember *manifest = findMember(members, Bundle::manifestName);
  const ZipMember *machine = findMember(members, Bundle::machineName);
  if (!manifest || !machine)
    return makeError(
        "SNN0506", {path, "", 0, 0},
        fmt::format("the zip has no {}",
                    manifest ? Bundle::machineName : Bundle::manifestName),
        {"it is no bundle of snnc, or a part is missing"});
  Expected<json> document =
      parseJson(manifest->bytes, path, Bundle::manifestName);
  if (!document)
    return document.takeError();
  auto bundle = std::make_shared<Bundle>();
  // First the version: a newer format may describe its files differently.
  Expected<Manifest> parsed = manifestFromJson(*document, path);
  if (!parsed)
    return parsed.takeError();
  bundle->manifest = std::move(*parsed);
  if (Status status = FileTable(path, digestWarnings).check(*document, members);
      !status)
    return status.takeError();
  Expected<MachineModel> model =
      parseMachine(machine->bytes, path + ":" + Bundle::machineName);
  if (!model)
    return model.takeError();
  bundle->machine = std::move(*model);
  for (ZipMember &member : members)
    if (!isReserved(member.name))
      bundle->addEntry(std::move(member.name), std::move(member.bytes));
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
                                               DiagnosticSink *digestWarnings) {
  try {
    Expected<std::vector<ZipMember>> members =
        readZip(path, bundleLimits(), zipCodes());
    if (!members)
      return members.takeError();
    return readMembers(path, std::move(*members), digestWarnings);
  } catch (const std::exception &e) { // no memory; a library's own
    return makeError("SNN0501", {path, "", 0, 0},
                     fmt::format("the bundle cannot be read: {}", e.what()));
  }
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
