//===- CellTypes.cpp - Neurons with parameters that have units ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/CellTypes.h"

#include "runtime/support/Random.h"

#include <algorithm>
#include <cmath>

namespace snnc::snn {

const char *canonicalUnit(Dimension dimension) {
  static constexpr const char *units[] = {"",   "ms", "Hz", "mV",
                                          "pA", "pF", "nS", "GOhm"};
  return units[size_t(dimension)];
}

const char *dimensionName(Dimension dimension) {
  static constexpr const char *names[] = {
      "a number",  "a time",        "a rate",        "a voltage",
      "a current", "a capacitance", "a conductance", "a resistance"};
  return names[size_t(dimension)];
}

namespace {

constexpr double kMost = 1e9, kLeast = 1e-9;
using D = Dimension;

double decay(double tick, double tau) {
  return portableExp(std::max(-tick / tau, -700.0));
}

/// Whole ticks of a refractory period.
double ticksOf(double time, double tick) { return std::nearbyint(time / tick); }

/// (1 - exp(-x)) / x
double phi1(double x) {
  if (std::abs(x) < 1e-3)
    return 1 - x / 2 + x * x / 6 - x * x * x / 24;
  return (1 - portableExp(std::clamp(-x, -700.0, 700.0))) / x;
}
/// (1 - exp(-x) - x exp(-x)) / x^2
double phi2(double x) {
  if (std::abs(x) < 1e-2)
    return 1.0 / 2 - x / 3 + x * x / 8 - x * x * x / 30 + x * x * x * x / 144;
  double e = portableExp(std::clamp(-x, -700.0, 700.0));
  return (1 - e - x * e) / (x * x);
}

/// What the membrane gains in one tick from a current of 1 pA that decays with
/// `syn`: exact.
double propagator(double tick, double capacity, double tau, double syn) {
  double x = tick * (tau - syn) / (tau * syn);
  return tick / capacity * decay(tick, tau) * phi1(x);
}

//===----------------------------------------------------------------------===//
// iaf_psc_delta, iaf_psc_exp, iaf_psc_alpha
//===----------------------------------------------------------------------===//

/// Where parameters stand in all tables below: what a type has beyond these
/// comes behind them.
enum Place {
  CM,
  TauM, ///< of conductances: GL
  TRef,
  EL,
  VReset,
  VTh,
  IE,
  TauSynEx,
  TauSynIn,
  EEx,
  EIn,
  DeltaT,
  VPeak,
  A,
  B,
  TauW,
  GL = TauM
};

constexpr CellParam kCurrent[] = {
    {"C_m", D::Capacitance, 250, kLeast, kMost},
    {"tau_m", D::Time, 10, kLeast, kMost},
    {"t_ref", D::Time, 2, 0, kMost},
    {"E_L", D::Voltage, -70, -kMost, kMost},
    {"V_reset", D::Voltage, -70, -kMost, kMost},
    {"V_th", D::Voltage, -55, -kMost, kMost},
    {"I_e", D::Current, 0, -kMost, kMost},
    {"tau_syn_ex", D::Time, 2, kLeast, kMost},
    {"tau_syn_in", D::Time, 2, kLeast, kMost},
};

/// A membrane without synaptic currents.
constexpr size_t kMembrane = IE + 1;

struct Membrane {
  double alpha, offset;
  Membrane(llvm::ArrayRef<double> p, double tick)
      : alpha(decay(tick, p[TauM])),
        offset((1 - alpha) * (p[EL] + p[IE] * p[TauM] / p[CM])) {}
};

CellType::Step deltaStep(llvm::ArrayRef<double> p, double tick) {
  Membrane m(p, tick);
  return {{m.alpha, m.offset, p[VTh], p[VReset], ticksOf(p[TRef], tick)},
          p[EL]};
}

CellType::Step expStep(llvm::ArrayRef<double> p, double tick) {
  Membrane m(p, tick);
  auto gain = [&](Place syn) {
    return propagator(tick, p[CM], p[TauM], p[syn]);
  };
  return {{m.alpha, gain(TauSynEx), gain(TauSynIn), decay(tick, p[TauSynEx]),
           decay(tick, p[TauSynIn]), m.offset, p[VTh], p[VReset],
           ticksOf(p[TRef], tick)},
          p[EL]};
}

CellType::Step alphaStep(llvm::ArrayRef<double> p, double tick) {
  Membrane m(p, tick);
  CellType::Step step;
  step.params = {m.alpha};
  for (Place place : {TauSynEx, TauSynIn}) {
    double syn = p[place], x = tick * (p[TauM] - syn) / (p[TauM] * syn);
    step.params.push_back(propagator(tick, p[CM], p[TauM], syn));
    step.params.push_back(tick * tick / p[CM] * decay(tick, p[TauM]) * phi2(x));
  }
  for (Place place : {TauSynEx, TauSynIn}) {
    double stays = decay(tick, p[place]);
    step.params.append({stays, tick * stays, portableExp(1) / p[place]});
  }
  step.params.append({m.offset, p[VTh], p[VReset], ticksOf(p[TRef], tick)});
  step.rest = p[EL];
  return step;
}

//===----------------------------------------------------------------------===//
// iaf_cond_exp, adex
//===----------------------------------------------------------------------===//

constexpr CellParam kConductance[] = {
    {"C_m", D::Capacitance, 250, kLeast, kMost},
    {"g_L", D::Conductance, 16.6667, kLeast, kMost},
    {"t_ref", D::Time, 2, 0, kMost},
    {"E_L", D::Voltage, -70, -kMost, kMost},
    {"V_reset", D::Voltage, -60, -kMost, kMost},
    {"V_th", D::Voltage, -55, -kMost, kMost},
    {"I_e", D::Current, 0, -kMost, kMost},
    {"tau_syn_ex", D::Time, 0.2, kLeast, kMost},
    {"tau_syn_in", D::Time, 2, kLeast, kMost},
    {"E_ex", D::Voltage, 0, -kMost, kMost},
    {"E_in", D::Voltage, -85, -kMost, kMost},
};

/// Mean over a tick of what decays with `tau`, times tick / capacity.
double meanOver(double tick, double tau, double capacity) {
  return tick / capacity * phi1(tick / tau);
}

CellType::Step conductanceStep(llvm::ArrayRef<double> p, double tick) {
  double leak = tick * p[GL] / p[CM];
  return {{leak, meanOver(tick, p[TauSynEx], p[CM]),
           meanOver(tick, p[TauSynIn], p[CM]), p[EEx], p[EIn],
           decay(tick, p[TauSynEx]), decay(tick, p[TauSynIn]),
           leak * p[EL] + tick * p[IE] / p[CM], p[VTh], p[VReset],
           ticksOf(p[TRef], tick)},
          p[EL]};
}

constexpr CellParam kAdex[] = {
    {"C_m", D::Capacitance, 281, kLeast, kMost},
    {"g_L", D::Conductance, 30, kLeast, kMost},
    {"t_ref", D::Time, 0, 0, kMost},
    {"E_L", D::Voltage, -70.6, -kMost, kMost},
    {"V_reset", D::Voltage, -60, -kMost, kMost},
    {"V_th", D::Voltage, -50.4, -kMost, kMost},
    {"I_e", D::Current, 0, -kMost, kMost},
    {"tau_syn_ex", D::Time, 0.2, kLeast, kMost},
    {"tau_syn_in", D::Time, 2, kLeast, kMost},
    {"E_ex", D::Voltage, 0, -kMost, kMost},
    {"E_in", D::Voltage, -85, -kMost, kMost},
    {"Delta_T", D::Voltage, 2, 1e-3, kMost},
    {"V_peak", D::Voltage, 0, -kMost, kMost},
    {"a", D::Conductance, 4, -kMost, kMost},
    {"b", D::Current, 80.5, -kMost, kMost},
    {"tau_w", D::Time, 144, kLeast, kMost},
};

CellType::Step adexStep(llvm::ArrayRef<double> p, double tick) {
  double k = tick / p[CM], leak = k * p[GL];
  return {{leak, 1 / p[DeltaT], leak * p[DeltaT], p[VTh], p[VPeak], p[EL], k,
           meanOver(tick, p[TauSynEx], p[CM]),
           meanOver(tick, p[TauSynIn], p[CM]), p[EEx], p[EIn],
           decay(tick, p[TauSynEx]), decay(tick, p[TauSynIn]), k * p[IE], p[A],
           tick / p[TauW], p[B], p[VReset], ticksOf(p[TRef], tick)},
          p[EL]};
}

constexpr CellType kTypes[] = {
    {"iaf_psc_delta", llvm::ArrayRef<CellParam>(kCurrent, kMembrane),
     D::Voltage, deltaStep},
    {"iaf_psc_exp", kCurrent, D::Current, expStep},
    {"iaf_psc_alpha", kCurrent, D::Current, alphaStep},
    {"iaf_cond_exp", kConductance, D::Conductance, conductanceStep},
    {"adex", kAdex, D::Conductance, adexStep},
};

} // namespace

llvm::ArrayRef<CellType> cellTypes() { return kTypes; }

const CellType *findCellType(llvm::StringRef name) {
  const CellType *end = std::end(kTypes);
  const CellType *found =
      std::find_if(std::begin(kTypes), end,
                   [&](const CellType &type) { return name == type.name; });
  return found == end ? nullptr : found;
}

} // namespace snnc::snn
