//===- Draws.cpp - Many random numbers at once ----------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/support/Draws.h"

#include "runtime/support/LogTable.h"
#include "runtime/support/PhiloxVectors.h"

#include <cmath>
#include <cstring>

// Vectors are passed between functions that are all inlined.
#pragma clang diagnostic ignored "-Wpsabi"

namespace snnc {

namespace {

using Reals8 [[gnu::vector_size(64)]] = double;

// Of AS 241.
constexpr double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                        1.9715909503065514427e+3, 1.3731693765509461125e+4,
                        4.5921953931549871457e+4, 6.7265770927008700853e+4,
                        3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr double b[] = {1.0,
                        4.2313330701600911252e+1,
                        6.8718700749205790830e+2,
                        5.3941960214247511077e+3,
                        2.1213794301586595867e+4,
                        3.9307895800092710610e+4,
                        2.8729085735721942674e+4,
                        5.2264952788528545610e+3};
constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                        5.76949722146069140550e0,  3.64784832476320460504e0,
                        1.27045825245236838258e0,  2.41780725177450611770e-1,
                        2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double d[] = {1.0,
                        2.05319162663775882187e0,
                        1.67638483018380384940e0,
                        6.89767334985100004550e-1,
                        1.48103976427480074590e-1,
                        1.51986665636164571966e-2,
                        5.47593808499534494600e-4,
                        1.05075007164441684324e-9};
constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                        1.78482653991729133580e0,  2.96560571828504891230e-1,
                        2.65321895265761230930e-2, 1.24266094738807843860e-3,
                        2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double f[] = {1.0,
                        5.99832206555887937690e-1,
                        1.36929880922735805310e-1,
                        1.48753612908506148525e-2,
                        7.86869131145613259100e-4,
                        1.84631831751005468180e-5,
                        1.42151175831644588870e-7,
                        2.04426310338993978564e-15};

template <typename Number>
inline SNNC_INLINE Number horner(const double (&c)[8], Number x) {
  Number sum = x * c[7] + c[6];
  for (int i = 5; i >= 0; --i)
    sum = sum * x + c[i];
  return sum;
}

constexpr double kCentral = 0.425, kRadius = 0.180625;

/// Beyond the central 85 %.
double tailQuantile(double p) {
  double q = p - 0.5;
  double r = std::sqrt(-portableLog(q < 0 ? p : 1 - p));
  double x = r <= 5 ? horner(c, r - 1.6) / horner(d, r - 1.6)
                    : horner(e, r - 5) / horner(f, r - 5);
  return q < 0 ? -x : x;
}

/// portableLog of numbers below 1 - 2^-7.
inline SNNC_INLINE Reals8 logBelowOne(Reals8 x) {
  Words8 bits;
  std::memcpy(&bits, &x, sizeof bits);
  Words8 part = bits >> 45 & 127;
  Reals8 inverse, offset;
  for (int l = 0; l < 8; ++l) {
    inverse[l] = kLogTable.inverse[part[l]];
    offset[l] = kLogTable.log[part[l]];
  }
  Words8 mantissa = (bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000;
  Reals8 m;
  std::memcpy(&m, &mantissa, sizeof m);
  using Whole8 [[gnu::vector_size(64)]] = int64_t;
  Whole8 exponent = __builtin_convertvector(bits >> 52, Whole8) - 1023 +
                    __builtin_convertvector(part >> 6, Whole8);
  Reals8 k = __builtin_convertvector(exponent, Reals8);
  Reals8 r = m * inverse - 1.0, r2 = r * r;
  Reals8 low = (1.0 / 3 - r * 0.25) + r2 * (0.2 - r * (1.0 / 6));
  Reals8 high = 1.0 / 7 - r * 0.125;
  Reals8 tail = r2 * (r * (low + r2 * r2 * high) - 0.5);
  return k * 0x1.62E42FEFA3800p-1 +
         (offset + (r + (tail + k * 0x1.EF35793C76730p-45)));
}

} // namespace

double normalQuantile(double p) {
  double q = p - 0.5;
  if (std::abs(q) > kCentral)
    return tailQuantile(p);
  double r = kRadius - q * q;
  return q * horner(a, r) / horner(b, r);
}

void drawWords(PhiloxKey key, uint32_t first, uint32_t owner, DrawnWords &out,
               VectorSet vectors) {
  constexpr Words8 ascending = {0, 1, 2, 3, 4, 5, 6, 7};
  withVectors(vectors, [&]() SNNC_INLINE {
    for (size_t at = 0; at < kDraws; at += 16) {
      Words8 both[2][4];
      for (uint64_t h = 0; h < 2; ++h) {
        both[h][0] = (ascending + (first + at + 8 * h)) & 0xFFFFFFFF;
        both[h][1] = Words8{} + uint64_t(owner);
        both[h][2] = both[h][3] = Words8{};
      }
      philoxVectors(both, key);
      for (size_t h = 0; h < 2; ++h)
        for (size_t w = 0; w < 4; ++w) {
          using Halves8 [[gnu::vector_size(32)]] = uint32_t;
          Halves8 narrow = __builtin_convertvector(both[h][w], Halves8);
          std::memcpy(&out.word[w][at + 8 * h], &narrow, sizeof narrow);
        }
    }
  });
}

void normalQuantiles(const uint32_t *words, size_t count, double *out,
                     VectorSet vectors) {
  size_t whole = count / 8 * 8;
  withVectors(vectors, [&]() SNNC_INLINE {
    for (size_t at = 0; at < whole; at += 8) {
      using Halves8 [[gnu::vector_size(32)]] = uint32_t;
      Halves8 narrow;
      std::memcpy(&narrow, words + at, sizeof narrow);
      Reals8 q =
          (__builtin_convertvector(narrow, Reals8) + 0.5) * 0x1p-32 - 0.5;
      Reals8 r = kRadius - q * q;
      Reals8 x = q * horner(a, r) / horner(b, r);
      std::memcpy(out + at, &x, sizeof x);
    }
  });
  // The tails, gathered: 15 % of the numbers, most of the work.
  alignas(64) double ends[kDraws + 8], results[kDraws + 8];
  uint32_t places[kDraws + 8];
  size_t tails = 0;
  for (size_t i = 0; i < whole; ++i) {
    double p = openInterval(words[i]);
    places[tails] = uint32_t(i);
    ends[tails] = p < 0.5 ? p : 1 - p;
    tails += std::abs(p - 0.5) > kCentral;
  }
  for (size_t i = tails; i < tails + 8; ++i)
    ends[i] = 0x1p-5;
  withVectors(vectors, [&]() SNNC_INLINE {
    for (size_t at = 0; at < tails; at += 8) {
      Reals8 p;
      std::memcpy(&p, ends + at, sizeof p);
      // At most 5: p is at least 2^-33.
      Reals8 r = __builtin_elementwise_sqrt(-logBelowOne(p));
      r = r - 1.6;
      Reals8 x = horner(c, r) / horner(d, r);
      std::memcpy(results + at, &x, sizeof x);
    }
  });
  for (size_t i = 0; i < tails; ++i)
    out[places[i]] = words[places[i]] >> 31 ? results[i] : -results[i];
  for (size_t i = whole; i < count; ++i)
    out[i] = normalQuantile(openInterval(words[i]));
}

} // namespace snnc
