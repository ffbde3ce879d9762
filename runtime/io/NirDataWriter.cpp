//===- NirDataWriter.cpp - NIRData to HDF5 --------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/GrowingArray.h"
#include "runtime/io/Hdf5.h"
#include "runtime/io/NirData.h"
#include "runtime/io/Parts.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ChildProcess.h"

#include <algorithm>
#include <cmath>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <string_view>
#include <variant>

namespace snnc::runtime {

using namespace hdf5;

namespace {

/// The array as samples x ticks x neurons.
struct Recording {
  const NdArray &array;
  uint64_t samples = 1, ticks = 0, neurons = 0;
};

struct EventLists {
  uint64_t events = 0; ///< of the longest sample
  std::vector<int64_t> idx;
  std::vector<double> time;
};

} // namespace

/// The first time of a tick that floor(t / dt) sends back to it: tick * dt can
/// come out one unit in the last place too low.
static double timeOfTick(uint64_t tick, double dt) {
  double time = double(tick) * dt;
  while (std::floor(time / dt) < double(tick))
    time = std::nextafter(time, std::numeric_limits<double>::infinity());
  return time;
}

static EventLists listEvents(const Recording &r, double dt) {
  auto countAt = [&](uint64_t i) { return uint64_t(r.array.at(i)); };
  uint64_t each = r.ticks * r.neurons;
  EventLists lists;
  for (uint64_t s = 0; s < r.samples; ++s) {
    uint64_t total = 0;
    for (uint64_t i = 0; i < each; ++i)
      total += countAt(s * each + i);
    lists.events = std::max(lists.events, total);
  }
  // The padding of the reference package.
  lists.idx.assign(r.samples * lists.events, -1);
  lists.time.assign(r.samples * lists.events,
                    std::numeric_limits<double>::infinity());
  for (uint64_t s = 0; s < r.samples; ++s) {
    uint64_t next = s * lists.events;
    for (uint64_t i = 0; i < each; ++i)
      for (uint64_t k = countAt(s * each + i); k > 0; --k, ++next) {
        lists.idx[next] = int64_t(i % r.neurons);
        lists.time[next] = timeOfTick(i / r.neurons, dt);
      }
  }
  return lists;
}

static Handle createTyped(hid_t parent, const std::string &name,
                          const char *type) {
  Handle group = createGroup(parent, name);
  if (group && !setTextAttribute(group, "__type__", type))
    return {};
  return group;
}

static bool writeEvents(hid_t group, const Recording &r, double dt) {
  EventLists lists = listEvents(r, dt);
  std::vector<hsize_t> dims = {r.samples, lists.events};
  // So that floor(t_max / dt) is the number of ticks.
  double end = timeOfTick(r.ticks, dt);
  return setAttribute(group, "n_neurons", int64_t(r.neurons)) &&
         setAttribute(group, "t_max", end) &&
         createDataset(group, "idx", dims, H5T_STD_I64LE, H5T_NATIVE_INT64,
                       lists.idx.data()) &&
         createDataset(group, "time", dims, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                       lists.time.data());
}

static bool writeGrid(hid_t group, const Recording &r, double dt) {
  bool wide = r.array.dtype == DType::F64;
  return setAttribute(group, "dt", dt) &&
         createDataset(group, "data", {r.samples, r.ticks, r.neurons},
                       wide ? H5T_IEEE_F64LE : H5T_IEEE_F32LE,
                       wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT,
                       r.array.bytes.data());
}

static Diagnostic writeError(const std::string &path, const std::string &node,
                             std::string message, std::string hint) {
  return makeError("SNN0408", {path, node, 0, 0}, std::move(message),
                   {std::move(hint)});
}

/// "node:observable".
static Handle observableGroup(hid_t nodes, const std::string &key,
                              bool events) {
  size_t colon = key.rfind(':');
  std::string node = key.substr(0, colon), observable = key.substr(colon + 1);
  Handle nodeGroup, list;
  if (H5Lexists(nodes, node.c_str(), H5P_DEFAULT) > 0) {
    nodeGroup = Handle(H5Gopen2(nodes, node.c_str(), H5P_DEFAULT), H5Gclose);
    list = Handle(H5Gopen2(nodeGroup, "observables", H5P_DEFAULT), H5Gclose);
  } else {
    nodeGroup = createTyped(nodes, node, "NIRNodeData");
    list = createGroup(nodeGroup, "observables");
  }
  return createTyped(list, observable,
                     events ? "EventData" : "TimeGriddedData");
}

static Status writeArray(hid_t nodes, const std::string &key,
                         const NdArray &array, double dt,
                         const std::string &path) {
  size_t colon = key.rfind(':');
  size_t rank = array.shape.size();
  bool events = array.dtype == DType::U8 || array.dtype == DType::U16 ||
                array.dtype == DType::Bool;
  if (colon == std::string::npos || colon == 0 || colon + 1 == key.size() ||
      key.find('/') != std::string::npos || (rank != 2 && rank != 3) ||
      !(events || array.isFloat()))
    return writeError(path, key,
                      fmt::format("NIRData cannot hold it: {} of {}",
                                  name(array.dtype), shapeText(array.shape)),
                      "it holds 'node:observable' arrays of [samples x] ticks "
                      "x neurons; write .npz instead");
  Handle group = observableGroup(nodes, key, events);
  Recording r{array, rank == 3 ? array.shape[0] : 1, array.shape[rank - 2],
              array.shape[rank - 1]};
  if (!group || !(events ? writeEvents(group, r, dt) : writeGrid(group, r, dt)))
    return writeError(path, key, "the HDF5 library cannot write it",
                      "check that the disk has room");
  return {};
}

/// The group "nodes" of a new file, whose graph has these attributes; none
/// where HDF5 fails.
static Handle
createNodes(hid_t file, const std::map<std::string, std::string> &attributes) {
  Handle root(file >= 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : H5I_INVALID_HID,
              H5Gclose);
  bool written = root && setTextAttribute(root, "__type__", "NIRGraphData");
  Handle nodes;
  if (written)
    nodes = createGroup(root, "nodes");
  for (const auto &[name, text] : attributes)
    written = written && setTextAttribute(root, name.c_str(), text);
  return written ? std::move(nodes) : Handle();
}

/// The file in memory: what is written is our own writer's business.
static Expected<std::string>
imageOf(const std::string &path, const ArrayMap &arrays, double dt,
        const std::map<std::string, std::string> &attributes) {
  Quiet quiet;
  Handle file = createMemoryFile();
  if (!file)
    return writeError(path, "", "the HDF5 library cannot create the file",
                      "close other programs: memory may be short");
  Handle nodes = createNodes(file, attributes);
  if (!nodes)
    return writeError(path, "", "the HDF5 library cannot create the file",
                      "check that the folder exists, is writable and has room");
  for (const auto &[key, array] : arrays)
    if (Status status = writeArray(nodes, key, array, dt, path); !status)
      return status.takeError();
  auto bytes = bytesOf(file);
  if (!bytes)
    return writeError(path, "", "the HDF5 library cannot finish the file",
                      "close other programs: memory may be short");
  return std::move(*bytes);
}

static constexpr char kImage = 'i', kError = 'e';

/// What the child sends: the image, or the finding's node, message and hint.
static std::string encode(Expected<std::string> image) {
  if (image)
    return image->insert(0, 1, kImage);
  const Diagnostic error = image.takeError();
  return fmt::format("{}{}{:c}{}{:c}{}", kError, error.spot.node, 0,
                     error.message, 0,
                     error.hints.empty() ? "" : error.hints.front());
}

static Diagnostic decodeError(std::string_view bytes, const std::string &path) {
  std::string_view part[3];
  bytes.remove_prefix(std::min<size_t>(bytes.size(), 1));
  for (std::string_view &text : part) {
    text = bytes.substr(0, bytes.find('\0'));
    bytes.remove_prefix(std::min(bytes.size(), text.size() + 1));
  }
  Diagnostic error =
      writeError(path, "", std::string(part[1]), std::string(part[2]));
  error.spot.node = part[0];
  return error;
}

//===----------------------------------------------------------------------===//
// From parts
//===----------------------------------------------------------------------===//

/// Creates a dataset of 1 x rows [x columns] and fills it, `fill` some rows at
/// a time.
template <typename Number, typename Fill>
static bool fillDataset(hid_t group, const char *name, hid_t fileType,
                        hid_t memoryType, std::vector<hsize_t> dims,
                        const Fill &fill) {
  if (!createDataset(group, name, dims, fileType, memoryType, nullptr))
    return false;
  Handle dataset(H5Dopen2(group, name, H5P_DEFAULT), H5Dclose);
  Handle space(H5Dget_space(dataset), H5Sclose);
  hsize_t rows = dims[1], width = dims.size() > 2 ? dims[2] : 1;
  hsize_t each =
      std::max<hsize_t>(1, (hsize_t(1) << 18) / std::max<hsize_t>(1, width));
  std::vector<Number> numbers;
  for (hsize_t first = 0; first < rows && width > 0; first += each) {
    std::vector<hsize_t> from(dims.size()), count = dims;
    from[1] = first;
    count[1] = std::min(each, rows - first);
    numbers.resize(count[1] * width);
    Handle memory(H5Screate_simple(int(count.size()), count.data(), nullptr),
                  H5Sclose);
    if (!fill(first, std::span(numbers)) ||
        H5Sselect_hyperslab(space, H5S_SELECT_SET, from.data(), nullptr,
                            count.data(), nullptr) < 0 ||
        H5Dwrite(dataset, memoryType, memory, space, H5P_DEFAULT,
                 numbers.data()) < 0)
      return false;
  }
  return true;
}

static bool writePart(hid_t group, const ArrayPart &part, double dt) {
  Descriptor file(openFile(part.file.c_str(), O_RDONLY));
  auto read = [&](auto numbers, uint64_t first) {
    auto bytes = std::as_writable_bytes(numbers);
    uint64_t at = GrowingArray::kHeaderBytes + first * sizeof(numbers[0]);
    return readFully(file.get(), bytes, at) == ssize_t(bytes.size());
  };
  if (!part.isEvents)
    return setAttribute(group, "dt", dt * double(part.every)) &&
           fillDataset<float>(group, "data", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT,
                              {1, part.rows, part.columns},
                              [&](uint64_t first, std::span<float> to) {
                                return read(to, first * part.columns);
                              });
  std::vector<uint32_t> pairs;
  auto column = [&](uint64_t first, auto to, auto convert) {
    pairs.resize(2 * to.size());
    if (!read(std::span(pairs), 2 * first))
      return false;
    for (size_t i = 0; i < to.size(); ++i)
      to[i] = convert(pairs[2 * i], pairs[2 * i + 1]);
    return true;
  };
  return setAttribute(group, "n_neurons", int64_t(part.neurons)) &&
         setAttribute(group, "t_max", timeOfTick(part.ticks, dt)) &&
         fillDataset<int64_t>(
             group, "idx", H5T_STD_I64LE, H5T_NATIVE_INT64, {1, part.rows},
             [&](uint64_t first, std::span<int64_t> to) {
               return column(first, to, [](uint32_t, uint32_t neuron) {
                 return int64_t(neuron);
               });
             }) &&
         fillDataset<double>(
             group, "time", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {1, part.rows},
             [&](uint64_t first, std::span<double> to) {
               return column(first, to, [&](uint32_t tick, uint32_t) {
                 return timeOfTick(tick, dt);
               });
             });
}

static std::string
writePartsNow(const std::string &file, const std::vector<ArrayPart> &parts,
              double dt, const std::map<std::string, std::string> &attributes) {
  Quiet quiet;
  Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  Handle made(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT),
              H5Fclose);
  Handle nodes = createNodes(made, attributes);
  bool written = bool(nodes);
  for (const ArrayPart &part : parts) {
    Handle group =
        written ? observableGroup(nodes, part.name, part.isEvents) : Handle();
    written = group && writePart(group, part, dt);
  }
  return written && H5Fflush(made, H5F_SCOPE_LOCAL) >= 0 ? "" : "no";
}

