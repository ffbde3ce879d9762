//===- JsonMutator.cpp - One change of a JSON value -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/fuzz/BundleMutator.h"

namespace snnc::fuzz {

using nlohmann::json;

static json nestedJson(Dice &dice) {
  json value = 1;
  size_t depth = size_t(1) << dice.below(13);
  bool arrays = dice.below(2);
  for (size_t i = 0; i < depth; ++i) {
    json outer = arrays ? json::array() : json::object();
    if (arrays)
      outer.push_back(std::move(value));
    else
      outer["a"] = std::move(value);
    value = std::move(outer);
  }
  return value;
}

static json nastyJson(Dice &dice) {
  switch (dice.below(14)) {
  case 0:
    return json();
  case 1:
    return bool(dice.below(2));
  case 2:
    return json::array();
  case 3:
    return json::object();
  case 4:
    return std::string(size_t(1) << dice.below(16), 'x');
  case 5: {
    static const char *const texts[] = {"",
                                        "../../x",
                                        "/etc/passwd",
                                        "p0",
                                        "memset",
                                        "main",
                                        "\x1b[2J",
                                        "\xff\xfe",
                                        "nan",
                                        "a:spikes",
                                        "manifest.json",
                                        "\xe2\x80\xae",
                                        "machine.json"};
    return std::string(dice.from(texts));
  }
  case 6:
    return nestedJson(dice);
  case 7:
    return json(std::vector<int>(size_t(1) << dice.below(17), 0));
  case 8: {
    static const double numbers[] = {-0.0,   0.5,    -1.5,         1e308,
                                     -1e308, 1e-320, 4294967296.0, 1e19};
    return dice.from(numbers);
  }
  case 9:
    return -int64_t(dice.below(1000));
  default:
    return nastyNumber(dice, 131072);
  }
}

/// A value somewhere below `root`; deep ones as likely as shallow ones.
static json *somewhere(json &root, Dice &dice, json **parent = nullptr) {
  json *at = &root;
  while (at->is_structured() && !at->empty() && !dice.oneIn(8)) {
    if (parent)
      *parent = at;
    auto child = at->begin();
    std::advance(child, long(dice.below(at->size())));
    at = &*child;
  }
  return at;
}

static void changeContainer(json &parent, Dice &dice) {
  size_t chosen = dice.below(parent.size());
  if (parent.is_array()) {
    switch (dice.below(4)) {
    case 0:
      parent.erase(chosen);
      return;
    case 1:
      parent.push_back(parent[chosen]);
      return;
    case 2:
      std::swap(parent[chosen], parent[dice.below(parent.size())]);
      return;
    default: // many equal ones
      for (size_t n = size_t(1) << dice.below(11); n > 0; --n)
        parent.push_back(parent[chosen]);
      return;
    }
  }
  auto child = parent.begin();
  std::advance(child, long(chosen));
  if (dice.below(2)) {
    parent.erase(child.key());
    return;
  }
  json value = *child;
  parent[dice.below(2) ? "unknown" : child.key() + "s"] = std::move(value);
}

void mutateJson(json &root, Dice &dice) {
  json *parent = nullptr;
  json *at = somewhere(root, dice, &parent);
  switch (dice.below(6)) {
  case 0:
  case 1:
    *at = nastyJson(dice);
    return;
  case 2:
    if (parent)
      changeContainer(*parent, dice);
    return;
  case 3: { // what stands elsewhere
    json other = *somewhere(root, dice);
    *at = std::move(other);
    return;
  }
  default: // one more, one less, a bit
    if (at->is_number_integer()) {
      auto value = at->get<uint64_t>();
      uint64_t changed[] = {value + 1, value - 1,
                            value ^ (uint64_t(1) << dice.below(33)), value * 2};
      *at = dice.from(changed);
    } else if (at->is_number()) {
      *at = at->get<double>() * (dice.below(2) ? -1 : 1e30);
    } else if (at->is_string()) {
      auto text = at->get<std::string>();
      mutateBytes(text, dice);
      *at = text;
    } else {
      *at = nastyJson(dice);
    }
  }
}

} // namespace snnc::fuzz
