//===- NirWriter.cpp - A network as a NIR graph ---------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Export/NirWriter.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <set>

using namespace mlir;
using snnc::runtime::NdArray;

namespace snnc {

namespace {

/// Numbers of a matrix, 1 GB of them: NIR has no sparse one.
constexpr uint64_t kMostNumbers = uint64_t(1) << 28;

using Numbers = std::vector<double>;

NdArray array(const Numbers &values) {
  return NdArray::of<double>({values.size()}, values);
}
NdArray integers(ArrayRef<int64_t> values) {
  return NdArray::of<int64_t>(
      {values.size()}, std::vector<int64_t>(values.begin(), values.end()));
}
NdArray flag(bool value) {
  return NdArray::of<int64_t>({}, std::vector<int64_t>{value});
}

class NirWriter {
public:
  explicit NirWriter(double dt) : dt(dt) {}

  FailureOr<NirGraph> write(snn::NetworkOp network) {
    graph.metadata = {{"dt", NdArray::of<double>({}, std::vector<double>{dt})},
                      {"integrator", std::string("forward")}};
    for (auto input : network.getOps<snn::InputOp>())
      if (failed(writeInput(input)))
        return failure();
    for (auto population : network.getOps<snn::PopulationOp>())
      names[population.getSignal()] = newName(population.getName());
    for (auto population : network.getOps<snn::PopulationOp>())
      if (failed(writePopulation(population)))
        return failure();
    for (auto projection : network.getOps<snn::ProjectionOp>())
      if (failed(writeProjection(projection)))
        return failure();
    for (const auto &[signal, bias] : biases) // which no projection took
      return refuse(
          signal.getDefiningOp(),
          "a constant input, and no matrix of weights into it that "
          "could carry it",
          "write `offset: 0` and `bias: 0`, or connect it all_to_all");
    writeOutputs(network);
    return std::move(graph);
  }

private:
  static LogicalResult refuse(Operation *op, const llvm::Twine &what,
                              const llvm::Twine &help) {
    auto error = report(op, "SNN0452") << "NIR cannot say this: " << what.str();
    attachHelp(error) << help.str();
    return error;
  }

  /// What groups of HDF5 and others' tools take, and none twice.
  std::string newName(StringRef given) {
    std::string name = given.take_front(200).str();
    for (char &c : name)
      if (!llvm::isAlnum(c) && c != '-' && c != '_')
        c = '_';
    std::string unique = name.empty() ? "n" : name;
    for (unsigned n = 2; !taken.insert(unique).second; ++n)
      unique = fmt::format("{}_{}", name, n);
    return unique;
  }

  NirNode &node(const std::string &name, const char *type) {
    NirNode &made = graph.nodes[name];
    made.fields["type"] = std::string(type);
    return made;
  }

  static ArrayRef<int64_t> shapeOf(Value signal) {
    return cast<RankedTensorType>(signal.getType()).getShape();
  }

  LogicalResult writeInput(snn::InputOp input) {
    if (input.getDrive())
      return refuse(
          input, "spikes that the input itself draws or lists",
          llvm::Twine("leave `kind` and `") +
              (isa<snn::PoissonAttr>(*input.getDrive()) ? "rate" : "spikes") +
              "` out, and give the spikes to the run: -i FILE");
    std::string name = names[input.getSignal()] = newName(input.getName());
    node(name, "Input").fields["shape"] = integers(shapeOf(input.getSignal()));
    return success();
  }

  //===--------------------------------------------------------------------===//
  // Neurons
  //===--------------------------------------------------------------------===//

  static Numbers valuesOf(snn::PopulationOp population, DictionaryAttr from,
                          StringRef name, double missing) {
    size_t n = size_t(population.numNeurons());
    Attribute attr = from ? from.get(name) : Attribute();
    if (!attr)
      return Numbers(n, missing);
    auto values = snn::ParamValues::get(attr, n, population.getContext());
    Numbers numbers(n);
    for (size_t i = 0; i < n; ++i)
      numbers[i] = values->at(i);
    return numbers;
  }

  static bool isAll(const Numbers &numbers, double value) {
    return llvm::all_of(numbers, [&](double x) { return x == value; });
  }

