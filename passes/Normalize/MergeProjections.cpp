//===- MergeProjections.cpp - Many small projections become one list ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "passes/Normalize/Passes.h"

#include "llvm/ADT/MapVector.h"

#include <algorithm>

namespace snnc::normalize {
#define GEN_PASS_DEF_MERGEPROJECTIONS
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

/// Largest delay that an entry of a list may add to its projection's.
constexpr double kLongestExtra = 65535;

/// The synapses of several projections, one after another.
struct Synapses {
  std::vector<float> weights;
  std::vector<double> sources, targets, delays;
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
        if (!isa<ListAttr>(op.getWeights()) || op.getPoolAttr() ||
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

  /// Appends the synapses of `op`; false when it has no delay in ticks.
  FailureOr<bool> append(ProjectionOp op, Synapses &all) {
    auto delays =
        ParamValues::get(op.getDelay(), size_t(op.numSources()), &getContext());
    if (!delays)
      return false;
    auto view = Connectivity::create(op);
    if (!view)
      return failure();
    view->forEach([&](uint32_t source, const Synapse &synapse) {
      all.sources.push_back(source);
      all.targets.push_back(synapse.target);
      all.weights.push_back(synapse.weight);
      all.delays.push_back(delays->at(source) + synapse.delay);
    });
    return true;
  }

  LogicalResult merge(llvm::ArrayRef<ProjectionOp> group) {
    Synapses all;
    for (ProjectionOp op : group) {
      auto appended = append(op, all);
      if (failed(appended))
        return failure();
      if (!*appended)
        return success();
    }
    if (all.delays.empty())
      return success();
    auto [first, last] =
        std::minmax_element(all.delays.begin(), all.delays.end());
    double base = *first;
    if (*last - base > kLongestExtra)
      return success();
    for (double &delay : all.delays)
      delay -= base;
    ProjectionOp kept = group.front();
    kept.setWeightsAttr(listOf(kept.getName().str(), all));
    kept.setDelayAttr(Builder(&getContext()).getF64FloatAttr(base));
    for (ProjectionOp op : group.drop_front())
      op.erase();
    merged += unsigned(group.size() - 1);
    return success();
  }

  ListAttr listOf(const std::string &name, const Synapses &all) {
    Builder builder(&getContext());
    ParameterStore &store = paramsOf(&getContext());
    std::vector<int64_t> shape{int64_t(all.weights.size())};
    auto reference = [&](const std::string &key, Type element) {
      return ParamRefAttr::get(&getContext(), key,
                               RankedTensorType::get(shape, element));
    };
    auto doubles = [&](const char *part, const std::vector<double> &values) {
      return reference(store.addF64(name + part, shape, values),
                       builder.getF64Type());
    };
    auto weights =
        reference(store.addF32(name + ".merged.weights", shape, all.weights),
                  builder.getF32Type());
    return ListAttr::get(&getContext(), doubles(".merged.sources", all.sources),
                         doubles(".merged.targets", all.targets), weights,
                         doubles(".merged.delays", all.delays));
  }
};
} // namespace

} // namespace snnc::normalize
