//===- Populations.cpp - Populations and probes ---------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"
#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/SNN/Pins.h"
#include "runtime/machine/CoreAddress.h"
#include "runtime/support/Random.h"

#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

std::optional<SmallVector<int64_t>> Importer::shapeOf(const Node &node,
                                                      const char *what) {
  NodePtr size = node.find("size"), shape = node.find("shape");
  if (bool(size) == bool(shape)) {
    reader.error(node, "SNN1004",
                 fmt::format("{} needs one of 'size' and 'shape'", what));
    return std::nullopt;
  }
  // Four times what a chip holds; every neuron may have numbers of its own.
  constexpr int64_t most = int64_t(1) << 24;
  auto extents =
      reader.wholes(size ? *size : *shape, size ? "size" : "shape", 1, most);
  if (!extents)
    return std::nullopt;
  int64_t elements = 1;
  for (int64_t extent : *extents) {
    if (extents->size() > 8 || extent > most / elements) {
      reader.error(
          size ? *size : *shape, "SNN1006",
          fmt::format("{} has more than {} elements or 8 axes", what, most));
      return std::nullopt;
    }
    elements *= extent;
  }
  return SmallVector<int64_t>(extents->begin(), extents->end());
}

/// Float32 is all that a weight has (S4.4): 8-byte numbers become it, narrower
/// ones stay what they are.
Attribute Importer::store(const std::string &key, runtime::NdArray array) {
  using runtime::DType;
  static constexpr std::pair<DType, ElementKind> kept[] = {
      {DType::U8, ElementKind::U8},   {DType::Bool, ElementKind::U8},
      {DType::I8, ElementKind::I8},   {DType::U16, ElementKind::U16},
      {DType::I16, ElementKind::I16}, {DType::U32, ElementKind::U32},
      {DType::I32, ElementKind::I32}, {DType::F32, ElementKind::F32}};
  std::vector<int64_t> shape(array.shape.begin(), array.shape.end());
  for (auto [stored, kind] : kept)
    if (stored == array.dtype)
      return snn::addParam(
          context, key,
          {kind, std::move(shape), SharedBytes::of(std::move(array.bytes))});
  std::vector<float> narrow(array.size());
  for (size_t i = 0; i < narrow.size(); ++i)
    narrow[i] = float(array.at(i));
  return snn::addParam(context, key,
                       ParameterBlob::of(std::move(shape), std::move(narrow)));
}

/// A number, one per neuron (list, file) or a distribution drawn here: keyed by
/// the seed and the full name, counted by the neuron.
std::optional<std::vector<double>>
Importer::numbersOf(const Node &node, const std::string &key, size_t count,
                    const char *what, snn::Dimension dimension) {
  if (node.isScalar() || node.kind == Node::Kind::Null) {
    auto value = reader.quantity(node, what, dimension);
    return value ? std::optional(std::vector<double>{*value}) : std::nullopt;
  }
  std::vector<double> numbers;
  if (node.isMap() && node.find("dist")) {
    snn::DistAttr dist = distribution(node, what, dimension);
    if (!dist)
      return std::nullopt;
    snn::Drawer draw(dist);
    PhiloxKey stream = streamKey(uint64_t(seed), streamOf(key));
    for (size_t i = 0; i < count; ++i)
      numbers.push_back(draw(philox4x32({uint32_t(i), 0, 0, 1}, stream)[2]));
  } else {
    auto array = reader.array(node, what);
    if (!array)
      return std::nullopt;
    if (array->size() != count) {
      reader.error(node, "SNN1014",
                   fmt::format("{} has {} numbers, the population has {} "
                               "neurons",
                               what, array->size(), count));
      return std::nullopt;
    }
    if (!reader.allFinite(node, what, *array))
      return std::nullopt;
    for (double value : array->as<double>())
      numbers.push_back(value);
  }
  return numbers;
}

Attribute Importer::values(const Node &node, const std::string &key,
                           size_t count, const char *what) {
  auto numbers = numbersOf(node, key, count, what, snn::Dimension::None);
  return numbers ? snn::makeParam(context, key, *numbers) : Attribute();
}

/// Time constants far from the tick are mostly milliseconds among seconds.
static void warnOfUnits(Reader &reader, const Node &node,
                        const std::string &name, double tau, double dt) {
  constexpr double kFar = 1000;
  double remains = portableExp(std::max(-dt / tau, -700.0));
  if (tau > kFar * dt)
    reader.warn(node, "SNN1039",
                fmt::format("{} = {:g} is {:g} times the tick (dt = {:g}): the "
                            "state hardly decays",
                            name, tau, tau / dt, dt),
                {fmt::format("if both mean the same unit all is well; "
                             "milliseconds among seconds would be `{}: {:g}`",
                             name, tau / kFar)});
  else if (remains < 1e-3)
    reader.warn(node, "SNN1039",
                fmt::format("{} = {:g} is short against the tick (dt = {:g}): "
                            "of the state {:.2g} remains after one tick",
                            name, tau, dt, remains),
                {fmt::format("`dt: {:g}` under 'network' resolves it; seconds "
                             "among milliseconds would be `{}: {:g}`",
                             tau / 10, name, tau * kFar)});
}

