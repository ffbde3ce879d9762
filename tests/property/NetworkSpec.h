//===- NetworkSpec.h - A network of the property test -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network as a plain structure that is drawn from a seed, written as YAML and
// made smaller piece by piece. Nothing here depends on the C++ library's
// distributions: a seed means the same network everywhere.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_PROPERTY_NETWORKSPEC_H
#define SNNC_TESTS_PROPERTY_NETWORKSPEC_H

#include "runtime/io/NdArray.h"

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace snnc::property {

/// Draws from a Mersenne twister, whose bits the standard fixes.
class Draw {
public:
  explicit Draw(uint64_t seed) : engine(seed) {}
  /// low to high, both included.
  uint32_t whole(uint32_t low, uint32_t high);
  /// [low, high), in steps of 2^-20 of the range.
  double real(double low, double high);
  bool chance(double probability) { return real(0, 1) < probability; }
  /// Even on the logarithm: small numbers are as likely as large ones.
  uint32_t skewed(uint32_t low, uint32_t high);
  template <typename T> const T &of(const std::vector<T> &list) {
    return list[whole(0, uint32_t(list.size() - 1))];
  }

private:
  std::mt19937_64 engine;
};

/// YAML key and value.
using Setting = std::pair<std::string, std::string>;

struct InputSpec {
  enum class Kind { Array, Poisson, SpikeList };
  Kind kind = Kind::Array;
  std::vector<uint32_t> shape; ///< one axis, or C, H, W
  double rate = 0.1;           ///< spikes per channel and tick
  uint32_t largestCount = 1;   ///< spikes of a channel in one tick
};

struct PopulationSpec {
  std::vector<uint32_t> shape;
  std::string model;
  std::vector<Setting> params, initial;
  double noise = 0; ///< deviation of what each tick draws for it; 0: none
  bool noisyParam = false; ///< into the threshold, not the first receptor
};

struct ConvSpec {
  std::array<uint32_t, 4> kernel{}; ///< out, in / groups, rows, columns
  uint32_t stride = 1, padding = 0, groups = 1;
};

struct ProjectionSpec {
  enum class Kind {
    AllToAll,
    OneToOne,
    Probability,
    InDegree,
    OutDegree,
    List,
    Matrix,
    Conv
  };
  Kind kind = Kind::AllToAll;
  uint32_t from = 0; ///< inputs, then populations
  uint32_t to = 0;   ///< population
  double amount = 1; ///< probability or degree; density of lists and matrices
  ConvSpec conv;
  /// "constant", "uniform", "normal", "lognormal" and its size.
  std::string weightKind = "uniform";
  double weight = 1, balance = 0; ///< size; share of negative weights
  uint32_t leastDelay = 1, largestDelay = 1;
  std::string receptor;
  bool autapses = true, multapses = true;
  uint32_t salt = 0; ///< of lists, matrices, kernels
};

struct NetworkSpec {
  uint64_t seed = 0;
  std::string origin; ///< what kind of case it is
  uint32_t ticks = 12, samples = 1;
  bool wide = false;        ///< int16
  bool oneScale = false;    ///< --quantize py-spinnaker2
  uint32_t serialSlice = 0; ///< most neurons on one core
  uint32_t mixedSlice = 0;  ///< the same for the mixed variant
  uint32_t rowSources = 0;  ///< most sources of a core in the row split
  uint32_t pins = 0;        ///< bit p: population p is parallel in the mix
  std::vector<InputSpec> inputs;
  std::vector<PopulationSpec> populations;
  std::vector<ProjectionSpec> projections;

  uint32_t sizeOf(uint32_t signal) const;
  const std::vector<uint32_t> &shapeOf(uint32_t signal) const;
  std::string nameOf(uint32_t signal) const;
  uint64_t neurons() const;

  std::string toYaml() const;
  /// Arrays of the inputs of kind Array.
  runtime::ArrayMap arrays() const;
};

/// As the YAML file has it: six digits.
std::string number(double value);

/// The network of a seed; the first seeds are fixed corner cases.
/// `models`: the names of the library.
NetworkSpec generate(uint64_t seed, const std::vector<std::string> &models);
/// How many seeds are corner cases.
uint64_t numCorners();

/// Networks that have one thing less, most promising first.
std::vector<NetworkSpec> smaller(const NetworkSpec &spec);

} // namespace snnc::property

#endif // SNNC_TESTS_PROPERTY_NETWORKSPEC_H
