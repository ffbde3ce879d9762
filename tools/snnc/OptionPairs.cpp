//===- OptionPairs.cpp - Options that do not go together ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/OptionPairs.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <vector>

namespace snnc {

namespace {
/// `option` has no effect beside `beside`, unless that has one of the values
/// `but`.
struct Pair {
  const char *verb; ///< null: every one that has both
  const char *option, *beside;
  std::vector<std::string> but;
  const char *why;
};
} // namespace

static const std::vector<Pair> kPairs = {
    {"compile",
     "--output",
     "--emit",
     {"bundle"},
     "--emit prints on stdout and writes no bundle; leave one of them out"},
    {"compile",
     "--report",
     "--emit",
     {"bundle"},
     "--emit prints a stage, not a report; leave one of them out"},
    {"train",
     "--set",
     "--data",
     {},
     "the layers of --data are those of the files; leave one of them out"},
    {nullptr,
     "--count",
     "--data",
     {},
     "the layers of --data are those of the files; leave one of them out"},
    {"predict",
     "--objective",
     "--model",
     {"xgboost", "adaboost"},
     "a model file has an objective of its own; leave one of them out"},
};

/// What `inspect` shows one of.
static const char *const kInspectViews[] = {"--layer", "--pe", "--chip",
                                            "--link", "--memory"};

static const CLI::Option *given(const CLI::App &verb, const char *name) {
  const CLI::Option *option = verb.get_option_no_throw(name);
  return option && option->count() > 0 ? option : nullptr;
}

static void checkVerb(const CLI::App &verb) {
  for (const Pair &pair : kPairs) {
    const CLI::Option *beside = given(verb, pair.beside);
    if ((pair.verb && verb.get_name() != pair.verb) || !beside ||
        !given(verb, pair.option) ||
        std::ranges::count(pair.but, beside->results().back()))
      continue;
    throw CLI::ValidationError(pair.option, pair.why);
  }
  if (verb.get_name() != "inspect")
    return;
  const char *first = nullptr;
  for (const char *view : kInspectViews) {
    if (!given(verb, view))
      continue;
    if (first)
      throw CLI::ValidationError(view, std::string("is another view than ") +
                                           first + "; ask for one at a time");
    first = view;
  }
}

void checkPairs(const CLI::App &app) {
  for (const CLI::App *verb : app.get_subcommands(
           [](const CLI::App *each) { return each->parsed(); })) {
    checkVerb(*verb);
    checkPairs(*verb);
  }
}

} // namespace snnc