Status writeNirParts(const std::string &path, const std::string &file,
                     const std::vector<ArrayPart> &parts, double dtSeconds,
                     const std::map<std::string, std::string> &attributes) {
  auto result = bytesFromChild(
      [&] { return writePartsNow(file, parts, dtSeconds, attributes); },
      {.seconds = 36000});
  auto *failure = std::get_if<ChildFailure>(&result);
  if (failure || !std::get<std::string>(result).empty())
    return writeError(path, "",
                      failure ? "the HDF5 library failed: " + failure->why
                              : "the HDF5 library cannot write it",
                      "check that the disk has room");
  return {};
}

Status writeNirData(const std::string &path, const ArrayMap &arrays,
                    double dtSeconds,
                    const std::map<std::string, std::string> &attributes) {
  if (!(dtSeconds > 0) || !std::isfinite(dtSeconds))
    return writeError(path, "",
                      fmt::format("NIRData needs the length of a tick in "
                                  "seconds, which is {}",
                                  dtSeconds),
                      "compile the network with --dt, or write .npz instead");
  // The library crashes where its own memory is missing.
  auto result = bytesFromChild(
      [&] { return encode(imageOf(path, arrays, dtSeconds, attributes)); },
      {.seconds = 3600}); // our own arrays: as long as they take
  if (auto *failure = std::get_if<ChildFailure>(&result))
    return writeError(path, "", "the HDF5 library failed: " + failure->why,
                      "close other programs: memory may be short");
  const std::string &bytes = std::get<std::string>(result);
  if (!bytes.starts_with(kImage))
    return decodeError(bytes, path);
  return writeFileAtomically(path, std::string_view(bytes).substr(1));
}

} // namespace snnc::runtime
