//===- Names.h - What networks are called -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_NAMES_H
#define SNNC_SNN_NAMES_H

#include <string>

namespace snnc::snn {

/// The name of a network whose file states none: the file's own without its
/// ending, as docs/yaml.md spells names (letters, digits, '_', '-', no digit in
/// front, up to 200 characters).
std::string networkNameOf(const std::string &file);

} // namespace snnc::snn

#endif // SNNC_SNN_NAMES_H
