//===- NirDt.cpp - The time step that the parameters imply ----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every neuron is a sample (time constant, gain); the rules of the exporters
// are curves gain(tau, dt), and one dt must put all samples on one curve.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirPrimitive.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <numeric>

namespace snnc::nir {

namespace {

/// The dt range that the samples leave open, and how many taus they have.
struct Samples {
  double low = 0, high = 0;       ///< of the dt that each sample alone implies
  double tauLow = 0, tauHigh = 0; ///< of their time constants; 0: none has one
  uint64_t count = 0;
  bool impossible = false;

  void add(double dt, double tau) {
    if (!(dt > 0) || !std::isfinite(dt)) {
      impossible = true;
      return;
    }
    low = count ? std::min(low, dt) : dt;
    high = count ? std::max(high, dt) : dt;
    if (tau > 0) {
      tauLow = tauLow > 0 ? std::min(tauLow, tau) : tau;
      tauHigh = std::max(tauHigh, tau);
    }
    ++count;
  }
  bool agree() const {
    return !impossible && count && high <= low * (1 + 1e-4);
  }
  /// Several time constants, or none that could explain the gain.
  bool isEvidence() const { return tauHigh == 0 || tauHigh > tauLow * 1.001; }
};

} // namespace

/// At most two significant digits: a number that somebody typed.
static bool isRound(double value) {
  double scale = std::pow(10.0, std::floor(std::log10(value)) - 1);
  double digits = value / scale;
  return std::abs(digits - std::round(digits)) <= 1e-4 * digits;
}

/// The dt with r == tau*exp(-dt/tau)/dt: x*exp(x) == 1/r for x = dt/tau.
static double rockpoolDt(double tau, double r) {
  if (!(r > 0) || !(tau > 0) || !std::isfinite(tau))
    return 0;
  double x = std::log1p(1 / r); // above the root, below it never by much
  for (int i = 0; i < 50; ++i) {
    double step = (x * std::exp(x) - 1 / r) / (std::exp(x) * (1 + x));
    x -= step;
    if (std::abs(step) <= 1e-15 * x)
      break;
  }
  return x * tau;
}

/// Samples of r against the membrane's time constant, and of w_in against the
/// synapse's.
template <typename Rule>
static void collect(const Graph &graph, bool withSynapse, Samples &samples,
                    Rule rule) {
  for (const Node &node : graph.nodes) {
    if (!node.kind->isNeuron())
      continue;
    bool isCuba = node.has("tau_mem");
    bool isLeaky = isCuba || node.has("tau");
    const Tensor &r = node.tensor("r");
    const Tensor &tau = node.tensor(isCuba ? "tau_mem" : "tau");
    uint64_t size = std::max(r.size(), isLeaky ? tau.size() : 1);
    for (uint64_t i = 0; i < size; ++i) {
      double t = isLeaky ? tau.at(i) : 0;
      samples.add(isLeaky ? rule(t, r.at(i)) : 1 / r.at(i), t);
    }
    if (!isCuba || !withSynapse)
      continue;
    const Tensor &gain = node.tensor("w_in");
    const Tensor &synapse = node.tensor("tau_syn");
    size = std::max(gain.size(), synapse.size());
    for (uint64_t i = 0; i < size; ++i)
      samples.add(rule(synapse.at(i), gain.at(i)), synapse.at(i));
  }
}

/// r and w_in are 1 everywhere: the exporter did not scale, so they say
/// nothing about dt (Norse).
static bool isUnscaled(const Graph &graph) {
  bool anyLeaky = false;
  for (const Node &node : graph.nodes) {
    bool isLeaky = node.has("tau") || node.has("tau_mem");
    anyLeaky |= isLeaky;
    for (const char *name : {"r", "w_in"}) {
      const Tensor &gain = node.tensor(name);
      for (uint64_t i = 0; isLeaky && i < gain.size(); ++i)
        if (gain.at(i) != 1)
          return false;
    }
  }
  return anyLeaky;
}

static std::optional<double> settledDt(const Samples &samples) {
  if (!samples.agree())
    return std::nullopt;
  double dt = std::midpoint(samples.low, samples.high);
  if (!samples.isEvidence() && !isRound(dt))
    return std::nullopt;
  // Single-precision parameters carry about seven digits: 9.99999997e-05 was
  // typed as 1e-4.
  return isRound(dt) ? std::strtod(fmt::format("{:.1e}", dt).c_str(), nullptr)
                     : dt;
}

ImpliedDt inferDt(const Graph &graph) {
  bool anyNeuron =
      std::any_of(graph.nodes.begin(), graph.nodes.end(),
                  [](const Node &node) { return node.kind->isNeuron(); });
  if (!anyNeuron)
    return {std::nullopt, "the graph has no neurons"};
  if (isUnscaled(graph))
    return {std::nullopt,
            "r and w_in are 1: the parameters do not depend on dt"};
  Samples gain, rockpool;
  collect(graph, true, gain, [](double tau, double r) { return tau / r; });
  if (std::optional<double> dt = settledDt(gain))
    return {dt, gain.tauHigh > 0 ? "r == tau/dt and w_in == tau_syn/dt"
                                 : "r == 1/dt"};
  collect(graph, false, rockpool, rockpoolDt);
  if (std::optional<double> dt = settledDt(rockpool))
    return {dt, "r == tau*exp(-dt/tau)/dt (Rockpool)"};
  if (gain.impossible)
    return {std::nullopt, "a gain r or w_in is zero, negative or infinite"};
  return {std::nullopt,
          fmt::format("no common dt: tau/r ranges from {:.6g} to {:.6g}",
                      gain.low, gain.high)};
}

} // namespace snnc::nir
