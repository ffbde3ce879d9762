//===- WholeTicks.cpp - Times as whole numbers of ticks ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Normalize/WholeTicks.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace snnc::normalize {

static constexpr int kLongest = 65535; ///< ticks
static constexpr double kWhole = 1e-3; ///< further is no rounding of floats

/// The least division of the tick that makes all whole; 0: none up to 100.
static int partsOfTick(llvm::ArrayRef<double> exact) {
  for (int parts = 2; parts <= 100; ++parts)
    if (llvm::all_of(exact, [&](double time) {
          double ticks = time * parts;
          return ticks <= kLongest &&
                 std::abs(ticks - std::nearbyint(ticks)) <= kWhole;
        }))
      return parts;
  return 0;
}

/// To two digits: what is printed does suffice.
static double roundedUp(double value) {
  double digit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::ceil(value / digit) * digit;
}

std::string shortText(double value) {
  llvm::SmallString<32> text;
  llvm::raw_svector_ostream(text) << llvm::format("%.6g", value);
  return text.str().str();
}

LogicalResult wholeTicks(Operation *op, double dt, llvm::ArrayRef<double> exact,
                         Numbers &ticks, llvm::StringRef what,
                         DiagnosticCode outside, DiagnosticCode rounded) {
  ticks.clear();
  double worst = 0;
  for (double time : exact) {
    if (!(time >= 0) || time > kLongest) {
      auto error = report(op, outside) << what << " of " << shortText(time)
                                       << " ticks is outside 0 to " << kLongest;
      if (time > 0 && std::isfinite(time))
        attachHelp(error) << "if it is meant so, use --dt "
                          << shortText(roundedUp(time / kLongest * dt))
                          << " or more (in YAML `dt`)";
      return error;
    }
    ticks.push_back(std::nearbyint(time));
    worst = std::max(worst, std::abs(time - ticks.back()));
  }
  if (worst <= kWhole)
    return success();
  auto warning = report(op, rounded)
                 << what
                 << " is not a whole number of ticks; rounding moves it by "
                    "up to "
                 << shortText(worst) << " tick";
  if (int parts = partsOfTick(exact))
    attachHelp(warning) << "use --dt " << shortText(dt / parts)
                        << " (in YAML `dt`)";
  return success();
}

} // namespace snnc::normalize
