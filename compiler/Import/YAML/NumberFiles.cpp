//===- NumberFiles.cpp - Arrays beside a network file ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libhdf5 crashes on damaged files, so a .h5 is read in a child process.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/NumberFiles.h"
#include "compiler/Import/YAML/RowTable.h"
#include "compiler/Import/YAML/TextTable.h"
#include "runtime/io/ArrayWire.h"
#include "runtime/io/Hdf5Dataset.h"
#include "runtime/io/NirData.h"
#include "runtime/io/Npy.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ChildProcess.h"
#include "runtime/support/Hdf5.h"

#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc::yaml {

using runtime::NdArray;

static constexpr uint64_t kMostHdf5Bytes = uint64_t(1) << 31;

static Diagnostic refuse(const std::string &path, std::string message,
                         std::vector<std::string> hints = {}) {
  return makeError("SNN1013", {path, "", 0, 0}, std::move(message),
                   std::move(hints));
}

/// In the child: the dataset `key`, in the type that the file has it in.
static Expected<runtime::ArrayMap> readDataset(const std::string &path,
                                               const std::string &key) {
  using hdf5::Handle;
  hdf5::Quiet quiet;
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file)
    return refuse(path, "not an HDF5 file that can be read");
  auto array = runtime::readDataset(file, key, {{}, {}, kMostHdf5Bytes});
  if (auto *fault = std::get_if<runtime::DatasetFault>(&array)) {
    std::string limit = fmt::format(", the limit is {} bytes", kMostHdf5Bytes);
    return refuse(path, fault->message + (fault->tooLarge ? limit : ""),
                  fault->hint.empty() ? std::vector<std::string>()
                                      : std::vector{fault->hint});
  }
  runtime::ArrayMap map;
  map.emplace("", std::move(std::get<NdArray>(array)));
  return map;
}

static Expected<NdArray> readHdf5(const std::string &path,
                                  const std::string &key) {
  if (key.empty())
    return refuse(path, "an HDF5 file needs the dataset's path as 'key'");
  ChildLimits limits;
  auto outcome = bytesFromChild(
      [&] { return runtime::encodeResult(readDataset(path, key)); }, limits);
  if (auto *failure = std::get_if<ChildFailure>(&outcome))
    return refuse(path, "reading it failed: " + failure->why);
  auto decoded =
      runtime::decodeResult(std::get<std::string>(outcome), path, {});
  if (!decoded)
    return refuse(path, "reading it failed");
  if (!*decoded)
    return decoded->takeError();
  auto it = (*decoded)->find("");
  if (it == (*decoded)->end())
    return refuse(path, "reading it failed");
  return std::move(it->second);
}

/// Members of one length are columns: {source, target, weight} or {tick,
/// channel} in files of their own arrays.
static Expected<RowTable> columnsOf(runtime::ArrayMap all,
                                    const std::string &path) {
  uint64_t rows = all.begin()->second.size();
  for (const auto &[name, array] : all)
    if (array.shape.size() != 1 || array.size() != rows)
      return refuse(path,
                    fmt::format("it has {} arrays; name one with 'key', or "
                                "have all of one axis and length, as columns",
                                all.size()));
  return RowTable(std::move(all));
}

/// The columns side by side.
static Expected<NumberTable> tableOfMembers(runtime::ArrayMap all,
                                            const std::string &path) {
  auto columns = columnsOf(std::move(all), path);
  if (!columns)
    return columns.takeError();
  std::vector<double> values;
  if (Status s = columns->read(0, columns->rows(), values); !s)
    return s.takeError();
  return NumberTable{NdArray::of(columns->shape(), values), columns->columns()};
}

static Expected<NumberTable> readArchive(const std::string &path,
                                         const std::string &key) {
  auto all = runtime::readNpz(path);
  if (!all)
    return all.takeError();
  if (key.empty() && all->size() > 1)
    return tableOfMembers(std::move(*all), path);
  auto it = key.empty() && all->size() == 1 ? all->begin() : all->find(key);
  std::vector<std::string> members;
  for (const auto &[name, array] : *all)
    if (members.size() < 20)
      members.push_back(name);
  if (it == all->end())
    return refuse(
        path, fmt::format("there is no array '{}'; name one with 'key'", key),
        {fmt::format("it has: {}", fmt::join(members, ", "))});
  return NumberTable{std::move(it->second), {}};
}

