//===- MemberCheck.h - Members of a bundle before they are used -*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bundle comes from a stranger: what its members say is checked once, where
// it is read, for every verb and every device alike.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_BUNDLE_MEMBERCHECK_H
#define SNNC_RUNTIME_BUNDLE_MEMBERCHECK_H

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/Bundle.h"

namespace snnc::runtime {

/// Words of a core header that are addresses or counts lie within the SRAM of
/// `sramBytes`, tables and buffers end in it, sizes that must be powers of two
/// are. Error SNN0560 names PE, word and image.
Status checkCoreHeader(const SnncCoreHeader &header, const CoreEntry &core,
                       uint32_t sramBytes, const std::string &path = "");

/// report.json: depth, size and the types of all fields that snnc reads; other
/// fields may stand beside them. Errors SNN0502, SNN0507, SNN0561.
Status checkReport(const Bundle &bundle, const std::string &path);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_BUNDLE_MEMBERCHECK_H
