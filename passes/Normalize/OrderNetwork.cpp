//===- OrderNetwork.cpp - One order for one network -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A NIR file lists its nodes by name, a YAML file and a builder as they were
// written. Placement, keys and reports follow the order of the network, so the
// same network has to have the same one.

#include "passes/Normalize/Passes.h"

#include <deque>
#include <limits>
#include <tuple>

namespace snnc::normalize {
#define GEN_PASS_DEF_ORDERNETWORK
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

StringRef nameOf(Operation *op) {
  return op->getAttrOfType<StringAttr>("name").getValue();
}

/// How many projections away the nearest input is, by node.
class Depths {
public:
  explicit Depths(NetworkOp network) {
    llvm::DenseMap<Operation *, llvm::SmallVector<Operation *>> readers;
    for (ProjectionOp projection : network.getOps<ProjectionOp>())
      readers[projection.getSource().getDefiningOp()].push_back(
          projection.getTarget().getDefiningOp());
    std::deque<Operation *> work;
    for (InputOp input : network.getOps<InputOp>()) {
      depths[input] = 0;
      work.push_back(input);
    }
    for (; !work.empty(); work.pop_front())
      for (Operation *reader : readers[work.front()])
        if (depths.try_emplace(reader, depths[work.front()] + 1).second)
          work.push_back(reader);
  }

  unsigned of(Operation *op) const {
    auto it = depths.find(op);
    return it == depths.end() ? std::numeric_limits<unsigned>::max()
                              : it->second;
  }

private:
  llvm::DenseMap<Operation *, unsigned> depths;
};

struct OrderNetworkPass : impl::OrderNetworkBase<OrderNetworkPass> {
  using OrderNetworkBase::OrderNetworkBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>()) {
      dropOutputs(network);
      order(network);
      orderModels(network);
    }
  }

  /// A probe that names no variable asks for nothing: all is recorded.
  static void dropOutputs(NetworkOp network) {
    for (ProbeOp probe : llvm::make_early_inc_range(network.getOps<ProbeOp>()))
      if (!probe.getName().contains(':'))
        probe.erase();
  }

  static void order(NetworkOp network) {
    Depths depths(network);
    llvm::DenseMap<Operation *, unsigned> places;
    auto arrange = [&](auto ops, auto key) {
      llvm::stable_sort(ops, [&](auto a, auto b) { return key(a) < key(b); });
      for (auto op : ops) {
        places[op] = unsigned(places.size());
        op->moveBefore(&network.getBody().front(),
                       network.getBody().front().end());
      }
    };
    auto opsOf = [&]<typename Op>(Op) {
      return llvm::SmallVector<Op>(network.getOps<Op>());
    };
    arrange(opsOf(InputOp()), [](InputOp op) { return nameOf(op); });
    arrange(opsOf(PopulationOp()), [&](PopulationOp op) {
      return std::tuple(depths.of(op), nameOf(op));
    });
    arrange(opsOf(ProjectionOp()), [&](ProjectionOp op) {
      return std::tuple(places[op.getSource().getDefiningOp()],
                        places[op.getTarget().getDefiningOp()], nameOf(op));
    });
    arrange(opsOf(ProbeOp()), [](ProbeOp op) { return nameOf(op); });
  }

  /// Models as their first populations; those that none has stay in front.
  void orderModels(NetworkOp network) {
    llvm::SetVector<Operation *> models;
    for (PopulationOp population : network.getOps<PopulationOp>())
      models.insert(population.neuron());
    for (Operation *model : models)
      if (model)
        model->moveBefore(network);
  }
};
} // namespace
} // namespace snnc::normalize
