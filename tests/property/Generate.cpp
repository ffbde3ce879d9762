//===- Generate.cpp - A seed becomes a network ----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes are skewed to small ones, weights are chosen so that most populations
// are neither silent nor saturated.
//
//===----------------------------------------------------------------------===//

#include "tests/property/Corners.h"
#include "tests/property/NetworkSpec.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace snnc::property {

using Kind = ProjectionSpec::Kind;

namespace {

class Generator {
public:
  Generator(uint64_t seed, const std::vector<std::string> &models)
      : draw(seed * 0x9E3779B97F4A7C15 + 1), models(models) {
    spec.seed = seed;
    this->models.push_back("balanced");
    this->models.push_back("curved");
  }

  NetworkSpec random();
  NetworkSpec corner(uint64_t which);

private:
  std::vector<uint32_t> size();
  void addInput(std::vector<uint32_t> shape);
  void addPopulation(std::vector<uint32_t> shape, const std::string &model);
  Setting param(const std::string &model, const std::string &name);
  std::vector<std::string> paramNames(const std::string &model) const;
  ProjectionSpec &connect(uint32_t from, uint32_t to);
  void chooseConnector(ProjectionSpec &p);
  void chooseDelay(ProjectionSpec &p);
  void setWeight(ProjectionSpec &p);
  double synapsesPerTarget(const ProjectionSpec &p) const;
  void addConv();
  void addDrives();
  void addNoise();
  void finish();
  uint32_t signals() const { return uint32_t(spec.inputs.size()); }
  uint32_t sender(uint32_t below);

