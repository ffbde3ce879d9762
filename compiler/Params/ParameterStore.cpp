//===- ParameterStore.cpp - Where weights and parameters live -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Params/ParameterStore.h"

#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace snnc {

namespace {
struct KindRow {
  ElementKind kind;
  const char *name;
  unsigned width;
};
constexpr KindRow kinds[] = {
    {ElementKind::F32, "F32", 4}, {ElementKind::F64, "F64", 8},
    {ElementKind::I64, "I64", 8}, {ElementKind::I8, "I8", 1},
    {ElementKind::U8, "U8", 1},   {ElementKind::I16, "I16", 2},
    {ElementKind::U16, "U16", 2}, {ElementKind::I32, "I32", 4},
    {ElementKind::U32, "U32", 4}};
} // namespace

static const KindRow &rowOf(ElementKind kind) {
  for (const KindRow &row : kinds)
    if (row.kind == kind)
      return row;
  return kinds[0];
}

unsigned byteWidth(ElementKind kind) { return rowOf(kind).width; }
const char *kindName(ElementKind kind) { return rowOf(kind).name; }
std::optional<ElementKind> kindFromName(std::string_view name) {
  for (const KindRow &row : kinds)
    if (name == row.name)
      return row.kind;
  return std::nullopt;
}

size_t ParameterBlob::count() const {
  size_t n = 1;
  for (int64_t extent : shape)
    n *= size_t(extent);
  return n;
}

double ParameterBlob::at(size_t i) const {
  return visit([i](auto elements) { return double(elements[i]); });
}

std::string ParameterStore::add(std::string_view key, ParameterBlob blob) {
  std::string name(key);
  for (unsigned n = 1; blobs.count(name); ++n)
    name = fmt::format("{}.{}", key, n);
  blobs.emplace(name, std::move(blob));
  return name;
}

std::string ParameterStore::addF32(std::string_view key,
                                   std::vector<int64_t> shape,
                                   std::span<const float> values) {
  return add(
      key, ParameterBlob::of(std::move(shape),
                             std::vector<float>(values.begin(), values.end())));
}

std::string ParameterStore::addF64(std::string_view key,
                                   std::vector<int64_t> shape,
                                   std::span<const double> values) {
  return add(key, ParameterBlob::of(
                      std::move(shape),
                      std::vector<double>(values.begin(), values.end())));
}

const ParameterBlob *ParameterStore::find(std::string_view key) const {
  auto it = blobs.find(key);
  return it == blobs.end() ? nullptr : &it->second;
}

//===----------------------------------------------------------------------===//
// safetensors
//===----------------------------------------------------------------------===//

static constexpr size_t kAlignment = 64;
static constexpr size_t kMostHeaderBytes = size_t(64) << 20;
static size_t aligned(size_t n) {
  return (n + kAlignment - 1) / kAlignment * kAlignment;
}

std::string
ParameterStore::serialize(const std::vector<std::string> &keys) const {
  nlohmann::json header = nlohmann::json::object();
  std::vector<const ParameterBlob *> written;
  size_t size = 0;
  for (const std::string &key : keys) {
    const ParameterBlob *blob = find(key);
    if (!blob)
      continue;
    header[key] = {{"dtype", kindName(blob->kind)},
                   {"shape", blob->shape},
                   {"data_offsets", {size, size + blob->bytes.size()}}};
    size += blob->bytes.size();
    written.push_back(blob);
  }
  std::string json = header.dump();
  json.resize(aligned(json.size() + 8) - 8, ' ');
  uint64_t length = json.size();
  std::string out;
  out.reserve(8 + json.size() + size);
  out.append(reinterpret_cast<const char *>(&length), 8);
  out += json;
  for (const ParameterBlob *blob : written)
    out.append(reinterpret_cast<const char *>(blob->bytes.data()),
               blob->bytes.size());
  return out;
}

Status ParameterStore::deserialize(std::string_view bytes,
                                   const std::string &shownPath) {
  auto damaged = [&](const std::string &why) {
    return makeError("SNN0801", {shownPath, "parameters.safetensors", 0, 0},
                     "the parameter file is damaged: " + why,
                     {"compile the network again"});
  };
  uint64_t length = 0;
  if (bytes.size() < 8)
    return damaged("shorter than its own header");
  std::memcpy(&length, bytes.data(), 8);
  if (length > bytes.size() - 8)
    return damaged("the header is longer than the file");
  if (length > kMostHeaderBytes)
    return damaged("the header has more than 64 MiB");
  auto header = nlohmann::json::parse(bytes.substr(8, length), nullptr, false);
  if (!header.is_object())
    return damaged("the header is not a JSON object");
  std::string_view data = bytes.substr(8 + length);
  uint64_t total = 0;
  std::map<std::string, ParameterBlob, std::less<>> fresh;
  for (auto &[key, entry] : header.items()) {
    if (key == "__metadata__")
      continue;
    if (!entry.is_object() || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets"))
      return damaged("tensor '" + key + "' lacks a field");
    ParameterBlob blob;
    const auto &dtype = entry["dtype"], &shape = entry["shape"],
               &offsets = entry["data_offsets"];
    auto kind = dtype.is_string() ? kindFromName(dtype.get<std::string>())
                                  : std::nullopt;
    if (!kind)
      return damaged("tensor '" + key + "' has an unknown element type");
    blob.kind = *kind;
    if (!shape.is_array() || !offsets.is_array() || offsets.size() != 2 ||
        !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
      return damaged("tensor '" + key + "' has a malformed shape or offset");
    uint64_t count = 1;
    for (const auto &extent : shape) {
      if (!extent.is_number_unsigned())
        return damaged("tensor '" + key + "' has a malformed shape");
      uint64_t value = extent;
      if (__builtin_mul_overflow(count, value, &count))
        return damaged("tensor '" + key + "' has an impossible shape");
      blob.shape.push_back(int64_t(value));
    }
    uint64_t begin = offsets[0], end = offsets[1];
    if (begin > end || end > data.size() ||
        count > data.size() / byteWidth(blob.kind) ||
        (end - begin) != count * byteWidth(blob.kind))
      return damaged("tensor '" + key + "' does not match its bytes");
    // Tensors that share bytes would make much memory of a small file.
    if (total += end - begin; total > data.size())
      return damaged("its tensors overlap");
    // A copy of its own: in the file it may stand at any place, elements are
    // read where their type wants them.
    auto raw = std::as_bytes(std::span(data.data() + begin, end - begin));
    blob.bytes =
        SharedBytes::of(std::vector<std::byte>(raw.begin(), raw.end()));
    fresh.emplace(key, std::move(blob));
  }
  blobs = std::move(fresh);
  return {};
}

} // namespace snnc
