//===- NumberFiles.cpp - Arrays beside a network file ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libhdf5 crashes on damaged files, so a .h5 is read in a child process.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Reader.h"
#include "compiler/Support/AtomicFile.h"
#include "compiler/Support/ChildProcess.h"
#include "compiler/Support/Hdf5.h"
#include "runtime/io/ArrayWire.h"
#include "runtime/io/Npy.h"

#include <charconv>
#include <filesystem>
#include <fmt/format.h>

namespace snnc::yaml {

using runtime::NdArray;

static Diagnostic refuse(const std::string &path, std::string message) {
  return makeError("SNN1013", {path, "", 0, 0}, std::move(message));
}

/// Numbers separated by commas, semicolons or blanks, one row a line; '#'
/// begins a comment; a first line of words is a header.
static Expected<NdArray> parseCsv(const std::string &text,
                                  const std::string &path) {
  std::vector<double> values;
  uint64_t columns = 0, rows = 0, line = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view row(text.data() + at, end - at);
    at = end + 1;
    ++line;
    row = row.substr(0, row.find('#'));
    uint64_t count = 0;
    bool words = false;
    for (size_t i = 0; i < row.size();) {
      if (std::string_view(",; \t\r").find(row[i]) != std::string_view::npos) {
        ++i;
        continue;
      }
      double value = 0;
      auto [stop, bad] =
          std::from_chars(row.data() + i, row.data() + row.size(), value);
      if (bad != std::errc()) {
        words = true;
        break;
      }
      i = size_t(stop - row.data());
      values.push_back(value);
      ++count;
    }
    if (words && rows == 0 && count == 0)
      continue; // the header
    if (words)
      return refuse(path, fmt::format("line {} holds something that is no "
                                      "number",
                                      line));
    if (count == 0)
      continue;
    if (columns != 0 && count != columns)
      return refuse(path,
                    fmt::format("line {} has {} numbers, the lines before "
                                "have {}",
                                line, count, columns));
    columns = count;
    ++rows;
  }
  return NdArray::of({rows, columns}, values);
}

/// In the child: the dataset `key` as float64.
static Expected<runtime::ArrayMap> readDataset(const std::string &path,
                                               const std::string &key) {
  using hdf5::Handle;
  hdf5::Quiet quiet;
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file)
    return refuse(path, "not an HDF5 file that can be read");
  Handle data(H5Dopen2(file, key.c_str(), H5P_DEFAULT), H5Dclose);
  if (!data)
    return refuse(path, fmt::format("there is no dataset '{}'", key));
  Handle space(H5Dget_space(data), H5Sclose);
  hsize_t dims[H5S_MAX_RANK];
  int rank = H5Sget_simple_extent_dims(space, dims, nullptr);
  if (rank < 0)
    return refuse(path, fmt::format("the dataset '{}' has no shape", key));
  std::vector<uint64_t> shape(dims, dims + rank);
  auto count = runtime::elementCount(shape);
  if (!count || *count > (uint64_t(1) << 28))
    return refuse(path,
                  fmt::format("the dataset '{}' has {} numbers, the limit is "
                              "2^28",
                              key, runtime::shapeText(shape)));
  NdArray array = NdArray::zeros(runtime::DType::F64, shape);
  if (H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
              array.bytes.data()) < 0)
    return refuse(path, fmt::format("the dataset '{}' cannot be read as "
                                    "numbers",
                                    key));
  runtime::ArrayMap map;
  map.emplace("", std::move(array));
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

static Expected<NdArray> readMember(const std::string &path,
                                    const std::string &key) {
  auto all = runtime::readNpz(path);
  if (!all)
    return all.takeError();
  auto it = key.empty() && all->size() == 1 ? all->begin() : all->find(key);
  if (it == all->end())
    return refuse(path, fmt::format("there is no array '{}'; name one with "
                                    "'key'",
                                    key));
  return std::move(it->second);
}

Expected<NdArray> readNumbers(const std::string &path, const std::string &key) {
  std::string ending = std::filesystem::path(path).extension().string();
  auto array = [&]() -> Expected<NdArray> {
    if (ending == ".npy")
      return runtime::readNpy(path);
    if (ending == ".npz")
      return readMember(path, key);
    if (ending == ".h5" || ending == ".hdf5")
      return readHdf5(path, key);
    if (ending != ".csv" && ending != ".txt")
      return refuse(path, fmt::format("files of numbers end in .npy, .npz, "
                                      ".csv, .txt, .h5 or .hdf5, not '{}'",
                                      ending));
    auto text = readFile(path, size_t(1) << 30);
    if (!text)
      return text.takeError();
    return parseCsv(*text, path);
  }();
  if (!array || array->dtype == runtime::DType::F64)
    return array;
  std::vector<double> wide(array->size());
  for (uint64_t i = 0; i < wide.size(); ++i)
    wide[i] = array->at(i);
  return NdArray::of(array->shape, wide);
}

} // namespace snnc::yaml
