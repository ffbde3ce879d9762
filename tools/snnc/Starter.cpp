//===- Starter.cpp - snnc init --------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Starter.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"

#include <fmt/format.h>

namespace snnc {

int runInit(const std::string &output, bool quiet, DiagnosticSink &sink) {
  auto refuse = [&](Diagnostic why) {
    sink.report(std::move(why));
    return kExitInput;
  };
  auto place = outputPlace(output);
  if (!place)
    return refuse(place.takeError());
  if (place->exists && !place->through)
    return refuse(makeError("SNN0003", {output, "", 0, 0},
                            "the file is there already, and is not replaced",
                            {"give another name: snnc init NAME.yaml"}));
  std::string text(starters().front().text);
  constexpr std::string_view kName = "THIS_FILE";
  std::string name = place->through ? "net.yaml" : output;
  for (size_t at = 0; (at = text.find(kName, at)) != std::string::npos;)
    text.replace(at, kName.size(), name), at += name.size();
  if (Status s = writeFileAtomically(output, text); !s)
    return refuse(s.takeError());
  if (!place->through && !quiet)
    fmt::print("snnc run {} --ticks 1000 --report table\n", output);
  return kExitOk;
}

} // namespace snnc
