//===- EstimatedPanels.cpp - The map of a core in closed form -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/EstimatedPanels.h"

#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace snnc::fabric {

double sharingPanels(llvm::ArrayRef<double> full, double slices) {
  constexpr size_t many = 256; // the mean is exact enough, and no square
  if (full.size() > many)
    return std::max(0.0, std::accumulate(full.begin(), full.end(), -1.0));
  llvm::SmallVector<double, 64> exactly = {1}; // P(x panels are full)
  for (double p : full) {
    if (p < 1e-9)
      continue;
    exactly.push_back(0);
    for (size_t x = exactly.size() - 1; x > 0; --x)
      exactly[x] = exactly[x] * (1 - p) + exactly[x - 1] * p;
    exactly[0] *= 1 - p;
  }
  double least = 0, shared = 0;
  for (size_t x = exactly.size(); x-- > 2;) {
    least = std::min(1.0, least + exactly[x]);
    shared += std::pow(least, slices);
  }
  return shared;
}

} // namespace snnc::fabric
