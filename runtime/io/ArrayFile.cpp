//===- ArrayFile.cpp - Inputs and results by file extension ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/ArrayFile.h"

#include "runtime/io/NirData.h"
#include "runtime/io/Parts.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/FileReader.h"

#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace snnc::runtime {

static constexpr const char *metaName = "meta";

static Diagnostic unknownExtension(const std::string &path, const char *doing,
                                   const char *known) {
  std::error_code none;
  std::filesystem::path file = path;
  if (std::filesystem::is_directory(file, none))
    return makeError("SNN0405", {path, "", 0, 0},
                     fmt::format("cannot {} a folder", doing),
                     {"name a file in it"});
  std::string hint = fmt::format("use {}", known);
  bool isText = file.extension() == ".csv" || file.extension() == ".txt";
  if (isText && doing == std::string_view("read"))
    hint += fmt::format(
        "; numpy.save('{}.npy', numpy.loadtxt('{}'{})) makes one of text",
        file.stem().native(), file.filename().native(),
        file.extension() == ".csv" ? ", delimiter=','" : "");
  return makeError(
      "SNN0405", {path, "", 0, 0},
      fmt::format("cannot {} a file with the extension '{}'", doing,
                  std::filesystem::path(path).extension().string()),
      {hint});
}

/// A stream has a name of the system's, which says nothing about its bytes.
static bool isStream(const std::filesystem::path &path) {
  return !path.has_extension() &&
         path.parent_path().native().starts_with("/dev");
}

static std::optional<ArrayFormat> formatByName(const std::string &path) {
  std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".npy")
    return ArrayFormat::Npy;
  if (extension == ".npz")
    return ArrayFormat::Npz;
  if (extension == ".h5" || extension == ".hdf5")
    return ArrayFormat::NirData;
  return std::nullopt;
}

std::optional<ArrayFormat> readableFormat(const std::string &path) {
  if (!isStream(path))
    return formatByName(path);
  auto file = FileReader::open(path, UINT64_MAX);
  std::array<char, 4> head{};
  if (!file || file->size() < head.size() ||
      !file->read(0, std::as_writable_bytes(std::span(head))))
    return std::nullopt;
  std::string_view bytes(head.data(), head.size());
  if (bytes == "\x93NUM")
    return ArrayFormat::Npy;
  if (bytes.starts_with("PK"))
    return ArrayFormat::Npz;
  if (bytes == "\x89HDF")
    return ArrayFormat::NirData;
  return std::nullopt;
}

std::optional<ArrayFormat> writableFormat(const std::string &path) {
  auto format = isStream(path) ? ArrayFormat::Npz : formatByName(path);
  return format == ArrayFormat::Npy ? std::nullopt : format;
}

static Diagnostic cannotWriteAs(const std::string &path) {
  return unknownExtension(path, "write", ".npz or .h5 (NIRData)");
}

static Expected<ArrayMap> readByFormat(const std::string &path,
                                       const InputOptions &options) {
  std::optional<ArrayFormat> format = readableFormat(path);
  if (!format)
    return unknownExtension(path, "read", ".npy, .npz or .h5 (NIRData)");
  if (*format == ArrayFormat::Npz)
    return readNpz(path, options.limits);
  if (*format == ArrayFormat::NirData)
    return readNirData(path, options.dtSeconds, options.limits);
  Expected<NdArray> array = readNpy(path, options.limits);
  if (!array)
    return array.takeError();
  ArrayMap arrays;
  arrays.emplace("", std::move(*array));
  return arrays;
}

Expected<ArrayMap> readArrays(const std::string &path,
                              const InputOptions &options) {
  try {
    return readByFormat(path, options);
  } catch (const std::exception &e) { // no memory; a library's own
    return makeError("SNN0401", {path, "", 0, 0},
                     fmt::format("the file cannot be read: {}", e.what()));
  }
}

/// "node:observable" to "node".
static Expected<ArrayMap> oneForEachNode(ArrayMap arrays,
                                         const std::string &path) {
  std::map<std::string, std::vector<std::string>> keysOf;
  for (const auto &item : arrays)
    keysOf[item.first.substr(0, item.first.rfind(':'))].push_back(item.first);
  ArrayMap inputs;
  for (const auto &[node, keys] : keysOf) {
    std::string key = keys.size() == 1 ? keys[0] : node + ":spikes";
    auto found = arrays.find(key);
    if (found == arrays.end())
      return makeError("SNN0410", {path, node, 0, 0},
                       fmt::format("the node has the observables {} and none "
                                   "is called 'spikes'",
                                   fmt::join(keys, ", ")),
                       {"keep one of them, or call it 'spikes'"});
    inputs.emplace(node, std::move(found->second));
  }
  return inputs;
}

Expected<ArrayMap> readInputs(const std::string &path,
                              const InputOptions &options) {
  Expected<ArrayMap> arrays = readArrays(path, options);
  if (!arrays)
    return arrays;
  if (readableFormat(path) == ArrayFormat::NirData)
    return oneForEachNode(std::move(*arrays), path);
  arrays->erase(metaName);
  return arrays;
}

Status checkOutputs(const std::string &path,
                    const std::vector<std::string> &inputs) {
  if (!writableFormat(path))
    return cannotWriteAs(path);
  return checkOutput(path, inputs);
}

Status writeOutputs(const std::string &path, ArrayMap arrays, double dtSeconds,
                    const nlohmann::json &meta) {
  std::string text =
      meta.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::optional<ArrayFormat> format = writableFormat(path);
  if (format == ArrayFormat::NirData)
    return writeNirData(path, arrays, dtSeconds, {{"snnc", text}});
  if (!format)
    return cannotWriteAs(path);
  bool isNew = arrays
                   .emplace(metaName,
                            NdArray::of<uint8_t>(
                                {text.size()},
                                std::vector<uint8_t>(text.begin(), text.end())))
                   .second;
  if (!isNew)
    return makeError("SNN0408", {path, metaName, 0, 0},
                     "the array name 'meta' is taken by the description of "
                     "the run");
  return writeNpz(path, arrays);
}

Status writePartsAs(const std::string &path, const std::string &file,
                    const std::vector<ArrayPart> &parts, double dtSeconds,
                    const nlohmann::json &meta) {
  std::string text =
      meta.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::optional<ArrayFormat> format = writableFormat(path);
  if (format == ArrayFormat::NirData)
    return writeNirParts(path, file, parts, dtSeconds, {{"snnc", text}});
  if (!format)
    return cannotWriteAs(path);
  NdArray description = NdArray::of<uint8_t>(
      {text.size()}, std::vector<uint8_t>(text.begin(), text.end()));
  return writeNpzOfParts(file, parts,
                         {metaName, npyHeader(description) + text});
}

} // namespace snnc::runtime
