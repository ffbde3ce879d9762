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
#include "compiler/Support/Report.h"
#include "passes/Normalize/Passes.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <limits>

namespace snnc::normalize {
#define GEN_PASS_DEF_QUANTIZE
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

using Numbers = llvm::SmallVector<double>;

/// Above this share of weights that become 0, a projection is another one.
constexpr double kLostShare = 0.1;

/// Weights of a projection that are not 0 and become 0.
struct Lost {
  llvm::StringRef name;
  uint64_t lost = 0, all = 0;
  double share() const { return all ? double(lost) / double(all) : 0.0; }
};

/// The weights into a population, group by group of those that share a scale.
class Incoming {
public:
  LogicalResult read(PopulationOp population,
                     llvm::ArrayRef<ProjectionOp> projections,
                     bool onePerPopulation);
  /// S6.2 and S6.7, one for each neuron.
  Numbers scales(unsigned bits) const;
  /// The projection that loses the largest share of its weights.
  Lost mostLost(unsigned bits) const;

private:
  struct Group {
    double largest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    /// The least power of two that makes every weight whole.
    int wholeBits = std::numeric_limits<int>::min();
  };
  double scaleOf(const Group &group, unsigned bits) const;
  size_t groupOf(size_t target) const {
    return common ? 0 : coarsest->scaleGroup(uint32_t(target));
  }

  llvm::SmallVector<llvm::StringRef> names;
  std::vector<std::unique_ptr<Connectivity>> views;
  Connectivity *coarsest = nullptr;
  std::vector<Group> groups;
  bool common = false; ///< py-spinnaker2: one scale for the population
};

LogicalResult Incoming::read(PopulationOp population,
                             llvm::ArrayRef<ProjectionOp> projections,
                             bool onePerPopulation) {
  common = onePerPopulation;
  for (ProjectionOp projection : projections) {
    names.push_back(projection.getName());
    views.push_back(Connectivity::create(projection));
    if (!views.back())
      return failure();
  }
  // The coarsest grouping of any incoming projection wins: a shared kernel
  // cannot have a scale of its own for each of its targets.
  auto last = uint32_t(population.numNeurons() - 1);
  coarsest = views.front().get();
  for (auto &view : views)
    if (view->scaleGroup(last) < coarsest->scaleGroup(last))
      coarsest = view.get();
  groups.resize(size_t(population.numNeurons()));
  for (auto &view : views)
    view->forEach([&](uint32_t, const Synapse &synapse) {
      Group &group = groups[groupOf(synapse.target)];
      double size = std::abs(double(synapse.weight));
      if (size == 0)
        return;
      group.largest = std::max(group.largest, size);
      group.smallest = std::min(group.smallest, size);
      // size = mantissa * 2^exponent, mantissa a whole number of 24 bits.
      int exponent;
      auto mantissa = uint32_t(std::ldexp(std::frexp(size, &exponent), 24));
      group.wholeBits = std::max(group.wholeBits,
                                 24 - exponent - llvm::countr_zero(mantissa));
    });
  return success();
}

double Incoming::scaleOf(const Group &group, unsigned bits) const {
  double limit = double((1 << (bits - 1)) - 1);
  if (group.largest == 0)
    return 1.0;
  if (!common && group.wholeBits < 1000) {
    double exact = std::ldexp(1.0, group.wholeBits);
    if (group.largest * exact <= limit)
      return exact; // the integers are the weights
  }
  return limit / group.largest;
}

Numbers Incoming::scales(unsigned bits) const {
  Numbers scales;
  for (size_t target = 0; target < groups.size(); ++target)
    scales.push_back(scaleOf(groups[groupOf(target)], bits));
  return scales;
}

Lost Incoming::mostLost(unsigned bits) const {
  auto vanishes = [&](double size, double scale) {
    return size * scale <= 0.5; // ties to even
  };
  Numbers scale;
  bool any = false;
  for (const Group &group : groups) {
    scale.push_back(scaleOf(group, bits));
    any |= group.largest > 0 && vanishes(group.smallest, scale.back());
  }
  Lost worst;
  for (size_t i = 0; any && i < views.size(); ++i) {
    Lost lost{names[i]};
    views[i]->forEach([&](uint32_t, const Synapse &synapse) {
      double size = std::abs(double(synapse.weight));
      lost.all += size > 0;
      lost.lost += size > 0 && vanishes(size, scale[groupOf(synapse.target)]);
    });
    if (worst.all == 0 || lost.share() > worst.share())
      worst = lost;
  }
  return worst;
}

struct QuantizePass : impl::QuantizeBase<QuantizePass> {
  using QuantizeBase::QuantizeBase;

  void runOnOperation() override {
    if (bits != 0 && bits != 8 && bits != 16) {
      report(getOperation(), "SNN0340")
          << "weights have 8 or 16 bits, not " << bits.getValue();
      return signalPassFailure();
    }
    if (mode != "per-neuron" && mode != "py-spinnaker2") {
      report(getOperation(), "SNN0340")
          << "unknown quantisation '" << mode.getValue() << "'";
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
    Incoming weights;
    if (failed(weights.read(population, incoming, mode != "per-neuron")))
      return failure();
    unsigned width = chooseWidth(population, weights);
    Numbers scales = weights.scales(width);
    Attribute attr = makeParam(
        &getContext(), (population.getName() + ".weight_scale").str(), scales);
    Rounding rounding =
        mode == "per-neuron" ? Rounding::NearestEven : Rounding::TowardZero;
    for (ProjectionOp projection : incoming)
      projection.setQuantAttr(
          QuantAttr::get(&getContext(), width, rounding, attr));
    return foldScales(population, scales);
  }

  /// S6.6: 8 bits unless a projection loses more than kLostShare of its weights
  /// to them. Warns where the width that was asked for, or 16, loses more.
  unsigned chooseWidth(PopulationOp population, Incoming &weights) {
    unsigned width = bits ? unsigned(bits) : 8;
    if (mode != "per-neuron")
      return width; // another tool's numbers, lost weights and all
    auto worst = weights.mostLost(width);
    if (worst.share() <= kLostShare)
      return width;
    Lost inWide = width == 8 ? weights.mostLost(16) : worst;
    bool wideHelps = inWide.share() <= kLostShare;
    if (!bits) {
      width = 16;
      report(population, "SNN0342")
          << percent(worst) << " of the weights of '" << worst.name
          << "' would become 0 in int8: the weights into '"
          << population.getName() << "' are int16";
      if (wideHelps)
        return width;
      worst = inWide;
    }
    auto warning = report(population, "SNN0341")
                   << percent(worst) << " of the weights of '" << worst.name
                   << "' (" << worst.lost << " of " << worst.all
                   << ") become 0 in int" << width
                   << " beside the largest weight into the same neuron";
    attachHelp(warning) << (wideHelps
                                ? "use --weights int16, or leave "
                                  "--weights out"
                                : "see what the integers change: run "
                                  "the network file with --backend reference "
                                  "--precision float");
    return width;
  }

  static std::string percent(const Lost &lost) {
    return llvm::formatv("{0:F1} %", 100 * lost.share());
  }

  LogicalResult foldScales(PopulationOp population, const Numbers &scales) {
    NeuronOp model = population.neuron();
    if (!model)
      return report(population, "SNN0310")
             << "neuron model '" << population.getModel() << "' does not exist";
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
      return report(population, "SNN0311")
             << "parameter '" << name << "' is missing or has the wrong size";
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