  /// "lif" of "lif_value_late", and what a spike does.
  struct Kind {
    StringRef base;
    bool subtracts = false, late = false, refractory = false, resets = false;
    bool leaks() const { return base != "i" && base != "if"; }
    bool hasSynapse() const { return base.starts_with("cuba"); }
  };
  static std::optional<Kind> kindOf(StringRef model) {
    Kind kind;
    kind.late = model.consume_back("_late");
    kind.refractory = model.consume_back("_refractory");
    kind.subtracts = model.consume_back("_subtract");
    kind.resets = kind.subtracts || model.consume_back("_value");
    kind.base = model;
    bool silent = model == "i" || model == "li" || model == "cuba_li";
    bool spiking = model == "if" || model == "lif" || model == "cuba_lif";
    if (kind.resets ? !spiking : !silent)
      return std::nullopt;
    return kind;
  }
  static const char *typeOf(StringRef base) {
    return base == "i"         ? "I"
           : base == "if"      ? "IF"
           : base == "li"      ? "LI"
           : base == "lif"     ? "LIF"
           : base == "cuba_li" ? "CubaLI"
                               : "CubaLIF";
  }

  /// dt / (1 - what a tick leaves); no leak: infinite.
  Numbers timesOf(const Numbers &alpha) const {
    Numbers tau;
    for (double a : alpha)
      tau.push_back(a == 1 ? std::numeric_limits<double>::infinity()
                           : dt / (1 - a));
    return tau;
  }
  /// Such that a tick's drive, dt / tau * r, is the gain.
  Numbers over(const Numbers &tau, const Numbers &gain) const {
    Numbers r;
    for (size_t i = 0; i < tau.size(); ++i)
      r.push_back(std::isinf(tau[i]) ? tau[i] : gain[i] * tau[i] / dt);
    return r;
  }

  /// What 1 of a state on the chip is in the user's unit.
  static Numbers unitOf(snn::PopulationOp population, StringRef state) {
    DictionaryAttr scales = population.getScales().value_or(DictionaryAttr());
    Numbers unit = valuesOf(population, scales, state, 1);
    for (double &u : unit)
      u = 1 / u;
    return unit;
  }
  static Numbers times(Numbers a, const Numbers &b) {
    for (size_t i = 0; i < a.size(); ++i)
      a[i] *= b[i];
    return a;
  }

  LogicalResult writePopulation(snn::PopulationOp population) {
    if (llvm::is_contained(snn::drawnParams(population), true))
      return refuse(population, "numbers that neurons draw in each tick",
                    "leave the drives of kind noise out, and normal() in "
                    "equations");
    auto kind = kindOf(population.getModel());
    if (!kind)
      return refuse(population,
                    "the model '" + population.getModel() +
                        "': it has I, IF, LI, LIF, CubaLI and CubaLIF",
                    "write `model: lif`, or keep the YAML file");
    std::string name = names[population.getSignal()];
    DictionaryAttr params = population.getParams();
    auto get = [&](StringRef param, double missing) {
      return valuesOf(population, params, param, missing);
    };
    Numbers gain = get("gain", 1), unit = unitOf(population, "v"),
            current = unitOf(population, "i");
    for (size_t i = 0; i < gain.size(); ++i)
      gain[i] *= unit[i] / current[i];
    NirNode &made = node(name, typeOf(kind->base));
    auto shaped = [&](const Numbers &values) {
      ArrayRef<int64_t> shape = shapeOf(population.getSignal());
      return NdArray::of<double>({shape.begin(), shape.end()}, values);
    };
    if (kind->leaks()) {
      Numbers tau = timesOf(get("alpha", 1));
      if (llvm::any_of(tau, [](double t) { return !(t > 0); }))
        return refuse(population, "an `alpha` above 1", "write `alpha: 0.99`");
      made.fields[kind->hasSynapse() ? "tau_mem" : "tau"] = shaped(tau);
      made.fields["r"] = shaped(over(tau, gain));
      if (kind->hasSynapse()) {
        Numbers syn = timesOf(get("syn", 0));
        made.fields["tau_syn"] = shaped(syn);
        made.fields["w_in"] = shaped(over(syn, current));
      }
    } else {
      for (double &r : gain)
        r /= dt;
      made.fields["r"] = shaped(gain);
    }
    if (kind->resets && failed(writeReset(population, *kind, made, shaped)))
      return failure();
    return writeConstants(population, *kind, made, shaped);
  }

