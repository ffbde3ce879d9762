//===- Digest.h - SHA-256 of bytes ------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_RUNTIME_SUPPORT_DIGEST_H
#define SNNC_RUNTIME_SUPPORT_DIGEST_H

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace snnc {

/// "sha256:" + 64 lower-case hex digits of the bytes.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_DIGEST_H
