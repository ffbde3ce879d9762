//===- NirDataReader.cpp - NIRData from HDF5 ------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/ArrayWire.h"
#include "runtime/io/Hdf5.h"
#include "runtime/io/Hdf5Dataset.h"
#include "runtime/io/NirEvents.h"
#include "runtime/support/ChildProcess.h"
#include "runtime/support/FileReader.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

namespace snnc::runtime {

using namespace hdf5;

namespace {

constexpr unsigned maxDepth = 32;
constexpr size_t maxNodes = 65536;

class Reader {
public:
  Reader(const std::string &path, double dt, const ArrayLimits &limits)
      : path(path), dt(dt), limits(limits) {}

  Expected<ArrayMap> read();

private:
  Diagnostic error(DiagnosticCode code, const std::string &node,
                   std::string message, std::string hint = {}) const {
    std::vector<std::string> hints;
    if (!hint.empty())
      hints.push_back(std::move(hint));
    return makeError(code, {path, node, 0, 0}, std::move(message),
                     std::move(hints));
  }
  Diagnostic malformed(const std::string &node, std::string message) const {
    return error("SNN0406", node, std::move(message),
                 "write it with nir.write_data of nir 1.0.7 or newer");
  }
  Expected<std::vector<std::string>> list(hid_t group, const std::string &node);
  Status readGraph(hid_t group, const std::string &prefix, unsigned depth);
  Status readNode(hid_t group, const std::string &node);
  Status readObservable(hid_t group, const std::string &key);
  Expected<NdArray> readDataset(hid_t group, const char *name,
                                const std::string &key, size_t rank,
                                std::optional<DType> wanted);
  Expected<NdArray> readGrid(hid_t group, const std::string &key);
  Expected<NirEvents> readEvents(hid_t group, const std::string &key,
                                 bool valued);
  Status readExtent(hid_t group, const std::string &key, NirEvents &events);

  const std::string &path;
  double dt;
  const ArrayLimits &limits;
  ArrayMap arrays;
  uint64_t totalBytes = 0;
};

Handle openGroup(hid_t parent, const std::string &name) {
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) <= 0)
    return {};
  return {H5Gopen2(parent, name.c_str(), H5P_DEFAULT), H5Gclose};
}

} // namespace

Expected<std::vector<std::string>> Reader::list(hid_t group,
                                                const std::string &node) {
  std::optional<std::vector<std::string>> names = memberNames(group, maxNodes);
  if (!names)
    return malformed(node,
                     fmt::format("the group has a link that is not a plain "
                                 "one, an unprintable name, or more than {} "
                                 "members",
                                 maxNodes));
  return std::move(*names);
}

//===----------------------------------------------------------------------===//
// Data sets
//===----------------------------------------------------------------------===//

Expected<NdArray> Reader::readDataset(hid_t group, const char *name,
                                      const std::string &key, size_t rank,
                                      std::optional<DType> wanted) {
  uint64_t room = limits.arrayBytes - totalBytes;
  auto array = runtime::readDataset(group, name, {rank, wanted, room});
  if (auto *fault = std::get_if<DatasetFault>(&array)) {
    if (fault->tooLarge)
      return error("SNN0403", key,
                   fmt::format("{}; with the data before it the limit is {} "
                               "bytes",
                               fault->message, limits.arrayBytes));
    if (fault->hint.empty())
      return malformed(key, fault->message);
    return error("SNN0406", key, fault->message, fault->hint);
  }
  totalBytes += std::get<NdArray>(array).bytes.size();
  return std::move(std::get<NdArray>(array));
}

//===----------------------------------------------------------------------===//
// Observables
//===----------------------------------------------------------------------===//

Expected<NdArray> Reader::readGrid(hid_t group, const std::string &key) {
  std::optional<double> fileDt = numberAttribute(group, "dt");
  if (!fileDt || !(*fileDt > 0) || !std::isfinite(*fileDt))
    return malformed(key, "the attribute 'dt' is missing or not positive");
  if (dt > 0 && std::abs(*fileDt - dt) > 1e-6 * dt)
    return error("SNN0407", key,
                 fmt::format("the data has time steps of {} s, the network of "
                             "{} s",
                             *fileDt, dt),
                 "resample the data, or compile the network with this --dt");
  return readDataset(group, "data", key, 3, std::nullopt);
}

