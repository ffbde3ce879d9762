//===- NirDataReader.cpp - NIRData from HDF5 ------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/ArrayWire.h"
#include "runtime/io/Hdf5.h"
#include "runtime/io/NirData.h"
#include "runtime/support/ChildProcess.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

namespace snnc::runtime {

using namespace hdf5;

double tickOfTime(double t, double dt, double slack) {
  double quotient = t / dt;
  double next = std::floor(quotient) + 1;
  // See NirData.h: representation error, not an earlier tick.
  return next - quotient <= slack * quotient ? next : next - 1;
}

namespace {

constexpr unsigned maxDepth = 32;
constexpr size_t maxNodes = 65536;
// Deflate cannot shrink below 1/1032; fewer stored bytes mean that most of the
// data set was never written.
constexpr uint64_t maxInflation = 1100;

struct Events {
  NdArray idx, time, value; ///< samples x events
  uint64_t samples = 0, events = 0, ticks = 0, neurons = 0;
  double slack = kFloat64Slack; ///< of `time`
};

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
  Status checkDataset(hid_t dataset, uint64_t bytes, const std::string &key);
  Expected<NdArray> readGrid(hid_t group, const std::string &key);
  Expected<Events> readEvents(hid_t group, const std::string &key, bool valued);
  Status readExtent(hid_t group, const std::string &key, Events &events);
  Expected<NdArray> binCounts(const Events &events, const std::string &key);
  Expected<NdArray> binValues(const Events &events, const std::string &key);
  Expected<std::optional<uint64_t>> cell(const Events &events, uint64_t sample,
                                         uint64_t event,
                                         const std::string &key);

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

/// The element type in which a data set is read; nothing: unsupported.
std::optional<DType> dtypeOfFile(hid_t type) {
  size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
  case H5T_FLOAT:
    return size <= 4 ? DType::F32 : DType::F64;
  case H5T_ENUM: // numpy's bool, as h5py writes it
    return size == 1 ? std::optional(DType::Bool) : std::nullopt;
  case H5T_INTEGER:
    break;
  default:
    return std::nullopt;
  }
  bool isSigned = H5Tget_sign(type) == H5T_SGN_2;
  if (size <= 1)
    return isSigned ? DType::I8 : DType::U8;
  if (size <= 2)
    return isSigned ? DType::I16 : DType::U16;
  if (size <= 4)
    return isSigned ? DType::I32 : DType::U32;
  return isSigned ? DType::I64 : DType::U64;
}

hid_t memoryType(DType dtype) {
  switch (dtype) {
  case DType::U8:
    return H5T_NATIVE_UINT8;
  case DType::Bool:
  case DType::I8:
    return H5T_NATIVE_INT8;
  case DType::U16:
    return H5T_NATIVE_UINT16;
  case DType::I16:
    return H5T_NATIVE_INT16;
  case DType::I32:
    return H5T_NATIVE_INT32;
  case DType::U32:
    return H5T_NATIVE_UINT32;
  case DType::I64:
    return H5T_NATIVE_INT64;
  case DType::U64:
    return H5T_NATIVE_UINT64;
  case DType::F32:
    return H5T_NATIVE_FLOAT;
  case DType::F64:
    return H5T_NATIVE_DOUBLE;
  }
  return H5I_INVALID_HID;
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

Status Reader::checkDataset(hid_t dataset, uint64_t bytes,
                            const std::string &key) {
  Handle plist(H5Dget_create_plist(dataset), H5Pclose);
  if (!plist)
    return malformed(key, "the data set cannot be inspected");
  H5D_layout_t layout = H5Pget_layout(plist);
  if (layout == H5D_VIRTUAL || H5Pget_external_count(plist) != 0)
    return malformed(key, "the data is stored outside of the file");
  for (int i = 0, n = H5Pget_nfilters(plist); i < n; ++i) {
    unsigned flags;
    size_t parameters = 0;
    H5Z_filter_t filter = H5Pget_filter2(
        plist, unsigned(i), &flags, &parameters, nullptr, 0, nullptr, nullptr);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
        filter != H5Z_FILTER_FLETCHER32)
      return error("SNN0406", key,
                   fmt::format("the data is compressed with HDF5 filter {}, "
                               "which is not available",
                               int(filter)),
                   "write the file with compression='gzip'");
  }
  uint64_t chunkBytes = H5Tget_size(Handle(H5Dget_type(dataset), H5Tclose));
  if (layout == H5D_CHUNKED) {
    hsize_t dims[H5S_MAX_RANK];
    int rank = H5Pget_chunk(plist, H5S_MAX_RANK, dims);
    for (int i = 0; i < rank; ++i)
      if (__builtin_mul_overflow(chunkBytes, dims[i], &chunkBytes))
        chunkBytes = UINT64_MAX / 2;
  }
  if (chunkBytes > limits.arrayBytes)
    return error("SNN0403", key,
                 fmt::format("a chunk has {} bytes, the limit is {}",
                             chunkBytes, limits.arrayBytes));
  if (H5Dget_storage_size(dataset) < bytes / maxInflation)
    return malformed(key, fmt::format("the data set claims {} bytes, the file "
                                      "holds {} for it",
                                      bytes, H5Dget_storage_size(dataset)));
  return {};
}

Expected<NdArray> Reader::readDataset(hid_t group, const char *name,
                                      const std::string &key, size_t rank,
                                      std::optional<DType> wanted) {
  if (H5Lexists(group, name, H5P_DEFAULT) <= 0)
    return malformed(key, fmt::format("the data set '{}' is missing", name));
  Handle dataset(H5Dopen2(group, name, H5P_DEFAULT), H5Dclose);
  if (!dataset)
    return malformed(key, fmt::format("'{}' is not a data set", name));
  Handle space(H5Dget_space(dataset), H5Sclose);
  Handle type(H5Dget_type(dataset), H5Tclose);
  hsize_t dims[H5S_MAX_RANK];
  if (!space || !type || H5Sget_simple_extent_ndims(space) != int(rank) ||
      H5Sget_simple_extent_dims(space, dims, nullptr) != int(rank))
    return malformed(key,
                     fmt::format("'{}' has not {} dimensions", name, rank));
  std::optional<DType> stored = dtypeOfFile(type);
  if (!stored || (wanted && *stored == DType::Bool))
    return malformed(key, fmt::format("'{}' holds no numbers", name));
  NdArray array{{dims, dims + rank}, wanted.value_or(*stored), {}};
  std::optional<uint64_t> count = elementCount(array.shape);
  size_t item = std::max(itemBytes(array.dtype), H5Tget_size(type));
  if (!count || *count > (limits.arrayBytes - totalBytes) / item)
    return error("SNN0403", key,
                 fmt::format("'{}' has {} elements of {} bytes; with the data "
                             "before it the limit is {} bytes",
                             name, shapeText(array.shape), item,
                             limits.arrayBytes));
  if (Status s = checkDataset(dataset, *count * H5Tget_size(type), key); !s)
    return s.takeError();
  array.bytes.resize(*count * itemBytes(array.dtype));
  totalBytes += array.bytes.size();
  hid_t memory = *stored == DType::Bool ? hid_t(type) : memoryType(array.dtype);
  if (*count > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                            array.bytes.data()) < 0)
    return malformed(key,
                     fmt::format("'{}' cannot be read: it is damaged", name));
  return array;
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
  Expected<NdArray> array = readDataset(group, "data", key, 3, std::nullopt);
  if (array && array->dtype == DType::Bool)
    for (std::byte &b : array->bytes)
      b = std::byte(b != std::byte(0));
  return array;
}

