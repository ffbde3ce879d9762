//===- Drawer.cpp - Numbers of a distribution ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Connectivity.h"
#include "runtime/support/Draws.h"
#include "runtime/support/Vectors.h"

#include <algorithm>
#include <cmath>

namespace snnc::snn {

double Drawer::operator()(uint32_t word) const {
  const auto &n = numbers;
  switch (kind) {
  case DistKind::Constant:
    return n[0];
  case DistKind::Uniform:
    return n[0] + (n[1] - n[0]) * openInterval(word);
  case DistKind::Normal:
    return std::clamp(n[0] + n[1] * normalQuantile(openInterval(word)), n[2],
                      n[3]);
  case DistKind::LogNormal: {
    double log = n[0] + n[1] * normalQuantile(openInterval(word));
    return std::clamp(portableExp(std::clamp(log, -700.0, 700.0)), n[2], n[3]);
  }
  case DistKind::NormalInt:
    return std::clamp(
        std::nearbyint(n[0] + n[1] * normalQuantile(openInterval(word))), n[2],
        n[3]);
  case DistKind::UniformInt:
    return n[0] + double(below(0, word, uint32_t(n[1] - n[0]) + 1));
  }
  return 0;
}

/// std::nearbyint, as whole numbers from 2^51 on are.
static inline SNNC_INLINE double nearest(double x) {
  constexpr double shift = 0x1.8p52, whole = 0x1p51;
  double rounded = (x + shift) - shift;
  return x > -whole && x < whole ? rounded : x;
}

void Drawer::many(const uint32_t *words, size_t count, double *out) const {
  const auto &n = numbers;
  if (kind == DistKind::Normal || kind == DistKind::NormalInt) {
    normalQuantiles(words, count, out);
    // Numbers of their own: `out` might be `n`, as far as a compiler sees.
    double mean = n[0], deviation = n[1], least = n[2], most = n[3];
    bool isWhole = kind == DistKind::NormalInt;
    withVectors(widestVectors(), [&]() SNNC_INLINE {
      for (size_t i = 0; i < count; ++i)
        out[i] = mean + deviation * out[i];
      if (isWhole)
        for (size_t i = 0; i < count; ++i)
          out[i] = nearest(out[i]);
      for (size_t i = 0; i < count; ++i) {
        double x = out[i] < least ? least : out[i];
        out[i] = x > most ? most : x;
      }
    });
    return;
  }
  for (size_t i = 0; i < count; ++i)
    out[i] = (*this)(words[i]);
}

} // namespace snnc::snn
