//===- KernelProbe.h - Whether rows are copies of one kernel ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_S2_FORMATS_CONV_KERNELPROBE_H
#define SNNC_S2_FORMATS_CONV_KERNELPROBE_H

#include "compiler/Rows/RowFormat.h"

namespace snnc::s2 {

/// Collects the taps of a convolution from its rows.
class KernelProbe : public fabric::RowProbe {
public:
  explicit KernelProbe(const fabric::ConvShape &shape)
      : found(shape), finder(shape), taps(shape.taps(), 0) {}
  void add(uint32_t source, std::span<const snn::IntSynapse> row) override;
  void end(const fabric::BlockStatistics &statistics) override;

  /// The convolution, unless a row is none of its kernel's.
  const std::optional<fabric::ConvShape> &shape() const { return found; }

private:
  std::optional<fabric::ConvShape> found;
  fabric::TapFinder finder;
  std::vector<int32_t> taps;
};

} // namespace snnc::s2

#endif // SNNC_S2_FORMATS_CONV_KERNELPROBE_H
