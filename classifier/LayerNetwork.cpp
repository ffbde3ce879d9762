//===- LayerNetwork.cpp - A layer of a data set as a network --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/LayerNetwork.h"

#include "compiler/Fabric/Fabric.h"
#include "compiler/Fabric/NeuronOrder.h"
#include "compiler/Params/ParameterStore.h"
#include "compiler/SNN/Csr.h"
#include "compiler/SNN/ParamValues.h"
#include "planner/NetworkInfo.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace snnc::selector {

/// The library's models as snn-specialize leaves them, and some as equations in
/// a YAML file give them: with two receptors, and with ten times the cycles.
static constexpr const char *kModels = R"(
snn.neuron @if receptors ["input"] states ["v"] params ["threshold", "reset", "gain"] {
^bb0(%input: f32, %v: f32, %threshold: f32, %reset: f32, %gain: f32):
  %x = arith.mulf %input, %gain : f32
  %v1 = arith.addf %v, %x : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2 : f32
}
snn.neuron @lif receptors ["input"] states ["v"] params ["threshold", "alpha", "reset"] {
^bb0(%input: f32, %v: f32, %threshold: f32, %alpha: f32, %reset: f32):
  %decayed = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %decayed, %input : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2 : f32
}
snn.neuron @cuba_lif receptors ["input"] states ["v", "i"] params ["threshold", "syn", "alpha", "reset"] {
^bb0(%input: f32, %v: f32, %i: f32, %threshold: f32, %syn: f32, %alpha: f32, %reset: f32):
  %0 = arith.mulf %i, %syn : f32
  %i1 = arith.addf %0, %input : f32
  %decayed = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %decayed, %i1 : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2, %i1 : f32, f32
}
snn.neuron @two_receptors receptors ["exc", "inh"] states ["v", "i"] params ["threshold", "syn", "alpha", "reset"] {
^bb0(%exc: f32, %inh: f32, %v: f32, %i: f32, %threshold: f32, %syn: f32, %alpha: f32, %reset: f32):
  %input = arith.subf %exc, %inh : f32
  %0 = arith.mulf %i, %syn : f32
  %i1 = arith.addf %0, %input : f32
  %decayed = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %decayed, %i1 : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2, %i1 : f32, f32
}
snn.neuron @refractory receptors ["input"] states ["v", "left"] params ["threshold", "alpha", "reset", "refractory"] {
^bb0(%input: f32, %v: f32, %left: f32, %threshold: f32, %alpha: f32, %reset: f32, %refractory: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %decayed = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %decayed, %input : f32
  %above = arith.cmpf ogt, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %above, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %left1 : f32, f32
}
snn.neuron @conductance receptors ["input"] states ["v", "g", "w", "h"] params ["threshold", "syn", "leak", "rest", "reversal", "reset"] {
^bb0(%input: f32, %v: f32, %g: f32, %w: f32, %h: f32, %threshold: f32, %syn: f32, %leak: f32, %rest: f32, %reversal: f32, %reset: f32):
  %faded = arith.mulf %g, %syn : f32
  %g1 = arith.addf %faded, %input : f32
  %open = arith.maximumf %g1, %h : f32
  %all = arith.addf %open, %leak : f32
  %0 = arith.mulf %open, %reversal : f32
  %1 = arith.mulf %rest, %leak : f32
  %2 = arith.addf %0, %1 : f32
  %goal = arith.divf %2, %all : f32
  %gap = arith.subf %goal, %v : f32
  %square = arith.mulf %gap, %gap : f32
  %over = arith.addf %square, %all : f32
  %step = arith.divf %gap, %over : f32
  %bounded = arith.minimumf %step, %w : f32
  %v1 = arith.addf %v, %bounded : f32
  %w1 = arith.mulf %w, %syn : f32
  %h1 = arith.maximumf %h, %w1 : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2, %g1, %w1, %h1 : f32, f32, f32, f32
}
)";

static const char *modelOf(NeuronKind kind) {
  constexpr const char *names[] = {
      "if", "lif", "cuba_lif", "two_receptors", "refractory", "conductance"};
  return names[size_t(kind)];
}

LayerBuilder::LayerBuilder(const fabric::RowFormats &formats)
    : formats(formats) {
  renew();
}
LayerBuilder::~LayerBuilder() = default;