static std::string missingHelp(const std::string &param,
                               const std::string &tau) {
  if (tau.empty())
    return fmt::format("add `{}: VALUE` to 'params'", param);
  return fmt::format("add `{}: VALUE` to 'params', what a tick leaves of the "
                     "state (0 to 1), or `{}: TIME` in the unit of dt",
                     param, tau);
}

DictionaryAttr Importer::readParams(const Node &node, const std::string &name,
                                    Model &model, size_t count) {
  unsigned before = reader.errors();
  NamedAttrList params;
  std::vector<std::string> known;
  for (auto param : model.op.getParams().getAsValueRange<StringAttr>())
    if (!llvm::is_contained(model.normals, param))
      known.push_back(param.str());
  for (const std::string &drawn : model.normals)
    params.set(drawn, normal(node, name + "." + drawn));
  NodePtr given = node.find("params");
  if (given && !given->isMap()) {
    reader.error(*given, "SNN1005",
                 fmt::format("params is a map from names to values, found {}",
                             given->describe()));
    return nullptr;
  }
  // tau is a convenience for a decay: exp(-dt / tau).
  auto decayOf = [&](const std::string &param) -> std::string {
    bool isDecay = param == "alpha" || param == "syn";
    return isDecay ? (param == "alpha" ? "tau" : "tau_syn") : "";
  };
  for (size_t i = 0; given && i < given->mapSize(); ++i) {
    const std::string &key = given->key(i).text;
    bool isTau = llvm::any_of(
        known, [&](const std::string &param) { return decayOf(param) == key; });
    if (!isTau && !llvm::is_contained(known, key))
      reader.unknown(given->key(i), "parameter", key, known);
  }
  for (const std::string &param : known) {
    NodePtr value = given ? given->find(param) : nullptr;
    std::string tau = decayOf(param);
    NodePtr time = given && !tau.empty() && !llvm::is_contained(known, tau)
                       ? given->find(tau)
                       : nullptr;
    if (value && time) {
      reader.error(
          *time, "SNN1007",
          fmt::format("'{}' and '{}' say the same, give one", param, tau));
      continue;
    }
    if (value) {
      if (Attribute numbers =
              values(*value, name + "." + param, count, param.c_str()))
        params.set(param, numbers);
    } else if (time) {
      if (auto t = reader.quantity(*time, tau.c_str(), snn::Dimension::Time,
                                   1e-12, 1e300)) {
        double tick = dt * reader.timesPerDt();
        warnOfUnits(reader, *time, tau, *t, tick);
        params.set(param, builder.getF64FloatAttr(
                              portableExp(std::max(-tick / *t, -700.0))));
      }
    } else if (auto it = model.params.find(param); it != model.params.end()) {
      params.set(param, builder.getF64FloatAttr(it->second));
    } else {
      reader.error(given ? *given : node, "SNN1004",
                   fmt::format("model '{}' needs the parameter '{}'",
                               node.find("model")->text, param),
                   {missingHelp(param, tau)});
    }
  }
  if (reader.errors() > before)
    return nullptr;
  return params.getDictionary(context);
}

void Importer::readStateValues(const Node &node, const char *key,
                               const std::string &name, Model &model,
                               size_t count, NamedAttrList &into) {
  NodePtr given = node.find(key);
  if (given && !given->isMap())
    reader.error(*given, "SNN1005",
                 fmt::format("{} is a map from states to values, found {}", key,
                             given->describe()));
  std::vector<std::string> states;
  for (auto state : model.op.getStates().getAsValueRange<StringAttr>())
    states.push_back(state.str());
  for (size_t i = 0; given && given->isMap() && i < given->mapSize(); ++i) {
    const std::string &state = given->key(i).text;
    if (!llvm::is_contained(states, state))
      reader.unknown(given->key(i), "state", state, states);
    else if (Attribute value = values(*given->value(i),
                                      fmt::format("{}.{}.{}", name, key, state),
                                      count, state.c_str()))
      into.set(state, value);
  }
}

DictionaryAttr Importer::readScales(const Node &node, const std::string &name,
                                    Model &model, size_t count) {
  NamedAttrList scales;
  readStateValues(node, "scales", name, model, count, scales);
  for (NamedAttribute entry : scales) {
    auto numbers = snn::ParamValues::get(entry.getValue(), count, context);
    for (size_t i = 0; numbers && i < count; ++i)
      if (!(numbers->at(i) > 0)) {
        reader.error(*node.find("scales"), "SNN1005",
                     fmt::format("a state's scale is above 0, found {}",
                                 numbers->at(i)));
        return {};
      }
  }
  return scales.empty() ? DictionaryAttr() : scales.getDictionary(context);
}

