//===- NirDataset.cpp - One HDF5 data set as a field ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIR/NirDataset.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace snnc::nir {

using hdf5::Handle;

Diagnostic tooMuch(const SourceSpot &spot, const char *what, uint64_t measured,
                   uint64_t limit, const char *unit) {
  return makeError(
      "SNN0206", spot,
      fmt::format("{}: {} {}, the limit is {}", what, measured, unit, limit));
}

static Diagnostic damaged(const SourceSpot &spot) {
  return makeError("SNN0203", spot,
                   fmt::format("the file is damaged: {}", hdf5::lastError()),
                   {"copy or export the file again"});
}

static Diagnostic unsupported(const SourceSpot &spot, std::string what) {
  return makeError(
      "SNN0212", spot, fmt::format("a NIR field cannot be {}", what),
      {"NIR fields are numbers, arrays of numbers or text: export the model "
       "with nir.write()"});
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

static Status checkFilters(hid_t properties, const SourceSpot &spot) {
  int count = H5Pget_nfilters(properties);
  if (count < 0)
    return damaged(spot);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, config = 0;
    size_t values = 0;
    char name[64] = {};
    H5Z_filter_t filter =
        H5Pget_filter2(properties, unsigned(i), &flags, &values, nullptr,
                       sizeof(name) - 1, name, &config);
    if (filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
        filter == H5Z_FILTER_FLETCHER32)
      continue;
    if (filter < 0)
      return damaged(spot);
    const char *shown = filter == H5Z_FILTER_SZIP ? "szip" : name;
    return makeError(
        "SNN0208", spot,
        fmt::format("the data is compressed with filter '{}' (id {}), which "
                    "is not available here",
                    printable(*shown ? shown : "unknown"), int(filter)),
        {"write it once more, as nir.write() does by default; in Python: "
         "nir.write('new.nir', nir.read('old.nir'))"});
  }
  return {};
}

/// Data that lives in another file is refused: it is not part of what the user
/// named, and a hostile file could point anywhere.
static Status checkLayout(hid_t properties, const SourceSpot &spot) {
  H5D_layout_t layout = H5Pget_layout(properties);
  if (layout < 0)
    return damaged(spot);
  if (layout == H5D_VIRTUAL ||
      (layout == H5D_CONTIGUOUS && H5Pget_external_count(properties) != 0))
    return makeError("SNN0207", spot,
                     "the data lives in another file (external or virtual "
                     "storage), which is refused",
                     {"read and write it once more; in Python: nir.write('new.nir', "
                      "nir.read('old.nir'))"});
  return {};
}

/// A claimed size must be backed by stored bytes: deflate reaches 1032:1 at
/// most (zlib documentation, "Maximum Expansion Factor").
static Status checkStored(hid_t dataset, hid_t properties, uint64_t bytes,
                          const SourceSpot &spot, const Budget &budget) {
  constexpr uint64_t maxExpansion = 1032;
  uint64_t stored = H5Dget_storage_size(dataset);
  if (stored == 0)
    return makeError("SNN0210", spot,
                     "the data was announced but never written: the export "
                     "was aborted",
                     {"export the model again and look for the exporter's "
                      "error"});
  bool chunked = H5Pget_layout(properties) == H5D_CHUNKED;
  if (stored > budget.fileBytes ||
      (chunked ? bytes / maxExpansion : bytes) > stored)
    return makeError("SNN0203", spot,
                     fmt::format("the file is damaged: {} bytes are claimed, "
                                 "{} are stored in a file of {}",
                                 bytes, stored, budget.fileBytes),
                     {"copy or export the file again"});
  return {};
}

static Status checkChunk(hid_t properties, size_t elementBytes,
                         const SourceSpot &spot, const Budget &budget) {
  if (H5Pget_layout(properties) != H5D_CHUNKED)
    return {};
  hsize_t dims[H5S_MAX_RANK];
  int rank = H5Pget_chunk(properties, H5S_MAX_RANK, dims);
  if (rank < 0)
    return damaged(spot);
  uint64_t bytes = elementBytes;
  for (int i = 0; i < rank; ++i)
    if (__builtin_mul_overflow(bytes, uint64_t(dims[i]), &bytes))
      bytes = std::numeric_limits<uint64_t>::max();
  if (bytes > budget.limits.tensorBytes)
    return tooMuch(spot, "one chunk of the data", bytes,
                   budget.limits.tensorBytes, "bytes");
  return {};
}

