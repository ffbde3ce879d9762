//===- YamlWriter.cpp - A network as YAML and arrays ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Export/YamlWriter.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include "llvm/ADT/StringExtras.h"

#include <fmt/format.h>
#include <set>
#include <yaml-cpp/emitter.h>

using namespace mlir;

namespace snnc {

namespace {

/// 1.6 GB of rows.
constexpr size_t kMostRows = 50'000'000;
constexpr size_t kLongestName = 200;

/// A number that reads back as the same double.
std::string numberText(double value) { return fmt::format("{}", value); }

class YamlWriter {
public:
  YamlWriter(double dt, const std::string &arraysFile)
      : dt(dt), arraysFile(arraysFile) {}

  FailureOr<YamlNetwork> write(snn::NetworkOp network) {
    nameThings(network);
    out << YAML::BeginMap;
    begin("network");
    out << YAML::Flow << YAML::BeginMap;
    pair("name", nameFrom(network.getSymName(), networks));
    pair("dt", numberText(dt));
    out << YAML::EndMap;
    writeInputs(network);
    begin("populations");
    out << YAML::BeginMap;
    for (auto population : network.getOps<snn::PopulationOp>())
      writePopulation(population);
    out << YAML::EndMap;
    if (failed(writeProjections(network)))
      return failure();
    out << YAML::EndMap << YAML::Newline;
    return YamlNetwork{out.c_str(), std::move(arrays)};
  }

private:
  void begin(const std::string &key) { out << YAML::Key << key << YAML::Value; }
  void pair(const std::string &key, const std::string &value) {
    out << YAML::Key << key << YAML::Value << value;
  }

  /// The name with what YAML networks do not take as '_', and none twice. They
  /// do not begin with a digit.
  static std::string nameFrom(StringRef given, std::set<std::string> &taken) {
    std::string name = given.take_front(kLongestName - 8).str();
    for (char &c : name)
      if (!llvm::isAlnum(c) && c != '-')
        c = '_';
    if (name.empty() || !llvm::isAlpha(name.front()))
      name = "n" + name;
    std::string unique = name;
    for (unsigned n = 2; !taken.insert(unique).second; ++n)
      unique = fmt::format("{}_{}", name, n);
    return unique;
  }

  void nameThings(snn::NetworkOp network) {
    for (Operation &op : network.getBody().front())
      if (auto input = dyn_cast<snn::InputOp>(op))
        names[input.getSignal()] = nameFrom(input.getName(), sources);
      else if (auto population = dyn_cast<snn::PopulationOp>(op))
        names[population.getSignal()] = nameFrom(population.getName(), sources);
  }

  void writeShape(Value signal) {
    auto shape = cast<RankedTensorType>(signal.getType()).getShape();
    if (shape.size() == 1)
      return pair("size", std::to_string(shape[0]));
    begin("shape");
    writeNumbers(shape);
  }
  void writeNumbers(ArrayRef<int64_t> numbers) {
    out << YAML::Flow << YAML::BeginSeq;
    for (int64_t number : numbers)
      out << number;
    out << YAML::EndSeq;
  }

  void writeInputs(snn::NetworkOp network) {
    auto inputs = network.getOps<snn::InputOp>();
    if (inputs.empty())
      return;
    begin("inputs");
    out << YAML::BeginMap;
    for (auto input : inputs) {
      begin(names.at(input.getSignal()));
      out << YAML::Flow << YAML::BeginMap;
      writeShape(input.getSignal());
      out << YAML::EndMap;
    }
    out << YAML::EndMap;
  }

  /// The elements from `at` on, in lists as deep as the dimensions from
  /// `depth` on.
  void writeInline(const runtime::NdArray &array, size_t depth, size_t &at) {
    if (depth == array.shape.size()) {
      double value = array.at(at++);
      out << (array.dtype == runtime::DType::F32
                  ? fmt::format("{}", float(value))
                  : numberText(value));
      return;
    }
    out << YAML::Flow << YAML::BeginSeq;
    for (uint64_t i = 0; i < array.shape[depth]; ++i)
      writeInline(array, depth + 1, at);
    out << YAML::EndSeq;
  }

  /// {file: .., key: ..} of an array that travels beside the text, if it may.
  void writeArray(std::string key, runtime::NdArray array) {
    if (arraysFile.empty()) {
      size_t at = 0;
      return writeInline(array, 0, at);
    }
    while (arrays.count(key))
      key += "_";
    out << YAML::Flow << YAML::BeginMap;
    pair("file", arraysFile);
    pair("key", key);
    out << YAML::EndMap;
    arrays.emplace(key, std::move(array));
  }

