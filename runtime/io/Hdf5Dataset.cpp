//===- Hdf5Dataset.cpp - Data sets of HDF5 as arrays ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/Hdf5Dataset.h"

#include "runtime/io/Npy.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::runtime {

using namespace hdf5;

/// Deflate cannot shrink below 1/1032; fewer stored bytes mean that most of the
/// data set was never written.
static constexpr uint64_t maxInflation = 1100;

/// The element type in which a data set is read; nothing: unsupported.
static std::optional<DType> dtypeOfFile(hid_t type) {
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

static hid_t memoryType(DType dtype) {
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

static std::optional<DatasetFault> checkFilters(hid_t plist) {
  for (int i = 0, n = H5Pget_nfilters(plist); i < n; ++i) {
    unsigned flags;
    size_t parameters = 0;
    H5Z_filter_t filter = H5Pget_filter2(
        plist, unsigned(i), &flags, &parameters, nullptr, 0, nullptr, nullptr);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
        filter != H5Z_FILTER_FLETCHER32)
      return DatasetFault{
          fmt::format("the data is compressed with HDF5 filter {}, "
                      "which is not available",
                      int(filter)),
          "write the file with compression='gzip'"};
  }
  return std::nullopt;
}

/// Whether `bytes` of a file are stored in a way that they can be read.
static std::optional<DatasetFault> checkStorage(hid_t dataset,
                                                const std::string &name,
                                                uint64_t bytes,
                                                uint64_t mostBytes) {
  Handle plist(H5Dget_create_plist(dataset), H5Pclose);
  if (!plist)
    return DatasetFault{"the data set cannot be inspected", ""};
  H5D_layout_t layout = H5Pget_layout(plist);
  if (layout == H5D_VIRTUAL || H5Pget_external_count(plist) != 0)
    return DatasetFault{"the data is stored outside of the file", ""};
  if (auto fault = checkFilters(plist))
    return fault;
  uint64_t chunkBytes = H5Tget_size(Handle(H5Dget_type(dataset), H5Tclose));
  if (layout == H5D_CHUNKED) {
    hsize_t dims[H5S_MAX_RANK];
    int rank = H5Pget_chunk(plist, H5S_MAX_RANK, dims);
    for (int i = 0; i < rank; ++i)
      if (__builtin_mul_overflow(chunkBytes, dims[i], &chunkBytes))
        chunkBytes = UINT64_MAX / 2;
  }
  if (chunkBytes > mostBytes)
    return DatasetFault{
        fmt::format("a chunk of '{}' has {} bytes", name, chunkBytes), "",
        true};
  if (H5Dget_storage_size(dataset) < bytes / maxInflation)
    return DatasetFault{fmt::format("the data set claims {} bytes, the file "
                                    "holds {} for it",
                                    bytes, H5Dget_storage_size(dataset)),
                        ""};
  return std::nullopt;
}

std::variant<NdArray, DatasetFault>
readDataset(hid_t parent, const std::string &name, const DatasetWish &wish) {
  auto fault = [](std::string message) {
    return DatasetFault{std::move(message), ""};
  };
  // A path through groups that do not exist is an error of the library, not
  // "no": both mean that there is none.
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) <= 0)
    return fault(fmt::format("the data set '{}' is missing", name));
  Handle dataset(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset)
    return fault(fmt::format("'{}' is not a data set", name));
  Handle space(H5Dget_space(dataset), H5Sclose);
  Handle type(H5Dget_type(dataset), H5Tclose);
  hsize_t dims[H5S_MAX_RANK];
  int rank = space ? H5Sget_simple_extent_dims(space, dims, nullptr) : -1;
  if (!type || rank < 0)
    return fault(fmt::format("'{}' has no shape", name));
  if (wish.rank && rank != int(*wish.rank))
    return fault(fmt::format("'{}' has not {} dimensions", name, *wish.rank));
  std::optional<DType> stored = dtypeOfFile(type);
  if (!stored || (wish.dtype && *stored == DType::Bool))
    return fault(fmt::format("'{}' holds no numbers", name));
  NdArray array{{dims, dims + rank}, wish.dtype.value_or(*stored), {}};
  std::optional<uint64_t> count = elementCount(array.shape);
  size_t item = std::max(itemBytes(array.dtype), H5Tget_size(type));
  if (!count || *count > wish.bytes / item)
    return DatasetFault{fmt::format("'{}' has {} elements of {} bytes", name,
                                    shapeText(array.shape), item),
                        "", true};
  if (auto bad =
          checkStorage(dataset, name, *count * H5Tget_size(type), wish.bytes))
    return *bad;
  array.bytes.resize(*count * itemBytes(array.dtype));
  hid_t memory = *stored == DType::Bool ? hid_t(type) : memoryType(array.dtype);
  if (*count > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                            array.bytes.data()) < 0)
    return fault(fmt::format("'{}' cannot be read: it is damaged", name));
  if (*stored == DType::Bool)
    for (std::byte &b : array.bytes)
      b = std::byte(b != std::byte(0));
  return array;
}

} // namespace snnc::runtime
