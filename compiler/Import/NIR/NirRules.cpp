//===- NirRules.cpp - Arithmetic that metadata state ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirRules.h"

#include "compiler/Import/NIR/NirReport.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snnc::nir {

const std::vector<std::string> &integratorNames() {
  static const std::vector<std::string> names = {"forward", "exponential"};
  return names;
}

const std::vector<std::string> &resetNames() {
  static const std::vector<std::string> names = {"value", "zero", "subtract",
                                                 "none"};
  return names;
}

namespace {

using Metadata = std::map<std::string, Field>;
using Names = std::vector<std::string>;

/// How a value reads: the text, or the only number.
std::string textOf(const Field &field) {
  if (const auto *text = std::get_if<std::string>(&field))
    return text->substr(0, 60);
  const Tensor &tensor = std::get<Tensor>(field);
  return tensor.size() == 1 ? fmt::format("{:g}", tensor.at(0))
                            : "an array of " + toString(tensor.shape());
}

class RuleReader {
public:
  explicit RuleReader(Reporter &reporter) : reporter(reporter) {}

  /// The text of `key` when it is one of `allowed`; warns otherwise.
  std::optional<std::string> word(const Metadata &metadata,
                                  const std::string &key, const Names &allowed,
                                  const std::string &path) {
    auto found = metadata.find(key);
    if (found == metadata.end())
      return std::nullopt;
    std::string text = textOf(found->second);
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end())
      return text;
    refuse(key, text, fmt::format("{}", fmt::join(allowed, ", ")), path);
    return std::nullopt;
  }

  /// A boolean: true, false, 0 or 1.
  std::optional<bool> flag(const Metadata &metadata, const std::string &key,
                           const std::string &path) {
    auto found = metadata.find(key);
    if (found == metadata.end())
      return std::nullopt;
    std::string text = textOf(found->second);
    for (bool value : {false, true})
      if (text == (value ? "1" : "0") || text == (value ? "true" : "false") ||
          text == (value ? "True" : "False"))
        return value;
    refuse(key, text, "true, false", path);
    return std::nullopt;
  }

private:
  void refuse(const std::string &key, const std::string &value,
              const std::string &allowed, const std::string &path) {
    reporter.warning("SNN0383", path,
                     fmt::format("the metadata '{}' is '{}', which is none of "
                                 "{}: it is not taken",
                                 key, value, allowed),
                     {fmt::format("correct it in the file, or take it out; in "
                                  "Python: {}.metadata.pop({})",
                                  inPython(path), pythonText(key))});
  }

  Reporter &reporter;
};

/// The value that all have; nothing where one has none or another.
template <typename T>
std::optional<T> common(const std::vector<Node *> &nodes,
                        std::optional<T> Node::*member) {
  if (nodes.empty())
    return std::nullopt;
  for (const Node *node : nodes)
    if (node->*member != nodes.front()->*member)
      return std::nullopt;
  return nodes.front()->*member;
}

} // namespace

namespace {

/// The keys of the graph's metadata, each read, and warned of, once.
class Scopes {
public:
  Scopes(const Graph &graph, RuleReader &reader)
      : graph(graph), reader(reader) {}

  /// Of the nested graph whose name `node` begins with ("outer.inner/reset"
  /// for "outer.inner.lif"), else of one around it, else of the whole.
  std::optional<std::string> reset(const std::string &node) {
    return find<std::string>(node, "reset", resets, [&](const auto &key) {
      return reader.word(graph.metadata, key, resetNames(), graph.path);
    });
  }
  std::optional<bool> late(const std::string &node) {
    return find<bool>(node, "reset_late", lates, [&](const auto &key) {
      return reader.flag(graph.metadata, key, graph.path);
    });
  }

private:
  template <typename T, typename Read>
  std::optional<T> find(const std::string &node, const std::string &key,
                        std::map<std::string, std::optional<T>> &known,
                        Read read) {
    auto at = [&](const std::string &full) {
      auto found = known.find(full);
      if (found == known.end())
        found = known.emplace(full, read(full)).first;
      return found->second;
    };
    for (size_t dot = node.rfind('.'); dot != std::string::npos && dot > 0;
         dot = node.rfind('.', dot - 1)) {
      std::string full = node.substr(0, dot) + "/" + key;
      if (graph.metadata.count(full) == 0)
        continue;
      if (std::optional<T> value = at(full))
        return value;
    }
    return at(key);
  }

  const Graph &graph;
  RuleReader &reader;
  std::map<std::string, std::optional<std::string>> resets;
  std::map<std::string, std::optional<bool>> lates;
};

} // namespace

/// Gives every node the rules of its own metadata, else of what is around it.
static void readNodes(const Graph &graph, const std::vector<Node *> &spiking,
                      RuleReader &reader) {
  Scopes scopes(graph, reader);
  for (Node *node : spiking) {
    node->reset =
        reader.word(node->metadata, "reset", resetNames(), node->path);
    if (!node->reset)
      node->reset = scopes.reset(node->name);
    node->resetLate = reader.flag(node->metadata, "reset_late", node->path);
    if (!node->resetLate)
      node->resetLate = scopes.late(node->name);
  }
}

StatedRules statedRules(Graph &graph, const Names &frameworks,
                        DiagnosticSink &findings) {
  Reporter reporter(findings, graph.file);
  RuleReader reader(reporter);
  StatedRules stated;
  stated.framework =
      reader.word(graph.metadata, "framework", frameworks, graph.path);
  stated.integrator =
      reader.word(graph.metadata, "integrator", integratorNames(), graph.path);
  stated.singleSpike = reader.flag(graph.metadata, "single_spike", graph.path);
  std::vector<Node *> spiking;
  for (Node &node : graph.nodes)
    if (node.kind->isSpiking())
      spiking.push_back(&node);
  readNodes(graph, spiking, reader);
  stated.everyReset =
      std::all_of(spiking.begin(), spiking.end(),
                  [](const Node *node) { return node->reset.has_value(); });
  stated.reset = common(spiking, &Node::reset);
  stated.resetLate = common(spiking, &Node::resetLate);
  for (Node *node : spiking) {
    if (stated.reset)
      node->reset.reset();
    if (stated.resetLate)
      node->resetLate.reset();
  }
  return stated;
}

} // namespace snnc::nir
