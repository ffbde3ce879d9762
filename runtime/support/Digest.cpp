//===- Digest.cpp - SHA-256 of bytes --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Digest.h"

#include <fmt/format.h>
#include <openssl/sha.h>

namespace snnc {

std::string sha256(std::span<const std::byte> bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
         digest);
  std::string text = "sha256:";
  for (unsigned char byte : digest)
    text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256(std::string_view text) {
  return sha256(std::as_bytes(std::span(text.data(), text.size())));
}

} // namespace snnc
