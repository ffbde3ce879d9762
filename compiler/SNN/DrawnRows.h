//===- DrawnRows.h - Drawn synapses that were made already ------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compilation reads the synapses of a projection in half a dozen passes, and
// drawing one costs some ten times reading it. So the first reader leaves them
// here, up to a budget for the whole network; beyond it they are drawn again.
// Which way they come is never seen in what they are. Without the tables, user
// time of `snnc compile` is 1.5 times as long for models/yaml/cuba.yaml and 2.2
// times for a network of 2.5 million synapses in four projections.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_SNN_DRAWNROWS_H
#define SNNC_SNN_DRAWNROWS_H

#include "compiler/SNN/Connectivity.h"

#include <bit>
#include <map>
#include <mutex>
#include <string>

namespace snnc::snn {

/// All synapses of one rule by source, 8 B each. Thread safe once filled.
class RowTable {
public:
  /// What a word has room for.
  static constexpr uint32_t kMaxTargets = 1u << 22, kMaxDelay = (1u << 10) - 1;

  /// Calls `make` at the first call of all; it has to set both.
  template <typename Make> void fillOnce(Make make) {
    std::call_once(once, [&] { make(begins, synapses); });
  }
  /// `drawn` as `synapses`, by their sources `from`, else in the order in which
  /// they stand. `begins` has the right size and is all 0.
  static void sort(llvm::ArrayRef<uint32_t> from,
                   llvm::ArrayRef<uint64_t> drawn,
                   std::vector<uint32_t> &begins,
                   std::vector<uint64_t> &synapses);
  static uint64_t pack(const Synapse &s) {
    return uint64_t(std::bit_cast<uint32_t>(s.weight)) << 32 | s.delay << 22 |
           s.target;
  }
  static Synapse unpack(uint64_t word) {
    return {uint32_t(word) & (kMaxTargets - 1),
            std::bit_cast<float>(uint32_t(word >> 32)), uint32_t(word) >> 22};
  }
  llvm::ArrayRef<uint64_t> row(uint32_t source) const {
    return llvm::ArrayRef(synapses).slice(begins[source],
                                          begins[source + 1] - begins[source]);
  }
  /// The same synapses, each with `weight`, as fillOnce wants them.
  void copy(float weight, std::vector<uint32_t> &ofSources,
            std::vector<uint64_t> &words) const;
  size_t bytes() const {
    return begins.size() * sizeof(uint32_t) +
           synapses.size() * sizeof(uint64_t);
  }

private:
  std::once_flag once;
  std::vector<uint32_t> begins; ///< per source and one more
  std::vector<uint64_t> synapses;
};

/// Tables of rules that give every synapse the same weight, by all of the rule
/// but that: which pairs are drawn does not depend on it. What quantisation
/// scales, and what a sweep changes, are such weights. Thread safe; may outlive
/// its contexts and belong to several.
class DrawnPatterns {
public:
  /// Null: nothing is known of it.
  std::shared_ptr<const RowTable> find(const std::string &rule,
                                       uint32_t sources, uint32_t targets);
  /// Keeps what is full, up to 64 MiB.
  void add(const std::string &rule, uint32_t sources, uint32_t targets,
           std::shared_ptr<const RowTable> table);
  void clear();

private:
  std::mutex mutex;
  uint64_t used = 0;
  std::map<std::tuple<std::string, uint32_t, uint32_t>,
           std::shared_ptr<const RowTable>>
      tables;
};

/// The tables of a context. Thread safe.
class DrawnRows {
public:
  /// The table of a rule between so many neurons, empty at first; null when
  /// the budget has no room for about `synapses` of them.
  std::shared_ptr<RowTable> table(mlir::Attribute rule, uint32_t sources,
                                  uint32_t targets, uint64_t synapses);
  /// Forgets all tables; whoever reads one goes on.
  void clear();
  /// Bytes of all tables from now on.
  void setBudget(uint64_t bytes);

  const std::shared_ptr<DrawnPatterns> &patterns() const { return known; }
  /// Those of other contexts, which clear() leaves alone. Before any table.
  void share(std::shared_ptr<DrawnPatterns> others) {
    known = std::move(others);
    isShared = true;
  }

private:
  std::mutex mutex;
  uint64_t budget = uint64_t(64) << 20, used = 0;
  std::map<std::tuple<const void *, uint32_t, uint32_t>,
           std::shared_ptr<RowTable>>
      tables;
  std::shared_ptr<DrawnPatterns> known = std::make_shared<DrawnPatterns>();
  bool isShared = false;
};

} // namespace snnc::snn

#endif // SNNC_SNN_DRAWNROWS_H