  /// As it is stored: the numbers of a tensor of this shape.
  void writeTensor(const std::string &key, Attribute numbers,
                   std::vector<uint64_t> shape, MLIRContext *context) {
    size_t count = 1;
    for (uint64_t extent : shape)
      count *= extent;
    auto values = snn::ParamValues::get(numbers, count, context);
    std::vector<float> all(count);
    for (size_t i = 0; i < count; ++i)
      all[i] = float(values->at(i));
    writeArray(key, runtime::NdArray::of<float>(std::move(shape), all));
  }

  /// One number, or an array with one a neuron.
  void writeValues(const std::string &key, Attribute numbers, uint64_t count,
                   MLIRContext *context) {
    auto values = snn::ParamValues::get(numbers, count, context);
    if (auto single = values->uniform()) {
      out << numberText(*single);
      return;
    }
    std::vector<double> all(count);
    for (size_t i = 0; i < count; ++i)
      all[i] = values->at(i);
    writeArray(key, runtime::NdArray::of<double>({count}, all));
  }

  void writeDictionary(const char *key, DictionaryAttr numbers,
                       snn::PopulationOp population) {
    if (!numbers || numbers.empty())
      return;
    const std::string &name = names.at(population.getSignal());
    begin(key);
    out << YAML::Flow << YAML::BeginMap;
    for (NamedAttribute entry : numbers) {
      std::string one = entry.getName().str();
      begin(one);
      writeValues(name + "." + one, entry.getValue(),
                  uint64_t(population.numNeurons()), population.getContext());
    }
    out << YAML::EndMap;
  }

  void writePopulation(snn::PopulationOp population) {
    begin(names.at(population.getSignal()));
    out << YAML::BeginMap;
    writeShape(population.getSignal());
    pair("model", population.getModel().str());
    writeDictionary("params", population.getParams(), population);
    if (auto initial = population.getInitial())
      writeDictionary("initial", *initial, population);
    if (auto scales = population.getScales())
      writeDictionary("scales", *scales, population);
    out << YAML::EndMap;
  }

  LogicalResult writeProjections(snn::NetworkOp network) {
    auto projections = network.getOps<snn::ProjectionOp>();
    if (projections.empty())
      return success();
    begin("projections");
    out << YAML::BeginSeq;
    for (auto projection : projections)
      if (failed(writeProjection(projection)))
        return failure();
    out << YAML::EndSeq;
    return success();
  }

  LogicalResult writeProjection(snn::ProjectionOp projection) {
    std::string name = nameFrom(projection.getName(), connections);
    out << YAML::BeginMap;
    pair("name", name);
    pair("from", names.at(projection.getSource()));
    pair("to", names.at(projection.getTarget()));
    if (int64_t receptor = projection.getReceptor()) {
      auto all = projection.targetPopulation().neuron().getReceptors();
      pair("receptor", cast<StringAttr>(all[size_t(receptor)]).str());
    }
    size_t sources = size_t(projection.numSources());
    auto delays = snn::ParamValues::get(projection.getDelay(), sources,
                                        projection.getContext());
    std::optional<double> delay = delays->uniform();
    begin("connector");
    if (!delay || !writeConnector(projection, name))
      if (failed(writeList(projection, name, *delays)))
        return failure();
    if (delay)
      pair("delay", numberText(*delay));
    out << YAML::EndMap;
    return success();
  }

  /// False: no connector says what these weights are.
  bool writeConnector(snn::ProjectionOp projection, const std::string &name) {
    MLIRContext *context = projection.getContext();
    auto sources = uint64_t(ShapedType::getNumElements(seenBy(projection))),
         targets = uint64_t(projection.numTargets());
    Attribute weights = projection.getWeights();
    if (auto dense = dyn_cast<snn::DenseAttr>(weights)) {
      out << "all_to_all";
      begin("weight");
      writeTensor(name + ".weight", dense.getWeights(), {targets, sources},
                  context);
      writePool(projection);
      return true;
    }
    if (auto diagonal = dyn_cast<snn::OneToOneAttr>(weights)) {
      out << "one_to_one";
      begin("weight");
      if (projection.getPool()) // which stands before data
        writeTensor(name + ".weight", diagonal.getWeights(), {targets},
                    context);
      else
        writeValues(name + ".weight", diagonal.getWeights(), targets, context);
      writePool(projection);
      return true;
    }
    auto conv = dyn_cast<snn::ConvAttr>(weights);
    return conv && writeConv(projection, conv, name);
  }