Expected<NumberTable> readStored(const std::string &path,
                                 const std::string &key) {
  auto alone = [](Expected<NdArray> array) -> Expected<NumberTable> {
    if (!array)
      return array.takeError();
    return NumberTable{std::move(*array), {}};
  };
  std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".npz")
    return readArchive(path, key);
  if (ending == ".h5" || ending == ".hdf5")
    return alone(readHdf5(path, key));
  if (ending != ".csv" && ending != ".txt" && ending != ".npy")
    return refuse(path, fmt::format("files of numbers end in .npy, .npz, "
                                    ".csv, .txt, .h5 or .hdf5, not '{}'",
                                    ending));
  if (!key.empty())
    return refuse(path,
                  fmt::format("a {} file holds one array; 'key' belongs "
                              "to .npz and .h5",
                              ending),
                  {"leave 'key' out"});
  if (ending == ".npy")
    return alone(runtime::readNpy(path));
  auto text = readFile(path, size_t(1) << 30);
  if (!text)
    return text.takeError();
  return parseTable(*text, path);
}

Expected<NumberTable> readNumbers(const std::string &path,
                                  const std::string &key) {
  auto table = readStored(path, key);
  if (!table || table->numbers.dtype == runtime::DType::F64)
    return table;
  std::vector<double> wide(table->numbers.size());
  for (uint64_t i = 0; i < wide.size(); ++i)
    wide[i] = table->numbers.at(i);
  table->numbers = NdArray::of(table->numbers.shape, wide);
  return table;
}

Expected<RowTable> readRows(const std::string &path, const std::string &key) {
  std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".npy" && key.empty()) {
    runtime::ArrayLimits limits;
    limits.arrayBytes = limits.fileBytes; // it stays on disk
    auto file = runtime::NpyFile::open(path, limits);
    if (!file)
      return file.takeError();
    return RowTable(std::move(*file));
  }
  if (ending == ".npz" && key.empty()) {
    auto all = runtime::readNpz(path);
    if (!all)
      return all.takeError();
    if (all->size() > 1)
      return columnsOf(std::move(*all), path);
  }
  auto table = readStored(path, key);
  if (!table)
    return table.takeError();
  return RowTable(std::move(*table));
}

//===----------------------------------------------------------------------===//
// Spikes
//===----------------------------------------------------------------------===//

/// Counts, ticks x channels, as rows of tick and channel.
static Expected<NumberTable> rowsOf(const NdArray &raster,
                                    const std::string &path) {
  if (raster.shape.size() != 2)
    return refuse(path, fmt::format("the spikes are {}, needed is one sample "
                                    "of ticks x channels",
                                    runtime::shapeText(raster.shape)));
  std::vector<double> values;
  for (uint64_t i = 0; i < raster.size(); ++i) {
    double count = raster.at(i);
    if (!(count >= 0 && count <= 65535 && count == double(uint16_t(count))))
      return refuse(path, fmt::format("tick {}, channel {} holds {}, which is "
                                      "no number of spikes",
                                      i / raster.shape[1], i % raster.shape[1],
                                      count));
    for (double spike = 0; spike < count; ++spike) {
      values.push_back(double(i / raster.shape[1]));
      values.push_back(double(i % raster.shape[1]));
    }
  }
  return NumberTable{NdArray::of({values.size() / 2, 2}, values), {}};
}

Expected<NumberTable> readSpikes(const std::string &path,
                                 const std::string &key, double dt) {
  std::string ending = std::filesystem::path(path).extension().string();
  if (ending != ".h5" && ending != ".hdf5")
    return readNumbers(path, key);
  auto recorded = runtime::readNirData(path, dt);
  if (!recorded) {
    // Not NIRData: a data set of rows.
    if (recorded.error().code != DiagnosticCode("SNN0406") || key.empty())
      return recorded.takeError();
    return readNumbers(path, key);
  }
  std::vector<std::string> fitting, all;
  for (const auto &[name, array] : *recorded) {
    all.push_back(name);
    if (key.empty() || name == key || name == key + ":spikes" ||
        name.substr(0, name.rfind(':')) == key)
      fitting.push_back(name);
  }
  if (fitting.size() != 1)
    return refuse(
        path,
        fmt::format("{} recordings fit the key '{}'", fitting.size(), key),
        {fmt::format("name one of these with 'key': {}",
                     fmt::join(all, ", "))});
  return rowsOf(recorded->at(fitting.front()), path);
}

} // namespace snnc::yaml
