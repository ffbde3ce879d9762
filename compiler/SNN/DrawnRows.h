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

private:
  std::once_flag once;
  std::vector<uint32_t> begins; ///< per source and one more
  std::vector<uint64_t> synapses;
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

private:
  std::mutex mutex;
  uint64_t budget = uint64_t(64) << 20, used = 0;
  std::map<std::tuple<const void *, uint32_t, uint32_t>,
           std::shared_ptr<RowTable>>
      tables;
};

} // namespace snnc::snn

#endif // SNNC_SNN_DRAWNROWS_H
