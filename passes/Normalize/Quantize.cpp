//===- Quantize.cpp - Integer weights, scales folded into the neurons -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// q = round(s * w), one scale s per target neuron (per output channel where a
// kernel is shared). A model that is linear in its input's scale absorbs s in
// its parameters; any other multiplies the sum by 1/s. docs/semantics.md S6.

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/NeuronLibrary.h"
#include "compiler/SNN/NeuronScaling.h"
#include "compiler/SNN/ParamValues.h"
#include "passes/Normalize/Passes.h"

#include <cmath>

namespace snnc::normalize {
#define GEN_PASS_DEF_QUANTIZE
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

using Numbers = llvm::SmallVector<double>;

struct QuantizePass : impl::QuantizeBase<QuantizePass> {
  using QuantizeBase::QuantizeBase;

  void runOnOperation() override {
    if (bits != 8 && bits != 16) {
      getOperation().emitError("SNN0340: weights have 8 or 16 bits, not ")
          << bits.getValue();
      return signalPassFailure();
    }
    if (mode != "per-neuron" && mode != "py-spinnaker2") {
      getOperation().emitError("SNN0340: unknown quantisation '")
          << mode.getValue() << "'";
      return signalPassFailure();
    }
    for (NetworkOp network : getOperation().getOps<NetworkOp>()) {
      llvm::SmallVector<PopulationOp> populations(
          network.getOps<PopulationOp>());
      for (PopulationOp population : populations)
        if (failed(quantize(population)))
          return signalPassFailure();
    }
  }

  LogicalResult quantize(PopulationOp population) {
    llvm::SmallVector<ProjectionOp> incoming;
    for (Operation *user : population.getSignal().getUsers())
      if (auto projection = dyn_cast<ProjectionOp>(user))
        if (projection.getTarget() == population.getSignal())
          incoming.push_back(projection);
    if (incoming.empty() || incoming.front().getQuantAttr())
      return success(); // nothing to do, or done before
    auto scales = chooseScales(population, incoming);
    if (failed(scales))
      return failure();
    Attribute attr = makeParam(
        &getContext(), (population.getName() + ".weight_scale").str(), *scales);
    Rounding rounding =
        mode == "per-neuron" ? Rounding::NearestEven : Rounding::TowardZero;
    for (ProjectionOp projection : incoming)
      projection.setQuantAttr(
          QuantAttr::get(&getContext(), bits, rounding, attr));
    return foldScales(population, *scales);
  }

  /// s[target] = (2^(bits-1) - 1) / max |w| over everything that shares it.
  FailureOr<Numbers> chooseScales(PopulationOp population,
                                  llvm::ArrayRef<ProjectionOp> incoming) {
    size_t n = size_t(population.numNeurons());
    double limit = double((1 << (bits - 1)) - 1);
    std::vector<std::unique_ptr<Connectivity>> views;
    for (ProjectionOp projection : incoming) {
      views.push_back(Connectivity::create(projection));
      if (!views.back())
        return failure();
    }
    // The coarsest grouping of any incoming projection wins: a shared kernel
    // cannot have a scale of its own for each of its targets.
    Connectivity *coarsest = views.front().get();
    for (auto &view : views)
      if (view->scaleGroup(uint32_t(n - 1)) <
          coarsest->scaleGroup(uint32_t(n - 1)))
        coarsest = view.get();
    bool onePerPopulation = mode == "py-spinnaker2";
    auto group = [&](size_t target) {
      return onePerPopulation ? 0 : coarsest->scaleGroup(uint32_t(target));
    };
    Numbers largest(n, 0.0);
    for (auto &view : views)
      view->forEach([&](uint32_t, const Synapse &synapse) {
        double &entry = largest[group(synapse.target)];
        entry = std::max(entry, std::abs(double(synapse.weight)));
      });
    Numbers scales;
    for (size_t t = 0; t < n; ++t)
      scales.push_back(largest[group(t)] > 0 ? limit / largest[group(t)] : 1.0);
    return scales;
  }