snn::ParadigmAttr Importer::readParadigm(const Node &node) {
  NodePtr wanted = node.find("paradigm");
  if (!wanted)
    return nullptr;
  std::string text = reader.text(*wanted, "paradigm").value_or("");
  if (auto kind = snn::symbolizeParadigm(text))
    return snn::ParadigmAttr::get(context, *kind);
  reader.unknown(*wanted, "paradigm", text, {"auto", "serial", "parallel"});
  return nullptr;
}

ArrayAttr Importer::readCores(const Node &node) {
  NodePtr wanted = node.find("cores");
  if (!wanted)
    return nullptr;
  if (!wanted->isList()) {
    reader.error(*wanted, "SNN1005",
                 "cores is a list of PEs, found " + wanted->describe(),
                 {"cores: [7.6.0, 0.1/7.6.1]"});
    return nullptr;
  }
  std::vector<Attribute> names;
  for (const NodePtr &item : wanted->items) {
    std::string name = item->isScalar() ? item->text : std::string();
    if (!coreNamed(name))
      reader.error(*item, "SNN1005",
                   "a PE is written x.y.p, or x.y/x.y.p with its chip before "
                   "it, found " +
                       item->describe(),
                   {"cores: [7.6.0, 0.1/7.6.1]"});
    names.push_back(builder.getStringAttr(name));
  }
  return builder.getArrayAttr(names);
}

void Importer::readPopulation(const Node &key, const Node &node) {
  auto name = reader.name(key, "a population's name");
  if (!name)
    return;
  populations.declared.insert(*name);
  if (!reader.map(node, "a population",
                  {"size", "shape", "model", "params", "initial", "scales",
                   "rate", "paradigm", "cores"}))
    return;
  auto shape = shapeOf(node, "a population");
  NodePtr modelNode = reader.need(node, "model", "a population", "lif");
  Model *model = modelNode ? modelOf(*modelNode) : nullptr;
  if (!shape || !model)
    return;
  bool spikes = model->op.isSpiking();
  auto type = RankedTensorType::get(*shape, spikes ? Type(builder.getI1Type())
                                                   : builder.getF32Type());
  size_t count = size_t(type.getNumElements());
  NamedAttrList initial;
  DictionaryAttr params = model->cell
                              ? readCell(node, *name, *model, count, initial)
                              : readParams(node, *name, *model, count);
  for (const auto &[state, value] : model->initial)
    if (value != 0)
      initial.set(state, builder.getF64FloatAttr(value));
  readStateValues(node, "initial", *name, *model, count, initial);
  DictionaryAttr scales = readScales(node, *name, *model, count);
  FloatAttr rate;
  if (NodePtr expected = node.find("rate"); expected && !spikes)
    reader.warn(*expected, "SNN1012",
                fmt::format("'rate' has no effect: '{}' never spikes", *name),
                {"leave it out"});
  if (NodePtr expected = node.find("rate"))
    if (auto perTick = readRate(*expected))
      rate = builder.getF64FloatAttr(*perTick);
  snn::ParadigmAttr paradigm = readParadigm(node);
  ArrayAttr cores = readCores(node);
  if (!params)
    return;
  auto op = builder.create<snn::PopulationOp>(
      at(key), type, builder.getStringAttr(*name),
      FlatSymbolRefAttr::get(model->op.getSymNameAttr()), params, scales,
      IntegerAttr(), IntegerAttr());
  if (!initial.empty())
    op.setInitialAttr(initial.getDictionary(context));
  if (rate)
    op.setRateAttr(rate);
  if (paradigm)
    op.setParadigmAttr(paradigm);
  if (cores)
    op->setDiscardableAttr(snn::kCoresName, cores);
  populations.signals[*name] = {op.getSignal(), op, model->cell};
}

/// "population:variable": a probe of that name.
void Importer::readProbe(const Node &node) {
  auto text = reader.text(node, "a probe");
  if (!text)
    return;
  size_t colon = text->find(':');
  std::string name = text->substr(0, colon);
  if (populations.isBroken(name))
    return;
  auto it = populations.signals.find(name);
  if (it == populations.signals.end())
    return reader.unknown(node, "population", name, populations.names());
  snn::PopulationOp population = it->second.population;
  snn::NeuronOp model = population.neuron();
  std::vector<std::string> variables;
  if (model.isSpiking())
    variables.push_back("spikes");
  for (auto state : model.getStates().getAsValueRange<StringAttr>())
    variables.push_back(state.str());
  std::string variable =
      colon == std::string::npos ? variables.front() : text->substr(colon + 1);
  if (!llvm::is_contained(variables, variable))
    return reader.unknown(node, "variable", variable, variables);
  builder.create<snn::ProbeOp>(at(node),
                               builder.getStringAttr(name + ":" + variable),
                               ValueRange{population.getSignal()});
}

} // namespace snnc::yaml
