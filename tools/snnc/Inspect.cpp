//===- Inspect.cpp - snnc inspect: what a bundle holds --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"
#include "tools/snnc/ChipViews.h"
#include "tools/snnc/Driver.h"
#include "tools/snnc/InspectViews.h"
#include "tools/snnc/Report.h"
#include "tools/snnc/Runner.h"

#include <fmt/format.h>

namespace snnc {

namespace {
/// What --layer, --pe, --chip and --link have of their own.
struct ViewKind {
  std::optional<std::string> InspectOptions::*wanted;
  const char *what, *option;
  std::vector<const char *> keys; ///< of a view, each a name of it
  nlohmann::json (*views)(const runtime::Bundle &);
  void (*print)(const nlohmann::json &, bool full);
  std::string (*nameOf)(const std::string &); ///< what is asked for, in a view
};
} // namespace

static std::string asIs(const std::string &name) { return name; }

static const std::vector<ViewKind> kViews = {
    {&InspectOptions::layer,
     "layer",
     "--layer",
     {"name"},
     layerViews,
     printLayers,
     asIs},
    {&InspectOptions::pe, "PE", "--pe", {"pe", "id"}, peViews, printPes, asIs},
    {&InspectOptions::chip,
     "chip",
     "--chip",
     {"chip"},
     chipViews,
     printChips,
     chipName},
    {&InspectOptions::link,
     "busy link",
     "--link",
     {"link"},
     linkViews,
     printLinks,
     linkName}};

/// The view whose keys say `wanted`; error SNN0443 with the nearest names
/// otherwise.
static Expected<nlohmann::json> pick(const nlohmann::json &views,
                                     const std::string &wanted,
                                     const ViewKind &kind,
                                     const std::string &file) {
  std::vector<std::string> known;
  for (const nlohmann::json &view : views)
    for (const char *key : kind.keys) {
      if (!view.contains(key))
        continue;
      const nlohmann::json &value = view[key];
      known.push_back(value.is_string() ? value.get<std::string>()
                                        : jsonText(value));
      if (known.back() == wanted)
        return view;
    }
  std::vector<std::string> hints;
  for (const std::string &near : nearestNames(wanted, known, 1))
    hints.push_back(fmt::format("did you mean '{}'?", near));
  hints.push_back(fmt::format("snnc inspect {} {}", file, kind.option));
  return makeError("SNN0443", {file, wanted, 0, 0},
                   fmt::format("the bundle has {} {}(s), none is called so",
                               views.size(), kind.what),
                   std::move(hints));
}

static int showViews(const runtime::Bundle &bundle, const ViewKind &kind,
                     const InspectOptions &options, DiagnosticSink &sink) {
  nlohmann::json views = kind.views(bundle);
  const std::string wanted = kind.nameOf(*(options.*kind.wanted));
  if (!wanted.empty()) {
    auto one = pick(views, wanted, kind, options.input);
    if (!one) {
      sink.report(one.takeError());
      return kExitInput;
    }
    views = options.json ? *one : nlohmann::json::array({*one});
  }
  if (options.json)
    fmt::print("{}\n", jsonText(views, 2));
  else
    kind.print(views, !wanted.empty());
  return kExitOk;
}

int runInspect(const InspectOptions &options, DiagnosticSink &sink) {
  auto bundle = runtime::Bundle::read(options.input, &sink);
  if (!bundle) {
    Diagnostic error = bundle.takeError();
    auto zip = looksLikeBundle(options.input);
    if (error.code == "SNN0501" && zip && !*zip)
      error.hints = {fmt::format("inspect shows bundles; of a network file, "
                                 "`snnc compile {} -o OUT.s2x` makes one",
                                 options.input)};
    sink.report(std::move(error));
    return kExitInput;
  }
  const runtime::Manifest &manifest = (*bundle)->manifest;
  for (const ViewKind &kind : kViews)
    if (options.*kind.wanted)
      return showViews(**bundle, kind, options, sink);
  if (options.memory) {
    printMemory(**bundle, options.json);
    return kExitOk;
  }
  if (!options.json)
    fmt::print("{}: {} population(s), {} PE(s), {} program(s), {} route(s), "
               "tick {:g} s, dt {:g}, latency {}, machine {}\n\n",
               manifest.network, manifest.populations.size(),
               manifest.cores.size(), manifest.programs.size(),
               manifest.routes.size(), manifest.tickSeconds, manifest.dtSeconds,
               manifest.latency, (*bundle)->machine.name);
  printCompileReport(**bundle, options.json);
  if (!options.json && !manifest.inputs.empty()) {
    fmt::print("\n");
    printInputs(inputViews(**bundle));
  }
  return kExitOk;
}

} // namespace snnc
