//===- SelectorSamples.h - Made-up layers for the selector's tests --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TESTS_UNIT_SELECTORSAMPLES_H
#define SNNC_TESTS_UNIT_SELECTORSAMPLES_H

#include "classifier/Training.h"

#include <algorithm>
#include <random>
#include <string_view>

namespace snnc::selector {

/// Random features whose label is a rule that trees have to find: feature 3
/// against feature 7 around a threshold of feature 0, some labels flipped.
inline Samples makeSamples(size_t count, unsigned seed, double flipped) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(-1, 1);
  std::bernoulli_distribution flip(flipped);
  Samples samples;
  for (size_t i = 0; i < count; ++i) {
    Features row;
    for (float &feature : row)
      feature = value(random);
    bool label = row[0] > 0.25f ? row[3] > row[7] : row[7] > 0;
    samples.add(row, label != flip(random));
  }
  return samples;
}

inline Features rowOf(const Samples &samples, size_t i) {
  Features row;
  std::copy_n(samples.row(i), kNumFeatures, row.begin());
  return row;
}

inline size_t indexOf(std::string_view name) {
  return size_t(std::find(kFeatureNames.begin(), kFeatureNames.end(), name) -
                kFeatureNames.begin());
}

inline double accuracyOf(const TreeModel &model, const Samples &samples) {
  size_t right = 0;
  for (size_t i = 0; i < samples.size(); ++i)
    right += (model.score(rowOf(samples, i)) > 0) == bool(samples.labels[i]);
  return double(right) / double(samples.size());
}

} // namespace snnc::selector

#endif // SNNC_TESTS_UNIT_SELECTORSAMPLES_H
