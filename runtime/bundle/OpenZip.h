//===- OpenZip.h - libzip's archive with an owner ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_BUNDLE_OPENZIP_H
#define SNNC_RUNTIME_BUNDLE_OPENZIP_H

#include <memory>
#include <zip.h>

namespace snnc::runtime {

struct DiscardZip {
  void operator()(zip_t *archive) const { zip_discard(archive); }
};
/// Closed without a word to the file.
using OpenZip = std::unique_ptr<zip_t, DiscardZip>;

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_BUNDLE_OPENZIP_H
