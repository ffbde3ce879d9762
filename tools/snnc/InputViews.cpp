//===- InputViews.cpp - Inputs of a bundle and who draws them -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/InspectViews.h"

#include "runtime/support/Text.h"
#include "tools/snnc/Report.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc {

using nlohmann::json;
using runtime::Bundle;

json inputViews(const Bundle &bundle) {
  json views = json::array();
  const json planned = reportOf(bundle, "inputs");
  for (const runtime::InputEntry &input : bundle.manifest.inputs) {
    json view = {{"name", input.name},
                 {"channels", input.channels},
                 {"drawn", json::array()}};
    for (const json &entry : planned)
      if (entry.value("name", "") == input.name)
        view.update({{"rate", entry.value("rate", 0.0)},
                     {"worst_rate", entry.value("worst_rate", 0.0)}});
    for (const runtime::DrawnEntry &drawn : input.drawn)
      view["drawn"].push_back(nameOf(bundle.manifest.cores[drawn.core].at));
    if (input.drawn.empty()) // nobody sends packets otherwise
      view["key_first"] = input.keyBase;
    views.push_back(std::move(view));
  }
  return views;
}

json drivesOf(const Bundle &bundle, std::span<const uint32_t> cores) {
  json names = json::array();
  for (const runtime::InputEntry &input : bundle.manifest.inputs)
    if (std::ranges::any_of(input.drawn, [&](const auto &drawn) {
          return std::ranges::find(cores, drawn.core) != cores.end();
        }))
      names.push_back(input.name);
  return names;
}

void printInputs(const json &inputs) {
  std::vector<std::vector<std::string>> rows = {
      {"input", "channels", "spikes/tick", "worst", "keys from", "drawn by"}};
  auto rate = [](const json &input, const char *key) {
    return input.contains(key)
               ? fmt::format("{:.4g}", input.value(key, 0.0) *
                                           input.value("channels", 0u))
               : "-";
  };
  for (const json &input : inputs) {
    size_t cores = input["drawn"].size();
    rows.push_back(
        {input.value("name", ""), std::to_string(input.value("channels", 0u)),
         rate(input, "rate"), rate(input, "worst_rate"),
         cores ? "-" : fmt::format("{:#010x}", input.value("key_first", 0u)),
         cores ? fmt::format("{} PE{}", cores, cores == 1 ? "" : "s") : "-"});
  }
  printTable(rows);
}

} // namespace snnc
