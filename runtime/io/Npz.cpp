//===- Npz.cpp - numpy's archives of arrays .npz --------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/Zip.h"
#include "runtime/io/Npy.h"
#include "runtime/io/Parts.h"

#include <fmt/format.h>

namespace snnc::runtime {

static ZipCodes zipCodes() {
  return {"SNN0404", "SNN0403", "SNN0404", "SNN0404", "SNN0408"};
}

Expected<ArrayMap> readNpz(const std::string &path, const ArrayLimits &limits) {
  ZipLimits zip;
  zip.fileBytes = limits.fileBytes;
  zip.totalBytes = limits.fileBytes;
  // A member is an array and its header.
  zip.memberBytes = limits.arrayBytes + (1 << 16);
  zip.members = limits.members;
  zip.allowDeflate = true;
  Expected<std::vector<ZipMember>> members = readZip(path, zip, zipCodes());
  if (!members)
    return members.takeError();
  ArrayMap arrays;
  constexpr std::string_view suffix = ".npy";
  for (ZipMember &member : *members) {
    if (!member.name.ends_with(suffix))
      return makeError("SNN0404", {path, member.name, 0, 0},
                       "the member is no .npy array",
                       {"write the file with numpy.savez"});
    Expected<NdArray> array =
        parseNpy(member.bytes, {path, member.name, 0, 0}, limits);
    if (!array)
      return array.takeError();
    member.name.resize(member.name.size() - suffix.size());
    arrays.emplace(std::move(member.name), std::move(*array));
    std::string().swap(member.bytes); // its copy lives in the array now
  }
  return arrays;
}

Status writeNpz(const std::string &path, const ArrayMap &arrays) {
  std::vector<std::string> headers;
  headers.reserve(arrays.size());
  std::vector<ZipSource> members;
  for (const auto &[name, array] : arrays) {
    const std::string &header = headers.emplace_back(npyHeader(array));
    members.push_back({name + ".npy",
                       std::as_bytes(std::span(header.data(), header.size())),
                       array.bytes});
  }
  return writeZip(path, members, zipCodes());
}

Status writeNpzOfParts(const std::string &file,
                       const std::vector<ArrayPart> &parts,
                       const std::pair<std::string, std::string> &more) {
  std::vector<ZipFile> members;
  for (const ArrayPart &part : parts)
    members.push_back({part.name + ".npy", part.file, {}});
  members.push_back({more.first + ".npy", {}, more.second});
  return writeZipOfFiles(file, members, zipCodes());
}

} // namespace snnc::runtime
