//===- SpecTarget.h - A target that only the tests have ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference interpreter behind the seam: a target shows that nothing but
// its own file is needed where it is given to a registry.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_TARGETS_SPECTARGET_H
#define SNNC_TESTS_TARGETS_SPECTARGET_H

#include "compiler/Target/Target.h"

namespace snnc::tests {

std::unique_ptr<target::Target> createSpecTarget();

} // namespace snnc::tests

#endif // SNNC_TESTS_TARGETS_SPECTARGET_H