/// Attributes live as long as their context.
void LayerBuilder::renew() {
  network = {};
  models = {};
  DialectRegistry registry;
  registry
      .insert<snn::SNNDialect, fabric::FabricDialect, arith::ArithDialect>();
  mlir =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  mlir->loadAllAvailableDialects();
  mlir->getLoadedDialect<fabric::FabricDialect>()->setRowFormats(formats);
  models = parseSourceString<ModuleOp>(kModels, mlir.get());
}

static RankedTensorType tensorOf(int64_t n, Type element) {
  return RankedTensorType::get({n}, element);
}

/// A signal of one axis, of a convolution channels x side x side.
static RankedTensorType signalOf(const LayerSpec &spec, int64_t neurons,
                                 int64_t channels, Type element) {
  if (spec.structure != Structure::Conv)
    return tensorOf(neurons, element);
  auto side = int64_t(std::lround(std::sqrt(double(neurons / channels))));
  return RankedTensorType::get({channels, side, side}, element);
}

/// As the pass fabric-order would.
static void order(const LayerSpec &spec, Operation *node) {
  auto type = cast<RankedTensorType>(node->getResult(0).getType());
  if (spec.conv.channelsLast && type.getRank() == 3 && type.getDimSize(0) > 1 &&
      type.getDimSize(0) < type.getNumElements())
    node->setAttr(fabric::kOrderName,
                  fabric::ChannelsLastAttr::get(node->getContext()));
}

snn::NetworkOp LayerBuilder::build(const LayerSpec &spec) {
  constexpr unsigned contextLayers = 256;
  if (++built % contextLayers == 0)
    renew();
  if (network)
    network.erase();
  mlir->getOrLoadDialect<snn::SNNDialect>()->setParams(
      std::make_shared<ParameterStore>());
  OpBuilder b(mlir.get());
  b.setInsertionPointToEnd(models->getBody());
  network = b.create<snn::NetworkOp>(b.getUnknownLoc(), "layer",
                                     b.getF64FloatAttr(1e-3));
  network.getBody().emplaceBlock();
  Type number = b.getF32Type();
  Value input = addInput(
      spec, signalOf(spec, spec.sources, spec.conv.channels, number), "input");
  Value more = spec.more.sources && !spec.more.recurrent
                   ? addInput(spec, tensorOf(spec.more.sources, number), "more")
                   : Value();
  Value population = addPopulation(spec);
  addProjection(spec, input, population, "synapses", weightsOf(spec), 0);
  if (spec.more.sources)
    addProjection(spec, spec.more.recurrent ? population : more, population,
                  "more_synapses", randomWeights(spec, spec.more.density, 1),
                  spec.neuron == NeuronKind::TwoReceptors);
  return network;
}

Value LayerBuilder::addInput(const LayerSpec &spec, RankedTensorType type,
                             StringRef name) {
  OpBuilder b = OpBuilder::atBlockEnd(&network.getBody().front());
  auto input = b.create<snn::InputOp>(b.getUnknownLoc(), type, name);
  order(spec, input);
  input.setDriveAttr(snn::PoissonAttr::get(b.getContext(),
                                           b.getF64FloatAttr(spec.rate), 1, 1));
  return input.getSignal();
}

Value LayerBuilder::addPopulation(const LayerSpec &spec) {
  OpBuilder b = OpBuilder::atBlockEnd(&network.getBody().front());
  auto model = models->lookupSymbol<snn::NeuronOp>(modelOf(spec.neuron));
  std::vector<double> uneven(spec.targets, 1.0);
  for (size_t i = 0; i < uneven.size(); i += 2)
    uneven[i] = 2;
  NamedAttrList params;
  for (unsigned j = 0; j < model.numParams(); ++j)
    params.set(model.paramName(j),
               j < spec.arrayParams
                   ? snn::makeParam(b.getContext(), model.paramName(j), uneven)
                   : Attribute(b.getF64FloatAttr(0.5)));
  auto population = b.create<snn::PopulationOp>(
      b.getUnknownLoc(),
      signalOf(spec, spec.targets, spec.conv.outChannels, b.getI1Type()),
      "layer", model.getSymName(), params.getDictionary(b.getContext()),
      DictionaryAttr(), b.getI64IntegerAttr(1), b.getI64IntegerAttr(1));
  population.setRateAttr(b.getF64FloatAttr(spec.rate));
  // A network records all states or, where probes say so, none of a population:
  // both are met.
  if (Draw(spec.seed, 6).chance(0.5))
    population->setDiscardableAttr(fabric::kRecordedName,
                                   b.getI64IntegerAttr(0));
  order(spec, population);
  return population.getSignal();
}

