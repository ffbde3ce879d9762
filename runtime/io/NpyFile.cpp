//===- NpyFile.cpp - A numpy array that stays on disk ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/NpyFile.h"

#include <algorithm>

namespace snnc::runtime {

Expected<NpyFile> NpyFile::open(const std::string &path,
                                const ArrayLimits &limits) {
  auto file = FileReader::open(path, limits.fileBytes);
  if (!file)
    return file.takeError();
  std::string head(std::min<uint64_t>(file->size(), kNpyHead), '\0');
  if (Status s = file->read(0, std::as_writable_bytes(std::span(head))); !s)
    return s.takeError();
  auto layout = npyLayout(head, file->size(), {path, "", 0, 0}, limits);
  if (!layout)
    return layout.takeError();
  NpyFile result(std::move(*file));
  result.header = std::move(*layout);
  return result;
}

Status NpyFile::read(uint64_t first, std::span<std::byte> out) const {
  return file.read(header.begin + first * itemBytes(header.dtype), out);
}

Status NpyFile::read(uint64_t first, std::span<double> out) const {
  constexpr size_t kPiece = 4096;
  NdArray piece;
  piece.dtype = header.dtype;
  while (!out.empty()) {
    size_t count = std::min(out.size(), kPiece);
    piece.bytes.resize(count * itemBytes(header.dtype));
    if (Status s = read(first, std::span(piece.bytes)); !s)
      return s;
    piece.toDoubles(out.first(count));
    out = out.subspan(count);
    first += count;
  }
  return {};
}

} // namespace snnc::runtime
