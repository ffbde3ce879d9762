//===- Quantize.cpp - Integer weights, scales folded into the neurons -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// q = round(s * w), one scale s per target neuron (per output channel where a
// kernel is shared) and, where their ranges differ, per receptor. A model that
// is linear in its input's scale absorbs s in its parameters; any other
// multiplies the sum by 1/s. docs/semantics.md S6.

#include "compiler/SNN/NeuronLibrary.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Normalize/Passes.h"
#include "passes/Normalize/ScaleFolding.h"
#include "passes/Normalize/WeightScales.h"

#include <fmt/format.h>

namespace snnc::normalize {
#define GEN_PASS_DEF_QUANTIZE
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

constexpr const char *kCompareWithFloat =
    "see what the integers change: run the network file with --backend "
    "reference --precision float";

struct QuantizePass : impl::QuantizeBase<QuantizePass> {
  using QuantizeBase::QuantizeBase;

  void runOnOperation() override {
    if (bits != 0 && bits != 8 && bits != 16) {
      report(getOperation(), "SNN0340")
          << "weights have 8 or 16 bits, not " << bits.getValue();
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
    NeuronOp model = population.neuron();
    for (ProjectionOp projection : incoming)
      if (model && projection.getReceptor() >= model.numReceptors())
        return report(projection, "SNN0311")
               << "projection '" << projection.getName()
               << "' ends in receptor " << int64_t(projection.getReceptor())
               << ", model '" << model.getSymName() << "' has "
               << model.numReceptors();
    IncomingWeights weights;
    weights.setThreads(threads);
    if (failed(weights.read(population, incoming,
                            mode != QuantizeMode::PerNeuron)))
      return failure();
    if (!model)
      return report(population, "SNN0310")
             << "neuron model '" << population.getModel() << "' does not exist";
    warnOfZeros(incoming, weights);
    WeightScales scales = chooseScales(population, incoming, weights);
    llvm::SmallVector<Attribute> attrs;
    for (size_t r = 0; r < scales.lists.size(); ++r)
      attrs.push_back(makeParam(&getContext(), scaleKey(population, scales, r),
                                scales.lists[r]));
    Rounding rounding = mode == QuantizeMode::PerNeuron ? Rounding::NearestEven
                                                        : Rounding::TowardZero;
    for (ProjectionOp projection : incoming)
      projection.setQuantAttr(QuantAttr::get(
          &getContext(), scales.bits, rounding,
          attrs[scales.shared() ? 0 : size_t(projection.getReceptor())]));
    return foldScales(
        population,
        planFolding(model, weights, scales, drawnParams(population)), model);
  }

  static std::string scaleKey(PopulationOp population,
                              const WeightScales &scales, size_t receptor) {
    std::string key = (population.getName() + ".weight_scale").str();
    return scales.shared() ? key : fmt::format("{}.{}", key, receptor);
  }

  static bool goodEnough(const WeightLoss &loss) {
    return loss.worst.share() <= kLostShare && loss.error <= kSumError;
  }

  /// S6.6: 8 bits unless a projection loses more than kLostShare of its weights
  /// to them or a receptor's sum is off by more than kSumError. Warns where the
  /// width that was asked for, or 16, loses more.
  WeightScales chooseScales(PopulationOp population,
                            llvm::ArrayRef<ProjectionOp> incoming,
                            const IncomingWeights &weights) {
    WeightScales scales = weights.choose(bits ? unsigned(bits) : 8);
    if (mode != QuantizeMode::PerNeuron) {
      warnOfTruncated(population, incoming, weights, scales);
      return scales; // another tool's numbers, lost weights and all
    }
    WeightLoss loss = weights.loss(scales);
    if (!goodEnough(loss)) {
      WeightScales wide = scales.bits == 8 ? weights.choose(16) : scales;
      WeightLoss inWide = scales.bits == 8 ? weights.loss(wide) : loss;
      if (!bits) {
        warnOfWidth(population, loss);
        scales = std::move(wide);
        loss = inWide;
      }
      if (!goodEnough(loss))
        warnOfLoss(population, scales, loss, goodEnough(inWide));
    }
    warnOfClipping(population, scales, loss);
    return scales;
  }

  /// Of a file with lines.
  static bool isText(Location location) {
    if (auto name = dyn_cast<NameLoc>(location))
      return isText(name.getChildLoc());
    auto file = dyn_cast<FileLineColLoc>(location);
    return file && file.getLine() > 0;
  }

  /// Whether it may well be without synapses: views leave weights of 0 out,
  /// too.
  static bool isMeantEmpty(Attribute weights) {
    if (auto csr = dyn_cast<CsrAttr>(weights))
      return csr.getTargets().getType().getNumElements() == 0;
    if (auto list = dyn_cast<ListAttr>(weights))
      return list.getTargets().getType().getNumElements() == 0;
    auto rule = dyn_cast<ProceduralAttr>(weights);
    return rule && !(rule.getWeight().getKind() == DistKind::Constant &&
                     rule.getWeight().values()[0] == 0);
  }

  /// SNN0346: weights that are 0 in the file.
  void warnOfZeros(llvm::ArrayRef<ProjectionOp> incoming,
                   const IncomingWeights &weights) {
    for (size_t i = 0; i < incoming.size(); ++i) {
      ProjectionOp projection = incoming[i];
      const IncomingWeights::Weights &count = weights.counts()[i];
      if (count.notZero > 0 || isMeantEmpty(projection.getWeights()))
        continue;
      auto warning = report(projection, "SNN0346");
      warning << "all weights of '" << projection.getName() << "' are 0: '"
              << projection.targetPopulation().getName()
              << "' gets nothing of '" << projection.sourceName() << "'";
      attachHelp(warning)
          << (isText(projection.getLoc())
                  ? "write a weight that is not 0, for example `weight: 1.0`"
                  : "export the network again with the weights that were "
                    "trained: those between -1 and 1 are 0 once they are cast "
                    "to integers");
    }
  }

  /// SNN0346: weights that are 0 by py-spinnaker2's rule (S6.5), which
  /// truncates them with one scale for all neurons.
  void warnOfTruncated(PopulationOp population,
                       llvm::ArrayRef<ProjectionOp> incoming,
                       const IncomingWeights &weights,
                       const WeightScales &scales) {
    for (size_t i = 0; i < incoming.size(); ++i) {
      ProjectionOp projection = incoming[i];
      const IncomingWeights::Weights &count = weights.counts()[i];
      double scale = scales.of(projection.getReceptor()).front();
      if (count.notZero == 0 || count.largest * scale >= 1)
        continue;
      auto warning = report(projection, "SNN0346");
      warning << fmt::format("all {} weights of '{}' become 0 in int{}, beside "
                             "the largest into '{}'",
                             count.notZero, projection.getName().str(),
                             scales.bits, population.getName().str());
      attachHelp(warning) << "leave --quantize out: each neuron has a scale of "
                             "its own then";
    }
  }

  /// SNN0342, SNN0343: int16 where int8 was tried first.
  void warnOfWidth(PopulationOp population, const WeightLoss &loss) {
    if (loss.worst.share() > kLostShare)
      report(population, "SNN0342")
          << percent(loss.worst.share()) << " of the weights of '"
          << loss.worst.name << "' would become 0 in int8: the weights into '"
          << population.getName() << "' are int16";
    else
      report(population, "SNN0343")
          << sumsOf(population, loss) << " would be off by "
          << percent(loss.error) << " in int8: the weights into '"
          << population.getName() << "' are int16";
  }

  /// SNN0341, SNN0344: what the width in force loses.
  void warnOfLoss(PopulationOp population, const WeightScales &scales,
                  const WeightLoss &loss, bool wideHelps) {
    const ProjectionLoss &worst = loss.worst;
    bool vanish = worst.share() > kLostShare;
    auto warning =
        vanish ? report(population, "SNN0341") : report(population, "SNN0344");
    if (vanish)
      warning << percent(worst.share()) << " of the weights of '" << worst.name
              << "' (" << worst.lost << " of " << worst.all
              << ") become 0 in int" << scales.bits
              << " beside the largest weight into the same neuron";
    else
      warning << sumsOf(population, loss) << " are off by "
              << percent(loss.error) << " in int" << scales.bits;
    attachHelp(warning) << (wideHelps ? "use --weights int16, or leave "
                                        "--weights out"
                                      : kCompareWithFloat);
  }

  /// SNN0345: one for each projection.
  void warnOfClipping(PopulationOp population, const WeightScales &scales,
                      const WeightLoss &loss) {
    for (const ProjectionLoss &clipped : loss.clipped) {
      auto warning = report(population, "SNN0345");
      warning << fmt::format(
          "{} of the {} weights of '{}' are clipped in int{}, the largest "
          "from {:.6g} to {:.6g}: the sums into '{}' are nearer that way",
          clipped.clipped, clipped.all, clipped.name.str(), scales.bits,
          clipped.largestClipped, clipped.clippedTo,
          population.getName().str());
      attachHelp(warning) << (scales.bits == 8 ? "use --weights int16"
                                               : kCompareWithFloat);
    }
  }

  static std::string sumsOf(PopulationOp population, const WeightLoss &loss) {
    NeuronOp model = population.neuron(); // quantize() has seen to it
    std::string text = ("the sums into '" + population.getName() + "'").str();
    if (model.numReceptors() < 2)
      return text;
    return text + " (receptor '" + receptorName(model, loss.receptor).str() +
           "')";
  }

  static std::string percent(double share) {
    return fmt::format("{:.1f} %", 100 * share);
  }

  /// S6.3, S6.8.
  LogicalResult foldScales(PopulationOp population, const ScaleFolding &folding,
                           NeuronOp model) {
    multiplySums(population, model, folding);
    auto listOf = [&](DictionaryAttr known) {
      return known ? NamedAttrList(known) : NamedAttrList();
    };
    NamedAttrList params = listOf(population.getParams());
    NamedAttrList states = listOf(population.getScalesAttr());
    NamedAttrList initial = listOf(population.getInitialAttr());
    for (unsigned j = 0; j < model.numParams(); ++j)
      if (failed(rescale(population, params, model.paramName(j),
                         folding.param(j))))
        return failure();
    for (unsigned k = 0; k < model.numStates(); ++k) {
      llvm::StringRef name = model.stateName(k);
      Numbers factors = folding.state(k);
      if (!factors.empty() && !states.get(name))
        states.set(name, Builder(&getContext()).getF64FloatAttr(1.0));
      // States before tick 0 are in the user's units until here.
      if (failed(rescale(population, states, name, factors)) ||
          (initial.get(name) &&
           failed(rescale(population, initial, name, factors))))
        return failure();
    }
    population.setParamsAttr(params.getDictionary(&getContext()));
    if (!states.empty())
      population.setScalesAttr(states.getDictionary(&getContext()));
    if (population.getInitialAttr())
      population.setInitialAttr(initial.getDictionary(&getContext()));
    return success();
  }

  /// No factors: nothing to do.
  LogicalResult rescale(PopulationOp population, NamedAttrList &list,
                        llvm::StringRef name, const Numbers &factors) {
    if (factors.empty())
      return success();
    auto values =
        ParamValues::get(list.get(name), factors.size(), &getContext());
    if (!values)
      return report(population, "SNN0311")
             << "parameter '" << name << "' is missing or has the wrong size";
    Numbers scaled;
    for (size_t t = 0; t < factors.size(); ++t)
      scaled.push_back(values->at(t) * factors[t]);
    list.set(name,
             makeParam(&getContext(), (population.getName() + "." + name).str(),
                       scaled));
    return success();
  }

  /// Gives the population a copy of the model that multiplies sums by
  /// parameters of its own first, where the folding wants that.
  void multiplySums(PopulationOp population, NeuronOp model,
                    const ScaleFolding &folding) {
    if (folding.multipliers.empty())
      return;
    std::string symbol = folding.modelName(model);
    NamedAttrList params(population.getParams());
    auto copy = getOperation().lookupSymbol<NeuronOp>(symbol);
    bool fresh = !copy;
    if (fresh) {
      OpBuilder builder(model);
      copy = cast<NeuronOp>(builder.clone(*model));
      copy.setSymName(symbol);
    }
    unsigned next = model.numParams();
    for (const SumMultiplier &multiplier : folding.multipliers) {
      if (fresh)
        multiplier.addTo(copy);
      llvm::StringRef name = copy.paramName(next++);
      params.set(name, makeParam(&getContext(),
                                 (population.getName() + "." + name).str(),
                                 multiplier.factors));
    }
    population.setParamsAttr(params.getDictionary(&getContext()));
    population.setModel(symbol);
  }
};
} // namespace
} // namespace snnc::normalize
