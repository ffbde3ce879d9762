//===- ArrayWire.cpp - Arrays through a pipe ------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/ArrayWire.h"

namespace snnc::runtime {

static constexpr char arraysTag = 'A', errorTag = 'E';

static void putLength(std::string &out, uint64_t length) {
  out.append(reinterpret_cast<const char *>(&length), sizeof length);
}

static void put(std::string &out, std::string_view text) {
  putLength(out, text.size());
  out += text;
}

static bool take(std::string_view &in, std::string_view &text) {
  uint64_t length;
  if (in.size() < sizeof length)
    return false;
  std::memcpy(&length, in.data(), sizeof length);
  in.remove_prefix(sizeof length);
  if (length > in.size())
    return false;
  text = in.substr(0, length);
  in.remove_prefix(length);
  return true;
}

static std::string encodeError(const Diagnostic &error) {
  std::string out(1, errorTag);
  put(out, error.code.name());
  put(out, error.spot.node);
  put(out, error.message);
  for (const std::string &hint : error.hints)
    put(out, hint);
  return out;
}

std::string encodeResult(const Expected<ArrayMap> &result) {
  if (!result)
    return encodeError(result.error());
  std::string out(1, arraysTag);
  for (const auto &[name, array] : *result) {
    put(out, name);
    std::string header = npyHeader(array);
    putLength(out, header.size() + array.bytes.size());
    out += header;
    if (!array.bytes.empty())
      out.append(reinterpret_cast<const char *>(array.bytes.data()),
                 array.bytes.size());
  }
  return out;
}

static std::optional<Expected<ArrayMap>> decodeError(std::string_view in,
                                                     const std::string &path) {
  std::string_view code, node, message, hint;
  if (!take(in, code) || !take(in, node) || !take(in, message))
    return std::nullopt;
  auto known = DiagnosticCode::find(code);
  if (!known)
    return std::nullopt;
  Diagnostic error =
      makeError(*known, {path, std::string(node), 0, 0}, std::string(message));
  while (!in.empty() && take(in, hint))
    error.hints.emplace_back(hint);
  return error;
}

std::optional<Expected<ArrayMap>> decodeResult(std::string_view in,
                                               const std::string &path,
                                               const ArrayLimits &limits) {
  if (in.empty())
    return std::nullopt;
  char tag = in.front();
  in.remove_prefix(1);
  if (tag == errorTag)
    return decodeError(in, path);
  if (tag != arraysTag)
    return std::nullopt;
  ArrayMap arrays;
  while (!in.empty()) {
    std::string_view name, bytes;
    if (!take(in, name) || !take(in, bytes))
      return std::nullopt;
    Expected<NdArray> array =
        parseNpy(bytes, {path, std::string(name), 0, 0}, limits);
    if (!array)
      return std::nullopt;
    arrays.emplace(name, std::move(*array));
  }
  return arrays;
}

} // namespace snnc::runtime