  template <typename Shaped>
  LogicalResult writeReset(snn::PopulationOp population, const Kind &kind,
                           NirNode &made, const Shaped &shaped) {
    DictionaryAttr params = population.getParams();
    Numbers threshold = valuesOf(population, params, "threshold", 1),
            reset = valuesOf(population, params, "reset", 0),
            unit = unitOf(population, "v");
    made.fields["v_threshold"] = shaped(times(threshold, unit));
    std::string rule = "value";
    if (kind.subtracts) {
      Numbers drop = valuesOf(population, params, "drop", 1);
      rule = isAll(drop, 0) ? "none" : "subtract";
      if (rule == "subtract" && drop != threshold)
        return refuse(population, "a `drop` other than the threshold",
                      "write `drop` as `threshold`");
    }
    made.fields["v_reset"] = shaped(times(reset, unit));
    made.metadata["reset"] = rule;
    made.metadata["reset_late"] = flag(kind.late);
    if (kind.refractory) {
      Numbers pause = valuesOf(population, params, "refractory", 0);
      for (double &ticks : pause)
        ticks *= dt;
      made.fields["t_refrac"] = shaped(pause);
    }
    return success();
  }

  /// What flows without spikes, and where the potential starts: a leak towards
  /// a level where it starts there, else a bias of the weights into it.
  template <typename Shaped>
  LogicalResult writeConstants(snn::PopulationOp population, const Kind &kind,
                               NirNode &made, const Shaped &shaped) {
    DictionaryAttr params = population.getParams();
    Numbers gain = valuesOf(population, params, "gain", 1),
            offset = valuesOf(population, params, "offset", 0),
            bias = valuesOf(population, params, "bias", 0),
            alpha = valuesOf(population, params, "alpha", 1);
    DictionaryAttr first = population.getInitial().value_or(DictionaryAttr());
    Numbers start = valuesOf(population, first, "v", 0);
    size_t n = gain.size();
    Numbers leak(n, 0.0);
    for (size_t i = 0; kind.leaks() && i < n; ++i)
      leak[i] = alpha[i] == 1 ? 0 : offset[i] / (1 - alpha[i]);
    bool startsAtRest = kind.leaks() && !isAll(start, 0);
    for (size_t i = 0; i < n; ++i)
      startsAtRest &= std::abs(start[i] - leak[i]) <= 1e-6 * std::abs(leak[i]);
    bool others =
        first && llvm::any_of(first, [&](NamedAttribute entry) {
          return entry.getName() != "v" &&
                 !isAll(valuesOf(population, first, entry.getName(), 0), 0);
        });
    if (others || (!isAll(start, 0) && !startsAtRest))
      return refuse(population, "where states start, other than at rest",
                    "leave `initial` out");
    if (kind.leaks())
      made.fields["v_leak"] =
          shaped(startsAtRest ? times(leak, unitOf(population, "v"))
                              : Numbers(n, 0.0));
    if (startsAtRest)
      std::fill(offset.begin(), offset.end(), 0.0);
    if (isAll(offset, 0) && isAll(bias, 0))
      return success();
    if (kind.hasSynapse())
      return refuse(population, "a constant input past the synapse's current",
                    "write `offset: 0` and `bias: 0`");
    for (size_t i = 0; i < n; ++i)
      bias[i] += offset[i] / gain[i];
    biases[population.getSignal()] = bias;
    return success();
  }

  //===--------------------------------------------------------------------===//
  // Synapses
  //===--------------------------------------------------------------------===//

  /// A node behind `from`, which is it then.
  NirNode &behind(std::string &from, const std::string &wanted,
                  const char *type) {
    std::string name = newName(wanted);
    graph.edges.emplace_back(from, name);
    from = name;
    return node(name, type);
  }

