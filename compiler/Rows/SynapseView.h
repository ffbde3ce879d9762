//===- SynapseView.h - Integer synapses, row by row -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_ROWS_SYNAPSEVIEW_H
#define SNNC_ROWS_SYNAPSEVIEW_H

#include "compiler/Rows/ConvShape.h"
#include "compiler/SNN/Connectivity.h"

#include <optional>
#include <vector>

namespace snnc::fabric {

/// The integer synapses of a projection, made row by row. Sources and targets
/// are places on the chip (compiler/Fabric/NeuronOrder.h).
class SynapseView {
public:
  virtual ~SynapseView() = default;
  virtual uint32_t numSources() const = 0;
  virtual uint32_t numTargets() const = 0;
  /// Least and largest delay of any synapse, ticks, at least 1.
  virtual uint32_t minDelay() const = 0;
  virtual uint32_t maxDelay() const = 0;
  /// The convolution that the projection is, if it is one.
  virtual std::optional<ConvShape> conv() const { return std::nullopt; }
  /// Replaces `row` by the synapses of `source`, ascending by target; a target
  /// may appear more than once.
  virtual void row(uint32_t source,
                   std::vector<snn::IntSynapse> &row) const = 0;
};

} // namespace snnc::fabric

#endif // SNNC_ROWS_SYNAPSEVIEW_H
