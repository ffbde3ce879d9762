//===- OptionGroups.h - Options that several verbs have ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_OPTIONGROUPS_H
#define SNNC_TOOLS_OPTIONGROUPS_H

#include "tools/snnc/OptionTable.h"
#include "tools/snnc/Options.h"

#include <CLI/CLI.hpp>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace snnc {

/// An option with a word for each value of an enum: parsed here, once.
template <typename Enum, typename Place>
CLI::Option *addChoice(CLI::App *app, const char *name, const char *help,
                       std::vector<std::pair<std::string, Enum>> words,
                       Place &place) {
  std::vector<std::string> names;
  for (const auto &[word, value] : words)
    names.push_back(word);
  return app
      ->add_option_function<std::string>(
          name,
          [words = std::move(words), &place](const std::string &given) {
            for (const auto &[word, value] : words)
              if (word == given)
                place = value;
          },
          help)
      ->check(CLI::IsMember(names));
}

/// The words of an enum that has names.
template <typename Range> auto wordsOf(const Range &values) {
  using Enum = std::decay_t<decltype(*std::begin(values))>;
  std::vector<std::pair<std::string, Enum>> words;
  for (Enum value : values)
    words.emplace_back(nameOf(value), value);
  return words;
}

/// Of a network's files.
inline const std::vector<std::string> kNetworkEndings = {".nir", ".h5", ".yaml",
                                                         ".yml"};

/// --machine of several commands.
CLI::Option *addMachine(CLI::App *app, std::string &machine);

/// --objective of several commands.
CLI::Option *addObjective(CLI::App *app, const char *help,
                          fabric::Objective &objective);

/// What a file's neurons do in a tick: --dt, --framework, --reset and the like.
void addDynamicsOptions(CLI::App *app, NetworkOptions &o);

/// How a network file is read: those, --weights, --quantize and the like.
void addNetworkOptions(CLI::App *app, NetworkOptions &o);

/// How the command line spells those of `addNetworkOptions` that it has.
std::vector<std::string> givenNetworkOptions(const CLI::App &verb);

/// What it is mapped to, and how: --machine, --paradigm and the like.
void addMachineOptions(CLI::App *app, CompileOptions &o);

void addReport(CLI::App *app, ReportForm &report);

} // namespace snnc

#endif // SNNC_TOOLS_OPTIONGROUPS_H
