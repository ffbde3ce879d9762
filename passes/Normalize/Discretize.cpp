//===- Discretize.cpp - Continuous neurons become one-tick models ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The formulas are docs/semantics.md S2. States are kept in the unit in which
// one weighted spike adds exactly its weight; `scales` converts back.

#include "compiler/SNN/NeuronLibrary.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Normalize/Passes.h"
#include "passes/Normalize/ResetRules.h"
#include "passes/Normalize/WholeTicks.h"

#include <cmath>
#include <limits>

namespace snnc::normalize {
#define GEN_PASS_DEF_DISCRETIZE
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

struct DiscretizePass : impl::DiscretizeBase<DiscretizePass> {
  using DiscretizeBase::DiscretizeBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>()) {
      if (network.getDt())
        continue; // already in ticks
      if (failed(checkOptions(network)))
        return signalPassFailure();
      llvm::SmallVector<OdeOp> odes(network.getOps<OdeOp>());
      for (OdeOp ode : odes)
        if (failed(discretize(ode)))
          return signalPassFailure();
      for (ProjectionOp projection : network.getOps<ProjectionOp>())
        if (failed(delayToTicks(projection)))
          return signalPassFailure();
      network.setDtAttr(Builder(&getContext()).getF64FloatAttr(dt));
    }
  }

  LogicalResult checkOptions(NetworkOp network) {
    if (!(dt > 0) || !std::isfinite(double(dt))) {
      auto error = report(network, "SNN0330") << "the time step is not known";
      attachHelp(error) << "give --dt SECONDS (in the unit of the file's tau)";
      return error;
    }
    if (integrator != "forward" && integrator != "exponential")
      return report(network, "SNN0331")
             << "unknown integrator '" << integrator.getValue() << "'";
    if (reset != "value" && reset != "zero" && reset != "subtract" &&
        reset != "none")
      return report(network, "SNN0331")
             << "unknown reset '" << reset.getValue() << "'";
    if (compare != "above" && compare != "reached" && compare != "lowered" &&
        compare != "before")
      return report(network, "SNN0331")
             << "unknown comparison '" << compare.getValue() << "'";
    if (start != "leak" && start != "reset")
      return report(network, "SNN0331")
             << "unknown start '" << start.getValue() << "'";
    if (jump != "damped" && jump != "undamped" && jump != "decayed" &&
        jump != "unit")
      return report(network, "SNN0331")
             << "unknown jump '" << jump.getValue() << "'";
    return success();
  }

  //===--------------------------------------------------------------------===//
  // One population
  //===--------------------------------------------------------------------===//

  /// How much of a time constant passes in one tick: the factor of the drive.
  double leakFactor(double tau) {
    if (std::isinf(tau))
      return 0.0;
    return integrator == "forward" ? dt / tau : 1.0 - std::exp(-dt / tau);
  }
  double decay(double tau) {
    if (std::isinf(tau))
      return 1.0;
    return integrator == "forward" ? 1.0 - dt / tau : std::exp(-dt / tau);
  }
  /// leakFactor * r. Lava writes tau = inf, r = tau / dt for "no decay": 1.
  double drive(double tau, double r) {
    if (jump == "unit" || jump == "decayed" ||
        (std::isinf(tau) && std::isinf(r)))
      return 1.0;
    return leakFactor(tau) * r;
  }
  /// The same for a spike that enters a synapse's current.
  double currentDrive(double tauSyn, double wIn) {
    if (jump == "undamped")
      return wIn;
    return jump == "decayed" ? decay(tauSyn) : drive(tauSyn, wIn);
  }
  /// The same for neurons without a leak.
  double stepDrive(double r) {
    return jump == "damped" ? r * dt : jump == "undamped" ? r : 1.0;
  }

  FailureOr<Numbers> field(OdeOp ode, llvm::StringRef name,
                           std::optional<double> missing = std::nullopt) {
    size_t n = size_t(
        cast<RankedTensorType>(ode.getSignal().getType()).getNumElements());
    Attribute attr = ode.getParams().get(name);
    if (!attr && missing)
      return Numbers(n, *missing);
    auto values = ParamValues::get(attr, n, &getContext());
    if (!values)
      return report(ode, "SNN0332")
             << "field '" << name << "' is missing or has the wrong size";
    Numbers numbers;
    for (size_t i = 0; i < n; ++i)
      numbers.push_back(values->at(i));
    return numbers;
  }

  static bool hasSynapse(OdeKind kind) {
    return kind == OdeKind::CubaLI || kind == OdeKind::CubaLIF;
  }
  static bool leaks(OdeKind kind) {
    return kind == OdeKind::LI || kind == OdeKind::LIF || hasSynapse(kind);
  }
  static bool resets(OdeKind kind) {
    return kind == OdeKind::IF || kind == OdeKind::LIF ||
           kind == OdeKind::CubaLIF;
  }

  /// An I whose potential is the sum of the tick alone (S2.10).
  static bool isSum(OdeOp ode) {
    return ode.getKind() == OdeKind::I &&
           ode.getParams().contains("memoryless");
  }

  /// The refractory period in ticks; all zero where there is none (S2.8).
  FailureOr<Numbers> refractoryTicks(OdeOp ode) {
    FailureOr<Numbers> times = field(ode, "refractory", 0.0);
    if (failed(times))
      return failure();
    Numbers exact;
    for (double time : *times)
      exact.push_back(time / dt);
    if (failed(wholeTicks(ode, dt, exact, *times, "a refractory period",
                          "SNN0313", "SNN0314")))
      return failure();
    return times;
  }

  /// A tick beyond the time constant: forward Euler changes the sign of what it
  /// should keep, and exponential Euler keeps nothing.
  void warnOfLongTicks(OdeOp ode, llvm::StringRef name, const Numbers &taus) {
    bool forward = integrator == "forward";
    double shortest = std::numeric_limits<double>::infinity();
    size_t count = 0;
    for (double tau : taus) {
      if (!(tau > 0 && (forward ? decay(tau) < 0 : decay(tau) < 1e-3)))
        continue;
      shortest = std::min(shortest, tau);
      ++count;
    }
    if (count == 0)
      return;
    auto warning = report(ode, "SNN0337")
                   << "a tick of dt = " << shortText(dt)
                   << " is longer than the time constant " << name << " = "
                   << shortText(shortest) << " of " << count << " of "
                   << taus.size() << " neuron(s): "
                   << (forward ? "their state is multiplied by "
                               : "of their state remains ")
                   << shortText(decay(shortest)) << " each tick";
    attachHelp(warning) << "if the time constants are right, use --dt "
                        << shortText(shortest / 10)
                        << (forward ? ", or --integrator exponential" : "");
  }

  /// The options, or what the neurons' own `params` say.
  ResetRules rulesOf(OdeOp ode) {
    ResetRules rules{reset, resetLate, compare};
    if (auto own = ode.getParams().getAs<StringAttr>("reset"))
      rules.reset = own.getValue();
    if (auto own = ode.getParams().getAs<BoolAttr>("reset_late"))
      rules.late = own.getValue();
    if (ode.getParams().contains("no_reset"))
      rules.reset = "none";
    return rules;
  }

  static LogicalResult refuseLatePause(OdeOp ode) {
    auto error = report(ode, "SNN0315")
                 << "the neurons have a refractory period and a reset in the "
                    "next tick, which no framework defines together";
    attachHelp(error) << "add --no-reset-late";
    return failure();
  }

  /// What the file says of a population, an element per neuron; empty where the
  /// kind has no such field.
  struct Fields {
    Numbers bias, tau, r, leak, tauSyn, wIn, threshold, vReset;
  };

  FailureOr<Fields> fieldsOf(OdeOp ode) {
    OdeKind kind = ode.getKind();
    Fields f;
    auto read = [&](llvm::StringRef name, Numbers &into,
                    std::optional<double> missing = std::nullopt) {
      auto numbers = field(ode, name, missing);
      if (succeeded(numbers))
        into = *numbers;
      return succeeded(numbers);
    };
    bool ok = read("bias", f.bias, 0.0);
    if (!isMemoryless(ode))
      ok = ok && read("r", f.r, 1.0);
    if (leaks(kind))
      ok = ok && read(hasSynapse(kind) ? "tau_mem" : "tau", f.tau) &&
           read("v_leak", f.leak, 0.0);
    if (hasSynapse(kind))
      ok = ok && read("tau_syn", f.tauSyn) && read("w_in", f.wIn, 1.0);
    if (kind == OdeKind::Threshold)
      ok = ok && read("threshold", f.threshold);
    if (resets(kind))
      ok = ok && read("v_threshold", f.threshold) &&
           read("v_reset", f.vReset, 0.0);
    if (!ok)
      return failure();
    return f;
  }

  static bool isMemoryless(OdeOp ode) {
    return ode.getKind() == OdeKind::Threshold || isSum(ode);
  }

  /// One tick of every neuron.
  struct Tick {
    explicit Tick(size_t n)
        : alpha(n, 1.0), syn(n, 0.0), vGain(n, 1.0), iGain(n, 1.0),
          offset(n, 0.0), onMembrane(n, 1.0), unit(n), gain(n, 1.0) {}
    Numbers alpha, syn;   ///< what remains of potential and current
    Numbers vGain, iGain; ///< what of an input reaches them
    Numbers offset;       ///< of the potential
    Numbers onMembrane;   ///< times this a constant input settles there
    Numbers unit;         ///< of the potential: what one weighted spike adds
    Numbers gain;         ///< a parameter where the unit cannot hold it
  };

  Tick tickOf(OdeOp ode, const Fields &f) {
    OdeKind kind = ode.getKind();
    Tick tick(f.bias.size());
    for (size_t k = 0; k < f.bias.size(); ++k) {
      if (leaks(kind)) {
        tick.alpha[k] = decay(f.tau[k]);
        tick.vGain[k] = drive(f.tau[k], f.r[k]);
        tick.offset[k] = leakFactor(f.tau[k]) * f.leak[k];
      } else if (!isMemoryless(ode)) {
        tick.vGain[k] = stepDrive(f.r[k]);
      }
      if (hasSynapse(kind)) {
        tick.syn[k] = decay(f.tauSyn[k]);
        tick.iGain[k] = currentDrive(f.tauSyn[k], f.wIn[k]);
        tick.onMembrane[k] = jump == "damped" ? f.wIn[k] / tick.iGain[k]
                                              : 1.0 / (1.0 - tick.syn[k]);
      }
    }
    chooseUnit(tick);
    return tick;
  }

  /// Unit in which one weighted spike adds its weight. Impossible when the
  /// input has no or a negative effect: then the gain stays a parameter.
  static void chooseUnit(Tick &tick) {
    size_t n = tick.unit.size();
    bool folded = true;
    for (size_t k = 0; k < n; ++k) {
      tick.unit[k] = tick.vGain[k] * tick.iGain[k];
      folded &=
          tick.unit[k] > 0 && std::isfinite(tick.unit[k]) && tick.iGain[k] > 0;
    }
    if (folded)
      return;
    for (size_t k = 0; k < n; ++k) {
      tick.gain[k] = tick.vGain[k] * tick.iGain[k];
      tick.unit[k] = 1.0;
      // The current is then kept in units of the membrane's drive.
      tick.iGain[k] = tick.vGain[k] != 0 ? 1.0 / tick.vGain[k] : 1.0;
    }
  }

  static Numbers over(const Numbers &a, const Numbers &b) {
    Numbers out;
    for (size_t k = 0; k < a.size(); ++k)
      out.push_back(a[k] / b[k]);
    return out;
  }

  void set(OdeOp ode, NamedAttrList &into, llvm::StringRef name,
           const Numbers &values, llvm::StringRef suffix = "") {
    into.set(name,
             makeParam(&getContext(),
                       (ode.getName() + "." + name + suffix).str(), values));
  }

  /// What every kind has; not what a spike does.
  void setDynamics(OdeOp ode, const Fields &f, const Tick &tick,
                   NamedAttrList &params) {
    OdeKind kind = ode.getKind();
    Numbers inputBias = f.bias, membrane = over(tick.offset, tick.unit);
    bool toOffset = leaks(kind) && (!hasSynapse(kind) || membraneBias);
    for (size_t k = 0; toOffset && k < f.bias.size(); ++k) {
      membrane[k] += f.bias[k] * tick.gain[k] *
                     (hasSynapse(kind) ? tick.onMembrane[k] : 1.0);
      inputBias[k] = 0;
    }
    set(ode, params, "bias", inputBias);
    set(ode, params, "gain", tick.gain);
    if (leaks(kind)) {
      set(ode, params, "alpha", tick.alpha);
      set(ode, params, "offset", membrane);
    }
    if (hasSynapse(kind))
      set(ode, params, "syn", tick.syn);
    if (kind != OdeKind::Threshold && !resets(kind))
      return;
    Numbers compared = over(f.threshold, tick.unit);
    if (compare == "reached")
      llvm::transform(compared, compared.begin(), justBelow);
    set(ode, params, "threshold", compared);
  }

  /// What a spike does; the suffix of the model's name.
  FailureOr<std::string> setReset(OdeOp ode, const Fields &f, const Tick &tick,
                                  const ResetRules &rules,
                                  NamedAttrList &params) {
    OdeKind kind = ode.getKind();
    FailureOr<Numbers> refractory = refractoryTicks(ode);
    if (failed(refractory))
      return failure();
    bool pauses =
        llvm::any_of(*refractory, [](double ticks) { return ticks > 0; });
    if (pauses && rules.actsLate())
      return refuseLatePause(ode);
    if (pauses)
      set(ode, params, "refractory", *refractory);
    size_t n = f.bias.size();
    Numbers level(n, 0.0), drop(n, 0.0);
    for (size_t k = 0; k < n; ++k) {
      level[k] = rules.reset == "value" ? f.vReset[k] : 0.0;
      drop[k] = rules.reset == "none" ? 0.0 : f.threshold[k];
      // Spyx subtracts before the membrane decays, where it has a current.
      if (compare == "before" && hasSynapse(kind))
        drop[k] *= tick.alpha[k];
    }
    if (rules.subtracts())
      set(ode, params, "drop", over(drop, tick.unit));
    else
      set(ode, params, "reset", over(level, tick.unit));
    return pauses ? rules.refractorySuffix()
                  : rules.suffix(kind, feedsItself(ode));
  }

  /// Units of the states, and where they start.
  void setStates(OdeOp ode, const Fields &f, const Tick &tick,
                 NamedAttrList &scales, NamedAttrList &initial) {
    OdeKind kind = ode.getKind();
    Numbers one(f.bias.size(), 1.0);
    if (kind != OdeKind::Threshold)
      set(ode, scales, "v", over(one, tick.unit), ".scale");
    if (hasSynapse(kind))
      set(ode, scales, "i", over(one, tick.iGain), ".scale");
    // py-spinnaker2 starts every neuron at 0.
    const Numbers &first = start == "reset" && resets(kind) ? f.vReset : f.leak;
    if (!membraneBias &&
        llvm::any_of(first, [](double rest) { return rest != 0; }))
      set(ode, initial, "v", over(first, tick.unit), ".initial");
  }

  LogicalResult discretize(OdeOp ode) {
    OdeKind kind = ode.getKind();
    FailureOr<Fields> fields = fieldsOf(ode);
    if (failed(fields))
      return failure();
    warnOfLongTicks(ode, hasSynapse(kind) ? "tau_mem" : "tau", fields->tau);
    warnOfLongTicks(ode, "tau_syn", fields->tauSyn);
    Tick tick = tickOf(ode, *fields);
    NamedAttrList params, scales, initial;
    setDynamics(ode, *fields, tick, params);
    std::string model = isSum(ode) ? "sum" : stringifyOdeKind(kind).str();
    ResetRules rules = rulesOf(ode);
    if (resets(kind)) {
      auto suffix = setReset(ode, *fields, tick, rules, params);
      if (failed(suffix))
        return failure();
      model += *suffix;
    }
    setStates(ode, *fields, tick, scales, initial);
    PopulationOp made = replace(ode, model, params, scales, initial);
    if (compare == "before" && resets(kind) && rules.reset != "none")
      made->setAttr("compares_before", UnitAttr::get(&getContext()));
    return success();
  }

  PopulationOp replace(OdeOp ode, llvm::StringRef modelName,
                       NamedAttrList &params, NamedAttrList &scales,
                       NamedAttrList &initial) {
    NeuronOp model = importLibraryModel(getOperation(), modelName);
    OpBuilder builder(ode);
    auto type = cast<RankedTensorType>(ode.getSignal().getType());
    Type element = model.isSpiking() ? Type(builder.getI1Type())
                                     : Type(builder.getF32Type());
    auto population = builder.create<PopulationOp>(
        ode.getLoc(), RankedTensorType::get(type.getShape(), element),
        ode.getNameAttr(), FlatSymbolRefAttr::get(model.getSymNameAttr()),
        params.getDictionary(&getContext()),
        scales.empty() ? DictionaryAttr() : scales.getDictionary(&getContext()),
        IntegerAttr(), IntegerAttr());
    if (!initial.empty())
      population.setInitialAttr(initial.getDictionary(&getContext()));
    ode.getSignal().replaceAllUsesWith(population.getSignal());
    ode.erase();
    return population;
  }

  //===--------------------------------------------------------------------===//
  // Delays
  //===--------------------------------------------------------------------===//

  LogicalResult delayToTicks(ProjectionOp projection) {
    size_t n = size_t(projection.numSources());
    auto times = ParamValues::get(projection.getDelay(), n, &getContext());
    if (!times)
      return report(projection, "SNN0332") << "the delay is missing";
    Numbers exact, ticks;
    for (size_t i = 0; i < n; ++i)
      exact.push_back(times->at(i) / dt);
    if (failed(wholeTicks(projection, dt, exact, ticks, "a delay", "SNN0333",
                          "SNN0334")))
      return failure();
    projection.setDelayAttr(makeParam(
        &getContext(), (projection.getName() + ".delay").str(), ticks));
    return success();
  }
};
} // namespace
} // namespace snnc::normalize
