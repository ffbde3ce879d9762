//===- SharedBytes.h - Bytes that several may hold ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A view that keeps alive what it looks into: a vector that was taken over, a
// piece of a larger buffer, a mapping of pages that are this process's own.
// Never a mapping of a user's file: whoever cuts that file short would kill the
// process (SIGBUS) at the next look. Files are read with pread
// (FileReader.h), which reports the same as an error.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PARAMS_SHAREDBYTES_H
#define SNNC_PARAMS_SHAREDBYTES_H

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace snnc {

class SharedBytes {
public:
  SharedBytes() = default;
  /// `view` lies in what `owner` keeps alive, aligned for its elements.
  SharedBytes(std::shared_ptr<const void> owner,
              std::span<const std::byte> view)
      : owner(std::move(owner)), view(view) {}

  /// Takes the elements over.
  template <typename T> static SharedBytes of(std::vector<T> values) {
    auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    auto bytes = std::as_bytes(std::span(*kept));
    return {std::move(kept), bytes};
  }

  const std::byte *data() const { return view.data(); }
  size_t size() const { return view.size(); }
  template <typename T> std::span<const T> as() const {
    return {reinterpret_cast<const T *>(view.data()), view.size() / sizeof(T)};
  }

private:
  std::shared_ptr<const void> owner;
  std::span<const std::byte> view;
};

/// Bytes that are written once, then shared; not cleared first, so that pages
/// which are never written take no memory.
class BytesInTheMaking {
public:
  BytesInTheMaking() = default;
  explicit BytesInTheMaking(size_t size)
      : bytes(std::make_shared_for_overwrite<std::byte[]>(size)), length(size) {
  }
  template <typename T> std::span<T> as() {
    return {reinterpret_cast<T *>(bytes.get()), length / sizeof(T)};
  }
  size_t size() const { return length; }
  SharedBytes share() && {
    std::span<const std::byte> view(bytes.get(), length);
    return {std::shared_ptr<const void>(std::move(bytes)), view};
  }

private:
  std::shared_ptr<std::byte[]> bytes;
  size_t length = 0;
};

} // namespace snnc

#endif // SNNC_PARAMS_SHAREDBYTES_H
