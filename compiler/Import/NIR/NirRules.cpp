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
    return *text;
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
                     {"correct it in the file, or say it with --framework, "
                      "--integrator, --reset or --reset-late"});
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

/// Gives every node the rules of its own metadata, else of the nested graph
/// whose name it begins with, else of the whole.
static void readNodes(const Graph &graph, const std::vector<Node *> &spiking,
                      RuleReader &reader) {
  for (Node *node : spiking) {
    node->reset =
        reader.word(node->metadata, "reset", resetNames(), node->path);
    node->resetLate = reader.flag(node->metadata, "reset_late", node->path);
  }
  auto scope = [&](const std::string &prefix, const std::string &inside) {
    auto reset =
        reader.word(graph.metadata, prefix + "reset", resetNames(), graph.path);
    auto late = reader.flag(graph.metadata, prefix + "reset_late", graph.path);
    for (Node *node : spiking) {
      if (!node->name.starts_with(inside))
        continue;
      if (!node->reset)
        node->reset = reset;
      if (!node->resetLate)
        node->resetLate = late;
    }
  };
  // The longest names are the innermost graphs: "outer.inner" after "outer".
  std::vector<std::string> scopes;
  for (const auto &[key, field] : graph.metadata) {
    size_t slash = key.find('/');
    if (slash == std::string::npos)
      continue;
    std::string name = key.substr(0, slash), rest = key.substr(slash + 1);
    if (rest == "reset" || rest == "reset_late")
      scopes.push_back(name);
  }
  std::sort(scopes.begin(), scopes.end(), [](auto &a, auto &b) {
    return std::pair(b.size(), b) < std::pair(a.size(), a);
  });
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  for (const std::string &name : scopes)
    if (std::any_of(spiking.begin(), spiking.end(), [&](const Node *node) {
          return node->name.starts_with(name + ".");
        }))
      scope(name + "/", name + ".");
  scope("", "");
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
  std::vector<Node *> spiking;
  for (Node &node : graph.nodes)
    if (isSpiking(node.kind))
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
