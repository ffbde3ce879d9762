//===- LogTable.h - What portableLog looks up -------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_LOGTABLE_H
#define SNNC_RUNTIME_SUPPORT_LOGTABLE_H

namespace snnc {

/// log m for 1 <= m < 2: 2 artanh(s) with s = (m - 1) / (m + 1) <= 1/3, whose
/// square is below 1/9; 20 terms reach 1e-19.
constexpr double slowLog(double m) {
  double s = (m - 1) / (m + 1), z = s * s, sum = 0;
  for (int n = 41; n >= 3; n -= 2)
    sum = (sum + 1.0 / n) * z;
  return 2 * s + 2 * s * sum;
}

/// 1 / c and log c at the middle c of 128 equal parts of [1, 2).
struct LogTable {
  static constexpr int parts = 128;
  double inverse[parts] = {}, log[parts] = {};
  constexpr LogTable() {
    for (int i = 0; i < parts; ++i) {
      inverse[i] = 1 / (1 + (i + 0.5) / parts);
      // The logarithm of what the rounded inverse stands for.
      log[i] = slowLog(1 / inverse[i]);
      // From 1.5 on the exponent is one more: near 1 from below, its term and
      // this one would cancel otherwise.
      if (i >= parts / 2)
        log[i] -= 0x1.62E42FEFA39EFp-1;
    }
  }
};
inline constexpr LogTable kLogTable;

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_LOGTABLE_H