static bool isStored(Attribute weights) {
  return isa<snn::DenseAttr, snn::ConvAttr>(weights);
}

/// Procedural and listed synapses have their own ticks on top of 1; stored
/// weights one delay for all, or one per source.
Attribute LayerBuilder::delayOf(const LayerSpec &spec, bool stored,
                                uint32_t sources) {
  Builder b(mlir.get());
  if (!stored)
    return b.getF64FloatAttr(1);
  if (!spec.delayPerSource)
    return b.getF64FloatAttr(spec.delays);
  Draw draw(spec.seed, 2);
  std::vector<double> delays(sources);
  for (double &delay : delays)
    delay = draw.number(1, spec.delays);
  return snn::makeParam(mlir.get(), "delay", delays);
}

/// Weights are in [-1, 1]; trained ones fill the width target by target.
static Attribute scalesOf(const LayerSpec &spec, Attribute weights) {
  Builder b(weights.getContext());
  double limit = spec.bits == 8 ? 127 : 32767;
  auto dense = dyn_cast<snn::DenseAttr>(weights);
  if (!dense)
    return b.getF64FloatAttr(limit);
  size_t count = size_t(spec.sources) * spec.targets;
  auto values =
      snn::ParamValues::get(dense.getWeights(), count, weights.getContext());
  std::vector<double> scales(spec.targets);
  for (uint32_t t = 0; t < spec.targets; ++t) {
    double largest = 0;
    for (uint32_t s = 0; s < spec.sources; ++s)
      largest =
          std::max(largest, std::abs(values->at(size_t(t) * spec.sources + s)));
    scales[t] = largest > 0 ? limit / largest : 1;
  }
  return snn::makeParam(weights.getContext(), "scales", scales);
}

void LayerBuilder::addProjection(const LayerSpec &spec, Value source,
                                 Value target, StringRef name,
                                 Attribute weights, unsigned receptor) {
  OpBuilder b = OpBuilder::atBlockEnd(&network.getBody().front());
  auto sources =
      uint32_t(cast<RankedTensorType>(source.getType()).getNumElements());
  bool stored = isStored(weights);
  snn::PoolAttr pool;
  if (isa<snn::ConvAttr>(weights) && spec.conv.pooled) {
    int64_t side = 2 * spec.conv.size;
    pool = snn::PoolAttr::get(b.getContext(), snn::PoolKind::Sum,
                              {spec.conv.channels, side, side}, {2, 2}, {2, 2},
                              {0, 0});
  }
  b.create<snn::ProjectionOp>(b.getUnknownLoc(), name, source, target, weights,
                              pool, delayOf(spec, stored, sources), receptor,
                              snn::QuantAttr::get(b.getContext(), spec.bits,
                                                  snn::Rounding::NearestEven,
                                                  scalesOf(spec, weights)));
}

Attribute LayerBuilder::weightsOf(const LayerSpec &spec) {
  switch (spec.structure) {
  case Structure::Random:
    return randomWeights(spec, spec.density, 0);
  case Structure::Banded:
  case Structure::Block:
    return listedWeights(spec);
  case Structure::Conv:
    return convWeights(spec);
  case Structure::Trained:
    return trainedWeights(spec);
  }
  return {};
}

Attribute LayerBuilder::randomWeights(const LayerSpec &spec, double density,
                                      uint64_t stream) {
  Builder b(mlir.get());
  auto dist = [&](snn::DistKind kind, std::vector<double> numbers) {
    return snn::DistAttr::get(mlir.get(), kind, numbers);
  };
  auto weight = dist(snn::DistKind::Uniform, {-1.0, 1.0});
  auto delay = spec.delays == 1 ? dist(snn::DistKind::Constant, {0.0})
                                : dist(snn::DistKind::UniformInt,
                                       {0.0, double(spec.delays - 1)});
  return snn::ProceduralAttr::get(
      mlir.get(), snn::ConnectorKind::FixedProbability,
      b.getF64FloatAttr(density), weight, delay, 1, 1,
      int64_t(spec.seed & INT64_MAX), int64_t(stream));
}

namespace {
/// Synapses one by one.
class Synapses {
public:
  void add(uint32_t source, uint32_t target, Draw &draw, uint32_t range) {
    auto weight = float(2 * draw.unit() - 1);
    entries.push_back(
        {source, target, weight, uint32_t(draw.number(0, range - 1))});
  }
  bool empty() const { return entries.empty(); }
  snn::CsrTable rows(uint32_t sources, uint32_t targets) const {
    snn::CsrBuilder builder(sources, targets);
    for (const auto &entry : entries)
      builder.count(entry);
    builder.start();
    for (const auto &entry : entries)
      builder.place(entry);
    return std::move(*builder.finish()); // all were counted
  }

private:
  std::vector<snn::CsrBuilder::Entry> entries;
};
} // namespace