  LogicalResult writeProjection(snn::ProjectionOp projection) {
    if (projection.getReceptor() != 0)
      return refuse(projection, "a second receptor of a neuron",
                    "write `receptor: input`");
    std::string from = names.at(projection.getSource()),
                name = projection.getName().str();
    if (failed(writeDelay(projection, from, name)))
      return failure();
    if (auto pool = projection.getPool()) {
      NirNode &made = behind(
          from, name + "_pool",
          pool->getKind() == snn::PoolKind::Sum ? "SumPool2d" : "AvgPool2d");
      made.fields["kernel_size"] = integers(pool->getKernel());
      made.fields["stride"] = integers(pool->getStride());
      made.fields["padding"] = integers(pool->getPadding());
    }
    auto conv = dyn_cast<snn::ConvAttr>(projection.getWeights());
    LogicalResult done = conv ? writeConv(projection, conv, from, name)
                              : writeMatrix(projection, from, name);
    if (failed(done))
      return failure();
    graph.edges.emplace_back(from, names.at(projection.getTarget()));
    return success();
  }

  LogicalResult writeDelay(snn::ProjectionOp projection, std::string &from,
                           const std::string &name) {
    size_t n = size_t(projection.numSources());
    auto ticks = snn::ParamValues::get(projection.getDelay(), n,
                                       projection.getContext());
    if (!ticks)
      return refuse(projection, "delays that differ by synapse",
                    "write `delay: 1`");
    Numbers delays(n);
    for (size_t i = 0; i < n; ++i)
      delays[i] = ticks->at(i) * dt;
    if (isAll(delays, 0))
      return success();
    ArrayRef<int64_t> shape = shapeOf(projection.getSource());
    behind(from, name + "_delay", "Delay").fields["delay"] =
        NdArray::of<double>({shape.begin(), shape.end()}, delays);
    return success();
  }

  LogicalResult writeConv(snn::ProjectionOp projection, snn::ConvAttr conv,
                          std::string &from, const std::string &name) {
    ArrayRef<int64_t> pads = conv.getPadding();
    size_t count = snn::elementsOf(conv.getWeights());
    ArrayRef<int64_t> in = conv.getIn(), out = conv.getOut();
    int64_t channels = in[0] / conv.getGroups();
    auto kernel = conv.getWeights();
    ArrayRef<int64_t> shape;
    if (auto stored = dyn_cast<snn::ParamRefAttr>(kernel))
      shape = stored.getType().getShape();
    else if (auto dense = dyn_cast<DenseElementsAttr>(kernel))
      shape = dense.getType().getShape();
    if (shape.size() != 4 || pads[0] != pads[2] || pads[1] != pads[3] ||
        shape[1] != channels)
      return refuse(projection, "padding that is not the same on both sides",
                    "write the same `padding` for all");
    auto values = snn::ParamValues::get(kernel, count, projection.getContext());
    std::vector<float> all(count);
    for (size_t i = 0; i < count; ++i)
      all[i] = float(values->at(i));
    NirNode &made = behind(from, name, "Conv2d");
    made.fields["weight"] =
        NdArray::of<float>({shape.begin(), shape.end()}, all);
    made.fields["stride"] = integers(conv.getStride());
    made.fields["padding"] = integers(pads.take_front(2));
    made.fields["dilation"] = integers(conv.getDilation());
    made.fields["groups"] =
        NdArray::of<int64_t>({}, std::vector<int64_t>{conv.getGroups()});
    made.fields["bias"] = array(Numbers(size_t(out[0]), 0.0));
    made.fields["input_shape"] = integers(in.drop_front());
    return success();
  }

  /// Numbers that the file or the rule of the connector holds.
  static Numbers stored(snn::ProjectionOp projection, Attribute weights,
                        uint64_t count) {
    auto values =
        snn::ParamValues::get(weights, count, projection.getContext());
    Numbers all(count);
    for (size_t i = 0; i < count; ++i)
      all[i] = values->at(i);
    return all;
  }

  /// What the weights see: the source, or the pooled map.
  static SmallVector<int64_t, 3> seenBy(snn::ProjectionOp projection) {
    if (auto pool = projection.getPool())
      return pool->pooledShape();
    return SmallVector<int64_t, 3>(shapeOf(projection.getSource()));
  }

