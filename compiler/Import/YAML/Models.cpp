//===- Models.cpp - Neuron models written as equations --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/EquationHints.h"
#include "compiler/Import/YAML/Expression.h"
#include "compiler/Import/YAML/Importer.h"
#include "compiler/SNN/NeuronLibrary.h"

#include <algorithm>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

/// A list of names, or a map from names to default values.
bool Importer::readStates(const Node &node, Model &model,
                          SmallVectorImpl<Attribute> &names,
                          std::map<std::string, double> &defaults,
                          const char *what, std::vector<std::string> &taken) {
  if (!node.isMap() && !node.isList()) {
    reader.error(node, "SNN1005",
                 fmt::format("{} is a list of names or a map from names to "
                             "values, found {}",
                             what, node.describe()));
    return false;
  }
  size_t count = node.isMap() ? node.mapSize() : node.items.size();
  for (size_t i = 0; i < count; ++i) {
    const Node &key = node.isMap() ? node.key(i) : *node.items[i];
    auto name = reader.name(key, what);
    if (!name)
      return false;
    if (name->find('-') != std::string::npos) {
      reader.error(key, "SNN1005",
                   fmt::format("'{}' cannot stand in an equation", *name),
                   {"use '_' instead of '-'"});
      return false;
    }
    static const std::vector<std::string> words = {"and", "or", "not"};
    if (llvm::is_contained(words, *name) ||
        (*name == "spikes" && llvm::StringRef(what) == "states")) {
      reader.error(key, "SNN1005",
                   *name == "spikes"
                       ? "a state cannot be named 'spikes': that is how the "
                         "spikes are recorded"
                       : fmt::format("'{}' is an operator of equations, not a "
                                     "name",
                                     *name),
                   {"choose another name"});
      return false;
    }
    if (std::find(taken.begin(), taken.end(), *name) != taken.end()) {
      reader.error(
          key, "SNN1007",
          fmt::format("the name '{}' is used twice in this model", *name));
      return false;
    }
    taken.push_back(*name);
    names.push_back(builder.getStringAttr(*name));
    if (!node.isMap() || node.value(i)->kind == Node::Kind::Null)
      continue;
    auto value = reader.number(*node.value(i), what);
    if (!value)
      return false;
    defaults[*name] = *value;
  }
  return true;
}

void Importer::readModel(const std::string &name, const Node &node) {
  brokenModels.insert(name); // until it is read
  if (!reader.map(
          node, "a model",
          {"receptors", "states", "params", "equations", "spike", "reset"}))
    return;
  auto library = snn::libraryModelNames();
  if (std::find(library.begin(), library.end(), name) != library.end())
    return reader.error(node, "SNN1007",
                        fmt::format("'{}' is a model of the library", name),
                        {fmt::format("name it 'my_{}', also where a population "
                                     "has it as its model",
                                     name)});
  Model model;
  SmallVector<Attribute> receptors, states, params;
  std::map<std::string, double> none;
  std::vector<std::string> taken;
  if (NodePtr list = node.find("receptors")) {
    if (!readStates(*list, model, receptors, none, "receptors", taken))
      return;
  } else {
    receptors.push_back(builder.getStringAttr("input"));
    taken.push_back("input");
  }
  NodePtr list = node.find("states");
  if (list && !readStates(*list, model, states, model.initial, "states", taken))
    return;
  list = node.find("params");
  if (list && !readStates(*list, model, params, model.params, "params", taken))
    return;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(network);
  model.op = builder.create<snn::NeuronOp>(
      at(node), builder.getStringAttr(snn::neuronSymbol(*module, name)),
      builder.getArrayAttr(receptors), builder.getArrayAttr(states),
      builder.getArrayAttr(params));
  Block &block = model.op.getBody().emplaceBlock();
  for (size_t i = 0; i < taken.size(); ++i)
    block.addArgument(builder.getF32Type(), at(node));
  if (!emitBody(node, model.op))
    return model.op.erase();
  for (unsigned j = unsigned(params.size()); j < model.op.numParams(); ++j)
    model.normals.push_back(model.op.paramName(j).str());
  models.emplace(name, std::move(model));
  brokenModels.erase(name);
}

/// A parameter of its own, with a name that no equation can spell.
Value Importer::addNormal(snn::NeuronOp op) {
  SmallVector<Attribute> params(op.getParams().getValue());
  size_t number = 1;
  for (auto name : op.getParams().getAsValueRange<StringAttr>())
    number += name.starts_with("normal.");
  params.push_back(builder.getStringAttr(fmt::format("normal.{}", number)));
  op.setParamsAttr(builder.getArrayAttr(params));
  return op.getBody().front().addArgument(builder.getF32Type(), op.getLoc());
}