/// A band as wide as the density says, around the diagonal.
static void addBand(const LayerSpec &spec, Draw &draw, Synapses &synapses) {
  double width = spec.density * spec.targets;
  for (uint32_t s = 0; s < spec.sources; ++s) {
    double centre = (s + 0.5) * spec.targets / spec.sources;
    double begin = std::max(0.0, centre - width / 2);
    double end = std::min(double(spec.targets), begin + std::max(1.0, width));
    for (auto t = uint32_t(begin); t < uint32_t(end); ++t)
      synapses.add(s, t, draw, spec.delays);
  }
}

/// Blocks on the diagonal, filled with a density of their own.
static void addBlocks(const LayerSpec &spec, Draw &draw, Synapses &synapses) {
  double inside = draw.logUniform(spec.density, 1);
  double most = std::min(spec.sources, spec.targets);
  auto blocks = uint32_t(std::clamp(inside / spec.density, 1.0, most));
  for (uint32_t s = 0; s < spec.sources; ++s) {
    uint64_t block = uint64_t(s) * blocks / spec.sources;
    auto begin = uint32_t(block * spec.targets / blocks);
    auto end = uint32_t((block + 1) * spec.targets / blocks);
    for (uint32_t t = begin; t < end; ++t)
      if (draw.chance(inside))
        synapses.add(s, t, draw, spec.delays);
  }
}

Attribute LayerBuilder::listedWeights(const LayerSpec &spec) {
  Draw draw(spec.seed, 3);
  Synapses synapses;
  if (spec.structure == Structure::Banded)
    addBand(spec, draw, synapses);
  else
    addBlocks(spec, draw, synapses);
  if (synapses.empty()) // a list is never empty
    synapses.add(0, 0, draw, spec.delays);
  return synapses.rows(spec.sources, spec.targets)
      .attribute(mlir.get(), "list");
}

Attribute LayerBuilder::convWeights(const LayerSpec &spec) {
  const ConvSpec &c = spec.conv;
  Draw draw(spec.seed, 4);
  std::vector<double> kernel(size_t(c.outChannels) * c.channels * c.kernel *
                             c.kernel);
  for (double &weight : kernel)
    weight = 2 * draw.unit() - 1;
  std::vector<int64_t> shape = {c.outChannels, c.channels, c.kernel, c.kernel};
  std::string name = snn::paramsOf(mlir.get()).addF64("kernel", shape, kernel);
  auto ref = snn::ParamRefAttr::get(
      mlir.get(), name,
      RankedTensorType::get(shape, Builder(mlir.get()).getF64Type()));
  int64_t pad = c.padding;
  return snn::ConvAttr::get(mlir.get(), ref, {c.channels, c.size, c.size},
                            {c.outChannels, c.outSize, c.outSize},
                            {c.stride, c.stride}, {pad, pad, pad, pad}, {1, 1},
                            1);
}

/// Normal weights, each source with a strength of its own; the smallest are
/// pruned until the density is reached.
Attribute LayerBuilder::trainedWeights(const LayerSpec &spec) {
  Draw draw(spec.seed, 5);
  size_t count = size_t(spec.sources) * spec.targets;
  std::vector<double> strength(spec.sources);
  for (double &s : strength)
    s = portableExp(0.7 * draw.normal());
  std::vector<float> weights(count), sizes(count);
  for (size_t i = 0; i < count; ++i) {
    weights[i] = float(strength[i % spec.sources] * draw.normal());
    sizes[i] = std::abs(weights[i]);
  }
  auto kept = std::min(count - 1, size_t((1 - spec.density) * double(count)));
  std::nth_element(sizes.begin(), sizes.begin() + int64_t(kept), sizes.end());
  for (float &weight : weights)
    weight = std::abs(weight) < sizes[kept] ? 0 : weight;
  std::vector<int64_t> shape = {spec.targets, spec.sources};
  std::string name =
      snn::paramsOf(mlir.get()).addF32("weights", shape, weights);
  return snn::DenseAttr::get(
      mlir.get(),
      snn::ParamRefAttr::get(
          mlir.get(), name,
          RankedTensorType::get(shape, Builder(mlir.get()).getF32Type())));
}

} // namespace snnc::selector