Status Reader::readExtent(hid_t group, const std::string &key, Events &events) {
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

Expected<Events> Reader::readEvents(hid_t group, const std::string &key,
                                    bool valued) {
  Events events;
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

/// Where an event falls in the raster; nothing for a padding entry.
Expected<std::optional<uint64_t>> Reader::cell(const Events &events,
                                               uint64_t sample, uint64_t event,
                                               const std::string &key) {
  uint64_t i = sample * events.events + event;
  int64_t neuron = events.idx.as<int64_t>()[i];
  double time = events.time.as<double>()[i];
  if (neuron == -1)
    return std::optional<uint64_t>();
  auto where = [&] {
    return fmt::format("event {} of sample {} (neuron {}, {} s)", event, sample,
                       neuron, time);
  };
  if (neuron < 0 || uint64_t(neuron) >= events.neurons)
    return error(
        "SNN0407", key,
        fmt::format("{}: there are {} neurons", where(), events.neurons));
  if (!(time >= 0) ||
      !(tickOfTime(time, dt, events.slack) < double(events.ticks)))
    return error("SNN0407", key,
                 fmt::format("{}: the recording has {} ticks of {} s", where(),
                             events.ticks, dt),
                 "check t_max of the file and --dt");
  auto tick = uint64_t(tickOfTime(time, dt, events.slack));
  return std::optional((sample * events.ticks + tick) * events.neurons +
                       uint64_t(neuron));
}

Expected<NdArray> Reader::binCounts(const Events &events,
                                    const std::string &key) {
  NdArray counts = NdArray::zeros(
      DType::U16, {events.samples, events.ticks, events.neurons});
  uint16_t most = 0;
  for (uint64_t s = 0; s < events.samples; ++s)
    for (uint64_t e = 0; e < events.events; ++e) {
      Expected<std::optional<uint64_t>> at = cell(events, s, e, key);
      if (!at)
        return at.takeError();
      if (!*at)
        continue;
      uint16_t &count = counts.as<uint16_t>()[**at];
      if (count == UINT16_MAX)
        return error("SNN0407", key,
                     fmt::format("a neuron has more than {} events in one "
                                 "tick of {} s",
                                 UINT16_MAX, dt));
      most = std::max(most, ++count);
    }
  if (most > UINT8_MAX)
    return counts;
  NdArray small = NdArray::zeros(DType::U8, counts.shape);
  std::copy_n(counts.as<uint16_t>().begin(), small.size(),
              small.as<uint8_t>().begin());
  return small;
}

Expected<NdArray> Reader::binValues(const Events &events,
                                    const std::string &key) {
  NdArray values = NdArray::zeros(
      DType::F32, {events.samples, events.ticks, events.neurons});
  std::vector<bool> taken(values.size());
  for (uint64_t s = 0; s < events.samples; ++s)
    for (uint64_t e = 0; e < events.events; ++e) {
      Expected<std::optional<uint64_t>> at = cell(events, s, e, key);
      if (!at)
        return at.takeError();
      if (!*at)
        continue;
      if (taken[**at])
        return error("SNN0407", key,
                     fmt::format("event {} of sample {} is the second of its "
                                 "neuron in one tick of {} s",
                                 e, s, dt),
                     "use a smaller --dt");
      taken[**at] = true;
      values.as<float>()[**at] =
          float(events.value.as<double>()[s * events.events + e]);
    }
  return values;
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
    Expected<Events> events = readEvents(group, key, valued);
    if (!events)
      return events.takeError();
    array = valued ? binValues(*events, key) : binCounts(*events, key);
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
  std::error_code failure;
  uint64_t bytes = std::filesystem::file_size(path, failure);
  if (failure)
    return makeError("SNN0001", {path, "", 0, 0},
                     fmt::format("cannot read the file: {}", failure.message()),
                     {"check the path and its permissions"});
  if (bytes > limits.fileBytes)
    return error("SNN0403", "",
                 fmt::format("the file has {} bytes, the limit is {}", bytes,
                             limits.fileBytes));
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
