//===- NirForeign.cpp - What frameworks store beside NIR's fields ---------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NIR has no refractory period and no time step. Frameworks store them all the
// same, under names of their own; without them the network is another one.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirReport.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace snnc::nir {

//===----------------------------------------------------------------------===//
// Refractory periods
//===----------------------------------------------------------------------===//

/// `name` in lower case, without "_", "-" and blanks.
static std::string bareName(std::string_view name) {
  std::string bare;
  for (char c : name)
    if (c != '_' && c != '-' && c != ' ')
      bare += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  return bare;
}

/// "t_refrac", "tau_ref", "refractoryPeriod", "refractory": a duration.
static bool isRefractoryTime(std::string_view name) {
  std::string bare = bareName(name);
  for (const char *before : {"", "t", "tau", "time", "duration", "abs"})
    for (const char *word : {"ref", "refr", "refrac", "refract", "refractory"})
      for (const char *after : {"", "t", "tau", "time", "period", "duration"})
        if (bare == std::string(before) + word + after && bare != "ref")
          return true;
  return false;
}

/// Anything else that speaks of it: counts of ticks, relative periods.
static bool isAboutRefractoriness(std::string_view name) {
  return isRefractoryTime(name) ||
         bareName(name).find("refrac") != std::string::npos;
}

static void warnIgnored(const Node &node, const std::string &name,
                        const std::string &why, Reporter &reporter) {
  reporter.warning(
      "SNN0261", node.path, fmt::format("'{}' is ignored: {}", name, why),
      {"store the period as 't_refrac', in the unit of the time constants, or "
       "train without one and export again"});
}

/// The smallest and the largest element, of those that are numbers.
static std::pair<double, double> range(const Tensor &tensor) {
  double low = INFINITY, high = -INFINITY;
  for (uint64_t i = 0; i < tensor.size(); ++i) {
    low = std::min(low, tensor.at(i));
    high = std::max(high, tensor.at(i));
  }
  return {low, high};
}

/// Makes the first refractory time the field `refractory`.
static void adoptRefractory(Node &node, Reporter &reporter) {
  std::vector<std::string> names;
  for (const auto &[name, field] : node.fields)
    if (isAboutRefractoriness(name))
      names.push_back(name);
  std::string adopted;
  for (const std::string &name : names) {
    const auto *tensor = std::get_if<Tensor>(&node.fields[name]);
    bool isTime = isRefractoryTime(name);
    if (!tensor || tensor->size() == 0)
      warnIgnored(node, name, "it is no number", reporter);
    else if (!node.kind->isSpiking())
      warnIgnored(node, name, fmt::format("{} never resets", node.kind->name()),
                  reporter);
    else if (!isTime)
      warnIgnored(node, name, "snnc knows an absolute period as a time only",
                  reporter);
    else if (!adopted.empty())
      warnIgnored(node, name, fmt::format("'{}' counts", adopted), reporter);
    else
      adopted = name;
    if (adopted == name)
      continue;
    node.fields.erase(name);
  }
  if (adopted.empty())
    return;
  auto field = node.fields.extract(adopted);
  field.key() = "refractory";
  auto [low, high] = range(std::get<Tensor>(field.mapped()));
  node.fields.insert(std::move(field));
  if (high == 0 && low == 0)
    return reporter.note(
        "SNN0260", node.path,
        fmt::format("'{}' is 0: no refractory period", adopted));
  reporter.warning(
      "SNN0260", node.path,
      fmt::format(
          "'{}' is no field of NIR's {}: read as an absolute refractory "
          "period of {}, in the unit of the time constants",
          adopted, node.kind->name(),
          low == high ? fmt::format("{:g}", low)
                      : fmt::format("{:g} to {:g}", low, high)),
      {"compare the spikes with the framework's: some hold the membrane in "
       "that "
       "time as snnc does, others only suppress the spikes"});
}

void adoptForeignFields(Node &node, Reporter &reporter) {
  if (!node.kind->isNeuron())
    return;
  adoptRefractory(node, reporter);
  // A time step is no parameter of the neuron: beside the other metadata.
  if (auto field = node.fields.extract("dt"))
    node.metadata.emplace("dt", std::move(field.mapped()));
}

