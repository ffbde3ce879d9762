//===- RunVerbs.h - The options of run and verify ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_RUNVERBS_H
#define SNNC_TOOLS_RUNVERBS_H

#include "tools/snnc/Options.h"

namespace CLI {
class App;
}

namespace snnc {

void addRun(CLI::App &app, RunOptions &o);
void addVerify(CLI::App &app, VerifyOptions &o);

/// What a backend of an old name is called now: "host" is `native`.
std::string withoutAlias(std::string name);

} // namespace snnc

#endif // SNNC_TOOLS_RUNVERBS_H
