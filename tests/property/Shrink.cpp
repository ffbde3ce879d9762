//===- Shrink.cpp - A failing network with one thing less -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/property/NetworkSpec.h"

#include <algorithm>

namespace snnc::property {

/// Without signal `signal` and everything at it.
static NetworkSpec without(NetworkSpec spec, uint32_t signal) {
  uint32_t inputs = uint32_t(spec.inputs.size());
  bool isInput = signal < inputs;
  std::erase_if(spec.projections, [&](const ProjectionSpec &p) {
    return p.from == signal || (!isInput && p.to == signal - inputs);
  });
  for (ProjectionSpec &p : spec.projections) {
    p.from -= p.from > signal;
    p.to -= !isInput && p.to > signal - inputs;
  }
  if (isInput)
    spec.inputs.erase(spec.inputs.begin() + signal);
  else
    spec.populations.erase(spec.populations.begin() + (signal - inputs));
  return spec;
}

/// Half the neurons of a signal whose connectors allow any size.
static void halve(const NetworkSpec &spec, uint32_t signal,
                  std::vector<NetworkSpec> &found) {
  if (spec.shapeOf(signal).size() != 1 || spec.sizeOf(signal) < 2)
    return;
  NetworkSpec half = spec;
  uint32_t inputs = uint32_t(spec.inputs.size()), size;
  auto &shape = signal < inputs ? half.inputs[signal].shape
                                : half.populations[signal - inputs].shape;
  size = shape[0] / 2;
  shape = {size};
  for (ProjectionSpec &p : half.projections) {
    bool touches = p.from == signal || p.to + inputs == signal;
    if (touches && p.kind == ProjectionSpec::Kind::OneToOne)
      return;
    if (touches && (p.kind == ProjectionSpec::Kind::InDegree ||
                    p.kind == ProjectionSpec::Kind::OutDegree))
      p.amount = std::min<double>(p.amount, size > 1 ? size - 1 : 1);
  }
  found.push_back(std::move(half));
}

std::vector<NetworkSpec> smaller(const NetworkSpec &spec) {
  std::vector<NetworkSpec> found;
  uint32_t signals = uint32_t(spec.inputs.size() + spec.populations.size());
  for (uint32_t signal = 0; signal < signals; ++signal)
    if (signal < spec.inputs.size() || spec.populations.size() > 1)
      found.push_back(without(spec, signal));
  for (size_t e = 0; e < spec.projections.size(); ++e) {
    found.push_back(spec);
    found.back().projections.erase(found.back().projections.begin() + long(e));
  }
  for (size_t p = 0; p < spec.populations.size(); ++p)
    if (spec.populations[p].noise > 0) {
      found.push_back(spec);
      found.back().populations[p].noise = 0;
    }
  for (uint32_t signal = 0; signal < signals; ++signal)
    halve(spec, signal, found);
  if (spec.ticks > 1) {
    found.push_back(spec);
    found.back().ticks = spec.ticks / 2;
    found.push_back(spec);
    found.back().ticks = spec.ticks - 1;
  }
  if (spec.samples > 1) {
    found.push_back(spec);
    found.back().samples = 1;
  }
  for (size_t e = 0; e < spec.projections.size(); ++e)
    if (spec.projections[e].largestDelay > spec.projections[e].leastDelay) {
      found.push_back(spec);
      found.back().projections[e].largestDelay = spec.projections[e].leastDelay;
    }
  return found;
}

} // namespace snnc::property