//===----------------------------------------------------------------------===//
// The time step in the metadata
//===----------------------------------------------------------------------===//

static bool isDtKey(std::string_view key) {
  return key == "dt" || key.ends_with("/dt");
}

/// A number, or a text that is nothing but a number; NaN otherwise.
static double numberOf(const Field &field) {
  if (const auto *tensor = std::get_if<Tensor>(&field))
    return tensor->size() > 0 && tensor->isUniform() ? tensor->at(0) : NAN;
  const std::string &text = std::get<std::string>(field);
  char *end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' ? value : NAN;
}

StatedDt statedDt(const Graph &graph) {
  StatedDt stated;
  auto read = [&](const std::map<std::string, Field> &metadata,
                  const std::string &path) {
    for (const auto &[key, field] : metadata) {
      if (!isDtKey(key))
        continue;
      double value = numberOf(field);
      std::string where = fmt::format("'{}' of '{}'", key, path);
      if (!(value > 0) || !std::isfinite(value))
        stated.problem = where + " is no positive number";
      else if (!stated.dt) {
        stated.dt = value;
        stated.where = where;
      } else if (std::abs(value - *stated.dt) > 1e-6 * *stated.dt)
        stated.problem = fmt::format("{} is {:g}, {} is {:g}", stated.where,
                                     *stated.dt, where, value);
    }
  };
  read(graph.metadata, graph.path);
  for (const Node &node : graph.nodes)
    read(node.metadata, node.path);
  if (!stated.problem.empty())
    stated.dt.reset();
  return stated;
}

//===----------------------------------------------------------------------===//
// One value for many
//===----------------------------------------------------------------------===//

bool isBroadcast(const Node &source, const Node &target) {
  return elementCount(source.outputShape) == 1 &&
         (source.kind->isInput() || source.kind->isElementwise()) &&
         target.kind->isElementwise() && elementCount(target.inputShape) > 1;
}

/// The most elements that single values may be repeated to.
constexpr uint64_t maxBroadcast = uint64_t(1) << 26;

void insertBroadcasts(Graph &graph, Reporter &reporter) {
  std::map<Edge, uint32_t> spread; // edge -> the node that repeats its value
  std::vector<Edge> edges;
  std::set<std::string> names;
  for (const Node &node : graph.nodes)
    names.insert(node.name);
  uint64_t total = 0;
  for (const Edge &edge : graph.edges) {
    if (!isBroadcast(graph.nodes[edge.source], graph.nodes[edge.target])) {
      edges.push_back(edge);
      continue;
    }
    auto [found, isNew] = spread.emplace(edge, uint32_t(graph.nodes.size()));
    edges.push_back({found->second, edge.target});
    if (!isNew)
      continue;
    edges.push_back({edge.source, found->second});
    const Node &source = graph.nodes[edge.source];
    const Node &target = graph.nodes[edge.target];
    Node node;
    node.name = source.name + "->" + target.name;
    while (!names.insert(node.name).second)
      node.name += "+";
    node.path = target.path;
    node.kind = findPrimitive("Linear");
    node.inputShape = {1};
    node.outputShape = target.inputShape;
    uint64_t count = *elementCount(target.inputShape);
    total += count;
    if (total > maxBroadcast)
      return reporter.error(
          "SNN0249", target.path,
          fmt::format("single values go to {} elements and more, the limit is "
                      "{}",
                      total, maxBroadcast),
          {"check the declared shape of the Input"});
    node.fields["weight"] =
        Tensor({count, 1}, std::vector<float>(size_t(count), 1.0F));
    reporter.note(
        "SNN0263", target.path,
        fmt::format("'{}' gives one value: it goes to all {} elements "
                    "of '{}'",
                    source.name, count, target.name));
    graph.nodes.push_back(std::move(node));
  }
  if (spread.empty())
    return;
  graph.edges = std::move(edges);
  graph.sort();
}

} // namespace snnc::nir
