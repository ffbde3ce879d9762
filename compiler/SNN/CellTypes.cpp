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

constexpr CellParam kDelta[] = {
    {"C_m", D::Capacitance, 250, kLeast, kMost},
    {"tau_m", D::Time, 10, kLeast, kMost},
    {"t_ref", D::Time, 2, 0, kMost},
    {"E_L", D::Voltage, -70, -kMost, kMost},
    {"V_reset", D::Voltage, -70, -kMost, kMost},
    {"V_th", D::Voltage, -55, -kMost, kMost},
    {"I_e", D::Current, 0, -kMost, kMost},
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

struct Membrane {
  double alpha, offset;
  Membrane(llvm::ArrayRef<double> p, double tick)
      : alpha(decay(tick, p[1])),
        offset((1 - alpha) * (p[3] + p[6] * p[1] / p[0])) {}
};

CellType::Step deltaStep(llvm::ArrayRef<double> p, double tick) {
  Membrane m(p, tick);
  return {{m.alpha, m.offset, p[5], p[4], ticksOf(p[2], tick)}, p[3]};
}

CellType::Step expStep(llvm::ArrayRef<double> p, double tick) {
  Membrane m(p, tick);
  return {{m.alpha, propagator(tick, p[0], p[1], p[7]),
           propagator(tick, p[0], p[1], p[8]), decay(tick, p[7]),
           decay(tick, p[8]), m.offset, p[5], p[4], ticksOf(p[2], tick)},
          p[3]};
}

CellType::Step alphaStep(llvm::ArrayRef<double> p, double tick) {
  Membrane m(p, tick);
  auto second = [&](double syn) {
    double x = tick * (p[1] - syn) / (p[1] * syn);
    return tick * tick / p[0] * decay(tick, p[1]) * phi2(x);
  };
  double e = portableExp(1);
  auto syn = [&](unsigned k) { return decay(tick, p[k]); };
  return {{m.alpha, propagator(tick, p[0], p[1], p[7]), second(p[7]),
           propagator(tick, p[0], p[1], p[8]), second(p[8]), syn(7),
           tick * syn(7), e / p[7], syn(8), tick * syn(8), e / p[8], m.offset,
           p[5], p[4], ticksOf(p[2], tick)},
          p[3]};
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
  double leak = tick * p[1] / p[0];
  return {{leak, meanOver(tick, p[7], p[0]), meanOver(tick, p[8], p[0]), p[9],
           p[10], decay(tick, p[7]), decay(tick, p[8]),
           leak * p[3] + tick * p[6] / p[0], p[5], p[4], ticksOf(p[2], tick)},
          p[3]};
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
  double k = tick / p[0], leak = k * p[1];
  return {{leak, 1 / p[11], leak * p[11], p[5], p[12], p[3], k,
           meanOver(tick, p[7], p[0]), meanOver(tick, p[8], p[0]), p[9], p[10],
           decay(tick, p[7]), decay(tick, p[8]), k * p[6], p[13], tick / p[15],
           p[14], p[4], ticksOf(p[2], tick)},
          p[3]};
}

constexpr CellType kTypes[] = {
    {"iaf_psc_delta", kDelta, D::Voltage, deltaStep},
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
