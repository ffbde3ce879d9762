//===- CostCache.cpp - Measured costs, kept from run to run ---------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One small JSON file a key: a home directory that several computers share
// holds one for each.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Costs.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/Digest.h"
#include "runtime/support/Text.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace snnc::cpu {

/// Counts changes of the kernels, and of what the constants mean.
static constexpr const char *kKernels = "kernels 1";

/// No constant of any computer is outside, ns.
static constexpr double kLeast = 1e-4, kMost = 1e5;

/// A measurement takes as long as building so many synapses.
static constexpr double kWorthMeasuring = 1e7;

const std::vector<CostName> &costNames() {
  static const std::vector<CostName> names = {
      {"index_row", &Costs::indexRow, "an index row, without its synapses"},
      {"index_synapse", &Costs::indexSynapse, "a synapse of an index row"},
      {"weight_byte", &Costs::weightByte, "more for a byte of its weight"},
      {"bit_tick", &Costs::bitTick, "bit rows, 512 targets, a tick"},
      {"bit_line", &Costs::bitLine, "more for each spike of that tick"},
      {"dense_pair8", &Costs::densePair8, "a pair of a dense row, int8"},
      {"dense_pair16", &Costs::densePair16, "a pair of a dense row, int16"},
      {"diagonal_neuron", &Costs::diagonalNeuron, "a neuron of a diagonal"}};
  return names;
}

/// The first processor's own words: its name, and the numbers of its design.
static std::string processorName() {
  std::ifstream file("/proc/cpuinfo");
  std::string name, design;
  for (std::string line; std::getline(file, line) && !line.empty();) {
    size_t colon = line.find(": ");
    if (colon == std::string::npos)
      continue;
    std::string key = line.substr(0, line.find_last_not_of(" \t:", colon) + 1),
                value = line.substr(colon + 2);
    if (key == "model name")
      name = value;
    else if (key == "cpu family" || key == "model" || key == "stepping" ||
             key == "CPU implementer" || key == "CPU variant" ||
             key == "CPU part")
      design += (design.empty() ? "" : ".") + value;
  }
  return (name.empty() ? "processor" : name) + " (" + design + ")";
}

CostKey costKey(VectorSet vectors) {
  return {processorName(), vectors,
          std::string(SNNC_VERSION) + ", " + kKernels};
}

std::string cacheFolder() {
  auto folder = [](const char *variable, const char *below) -> std::string {
    const char *value = std::getenv(variable);
    // The XDG rules: a relative path is ignored.
    return value && value[0] == '/' ? std::string(value) + below : "";
  };
  std::string chosen = folder("XDG_CACHE_HOME", "/snnc");
  return chosen.empty() ? folder("HOME", "/.cache/snnc") : chosen;
}

static nlohmann::json toJson(const CostKey &key) {
  return {{"processor", key.processor},
          {"vectors", nameOf(key.vectors)},
          {"version", key.version}};
}

std::string costFile(const std::string &folder, const CostKey &key) {
  std::string digest = sha256(std::string_view(jsonText(toJson(key))));
  return folder + "/costs-" + digest.substr(digest.find(':') + 1, 16) + ".json";
}

std::optional<Costs> loadCosts(const std::string &folder, const CostKey &key) {
  auto text = readFile(costFile(folder, key), 1 << 16);
  if (!text)
    return std::nullopt;
  auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("key") ||
      jsonText(json["key"]) != jsonText(toJson(key)) || !json.contains("ns") ||
      !json["ns"].is_object())
    return std::nullopt;
  Costs costs;
  for (const CostName &cost : costNames()) {
    auto found = json["ns"].find(cost.name);
    if (found == json["ns"].end() || !found->is_number())
      return std::nullopt;
    double value = found->get<double>();
    if (!(value >= kLeast && value <= kMost))
      return std::nullopt;
    costs.*cost.value = value;
  }
  costs.measured = true;
  return costs;
}

bool storeCosts(const std::string &folder, const CostKey &key,
                const Costs &costs) {
  std::error_code error;
  fs::create_directories(folder, error);
  std::string path = costFile(folder, key);
  fs::file_type type = fs::symlink_status(path, error).type();
  if (type != fs::file_type::not_found && type != fs::file_type::regular)
    return false;
  nlohmann::json values = nlohmann::json::object();
  for (const CostName &cost : costNames())
    values[cost.name] = costs.*cost.value;
  std::string text =
      jsonText({{"key", toJson(key)}, {"ns", std::move(values)}}, 2) + "\n";
  return bool(writeFileAtomically(path, std::string_view(text)));
}

Costs costsFor(const std::string &folder, VectorSet vectors, double synapses) {
  if (folder.empty())
    return {};
  CostKey key = costKey(vectors);
  if (auto known = loadCosts(folder, key))
    return *known;
  if (synapses < kWorthMeasuring)
    return {};
  try {
    Costs costs = measureCosts(vectors);
    storeCosts(folder, key, costs);
    return costs;
  } catch (const std::bad_alloc &) {
    return {};
  }
}

} // namespace snnc::cpu