Status Reader::readExtent(hid_t group, const std::string &key,
                          NirEvents &events) {
  if (!(dt > 0))
    return error("SNN0407", key,
                 "events have times in seconds, and the length of a tick is "
                 "not known",
                 "give --dt");
  std::optional<double> neurons = numberAttribute(group, "n_neurons");
  std::optional<double> end = numberAttribute(group, "t_max");
  if (!neurons || !(*neurons >= 1) || !(*neurons <= 0x1p31) ||
      std::floor(*neurons) != *neurons)
    return malformed(key, "the attribute 'n_neurons' is missing or not a "
                          "positive integer");
  double ticks = end && *end > 0 ? tickOfTime(*end, dt) : 0;
  if (!(ticks >= 1) || !(ticks <= 0x1p40))
    return error("SNN0407", key,
                 fmt::format("the recording lasts {} s, which is {} ticks of "
                             "{} s",
                             end.value_or(0), ticks, dt),
                 "check t_max of the file and --dt");
  events.neurons = uint64_t(*neurons);
  events.ticks = uint64_t(ticks);
  return {};
}

Expected<NirEvents> Reader::readEvents(hid_t group, const std::string &key,
                                       bool valued) {
  NirEvents events;
  if (Status s = readExtent(group, key, events); !s)
    return s.takeError();
  Expected<NdArray> idx = readDataset(group, "idx", key, 2, DType::I64);
  if (!idx)
    return idx.takeError();
  Expected<NdArray> time = readDataset(group, "time", key, 2, DType::F64);
  if (!time)
    return time.takeError();
  if (Handle set(H5Dopen2(group, "time", H5P_DEFAULT), H5Dclose); set)
    if (Handle type(H5Dget_type(set), H5Tclose); type && H5Tget_size(type) <= 4)
      events.slack = kFloat32Slack;
  bool sameShape = idx->shape == time->shape;
  if (valued) {
    Expected<NdArray> value = readDataset(group, "value", key, 2, DType::F64);
    if (!value)
      return value.takeError();
    sameShape &= value->shape == idx->shape;
    events.value = std::move(*value);
  }
  if (!sameShape)
    return malformed(key, "idx, time and value differ in shape");
  events.samples = idx->shape[0];
  events.events = idx->shape[1];
  events.idx = std::move(*idx);
  events.time = std::move(*time);
  const uint64_t shape[] = {events.samples, events.ticks, events.neurons};
  std::optional<uint64_t> count = elementCount(shape);
  if (!count || *count > (limits.arrayBytes - totalBytes) / sizeof(float))
    return error("SNN0403", key,
                 fmt::format("the raster {} exceeds the limit of {} bytes",
                             shapeText(shape), limits.arrayBytes));
  totalBytes += *count * sizeof(float);
  return events;
}

Status Reader::readObservable(hid_t group, const std::string &key) {
  std::string type = textAttribute(group, "__type__").value_or("");
  Expected<NdArray> array =
      malformed(key, "it is neither TimeGriddedData, EventData nor "
                     "ValuedEventData");
  if (type == "TimeGriddedData") {
    array = readGrid(group, key);
  } else if (type == "EventData" || type == "ValuedEventData") {
    bool valued = type == "ValuedEventData";
    Expected<NirEvents> events = readEvents(group, key, valued);
    if (!events)
      return events.takeError();
    NirRaster raster(*events, dt, {path, key, 0, 0});
    array = valued ? raster.values() : raster.counts();
  }
  if (!array)
    return array.takeError();
  if (array->shape[0] == 1)
    array->shape.erase(array->shape.begin());
  arrays.emplace(key, std::move(*array));
  return {};
}

//===----------------------------------------------------------------------===//
// Structure
//===----------------------------------------------------------------------===//

