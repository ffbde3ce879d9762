//===- BundleMutator.h - Bundles changed with knowledge ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Changes one part of a bundle, or a few, as somebody would who knows the
// format: a field of a JSON member, a word of a core header, an operation of a
// program; digests and sizes in the manifest are made to match.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_FUZZ_BUNDLEMUTATOR_H
#define SNNC_TESTS_FUZZ_BUNDLEMUTATOR_H

#include "tests/fuzz/Dice.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace snnc::fuzz {

/// A member as it will stand in the zip; the fields that are set lie.
struct RawMember {
  std::string name, bytes;
  std::optional<std::string> centralName;
  std::optional<uint32_t> crc, storedSize, size, centralSize, offset;
  uint16_t method = 0, flags = 0;
};

/// The zip format by hand (APPNOTE 4.3): libzip writes no wrong ones.
std::string rawZip(const std::vector<RawMember> &members,
                   std::optional<uint16_t> count = std::nullopt);

/// One field of a zip member lies.
void mutateZipFields(std::vector<RawMember> &members, Dice &dice);

/// A bundle that is right, taken apart.
struct BundleSeed {
  std::string name;
  std::vector<RawMember> members;
  nlohmann::json manifest; ///< without "files"
};

/// Reads a bundle; exits with 2 if it is none.
BundleSeed readSeed(const std::string &path);

/// A mutant; `what` gets a word for each change.
std::string mutateBundle(const BundleSeed &seed, Dice &dice,
                         std::vector<std::string> &what);

/// One change somewhere in a JSON value.
void mutateJson(nlohmann::json &root, Dice &dice);

} // namespace snnc::fuzz

#endif // SNNC_TESTS_FUZZ_BUNDLEMUTATOR_H
