//===- ProjectionView.h - A projection as it stands on the chip -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PLANNER_PROJECTIONVIEW_H
#define SNNC_PLANNER_PROJECTIONVIEW_H

#include "compiler/Rows/Range.h"
#include "compiler/Rows/SynapseView.h"
#include "compiler/SNN/SNN.h"

#include <memory>
#include <optional>

namespace snnc::fabric {

/// The convolution that `projection` is, as its neurons stand. Nothing for
/// other connectivity, dilated kernels and pools whose windows overlap, leave
/// gaps or begin outside.
std::optional<ConvShape> convOf(snn::ProjectionOp projection);
/// Which synapses of a projection: of a row split, those whose delay leaves no
/// tick for a partial sum (below snn::kRowSplitDelay), or all others.
enum class Delays : uint8_t { All, Near, Far };

/// The view of a projection; null and an error at the op when there is none.
/// Given `onto`, rows may leave out synapses that do not end there.
std::unique_ptr<SynapseView> viewOf(snn::ProjectionOp projection,
                                    std::optional<Range> onto = std::nullopt,
                                    Delays delays = Delays::All);

} // namespace snnc::fabric

#endif // SNNC_PLANNER_PROJECTIONVIEW_H