  LogicalResult foldScales(PopulationOp population, const Numbers &scales) {
    NeuronOp model = population.neuron();
    if (!model)
      return population.emitError("SNN0310: neuron model '")
             << population.getModel() << "' does not exist";
    auto degrees = inferScaleDegrees(model);
    if (!degrees)
      return multiplyInput(population, model, scales);
    NamedAttrList params(population.getParams());
    for (unsigned j = 0; j < model.numParams(); ++j)
      if (failed(rescale(population, params, model.paramName(j),
                         degrees->params[j], scales)))
        return failure();
    population.setParamsAttr(params.getDictionary(&getContext()));
    NamedAttrList states(population.getScalesAttr()
                             ? population.getScalesAttr()
                             : DictionaryAttr::get(&getContext()));
    for (unsigned k = 0; k < model.numStates(); ++k) {
      llvm::StringRef name = model.stateName(k);
      if (degrees->states[k] != 0 && !states.get(name))
        states.set(name, Builder(&getContext()).getF64FloatAttr(1.0));
      if (degrees->states[k] != 0 &&
          failed(rescale(population, states, name, degrees->states[k], scales)))
        return failure();
    }
    if (!states.empty())
      population.setScalesAttr(states.getDictionary(&getContext()));
    return scaleInitial(population, model, *degrees, scales);
  }

  /// States before tick 0 are in the user's units until here.
  LogicalResult scaleInitial(PopulationOp population, NeuronOp model,
                             const ScaleDegrees &degrees,
                             const Numbers &scales) {
    if (!population.getInitialAttr())
      return success();
    NamedAttrList initial(population.getInitialAttr());
    for (unsigned k = 0; k < model.numStates(); ++k)
      if (initial.get(model.stateName(k)) &&
          failed(rescale(population, initial, model.stateName(k),
                         degrees.states[k], scales)))
        return failure();
    population.setInitialAttr(initial.getDictionary(&getContext()));
    return success();
  }

  LogicalResult rescale(PopulationOp population, NamedAttrList &list,
                        llvm::StringRef name, int degree,
                        const Numbers &scales) {
    if (degree == 0)
      return success();
    auto values =
        ParamValues::get(list.get(name), scales.size(), &getContext());
    if (!values)
      return population.emitError("SNN0311: parameter '")
             << name << "' is missing or has the wrong size";
    Numbers scaled;
    for (size_t t = 0; t < scales.size(); ++t)
      scaled.push_back(values->at(t) * std::pow(scales[t], degree));
    list.set(name,
             makeParam(&getContext(), (population.getName() + "." + name).str(),
                       scaled));
    return success();
  }

  /// "input_scale", or longer where the user's model has that name.
  static std::string freeName(NeuronOp model) {
    std::string name = "input_scale";
    auto has = [&](ArrayAttr names) {
      return llvm::is_contained(names.getAsValueRange<StringAttr>(),
                                StringRef(name));
    };
    while (has(model.getReceptors()) || has(model.getStates()) ||
           has(model.getParams()))
      name += "_";
    return name;
  }

  /// The model is not linear in its input's scale: a copy of it multiplies
  /// every receptor by the parameter `input_scale` = 1/s first.
  LogicalResult multiplyInput(PopulationOp population, NeuronOp model,
                              const Numbers &scales) {
    std::string name = (model.getSymName() + ".scaled").str();
    auto copy = getOperation().lookupSymbol<NeuronOp>(name);
    if (!copy) {
      OpBuilder builder(model);
      copy = cast<NeuronOp>(builder.clone(*model));
      copy.setSymName(name);
      llvm::SmallVector<Attribute> names(copy.getParams().getValue());
      names.push_back(builder.getStringAttr(freeName(model)));
      copy.setParamsAttr(builder.getArrayAttr(names));
      Block &body = copy.getBody().front();
      Value factor = body.addArgument(builder.getF32Type(), copy.getLoc());
      builder.setInsertionPointToStart(&body);
      for (unsigned r = 0; r < copy.numReceptors(); ++r) {
        Value sum = body.getArgument(r);
        auto real = builder.create<arith::MulFOp>(copy.getLoc(), sum, factor);
        sum.replaceAllUsesExcept(real, real);
      }
    }
    Numbers inverse;
    for (double scale : scales)
      inverse.push_back(1.0 / scale);
    NamedAttrList params(population.getParams());
    params.set(cast<StringAttr>(copy.getParams().getValue().back()).getValue(),
               makeParam(&getContext(),
                         (population.getName() + ".input_scale").str(),
                         inverse));
    population.setParamsAttr(params.getDictionary(&getContext()));
    population.setModel(name);
    return success();
  }
};
} // namespace
} // namespace snnc::normalize
