//===- Names.cpp - What networks are called -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Names.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <filesystem>

namespace snnc::snn {

std::string networkNameOf(const std::string &file) {
  std::string name = std::filesystem::path(file).stem().string();
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return !llvm::isAlnum(c) && c != '_' && c != '-'; }, '_');
  if (name.empty())
    return "network";
  if (!llvm::isAlpha(name.front()) && name.front() != '_')
    name.insert(name.begin(), '_');
  name.resize(std::min<size_t>(name.size(), 200));
  return name;
}

} // namespace snnc::snn
