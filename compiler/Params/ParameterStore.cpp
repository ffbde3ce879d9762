//===- ParameterStore.cpp - Where weights and parameters live -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Params/ParameterStore.h"

#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace snnc {

unsigned byteWidth(ElementKind kind) {
  return kind == ElementKind::F32 ? 4 : 8;
}

size_t ParameterBlob::count() const {
  size_t n = 1;
  for (int64_t extent : shape)
    n *= size_t(extent);
  return n;
}

double ParameterBlob::at(size_t i) const {
  const std::byte *p = bytes->data() + i * byteWidth(kind);
  switch (kind) {
  case ElementKind::F32: {
    float v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  case ElementKind::F64: {
    double v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  case ElementKind::I64: {
    int64_t v;
    std::memcpy(&v, p, sizeof v);
    return double(v);
  }
  }
  return 0;
}

std::span<const float> ParameterBlob::f32() const {
  return {reinterpret_cast<const float *>(bytes->data()), bytes->size() / 4};
}

std::span<const double> ParameterBlob::f64() const {
  return {reinterpret_cast<const double *>(bytes->data()), bytes->size() / 8};
}

std::string ParameterStore::add(std::string_view key, ParameterBlob blob) {
  std::string name(key);
  for (unsigned n = 1; blobs.count(name); ++n)
    name = fmt::format("{}.{}", key, n);
  blobs.emplace(name, std::move(blob));
  return name;
}

template <typename T>
static ParameterBlob makeBlob(ElementKind kind, std::vector<int64_t> shape,
                              std::span<const T> values) {
  auto raw = std::as_bytes(values);
  return {kind, std::move(shape),
          std::make_shared<std::vector<std::byte>>(raw.begin(), raw.end())};
}

std::string ParameterStore::addF32(std::string_view key,
                                   std::vector<int64_t> shape,
                                   std::span<const float> values) {
  return add(key, makeBlob(ElementKind::F32, std::move(shape), values));
}

std::string ParameterStore::addF64(std::string_view key,
                                   std::vector<int64_t> shape,
                                   std::span<const double> values) {
  return add(key, makeBlob(ElementKind::F64, std::move(shape), values));
}

const ParameterBlob *ParameterStore::find(std::string_view key) const {
  auto it = blobs.find(key);
  return it == blobs.end() ? nullptr : &it->second;
}

//===----------------------------------------------------------------------===//
// safetensors
//===----------------------------------------------------------------------===//

static constexpr size_t kAlignment = 64;
static size_t aligned(size_t n) {
  return (n + kAlignment - 1) / kAlignment * kAlignment;
}

static const char *kindName(ElementKind kind) {
  switch (kind) {
  case ElementKind::F32:
    return "F32";
  case ElementKind::F64:
    return "F64";
  case ElementKind::I64:
    return "I64";
  }
  return "";
}

std::string
ParameterStore::serialize(const std::vector<std::string> &keys) const {
  nlohmann::json header = nlohmann::json::object();
  std::string data;
  for (const std::string &key : keys) {
    const ParameterBlob *blob = find(key);
    if (!blob)
      continue;
    header[key] = {{"dtype", kindName(blob->kind)},
                   {"shape", blob->shape},
                   {"data_offsets",
                    {data.size(), data.size() + blob->bytes->size()}}};
    data.append(reinterpret_cast<const char *>(blob->bytes->data()),
                blob->bytes->size());
  }
  std::string json = header.dump();
  json.resize(aligned(json.size() + 8) - 8, ' ');
  uint64_t length = json.size();
  std::string out(reinterpret_cast<const char *>(&length), 8);
  return out + json + data;
}

Status ParameterStore::deserialize(std::string_view bytes,
                                   const std::string &shownPath) {
  auto damaged = [&](const std::string &why) {
    return makeError("SNN0801", {shownPath, "", 0, 0},
                     "the parameter file is damaged: " + why,
                     {"compile the network again"});
  };
  uint64_t length = 0;
  if (bytes.size() < 8)
    return damaged("shorter than its own header");
  std::memcpy(&length, bytes.data(), 8);
  if (length > bytes.size() - 8)
    return damaged("the header is longer than the file");
  auto header = nlohmann::json::parse(bytes.substr(8, length), nullptr, false);
  if (!header.is_object())
    return damaged("the header is not a JSON object");
  std::string_view data = bytes.substr(8 + length);
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
    if (dtype == "F32")
      blob.kind = ElementKind::F32;
    else if (dtype == "F64")
      blob.kind = ElementKind::F64;
    else if (dtype == "I64")
      blob.kind = ElementKind::I64;
    else
      return damaged("tensor '" + key + "' has an unknown element type");
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
    auto raw = std::as_bytes(std::span(data.data() + begin, end - begin));
    blob.bytes =
        std::make_shared<std::vector<std::byte>>(raw.begin(), raw.end());
    fresh.emplace(key, std::move(blob));
  }
  blobs = std::move(fresh);
  return {};
}

} // namespace snnc