  /// The matrix [targets, seen] of the synapses, whatever connector says them.
  FailureOr<std::vector<float>> matrixOf(snn::ProjectionOp projection,
                                         uint64_t seen) {
    uint64_t targets = uint64_t(projection.numTargets());
    if (targets > kMostNumbers / std::max<uint64_t>(seen, 1))
      return refuse(projection,
                    llvm::Twine(seen) + " x " + llvm::Twine(targets) +
                        " weights in a matrix, which has at most " +
                        llvm::Twine(kMostNumbers) + " numbers",
                    "keep the YAML file");
    std::vector<float> matrix(seen * targets);
    if (auto dense = dyn_cast<snn::DenseAttr>(projection.getWeights())) {
      Numbers all = stored(projection, dense.getWeights(), matrix.size());
      std::copy(all.begin(), all.end(), matrix.begin());
      return matrix;
    }
    if (projection.getPool())
      return refuse(projection, "a pool before drawn or listed weights",
                    "keep the YAML file");
    auto view = snn::Connectivity::create(projection);
    if (!view)
      return failure();
    bool delayed = false;
    view->forEach([&](uint32_t source, const snn::Synapse &synapse) {
      matrix[synapse.target * seen + source] += synapse.weight;
      delayed |= synapse.delay != 0;
    });
    if (delayed)
      return refuse(projection, "delays that differ by synapse",
                    "write `delay: 1`");
    return matrix;
  }

  LogicalResult writeMatrix(snn::ProjectionOp projection, std::string &from,
                            const std::string &name) {
    SmallVector<int64_t, 3> shape = seenBy(projection);
    uint64_t seen = 1;
    for (int64_t extent : shape)
      seen *= uint64_t(extent);
    auto bias = biases.find(projection.getTarget());
    auto diagonal = dyn_cast<snn::OneToOneAttr>(projection.getWeights());
    if (diagonal && bias == biases.end()) {
      Numbers scale = stored(projection, diagonal.getWeights(), seen);
      if (!isAll(scale, 1))
        behind(from, name, "Scale").fields["scale"] =
            NdArray::of<double>({shape.begin(), shape.end()}, scale);
      return success();
    }
    auto matrix = matrixOf(projection, seen);
    if (failed(matrix))
      return failure();
    if (shape.size() > 1) {
      NirNode &flat = behind(from, name + "_flat", "Flatten");
      flat.fields["start_dim"] =
          NdArray::of<int64_t>({}, std::vector<int64_t>{0});
      flat.fields["end_dim"] =
          NdArray::of<int64_t>({}, std::vector<int64_t>{-1});
      flat.fields["input_type"] = integers(shape);
    }
    NirNode &made =
        behind(from, name, bias == biases.end() ? "Linear" : "Affine");
    made.fields["weight"] =
        NdArray::of<float>({uint64_t(projection.numTargets()), seen}, *matrix);
    if (bias != biases.end()) {
      made.fields["bias"] = array(bias->second);
      biases.erase(bias);
    }
    return success();
  }

  /// One for each population that leads nowhere, or else for the last.
  void writeOutputs(snn::NetworkOp network) {
    std::vector<Value> ends;
    Value last;
    for (auto population : network.getOps<snn::PopulationOp>()) {
      Value signal = last = population.getSignal();
      bool sends = llvm::any_of(signal.getUsers(), [&](Operation *user) {
        auto projection = dyn_cast<snn::ProjectionOp>(user);
        return projection && projection.getSource() == signal;
      });
      if (!sends)
        ends.push_back(signal);
    }
    if (ends.empty() && last)
      ends.push_back(last);
    for (Value signal : ends) {
      std::string from = names.at(signal);
      behind(from, names.at(signal) + "_out", "Output").fields["shape"] =
          integers(shapeOf(signal));
    }
  }

  double dt;
  NirGraph graph;
  std::set<std::string> taken;
  llvm::DenseMap<Value, std::string> names; ///< looked up, never walked
  llvm::DenseMap<Value, Numbers> biases;    ///< of populations, not yet written
};

} // namespace

FailureOr<NirGraph> writeNir(ModuleOp module, double dt) {
  auto networks = module.getOps<snn::NetworkOp>();
  return NirWriter(dt).write(*networks.begin());
}

} // namespace snnc