/// "name = expression"; a state's name gets its next value. With `onlyIf`, the
/// old value stays where the condition is false.
bool Importer::assign(const Node &node, snn::NeuronOp op,
                      llvm::StringMap<Value> &scope, Value onlyIf) {
  if (!node.isScalar()) {
    reader.error(node, "SNN1005",
                 fmt::format("an equation is text, found {}", node.describe()),
                 hintsOnQuotes(node));
    return false;
  }
  const std::string *text = &node.text;
  size_t equals = text->find('=');
  llvm::StringRef left = llvm::StringRef(*text).take_front(equals).trim();
  bool isName =
      !left.empty() && !std::isdigit(int(left[0])) &&
      llvm::all_of(left, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (equals == std::string::npos || !isName) {
    reader.errorInside(node, 0, "SNN1009",
                       "an equation is 'name = expression', found " +
                           node.describe(),
                       hintsOnAssignment(*text, dt));
    return false;
  }
  auto isOneOf = [&](ArrayAttr names) {
    return llvm::is_contained(names.getAsValueRange<StringAttr>(), left);
  };
  bool isState = isOneOf(op.getStates());
  if (isOneOf(op.getParams()) || isOneOf(op.getReceptors()) ||
      (onlyIf && !isState)) {
    reader.errorInside(
        node, 0, "SNN1011",
        onlyIf ? fmt::format("reset changes states, '{}' is none", left.str())
               : fmt::format("'{}' is given from outside and cannot be set",
                             left.str()),
        {fmt::format("states are listed under 'states': move '{}' there to "
                     "set it",
                     left.str())});
    return false;
  }
  Value value = emitExpression(
      node, equals + 1, scope, [&] { return addNormal(op); }, builder, at(node),
      reader);
  if (!value) {
    // What follows may name it; the model is given up anyway.
    if (!isState)
      scope[left] = builder.create<arith::ConstantOp>(
          at(node), builder.getF32FloatAttr(0));
    return false;
  }
  if (isState && !value.getType().isF32()) {
    reader.errorInside(node, equals + 1, "SNN1010",
                       fmt::format("state '{}' is a number, this is a "
                                   "condition",
                                   left.str()),
                       {"where(condition, 1, 0) makes it one"});
    return false;
  }
  if (onlyIf)
    value = builder.create<arith::SelectOp>(at(node), onlyIf, value,
                                            scope.lookup(left));
  scope[left] = value;
  return true;
}

/// All equations of a list are read, also behind a wrong one.
bool Importer::assignAll(const Node &node, const char *key, snn::NeuronOp op,
                         Scope &scope, Value onlyIf) {
  NodePtr list = node.find(key);
  if (list && !list->isList()) {
    reader.error(*list, "SNN1005",
                 fmt::format("{} is a list of equations, found {}", key,
                             list->describe()),
                 {fmt::format("write {}: ['...']", key)});
    return false;
  }
  bool good = true;
  for (size_t k = 0; list && k < list->items.size(); ++k)
    good = assign(*list->items[k], op, scope, onlyIf) && good;
  return good;
}

/// `spike` stays null where the model has no condition.
bool Importer::readSpike(const Node &node, snn::NeuronOp op, Scope &scope,
                         Value &spike) {
  NodePtr condition = node.find("spike");
  if (!condition)
    return true;
  if (!condition->isScalar()) {
    reader.error(*condition, "SNN1005",
                 "spike is text, found " + condition->describe(),
                 hintsOnQuotes(*condition));
    return false;
  }
  spike = emitExpression(
      *condition, 0, scope, [&] { return addNormal(op); }, builder,
      at(*condition), reader);
  if (spike && !spike.getType().isInteger(1)) {
    reader.error(*condition, "SNN1010",
                 "spike is a condition, this is a number",
                 {"compare it, for example v > threshold"});
    return false;
  }
  return bool(spike);
}

bool Importer::emitBody(const Node &node, snn::NeuronOp op) {
  OpBuilder::InsertionGuard guard(builder);
  Block &block = op.getBody().front();
  builder.setInsertionPointToEnd(&block);
  Scope scope;
  unsigned i = 0;
  for (ArrayAttr names : {op.getReceptors(), op.getStates(), op.getParams()})
    for (auto name : names.getAsValueRange<StringAttr>())
      scope[name] = block.getArgument(i++);
  if (!reader.need(node, "equations", "a model"))
    return false;
  bool good = assignAll(node, "equations", op, scope, nullptr);
  Value spike;
  if (!readSpike(node, op, scope, spike))
    return false;
  if (NodePtr reset = node.find("reset"); reset && !spike) {
    reader.error(*reset, "SNN1011", "a model without 'spike' has no 'reset'");
    return false;
  }
  if (!assignAll(node, "reset", op, scope, spike) || !good)
    return false;
  SmallVector<Value> next;
  for (auto [k, name] :
       llvm::enumerate(op.getStates().getAsValueRange<StringAttr>())) {
    next.push_back(scope.lookup(name));
    if (next.back() == op.stateArg(unsigned(k)))
      reader.warn(node, "SNN1011",
                  fmt::format("state '{}' never changes", name.str()),
                  {fmt::format("assign it: '{} = ...'; a parameter would do "
                               "otherwise",
                               name.str())});
  }
  builder.create<snn::YieldOp>(at(node), spike, next);
  return true;
}

Importer::Model *Importer::modelOf(const Node &node) {
  auto name = reader.text(node, "model");
  if (!name)
    return nullptr;
  auto it = models.find(*name);
  if (it != models.end())
    return &it->second;
  if (brokenModels.count(*name))
    return nullptr;
  // The short names of the models that reset to a value.
  std::string full = *name;
  if (full == "if" || full == "lif" || full == "cuba_lif")
    full += "_value";
  if (full == "lif_refractory")
    full = "lif_value_refractory";
  Model model;
  if (llvm::all_of(full, [](char c) { return llvm::isAlnum(c) || c == '_'; }))
    model.op = snn::importLibraryModel(*module, full);
  if (!model.op) {
    std::vector<std::string> known = snn::libraryModelNames();
    known.insert(known.end(), {"if", "lif", "cuba_lif", "lif_refractory"});
    for (const snn::CellType &cell : snn::cellTypes())
      known.push_back(cell.name);
    for (const auto &[own, value] : models)
      known.push_back(own);
    reader.unknown(node, "neuron model", *name, known);
    return nullptr;
  }
  model.cell = snn::findCellType(full);
  model.params = {{"bias", 0}, {"gain", 1}, {"offset", 0}, {"reset", 0}};
  return &models.emplace(*name, std::move(model)).first->second;
}

} // namespace snnc::yaml