//===----------------------------------------------------------------------===//
// Extent
//===----------------------------------------------------------------------===//

static Expected<Shape> readShape(hid_t dataset, const SourceSpot &spot,
                                 const Budget &budget) {
  Handle space(H5Dget_space(dataset), H5Sclose);
  if (!space)
    return damaged(spot);
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL)
    return Shape{0};
  int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0)
    return damaged(spot);
  if (uint32_t(rank) > budget.limits.rank)
    return tooMuch(spot, "the data has too many dimensions", uint64_t(rank),
                   budget.limits.rank, "dimensions");
  hsize_t dims[H5S_MAX_RANK];
  if (rank > 0 && H5Sget_simple_extent_dims(space.get(), dims, nullptr) < 0)
    return damaged(spot);
  return Shape(dims, dims + rank);
}

/// Charges `count` elements of `elementBytes` to the budget.
static Expected<uint64_t> charge(std::optional<uint64_t> count,
                                 uint64_t elementBytes, const SourceSpot &spot,
                                 Budget &budget) {
  uint64_t bytes = std::numeric_limits<uint64_t>::max();
  if (!count || __builtin_mul_overflow(*count, elementBytes, &bytes) ||
      bytes > budget.limits.tensorBytes)
    return tooMuch(spot, "the data is too large", bytes,
                   budget.limits.tensorBytes, "bytes");
  if (bytes > budget.limits.totalBytes - budget.tensorBytes)
    return tooMuch(spot, "all data of the file up to here is too large",
                   budget.tensorBytes + bytes, budget.limits.totalBytes,
                   "bytes");
  budget.tensorBytes += bytes;
  return bytes;
}

