//===- ModelAdviser.h - Advice of a trained model ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_PASSES_DECIDE_MODELADVISER_H
#define SNNC_PASSES_DECIDE_MODELADVISER_H

#include "classifier/Selector.h"
#include "passes/Decide/AutoSelect.h"

namespace snnc::decide {

/// The model of `path`, or the shipped one for `objective` where `path` is
/// empty. Errors are the loader's (SNN12xx), and SNN1207 where the file was
/// trained for another objective.
Expected<selector::Selector> openModel(const std::string &path,
                                       fabric::Objective objective,
                                       const MachineModel &machine);

/// Asks `model`; the features are those of a chip whose ticks last
/// `tickSeconds`.
Adviser adviserOf(selector::Selector model,
                  std::shared_ptr<const MachineModel> machine,
                  double tickSeconds);

} // namespace snnc::decide

#endif // SNNC_PASSES_DECIDE_MODELADVISER_H
