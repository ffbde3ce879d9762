//===- ManifestJson.h - Text form and checks of a manifest ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/bundle: what Bundle.cpp needs beside toJson and
// manifestFromJson of Bundle.h.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_BUNDLE_MANIFESTJSON_H
#define SNNC_RUNTIME_BUNDLE_MANIFESTJSON_H

#include "runtime/bundle/Bundle.h"

namespace snnc::runtime {

/// The format that this program writes and reads.
constexpr uint32_t manifestFormatVersion = 1;

/// Bounds of a manifest; far above what one chip of 152 PEs needs.
struct ManifestLimits {
  static constexpr size_t textBytes = size_t(64) << 20;
  static constexpr unsigned jsonDepth = 32;
  static constexpr size_t names = 1024; ///< bytes of a user's name
  static constexpr size_t programs = 4096;
  static constexpr size_t cores = 65536;
  static constexpr size_t populations = 65536;
  static constexpr size_t routes = 1u << 20;
  static constexpr size_t rank = 8;
  static constexpr uint32_t neurons = 1u << 28;
  static constexpr uint32_t latency = 1u << 20; ///< ticks
};

/// JSON text: one line for each element of the top-level arrays, so that it
/// stays readable with 16,384 routes. Keys sorted: deterministic.
std::string manifestText(const nlohmann::json &json);

/// Parses JSON text of unknown origin: depth bounded, errors SNN0507 with line
/// and column.
Expected<nlohmann::json> parseJson(const std::string &text,
                                   const std::string &shownPath,
                                   const std::string &entry);

/// Every cross reference inside the manifest (indices, slices, keys, shapes).
/// Error SNN0510 names the manifest path of the culprit.
Status checkManifest(const Manifest &manifest, const std::string &shownPath);

/// The manifest against the machine and the entries: PEs exist, images fit the
/// SRAM and hold the core header, scales have the right size. SNN0506, SNN0511.
Status checkContents(const Bundle &bundle, const std::string &shownPath);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_BUNDLE_MANIFESTJSON_H