static Status checkStorage(hid_t dataset, uint64_t count, size_t elementBytes,
                           const SourceSpot &spot, const Budget &budget) {
  Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (!properties)
    return damaged(spot);
  if (Status status = checkLayout(properties.get(), spot); !status)
    return status;
  if (count == 0)
    return {};
  if (Status status = checkFilters(properties.get(), spot); !status)
    return status;
  if (Status status = checkChunk(properties.get(), elementBytes, spot, budget);
      !status)
    return status;
  return checkStored(dataset, properties.get(), count * elementBytes, spot,
                     budget);
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

template <typename T>
static Expected<Tensor>
readNumbers(hid_t dataset, hid_t memoryType, Shape shape, uint64_t count,
            std::string storedAs, const SourceSpot &spot) {
  std::vector<T> values(count);
  if (count > 0 && H5Dread(dataset, memoryType, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           values.data()) < 0)
    return damaged(spot);
  return Tensor(std::move(shape), std::move(values), std::move(storedAs));
}

static Expected<Tensor> readIntegers(hid_t dataset, hid_t fileType, Shape shape,
                                     uint64_t count, const SourceSpot &spot) {
  size_t size = H5Tget_size(fileType);
  bool isUnsigned = H5Tget_sign(fileType) == H5T_SGN_NONE;
  std::string storedAs =
      fmt::format("{}int{}", isUnsigned ? "u" : "", 8 * size);
  Expected<Tensor> tensor =
      readNumbers<int64_t>(dataset, H5T_NATIVE_INT64, std::move(shape), count,
                           std::move(storedAs), spot);
  // HDF5 clamps what does not fit; uint64 beyond int64 is no NIR number.
  if (tensor && isUnsigned && size == 8)
    for (int64_t value : tensor->i64())
      if (value == std::numeric_limits<int64_t>::max())
        return unsupported(spot, "an unsigned number of 2^63 or more");
  return tensor;
}

/// A boolean is an enumeration over int8 (h5py).
static Expected<Tensor> readEnums(hid_t dataset, hid_t fileType, Shape shape,
                                  uint64_t count, const SourceSpot &spot) {
  Handle super(H5Tget_super(fileType), H5Tclose);
  size_t size = H5Tget_size(fileType);
  if (!super || size > 8)
    return damaged(spot);
  std::vector<int64_t> values(count);
  // Conversion happens in place, so the buffer has the wider element.
  if (count > 0 && (H5Dread(dataset, fileType, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                            values.data()) < 0 ||
                    H5Tconvert(super.get(), H5T_NATIVE_INT64, count,
                               values.data(), nullptr, H5P_DEFAULT) < 0))
    return damaged(spot);
  return Tensor(std::move(shape), std::move(values), "bool");
}

static Expected<Tensor> readTensor(hid_t dataset, hid_t type, Shape shape,
                                   uint64_t count, const SourceSpot &spot) {
  size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
  case H5T_INTEGER:
    return readIntegers(dataset, type, std::move(shape), count, spot);
  case H5T_ENUM:
    return readEnums(dataset, type, std::move(shape), count, spot);
  default:
    break;
  }
  std::string storedAs = fmt::format("float{}", 8 * size);
  if (size <= 4)
    return readNumbers<float>(dataset, H5T_NATIVE_FLOAT, std::move(shape),
                              count, std::move(storedAs), spot);
  return readNumbers<double>(dataset, H5T_NATIVE_DOUBLE, std::move(shape),
                             count, std::move(storedAs), spot);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static Status checkText(std::string_view text, const SourceSpot &spot,
                        const Budget &budget) {
  if (text.size() > budget.limits.textBytes)
    return tooMuch(spot, "a text is too long", text.size(),
                   budget.limits.textBytes, "bytes");
  return {};
}

/// Strings `first`, `first + 1`, ... of a variable-length string data set of
/// rank 0, 1 or 2 whose selection has been made in `space`.
static Status readVariable(hid_t dataset, hid_t type, hid_t space,
                           uint64_t count, const SourceSpot &spot,
                           const Budget &budget,
                           std::vector<std::string> &out) {
  Handle memoryType(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(memoryType.get(), H5T_VARIABLE);
  H5Tset_cset(memoryType.get(), H5Tget_cset(type));
  hsize_t extent = count;
  Handle memorySpace(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  std::vector<char *> pointers(count, nullptr);
  herr_t failed = H5Dread(dataset, memoryType.get(), memorySpace.get(), space,
                          H5P_DEFAULT, pointers.data());
  Status status;
  if (failed < 0)
    return damaged(spot); // what was allocated is unknown: leave it
  for (const char *text : pointers) {
    out.emplace_back(text ? text : "");
    if (status)
      status = checkText(out.back(), spot, budget);
  }
  H5Dvlen_reclaim(memoryType.get(), memorySpace.get(), H5P_DEFAULT,
                  pointers.data());
  return status;
}

static Status readFixed(hid_t dataset, hid_t type, hid_t space, uint64_t count,
                        const SourceSpot &spot, std::vector<std::string> &out) {
  size_t size = H5Tget_size(type);
  std::vector<char> bytes(size * count);
  hsize_t extent = count;
  Handle memorySpace(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  if (H5Dread(dataset, type, memorySpace.get(), space, H5P_DEFAULT,
              bytes.data()) < 0)
    return damaged(spot);
  bool spaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  for (uint64_t i = 0; i < count; ++i) {
    std::string_view text(bytes.data() + i * size, size);
    text = text.substr(0, std::min(text.find('\0'), text.size()));
    while (spaces && text.ends_with(' '))
      text.remove_suffix(1);
    out.emplace_back(text);
  }
  return {};
}

/// All strings of a data set of `count` > 0 elements, row-major, in portions
/// that bound what a hostile heap can make the library allocate.
static Expected<std::vector<std::string>>
readStrings(hid_t dataset, hid_t type, const Shape &shape, uint64_t count,
            const SourceSpot &spot, const Budget &budget) {
  std::vector<std::string> out;
  Handle space(H5Dget_space(dataset), H5Sclose);
  bool isVariable = H5Tis_variable_str(type) > 0;
  uint64_t rowLength = shape.size() == 2 ? shape[1] : 1;
  uint64_t rows = count / rowLength;
  constexpr uint64_t portion = 256;
  for (uint64_t row = 0; row < rows; row += portion) {
    hsize_t start[2] = {row, 0};
    hsize_t extent[2] = {std::min(portion, rows - row), rowLength};
    if (!shape.empty() &&
        H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, extent,
                            nullptr) < 0)
      return damaged(spot);
    uint64_t part = extent[0] * extent[1];
    Status status =
        isVariable
            ? readVariable(dataset, type, space.get(), part, spot, budget, out)
            : readFixed(dataset, type, space.get(), part, spot, out);
    if (!status)
      return status.takeError();
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

static Expected<Field> readText(hid_t dataset, hid_t type, const Shape &shape,
                                uint64_t count, const SourceSpot &spot,
                                const Budget &budget) {
  if (count != 1 || shape.size() > 2)
    return unsupported(spot, fmt::format("an array of {} texts", count));
  Expected<std::vector<std::string>> texts =
      readStrings(dataset, type, shape, count, spot, budget);
  if (!texts)
    return texts.takeError();
  return Field(std::move(texts->front()));
}

Expected<Field> readField(hid_t dataset, const SourceSpot &spot,
                          Budget &budget) {
  Handle type(H5Dget_type(dataset), H5Tclose);
  Expected<Shape> shape = readShape(dataset, spot, budget);
  if (!shape)
    return shape.takeError();
  size_t size = type ? H5Tget_size(type.get()) : 0;
  if (size == 0)
    return damaged(spot);
  H5T_class_t kind = H5Tget_class(type.get());
  bool isText = kind == H5T_STRING;
  bool isNumber = kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_ENUM;
  if (!isText && !isNumber)
    return unsupported(spot, "a compound, reference, opaque or nested type");
  if (isNumber && size > 8)
    return unsupported(spot, fmt::format("a number of {} bits", 8 * size));
  if (isText && size > budget.limits.textBytes)
    return tooMuch(spot, "a text is too long", size, budget.limits.textBytes,
                   "bytes");
  std::optional<uint64_t> count = elementCount(*shape);
  size_t inMemory = isText ? size : kind == H5T_FLOAT && size <= 4 ? 4 : 8;
  Expected<uint64_t> bytes = charge(count, inMemory, spot, budget);
  if (!bytes)
    return bytes.takeError();
  if (Status status = checkStorage(dataset, *count, size, spot, budget);
      !status)
    return status.takeError();
  if (isText)
    return readText(dataset, type.get(), *shape, *count, spot, budget);
  Expected<Tensor> tensor =
      readTensor(dataset, type.get(), std::move(*shape), *count, spot);
  if (!tensor)
    return tensor.takeError();
  return Field(std::move(*tensor));
}

Expected<std::vector<NamedEdge>> readEdgeNames(hid_t dataset,
                                               const SourceSpot &spot,
                                               Budget &budget,
                                               uint64_t maxRows) {
  Expected<Shape> shape = readShape(dataset, spot, budget);
  if (!shape)
    return shape.takeError();
  std::optional<uint64_t> count = elementCount(*shape);
  if (count == 0)
    return std::vector<NamedEdge>{};
  Handle type(H5Dget_type(dataset), H5Tclose);
  if (!type || H5Tget_class(type.get()) != H5T_STRING || shape->size() != 2 ||
      (*shape)[1] != 2)
    return makeError("SNN0213", spot,
                     fmt::format("`edges` must be pairs of node names, shape "
                                 "[count, 2]; it has shape {}",
                                 toString(*shape)),
                     {"export the model again with nir.write()"});
  if ((*shape)[0] > maxRows)
    return tooMuch(spot, "too many edges", (*shape)[0], maxRows, "edges");
  size_t size = H5Tget_size(type.get());
  if (size > 2 * size_t(budget.limits.nameBytes))
    return tooMuch(spot, "a name is too long", size, budget.limits.nameBytes,
                   "bytes");
  if (Status status = checkStorage(dataset, *count, size, spot, budget);
      !status)
    return status.takeError();
  Expected<std::vector<std::string>> names =
      readStrings(dataset, type.get(), *shape, *count, spot, budget);
  if (!names)
    return names.takeError();
  std::vector<NamedEdge> edges;
  for (size_t i = 0; i + 1 < names->size(); i += 2)
    edges.push_back({std::move((*names)[i]), std::move((*names)[i + 1])});
  return edges;
}

} // namespace snnc::nir
