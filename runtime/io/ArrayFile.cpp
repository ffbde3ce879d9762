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

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace snnc::runtime {

static constexpr const char *metaName = "meta";

static Diagnostic unknownExtension(const std::string &path, const char *doing,
                                   const char *known) {
  return makeError(
      "SNN0405", {path, "", 0, 0},
      fmt::format("cannot {} a file with the extension '{}'", doing,
                  std::filesystem::path(path).extension().string()),
      {fmt::format("use {}", known)});
}

static Expected<ArrayMap> readByExtension(const std::string &path,
                                          const InputOptions &options) {
  std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".npz")
    return readNpz(path, options.limits);
  if (extension == ".h5" || extension == ".hdf5")
    return readNirData(path, options.dtSeconds, options.limits);
  if (extension != ".npy")
    return unknownExtension(path, "read", ".npy, .npz or .h5 (NIRData)");
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
    return readByExtension(path, options);
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
  std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".h5" || extension == ".hdf5")
    return oneForEachNode(std::move(*arrays), path);
  arrays->erase(metaName);
  return arrays;
}

Status checkOutputs(const std::string &path,
                    const std::vector<std::string> &inputs) {
  std::string extension = std::filesystem::path(path).extension().string();
  if (extension != ".h5" && extension != ".hdf5" && extension != ".npz")
    return unknownExtension(path, "write", ".npz or .h5 (NIRData)");
  return checkOutput(path, inputs);
}

Status writeOutputs(const std::string &path, ArrayMap arrays, double dtSeconds,
                    const nlohmann::json &meta) {
  std::string text =
      meta.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".h5" || extension == ".hdf5")
    return writeNirData(path, arrays, dtSeconds, {{"snnc", text}});
  if (extension != ".npz")
    return unknownExtension(path, "write", ".npz or .h5 (NIRData)");
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
  std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".h5" || extension == ".hdf5")
    return writeNirParts(path, file, parts, dtSeconds, {{"snnc", text}});
  if (extension != ".npz")
    return unknownExtension(path, "write", ".npz or .h5 (NIRData)");
  NdArray description = NdArray::of<uint8_t>(
      {text.size()}, std::vector<uint8_t>(text.begin(), text.end()));
  return writeNpzOfParts(file, parts,
                         {metaName, npyHeader(description) + text});
}

} // namespace snnc::runtime