  Draw draw;
  std::vector<std::string> models;
  NetworkSpec spec;
  uint64_t budget = 120000; ///< synapses left
};

std::vector<uint32_t> Generator::size() {
  // Around the MAC array's width, the words of a bitmap, the limit.
  if (draw.chance(0.25))
    return {draw.of<uint32_t>({1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 600})};
  return {draw.skewed(1, 600)};
}

void Generator::addInput(std::vector<uint32_t> shape) {
  InputSpec input;
  input.shape = std::move(shape);
  input.rate = draw.of<double>({0.02, 0.05, 0.1, 0.2, 0.5, 1.0});
  input.kind = draw.of<InputSpec::Kind>(
      {InputSpec::Kind::Array, InputSpec::Kind::Array, InputSpec::Kind::Poisson,
       InputSpec::Kind::SpikeList});
  // Poisson counts and lists stay mostly below 2: see `largestCount`.
  if (input.kind == InputSpec::Kind::Poisson)
    input.rate = std::min(input.rate, 0.2);
  double sites = spec.ticks; // channels x ticks
  for (uint32_t extent : input.shape)
    sites *= extent;
  input.rate = std::max(input.rate, std::min(0.8, 8 / sites));
  spec.inputs.push_back(input);
}

/// The parameters without a default, and now and then one that has one.
std::vector<std::string> Generator::paramNames(const std::string &model) const {
  auto has = [&](const char *part) {
    return model.find(part) != std::string::npos;
  };
  if (model == "izhikevich")
    return {"a", "b", "c", "d", "h"};
  if (model == "balanced" || model == "curved")
    return {};
  std::vector<std::string> names;
  if (has("li") || has("cuba"))
    names.push_back("alpha");
  if (has("cuba"))
    names.push_back("syn");
  if (model == "alif")
    names.insert(names.end(), {"rho", "beta"});
  if (has("if") || model == "threshold")
    names.push_back("threshold");
  if (has("subtract"))
    names.push_back("drop");
  if (has("refractory"))
    names.push_back("refractory");
  return names;
}

Setting Generator::param(const std::string &model, const std::string &name) {
  auto spread = [&](double low, double high) -> std::string {
    if (draw.chance(0.6))
      return number(draw.real(low, high));
    return fmt::format("{{dist: uniform, low: {}, high: {}}}", number(low),
                       number(high));
  };
  if (name == "alpha" || name == "syn" || name == "rho")
    return {name, draw.chance(0.1)   ? "1"
                  : draw.chance(0.1) ? "0"
                                     : spread(0.3, 0.95)};
  if (name == "threshold" || name == "drop")
    return {name, draw.chance(0.4) ? "1" : spread(0.5, 1.5)};
  if (name == "refractory") // whole ticks
    return {name, fmt::format("{}", draw.whole(0, 5))};
  if (name == "beta")
    return {name, spread(0.05, 0.5)};
  if (model == "izhikevich") // Izhikevich 2003: regular to fast spiking
    return {name, name == "a"   ? spread(0.02, 0.1)
                  : name == "b" ? "0.2"
                  : name == "c" ? spread(-65, -50)
                  : name == "d" ? spread(2, 8)
                                : "1"};
  return {name, spread(-0.2, 0.2)}; // reset, bias, offset
}

void Generator::addPopulation(std::vector<uint32_t> shape,
                              const std::string &model) {
  PopulationSpec population;
  population.shape = std::move(shape);
  population.model = model;
  for (const std::string &name : paramNames(model))
    population.params.push_back(param(model, name));
  bool own = model == "balanced" || model == "curved";
  bool stateless = model == "threshold";
  if (!own && draw.chance(0.15))
    population.params.push_back(param("", "bias"));
  if (!own && draw.chance(0.1))
    population.params.push_back({"gain", number(draw.real(0.5, 2))});
  if (model.find("_value") != std::string::npos && draw.chance(0.5))
    population.params.push_back(param("", "reset"));
  if (model.find("li") != std::string::npos && draw.chance(0.2))
    population.params.push_back(param("", "offset"));
  if (model == "izhikevich")
    population.initial = {{"v", "-65"}, {"u", "-13"}};
  else if (!stateless && draw.chance(0.2))
    population.initial = {{"v", draw.chance(0.5)
                                    ? "0.25"
                                    : "{dist: normal, mean: 0.2, std: 0.3}"}};
  spec.populations.push_back(std::move(population));
}

double Generator::synapsesPerTarget(const ProjectionSpec &p) const {
  double sources = spec.sizeOf(p.from);
  switch (p.kind) {
  case Kind::AllToAll:
    return sources;
  case Kind::OneToOne:
    return 1;
  case Kind::InDegree:
    return p.amount;
  case Kind::OutDegree:
    return p.amount * sources / spec.sizeOf(signals() + p.to);
  case Kind::Conv:
    return double(p.conv.kernel[1]) * p.conv.kernel[2] * p.conv.kernel[3];
  default:
    return p.amount * sources;
  }
}

void Generator::chooseConnector(ProjectionSpec &p) {
  uint32_t sources = spec.sizeOf(p.from),
           targets = spec.sizeOf(signals() + p.to);
  uint64_t pairs = uint64_t(sources) * targets;
  p.multapses = draw.chance(0.7);
  p.autapses = draw.chance(0.7);
  double density = draw.of<double>({0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1});
  if (pairs * density > double(budget))
    density = std::max(0.01, double(budget) / double(pairs));
  std::vector<Kind> kinds{Kind::Probability, Kind::Probability, Kind::InDegree,
                          Kind::OutDegree};
  if (pairs <= budget)
    kinds.push_back(Kind::AllToAll);
  if (sources == targets)
    kinds.push_back(Kind::OneToOne);
  if (pairs <= 4000)
    kinds.insert(kinds.end(), {Kind::List, Kind::Matrix});
  p.kind = draw.of(kinds);
  p.amount = density;
  // Without autapses a degree must leave the neuron itself out.
  if (p.kind == Kind::InDegree)
    p.amount =
        std::max<uint32_t>(sources > 1, uint32_t(density * (sources - 1)));
  if (p.kind == Kind::OutDegree)
    p.amount =
        std::max<uint32_t>(targets > 1, uint32_t(density * (targets - 1)));
  p.salt = draw.whole(0, 1 << 30);
  budget -= std::min<uint64_t>(
      budget, uint64_t(synapsesPerTarget(p) * double(targets)));
}

void Generator::chooseDelay(ProjectionSpec &p) {
  p.leastDelay = draw.chance(0.5) ? 1 : draw.skewed(1, 16);
  p.largestDelay =
      draw.chance(0.5) ? p.leastDelay : draw.whole(p.leastDelay, 16);
  if (p.kind == Kind::Matrix || p.kind == Kind::Conv)
    p.largestDelay = p.leastDelay;
}

/// About the threshold's worth of input in an expected tick, some less, some
/// more; the inverse square root of balanced sums is neglected.
void Generator::setWeight(ProjectionSpec &p) {
  double rate = p.from < signals() ? spec.inputs[p.from].rate : 0.1;
  const std::string &model = spec.populations[p.to].model;
  double wanted = model == "izhikevich" ? 15 : 1.2;
  double events = std::max(1.0, synapsesPerTarget(p) * rate);
  p.weightKind = draw.of<std::string>(
      {"constant", "uniform", "uniform", "normal", "lognormal"});
  bool backward = p.from >= signals() + p.to;
  p.balance = draw.of<double>({0, 0, 0.2, 0.4});
  if (backward && draw.chance(0.4))
    p.balance = 0.8;
  p.weight = wanted * draw.real(0.3, 2.5) / events;
}

ProjectionSpec &Generator::connect(uint32_t from, uint32_t to) {
  ProjectionSpec p;
  p.from = from;
  p.to = to;
  chooseConnector(p);
  chooseDelay(p);
  setWeight(p);
  if (spec.populations[to].model == "balanced")
    p.receptor = draw.chance(0.6) ? "exc" : "inh";
  if (p.receptor == "inh") {
    p.balance = 0.8;
    // Ranges that differ give a receptor a scale of its own.
    constexpr double kRanges[] = {1, 0.02, 0.002};
    p.weight *= kRanges[p.salt % 3];
  }
  spec.projections.push_back(std::move(p));
  return spec.projections.back();
}

/// A signal below `below` that can spike; readouts cannot.
uint32_t Generator::sender(uint32_t below) {
  uint32_t from = draw.whole(0, below - 1);
  if (from < signals())
    return from;
  const std::string &model = spec.populations[from - signals()].model;
  bool readout =
      model == "i" || model == "li" || model == "cuba_li" || model == "sum";
  return readout ? 0 : from;
}

/// An image, a convolution of it, and what comes behind.
void Generator::addConv() {
  uint32_t groups = draw.whole(1, 2), inChannels = groups * draw.whole(1, 2),
           outChannels = groups * draw.whole(1, 4), rows = draw.whole(3, 9),
           columns = draw.whole(3, 9);
  ConvSpec conv;
  conv.stride = draw.whole(1, 2);
  conv.padding = draw.whole(0, 1);
  conv.groups = groups;
  conv.kernel = {outChannels, inChannels / groups, draw.whole(1, 3),
                 draw.whole(1, 3)};
  auto extent = [&](uint32_t size, uint32_t kernel) {
    return (size + 2 * conv.padding - kernel) / conv.stride + 1;
  };
  spec.inputs[0].shape = {inChannels, rows, columns};
  spec.populations[0].shape = {outChannels, extent(rows, conv.kernel[2]),
                               extent(columns, conv.kernel[3])};
  ProjectionSpec p;
  p.kind = Kind::Conv;
  p.conv = conv;
  p.salt = draw.whole(0, 1 << 30);
  chooseDelay(p);
  setWeight(p);
  if (spec.populations[0].model == "balanced")
    p.receptor = "exc";
  spec.projections.push_back(p);
}

void Generator::finish() {
  uint32_t total = uint32_t(spec.neurons());
  // Not more cores than a chip has; else any size down to one neuron.
  uint32_t least = std::max(1u, total / 60);
  spec.serialSlice = std::max(least, draw.skewed(1, std::max(1u, total)));
  spec.mixedSlice = std::max(least, draw.whole(1, 40));
  spec.pins = draw.whole(1, (1u << spec.populations.size()) - 1);
  // Of its own numbers: networks stay what they are for their seed.
  Draw own(spec.seed * 0xBF58476D1CE4E5B9 + 7);
  uint32_t pairs = 0;
  for (const ProjectionSpec &projection : spec.projections)
    pairs += spec.sizeOf(projection.from);
  spec.rowSources =
      std::max(1 + pairs / 60, own.skewed(1, std::max(1u, pairs / 2)));
}

/// Poisson inputs of one synapse to each neuron, which cores draw themselves.
/// Of their own numbers, as in finish().
void Generator::addDrives() {
  Draw own(spec.seed * 0x9E3779B97F4A7C15 + 11);
  for (uint32_t p = 0; p < spec.populations.size(); ++p) {
    if (spec.populations[p].shape.size() > 1 || !own.chance(0.3))
      continue;
    for (ProjectionSpec &other : spec.projections)
      other.from += other.from >= signals();
    InputSpec input;
    input.kind = InputSpec::Kind::Poisson;
    input.shape = spec.populations[p].shape;
    input.rate = own.of<double>({0.02, 0.3, 1, 4, 30});
    spec.inputs.push_back(input);
    ProjectionSpec drive;
    drive.from = signals() - 1;
    drive.to = p;
    drive.kind = Kind::OneToOne;
    drive.leastDelay = drive.largestDelay = own.skewed(1, 16);
    drive.weightKind = own.of<std::string>({"constant", "uniform", "normal"});
    drive.balance = own.of<double>({0, 0.2, 0.4});
    drive.weight = own.real(0.3, 1.5) / std::max(1.0, input.rate) *
                   (spec.populations[p].model == "izhikevich" ? 15 : 1.2);
    if (spec.populations[p].model == "balanced")
      drive.receptor = own.chance(0.6) ? "exc" : "inh";
    if (drive.receptor == "inh")
      drive.balance = 0.8;
    spec.projections.push_back(drive);
  }
}

/// Normal numbers in each tick. Of their own numbers, as in finish().
void Generator::addNoise() {
  Draw own(spec.seed * 0x94D049BB133111EB + 13);
  for (PopulationSpec &population : spec.populations) {
    if (!own.chance(0.15))
      continue;
    population.noise =
        own.real(0.05, 0.6) * (population.model == "izhikevich" ? 15 : 1);
    bool hasThreshold =
        std::ranges::any_of(population.params, [](const Setting &setting) {
          return setting.first == "threshold";
        });
    population.noisyParam = hasThreshold && own.chance(0.3);
  }
}

NetworkSpec Generator::random() {
  spec.origin = "random";
  spec.ticks = draw.whole(12, 30);
  spec.wide = draw.chance(0.3);
  spec.oneScale = draw.chance(0.15);
  uint32_t inputs = draw.of<uint32_t>({1, 1, 1, 2, 2, 3});
  uint32_t populations = draw.of<uint32_t>({1, 1, 2, 2, 2, 3, 3, 4, 5});
  for (uint32_t i = 0; i < inputs; ++i)
    addInput(size());
  // Two models a network: programs are what takes the time. The first goes
  // round, so that any few dozen seeds have every model.
  std::vector<std::string> few{models[spec.seed % models.size()],
                               draw.of(models)};
  for (uint32_t p = 0; p < populations; ++p)
    addPopulation(size(), p == 0 ? few[0] : draw.of(few));
  bool conv = draw.chance(0.08);
  if (conv)
    addConv();
  for (uint32_t p = conv; p < populations; ++p)
    connect(sender(inputs + p), p);
  uint32_t more = draw.whole(0, populations + 1);
  for (uint32_t e = 0; e < more; ++e)
    connect(sender(inputs + populations), draw.whole(0, populations - 1));
  // Several samples begin anew each; a given array says how many there are.
  bool array = false;
  for (const InputSpec &input : spec.inputs)
    array |= input.kind == InputSpec::Kind::Array;
  if (array && draw.chance(0.15))
    spec.samples = 2;
  if (draw.chance(0.1))
    for (InputSpec &input : spec.inputs)
      input.largestCount = draw.whole(2, 4);
  addDrives();
  addNoise();
  finish();
  return std::move(spec);
}

NetworkSpec Generator::corner(uint64_t which) {
  const Corner &c = corners()[which];
  spec.origin = c.name;
  spec.ticks = c.ticks;
  spec.wide = c.wide;
  addInput({c.sizes[0]});
  spec.inputs[0].kind = InputSpec::Kind::Array;
  spec.inputs[0].rate = 0.3;
  for (size_t i = 1; i < c.sizes.size(); ++i)
    addPopulation({c.sizes[i]},
                  i + 1 < c.sizes.size() && c.model == std::string("cuba_li")
                      ? "cuba_lif_value"
                      : c.model);
  uint32_t populations = uint32_t(spec.populations.size());
  auto shape = [&](ProjectionSpec &p) {
    p.kind = c.density == 1 ? Kind::AllToAll : Kind::Probability;
    p.amount = c.density;
    p.leastDelay = c.leastDelay;
    p.largestDelay = c.largestDelay;
    setWeight(p);
    p.balance = std::min(p.balance, 0.2);
  };
  for (uint32_t p = 0; p < populations; ++p)
    shape(connect(p, p)); // in0 to p0, p0 to p1, ...
  if (c.loop) {
    ProjectionSpec &back = connect(signals() + populations - 1, 0);
    shape(back);
    back.autapses = true;
  }
  finish();
  spec.serialSlice = spec.mixedSlice = c.slice;
  spec.pins = 1;
  return std::move(spec);
}

} // namespace

uint64_t numCorners() { return corners().size(); }

NetworkSpec generate(uint64_t seed, const std::vector<std::string> &models) {
  Generator generator(seed, models);
  return seed < numCorners() ? generator.corner(seed) : generator.random();
}

} // namespace snnc::property