  static ArrayRef<int64_t> shapeOf(Value signal) {
    return cast<RankedTensorType>(signal.getType()).getShape();
  }
  /// Of what the weights see: the source, or the pooled map.
  static SmallVector<int64_t, 3> seenBy(snn::ProjectionOp projection) {
    if (auto pool = projection.getPool())
      return pool->pooledShape();
    return SmallVector<int64_t, 3>(shapeOf(projection.getSource()));
  }

  void writePool(snn::ProjectionOp projection) {
    auto pool = projection.getPool();
    if (!pool)
      return;
    begin("pool");
    out << YAML::Flow << YAML::BeginMap;
    begin(pool->getKind() == snn::PoolKind::Sum ? "sum" : "average");
    writeNumbers(pool->getKernel());
    begin("stride");
    writeNumbers(pool->getStride());
    begin("padding");
    writeNumbers(pool->getPadding());
    out << YAML::EndMap;
  }

  bool writeConv(snn::ProjectionOp projection, snn::ConvAttr conv,
                 const std::string &name) {
    ArrayRef<int64_t> pads = conv.getPadding();
    if (ArrayRef<int64_t>(seenBy(projection)) != conv.getIn() ||
        shapeOf(projection.getTarget()) != conv.getOut() ||
        pads[0] != pads[2] || pads[1] != pads[3])
      return false;
    size_t numbers = snn::elementsOf(conv.getWeights());
    auto kernel = kernelShape(conv, numbers);
    if (!kernel)
      return false;
    out << YAML::Flow << YAML::BeginMap;
    begin("conv2d");
    out << YAML::BeginMap;
    begin("kernel");
    writeTensor(name + ".kernel", conv.getWeights(), *kernel,
                projection.getContext());
    begin("stride");
    writeNumbers(conv.getStride());
    begin("padding");
    writeNumbers(pads.take_front(2));
    begin("dilation");
    writeNumbers(conv.getDilation());
    pair("groups", std::to_string(conv.getGroups()));
    out << YAML::EndMap << YAML::EndMap;
    writePool(projection);
    return true;
  }

  /// Of a reference or a tensor; a single number has no shape of its own.
  static std::optional<std::vector<uint64_t>> kernelShape(snn::ConvAttr conv,
                                                          size_t numbers) {
    ArrayRef<int64_t> shape;
    if (auto stored = dyn_cast<snn::ParamRefAttr>(conv.getWeights()))
      shape = stored.getType().getShape();
    else if (auto dense = dyn_cast<DenseElementsAttr>(conv.getWeights()))
      shape = dense.getType().getShape();
    if (shape.size() != 4)
      return std::nullopt;
    return std::vector<uint64_t>(shape.begin(), shape.end());
  }

  /// Rows of source, target, weight and, where `delays` differ, delay.
  LogicalResult writeList(snn::ProjectionOp projection, const std::string &name,
                          const snn::ParamValues &delays) {
    auto view = snn::Connectivity::create(projection);
    if (!view)
      return failure();
    bool withDelays = !delays.uniform();
    size_t count = 0;
    view->forEach([&](uint32_t, const snn::Synapse &) { ++count; });
    if (count > kMostRows) {
      auto error = report(projection, "SNN0447")
                   << "'" << projection.getName() << "' has " << count
                   << " synapses and no connector of YAML networks: at most "
                   << kMostRows << " are listed";
      attachHelp(error) << "keep the NIR file, which the other commands take: "
                           "`snnc check FILE`";
      return error;
    }
    std::vector<double> rows;
    rows.reserve(count * (withDelays ? 4 : 3));
    view->forEach([&](uint32_t source, const snn::Synapse &synapse) {
      rows.insert(rows.end(), {double(source), double(synapse.target),
                               double(synapse.weight)});
      if (withDelays)
        rows.push_back(delays.at(source));
    });
    out << YAML::Flow << YAML::BeginMap;
    begin("list");
    writeArray(name + ".rows", runtime::NdArray::of<double>(
                                   {count, withDelays ? 4u : 3u}, rows));
    out << YAML::EndMap;
    return success();
  }

  double dt;
  std::string arraysFile;
  YAML::Emitter out;
  runtime::ArrayMap arrays;
  llvm::DenseMap<Value, std::string> names; ///< looked up, never walked
  std::set<std::string> networks, sources, connections;
};

} // namespace

FailureOr<YamlNetwork> writeYaml(ModuleOp module, double dt,
                                 const std::string &arraysFile) {
  auto networks = module.getOps<snn::NetworkOp>();
  return YamlWriter(dt, arraysFile).write(*networks.begin());
}

} // namespace snnc
