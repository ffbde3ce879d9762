//===- Parts.h - Array files made of arrays on disk -------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/io: what writePartsAs() is made of.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_PARTS_H
#define SNNC_RUNTIME_IO_PARTS_H

#include "runtime/io/ArrayFile.h"

#include <map>

namespace snnc::runtime {

/// `more`: a member's name and bytes. Error SNN0408.
Status writeNpzOfParts(const std::string &file,
                       const std::vector<ArrayPart> &parts,
                       const std::pair<std::string, std::string> &more);

/// `path` is for messages. Error SNN0408.
Status writeNirParts(const std::string &path, const std::string &file,
                     const std::vector<ArrayPart> &parts, double dtSeconds,
                     const std::map<std::string, std::string> &attributes);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_PARTS_H
