//===- MachineWriter.cpp - The normal form of a machine -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/machine/MachineSchema.h"

#include <nlohmann/json.hpp>

namespace snnc {

namespace {

/// Collects the model into JSON: values only, PEs as one list.
class JsonVisitor {
public:
  nlohmann::json root = nlohmann::json::object();

  template <typename T> void field(const char *key, const T &value) {
    (*at)[key] = value;
  }
  void field(const char *key, const AddressRange &range) {
    (*at)[key] = {range.begin, range.end};
  }
  void field(const char *key, const std::optional<uint64_t> &value) {
    (*at)[key] = value ? nlohmann::json(*value) : nlohmann::json(nullptr);
  }
  /// Left out where it says nothing.
  template <typename T>
  void optional(const char *key, const T &value, const T &otherwise) {
    if (value != otherwise)
      field(key, value);
  }
  template <typename Body> void group(const char *key, Body body) {
    within((*at)[key] = nlohmann::json::object(), body);
  }
  template <typename T, typename Body>
  void list(const char *key, const std::vector<T> &elements, Body body) {
    nlohmann::json &array = (*at)[key] = nlohmann::json::array();
    for (const T &element : elements) {
      array.push_back(nlohmann::json::object());
      within(array.back(), [&] { body(element); });
    }
  }
  template <typename T, typename Body>
  void maybe(const char *key, const std::optional<T> &content, Body body) {
    if (content)
      group(key, [&] { body(*content); });
  }
  void pes(const MachineModel &machine) {
    nlohmann::json list = nlohmann::json::array();
    for (PeCoordinate pe : machine.pes)
      list.push_back({pe.x, pe.y, pe.p});
    (*at)["pes"] = {{"list", std::move(list)}};
  }
  void places(const char *key, const std::vector<PeCoordinate> &places) {
    for (PeCoordinate place : places)
      (*at)[key].push_back({place.x, place.y});
  }

  /// Nothing of one sound chip.
  void layout(const MachineModel &machine) {
    if (machine.layout != BoardLayout()) {
      (*at)["boards"] = machine.layout.boards;
      (*at)["torus"] = machine.layout.torus;
    }
    if (machine.link)
      group("link", [&] { visitLink(*this, *machine.link); });
    if (machine.dead.empty())
      return;
    nlohmann::json chips = nlohmann::json::array(), pes = chips, links = chips;
    for (ChipCoordinate chip : machine.dead.chips)
      chips.push_back({chip.x, chip.y});
    for (const auto &[chip, pe] : machine.dead.pes)
      pes.push_back({chip.x, chip.y, pe.x, pe.y, pe.p});
    for (const auto &[chip, link] : machine.dead.links)
      links.push_back({chip.x, chip.y, link});
    (*at)["dead"] = {{"chips", chips}, {"pes", pes}, {"links", links}};
  }

private:
  template <typename Body> void within(nlohmann::json &inner, Body body) {
    nlohmann::json *outer = at;
    at = &inner;
    body();
    at = outer;
  }
  nlohmann::json *at = &root;
};

} // namespace

std::string toJsonText(const MachineModel &machine) {
  JsonVisitor visitor;
  visitor.root["schema"] = 1;
  visitMachine(visitor, machine);
  return visitor.root.dump(1, ' ', true,
                           nlohmann::json::error_handler_t::replace) +
         "\n";
}

} // namespace snnc
