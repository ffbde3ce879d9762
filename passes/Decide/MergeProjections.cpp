//===- MergeProjections.cpp - Many small projections become one list ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Csr.h"
#include "compiler/SNN/ParamValues.h"
#include "passes/Decide/Passes.h"

#include "llvm/ADT/MapVector.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace snnc::decide {
#define GEN_PASS_DEF_MERGEPROJECTIONS
#include "passes/Decide/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

/// Largest delay that an entry of a list may add to its projection's.
constexpr double kLongestExtra = 65535;

/// The synapses of several projections, one after another, with delays that
/// include their projection's.
class Synapses {
public:
  /// Adds those of `op`; false when it has no delay in ticks.
  FailureOr<bool> append(ProjectionOp op) {
    auto delays = ParamValues::get(op.getDelay(), size_t(op.numSources()),
                                   op.getContext());
    if (!delays)
      return false;
    auto view = Connectivity::create(op);
    if (!view)
      return failure();
    parts.push_back({std::move(view), *delays});
    return true;
  }

  using Visitor =
      llvm::function_ref<void(uint32_t source, const Synapse &s, double delay)>;
  void forEach(Visitor visit) const {
    for (const Part &part : parts)
      part.view->forEach([&](uint32_t source, const Synapse &synapse) {
        visit(source, synapse, part.delays.at(source) + synapse.delay);
      });
  }

private:
  struct Part {
    std::unique_ptr<Connectivity> view;
    ParamValues delays;
  };
  std::vector<Part> parts;
};

/// Same ends, receptor and integers: their weights add up in one sum.
using Key = std::tuple<Value, Value, int64_t, Attribute>;

struct MergeProjectionsPass : impl::MergeProjectionsBase<MergeProjectionsPass> {
  using MergeProjectionsBase::MergeProjectionsBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>()) {
      std::vector<std::pair<Key, llvm::SmallVector<ProjectionOp>>> groups;
      llvm::DenseMap<Value, llvm::SmallVector<size_t>> bySource;
      for (auto op : network.getOps<ProjectionOp>()) {
        if (!isListed(op.getWeights()) || op.getPoolAttr() ||
            !op.getQuantAttr())
          continue;
        Key key{op.getSource(), op.getTarget(), op.getReceptor(),
                op.getQuantAttr()};
        auto &known = bySource[op.getSource()];
        auto same = llvm::find_if(
            known, [&](size_t i) { return groups[i].first == key; });
        if (same != known.end()) {
          groups[*same].second.push_back(op);
          continue;
        }
        known.push_back(groups.size());
        groups.push_back({key, {op}});
      }
      for (auto &[key, group] : groups)
        if (int64_t(group.size()) >= least && failed(merge(group)))
          return signalPassFailure();
    }
  }

  LogicalResult merge(llvm::ArrayRef<ProjectionOp> group) {
    Synapses all;
    for (ProjectionOp op : group) {
      auto appended = all.append(op);
      if (failed(appended))
        return failure();
      if (!*appended)
        return success();
    }
    double base = std::numeric_limits<double>::infinity(), longest = -base;
    bool whole = true; // and no less than 0
    all.forEach([&](uint32_t, const Synapse &, double delay) {
      whole &= delay >= 0 && delay == std::trunc(delay);
      base = std::min(base, delay);
      longest = std::max(longest, delay);
    });
    // Nothing to merge, and nothing that rows could hold.
    if (!whole || !(longest >= base && longest - base <= kLongestExtra))
      return success();
    ProjectionOp kept = group.front();
    kept.setWeightsAttr(rowsOf(kept, all));
    kept.setDelayAttr(Builder(&getContext()).getF64FloatAttr(base));
    for (ProjectionOp op : group.drop_front())
      op.erase();
    merged += unsigned(group.size() - 1);
    return success();
  }

  Attribute rowsOf(ProjectionOp kept, const Synapses &all) {
    CsrBuilder builder(uint32_t(kept.numSources()),
                       uint32_t(kept.numTargets()));
    auto entry = [&](uint32_t source, const Synapse &s, double delay) {
      return CsrBuilder::Entry{source, s.target, s.weight, uint32_t(delay)};
    };
    all.forEach([&](uint32_t source, const Synapse &s, double delay) {
      builder.count(entry(source, s, delay));
    });
    builder.start(builder.shortestDelay());
    all.forEach([&](uint32_t source, const Synapse &s, double delay) {
      builder.place(entry(source, s, delay));
    });
    auto table = builder.finish(); // views show the same each time
    return table->attribute(&getContext(), (kept.getName() + ".merged").str());
  }
};
} // namespace

} // namespace snnc::decide