Status Reader::readNode(hid_t group, const std::string &node) {
  Handle observables = openGroup(group, "observables");
  if (!observables)
    return malformed(node, "the group 'observables' is missing");
  Expected<std::vector<std::string>> names = list(observables, node);
  if (!names)
    return names.takeError();
  for (const std::string &name : *names) {
    std::string key = fmt::format("{}:{}", node, name);
    Handle observable = openGroup(observables, name);
    if (!observable)
      return malformed(key, "it is not a group");
    if (Status status = readObservable(observable, key); !status)
      return status;
  }
  return {};
}

Status Reader::readGraph(hid_t group, const std::string &prefix,
                         unsigned depth) {
  if (depth > maxDepth)
    return malformed(
        prefix, fmt::format("graphs nest deeper than {} levels", maxDepth));
  Handle nodes = openGroup(group, "nodes");
  if (!nodes)
    return malformed(prefix, "the group 'nodes' is missing");
  Expected<std::vector<std::string>> names = list(nodes, prefix);
  if (!names)
    return names.takeError();
  for (const std::string &name : *names) {
    std::string node = prefix.empty() ? name : prefix + "." + name;
    Handle child = openGroup(nodes, name);
    std::string type =
        child ? textAttribute(child, "__type__").value_or("") : "";
    Status status = malformed(node, "it is neither NIRNodeData nor "
                                    "NIRGraphData");
    if (type == "NIRNodeData")
      status = readNode(child, node);
    else if (type == "NIRGraphData")
      status = readGraph(child, node, depth + 1);
    if (!status)
      return status;
    if (arrays.size() > limits.members)
      return error("SNN0403", node,
                   fmt::format("more than {} observables", limits.members));
  }
  return {};
}

Expected<ArrayMap> Reader::read() {
  auto regular = FileReader::open(path, UINT64_MAX);
  if (!regular)
    return regular.takeError();
  if (regular->size() > limits.fileBytes)
    return error("SNN0403", "",
                 fmt::format("the file has {} bytes, the limit is {}",
                             regular->size(), limits.fileBytes));
  Quiet quiet;
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file)
    return malformed("", "it is not an HDF5 file, or it is damaged");
  Handle root = openGroup(file, "/");
  if (!root || textAttribute(root, "__type__") != "NIRGraphData")
    return malformed("", "the root is not marked as NIRGraphData");
  if (Status status = readGraph(root, "", 0); !status)
    return status.takeError();
  return std::move(arrays);
}

static Expected<ArrayMap> readHere(const std::string &path, double dtSeconds,
                                   const ArrayLimits &limits) {
  try {
    return Reader(path, dtSeconds, limits).read();
  } catch (const std::exception &e) {
    return makeError("SNN0406", {path, "", 0, 0},
                     fmt::format("the file cannot be read: {}", e.what()));
  }
}

Expected<ArrayMap> readNirData(const std::string &path, double dtSeconds,
                               const ArrayLimits &limits) {
  ChildLimits isolation;
  // Reading runs at hundreds of MB/s; some damaged files never end.
  std::error_code none;
  uint64_t fileBytes = std::filesystem::file_size(path, none);
  isolation.seconds =
      limits.seconds +
      (none ? 0 : double(std::min(fileBytes, limits.fileBytes) >> 24));
  // Arrays, their conversion buffers, their copy to send.
  isolation.memoryBytes = 4 * limits.arrayBytes + (uint64_t(2) << 30);
  isolation.resultBytes = 2 * limits.arrayBytes + (uint64_t(1) << 30);
  auto result = bytesFromChild(
      [&] { return encodeResult(readHere(path, dtSeconds, limits)); },
      isolation);
  std::string why = "its answer is garbled";
  if (auto *failure = std::get_if<ChildFailure>(&result))
    why = failure->why;
  else if (auto arrays =
               decodeResult(std::get<std::string>(result), path, limits))
    return std::move(*arrays);
  return makeError("SNN0409", {path, "", 0, 0},
                   fmt::format("the file is damaged: the HDF5 library failed "
                               "on it: {}",
                               why),
                   {"write it again with nir.write_data, or use .npz"});
}

} // namespace snnc::runtime
