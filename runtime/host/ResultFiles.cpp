//===- ResultFiles.cpp - Results of a long run on disk --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/ResultFiles.h"

#include "runtime/io/ArrayFile.h"
#include "runtime/io/NirData.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/Digest.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>

namespace snnc::runtime {

namespace fs = std::filesystem;

static constexpr const char *kIndex = "index.json";
static constexpr const char *kCheckpoint = "checkpoint";
static constexpr const char *kOutput = "output";
static constexpr const char *kMagic = "snnc checkpoint 1";

ResultFiles::ResultFiles(std::string output, std::string run)
    : output(std::move(output)), run(std::move(run)),
      parts(this->output + ".parts"), chosen(nlohmann::json::object()) {}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

/// A line of JSON, then the state.
static std::optional<Checkpoint> parseCheckpoint(std::string_view text,
                                                 std::string &run) {
  size_t end = text.find('\n');
  auto head = nlohmann::json::parse(text.substr(0, end), nullptr, false);
  if (end == std::string_view::npos || !head.is_object() ||
      head.value("format", "") != kMagic)
    return std::nullopt;
  std::string_view state = text.substr(end + 1);
  try {
    if (head.at("sha256").get<std::string>() != sha256(state))
      return std::nullopt;
    run = head.at("run").get<std::string>();
    return Checkpoint{{head.at("tick").get<uint64_t>(),
                       head.at("spikes").get<uint64_t>(), std::string(state)},
                      head.at("rows").get<std::vector<uint64_t>>()};
  } catch (const nlohmann::json::exception &) {
    return std::nullopt;
  }
}

Expected<std::optional<Checkpoint>> ResultFiles::lastCheckpoint() {
  std::string path = parts + "/" + kCheckpoint;
  if (!fs::exists(path))
    return std::optional<Checkpoint>();
  auto text = readFile(path);
  if (!text)
    return text.takeError();
  std::string of;
  auto checkpoint = parseCheckpoint(*text, of);
  if (!checkpoint)
    return makeError("SNN0445", {path, "", 0, 0}, "the checkpoint is damaged",
                     {"run from the beginning, without --resume"});
  if (of != run)
    return makeError(
        "SNN0444", {path, "", 0, 0},
        "the checkpoint is of another run: of another network file, input, "
        "version of snnc or option that changes results",
        {"give the command that was interrupted, with --resume; or run from "
         "the beginning without it"});
  resumed = checkpoint->rows;
  return checkpoint;
}

Status ResultFiles::keep(const Moment &moment) {
  std::vector<uint64_t> rows;
  for (const Part &part : arrays)
    rows.push_back(part.array.rows());
  nlohmann::json head = {
      {"format", kMagic},    {"run", run},
      {"tick", moment.tick}, {"spikes", moment.spikes},
      {"rows", rows},        {"sha256", sha256(moment.state)}};
  return writeFileAtomically(parts + "/" + kCheckpoint,
                             head.dump() + "\n" + moment.state);
}

//===----------------------------------------------------------------------===//
// Growing
//===----------------------------------------------------------------------===//

/// A file's name that any system takes.
static std::string fileOf(const std::string &name, size_t index) {
  bool plain = name.size() < 200 &&
               std::ranges::all_of(
                   name,
                   [](char c) {
                     return std::isalnum(static_cast<unsigned char>(c)) ||
                            c == '_' || c == '-' || c == ':';
                   });
  return plain ? name + ".npy" : fmt::format("{}.npy", index);
}

nlohmann::json chosenOf(std::span<const RecordRequest> requests) {
  nlohmann::json chosen = nlohmann::json::object();
  for (const RecordRequest &request : requests)
    if (!request.neurons.empty() || request.every > 1)
      chosen[request.name()] = {{"neurons", request.neurons},
                                {"every", request.every}};
  return chosen;
}

Status ResultFiles::openParts(std::span<const RecordRequest> requests,
                              const Manifest &manifest) {
  for (size_t r = 0; r < requests.size(); ++r) {
    const RecordRequest &request = requests[r];
    uint64_t neurons = manifest.populations[request.populationIndex].neurons;
    bool isSpikes = !request.variableIndex;
    uint64_t shown = request.neurons.empty() ? neurons : request.neurons.size();
    uint64_t columns = isSpikes ? 2 : shown; // tick, neuron
    DType type = isSpikes ? DType::U32 : DType::F32;
    std::string path = parts + "/" + fileOf(request.name(), r);
    auto array = resumed
                     ? GrowingArray::reopen(path, type, columns, (*resumed)[r])
                     : GrowingArray::create(path, type, columns);
    if (!array)
      return array.takeError();
    arrays.push_back({request.name(), std::move(*array),
                      isSpikes ? neurons : shown, request.every, isSpikes});
  }
  chosen = chosenOf(requests);
  return {};
}

Status ResultFiles::begin(std::span<const RecordRequest> requests,
                          const Manifest &manifest) {
  if (resumed && resumed->size() != requests.size())
    return makeError("SNN0445", {parts, "", 0, 0}, "the checkpoint is damaged",
                     {"run from the beginning, without --resume"});
  bool isNirData = !output.ends_with(".npz");
  for (const RecordRequest &request : requests)
    if (isNirData && (!(manifest.dtSeconds > 0) ||
                      request.population.find('/') != std::string::npos))
      return makeError("SNN0408", {output, request.name(), 0, 0},
                       manifest.dtSeconds > 0
                           ? "NIRData cannot hold a name with '/'"
                           : "NIRData needs the length of a tick in seconds",
                       {"write .npz instead"});
  if (!resumed) { // an old one would go on with what is not there any more
    std::error_code error;
    fs::remove(parts + "/" + kCheckpoint, error);
  }
  if (::mkdir(parts.c_str(), 0777) != 0 && errno != EEXIST)
    return cannotWrite(parts, std::strerror(errno));
  if (Status s = openParts(requests, manifest); !s)
    return s;
  nlohmann::json index = nlohmann::json::object();
  for (const Part &part : arrays)
    index[part.name] = fs::path(part.array.path()).filename().string();
  return writeFileAtomically(parts + "/" + kIndex, index.dump(2) + "\n");
}

Status ResultFiles::addSpikes(size_t request,
                              std::span<const RecordedSpike> spikes) {
  static_assert(sizeof(RecordedSpike) == 2 * sizeof(uint32_t));
  return arrays[request].array.append(std::as_bytes(spikes));
}

Status ResultFiles::addStates(size_t request, std::span<const float> rows) {
  return arrays[request].array.append(std::as_bytes(rows));
}

Status ResultFiles::flush() {
  for (Part &part : arrays)
    if (Status s = part.array.flush(); !s)
      return s;
  return {};
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

Status ResultFiles::assemble(const std::string &file, uint64_t ticks,
                             double dtSeconds, const nlohmann::json &meta) {
  std::vector<ArrayPart> members;
  for (const Part &part : arrays)
    members.push_back({part.name, part.array.path(), part.array.rows(),
                       part.array.columns(), part.neurons,
                       part.isSpikes ? ticks : part.array.rows(), part.every,
                       part.isSpikes});
  return writePartsAs(output, file, members, dtSeconds, meta);
}

Status ResultFiles::finish(uint64_t ticks, double dtSeconds,
                           nlohmann::json meta) {
  if (Status s = flush(); !s)
    return s;
  if (!chosen.empty())
    meta["chosen"] = chosen;
  auto place = outputPlace(output);
  if (!place)
    return place.takeError();
  std::string made = parts + "/" + kOutput;
  if (Status s = assemble(made, ticks, dtSeconds, meta); !s)
    return s;
  if (::chmod(made.c_str(), place->mode ? place->mode : 0644) != 0 ||
      std::rename(made.c_str(), place->path.c_str()) != 0)
    return cannotWrite(output, std::strerror(errno));
  return {};
}

void ResultFiles::removeParts() {
  std::error_code error;
  fs::remove(parts + "/" + kCheckpoint, error); // first: it needs the others
  for (const Part &part : arrays)
    fs::remove(part.array.path(), error);
  // Also what a process that was killed was writing.
  std::vector<fs::path> own;
  for (const auto &entry : fs::directory_iterator(parts, error)) {
    std::string name = entry.path().filename().string();
    for (const char *known : {kCheckpoint, kIndex, kOutput})
      if (name == known || name.starts_with(std::string(known) + "."))
        own.push_back(entry.path());
  }
  for (const fs::path &path : own)
    fs::remove(path, error);
  ::rmdir(parts.c_str());
}

} // namespace snnc::runtime
