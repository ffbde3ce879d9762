//===- BatchTicks.cpp - Several ticks per matrix product ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gives populations extra latency so that every delay into a batched one is at
// least the batch: the one that it asks for, else `ticks` of them; and at least
// two ticks where several PEs multiply parts of the sources. Members of a
// feedback loop keep their places relative to each other, hence move together.
// docs/semantics.md S5.

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Decide/Passes.h"

#include "llvm/ADT/MapVector.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

namespace snnc::decide {
#define GEN_PASS_DEF_BATCHTICKS
#include "passes/Decide/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

struct Edge {
  ProjectionOp op;
  unsigned from, to;
  int64_t delay; ///< ticks on the chip, the shortest of any synapse
};

struct BatchTicksPass : impl::BatchTicksBase<BatchTicksPass> {
  using BatchTicksBase::BatchTicksBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>())
      if (failed(batch(network)))
        return signalPassFailure();
  }

  LogicalResult batch(NetworkOp network) {
    nodes.clear();
    edges.clear();
    for (Operation &op : network.getBody().front())
      if (isa<InputOp, PopulationOp>(op))
        nodes.insert({op.getResult(0), unsigned(nodes.size())});
    if (failed(readEdges(network)))
      return failure();
    std::vector<unsigned> component(nodes.size());
    unsigned components = findComponents(component);
    llvm::SmallVector<PopulationOp> chosen;
    std::vector<int64_t> needed(nodes.size(), 1);
    for (PopulationOp population : network.getOps<PopulationOp>()) {
      if (population.getRowSplit()) {
        needed[nodes.lookup(population.getSignal())] = kRowSplitDelay;
        continue;
      }
      if (!mayWait(population, component))
        continue;
      int64_t &least = needed[nodes.lookup(population.getSignal())];
      if (population.getBatchAttr()) {
        least = int64_t(*population.getBatch());
      } else if (ticks > 1 && isNarrow(population)) {
        chosen.push_back(population);
        least = ticks;
      }
    }
    std::vector<int64_t> move = moves(component, components, needed);
    if (llvm::any_of(move, [](int64_t by) { return by != 0; }))
      this->move(network, move, component);
    Builder builder(&getContext());
    for (PopulationOp population : chosen)
      population.setBatchAttr(builder.getI64IntegerAttr(ticks));
    return success();
  }

  LogicalResult readEdges(NetworkOp network) {
    for (ProjectionOp op : network.getOps<ProjectionOp>()) {
      std::optional<int64_t> delay = shortestDelay(op);
      if (!delay)
        return report(op, "SNN0320") << "the projection's delay is missing";
      edges.push_back({op, nodes.lookup(op.getSource()),
                       nodes.lookup(op.getTarget()), *delay});
    }
    return success();
  }

  std::optional<int64_t> shortestDelay(ProjectionOp op) {
    auto values =
        ParamValues::get(op.getDelay(), size_t(op.numSources()), &getContext());
    if (!values)
      return std::nullopt;
    double shortest = values->at(0);
    for (size_t i = 1; i < values->size(); ++i)
      shortest = std::min(shortest, values->at(i));
    return int64_t(shortest);
  }

  /// Numbers the components so that every edge goes to a lower one.
  unsigned findComponents(std::vector<unsigned> &component) {
    Graph graph(nodes.size());
    for (const Edge &edge : edges)
      boost::add_edge(edge.from, edge.to, graph);
    return unsigned(boost::strong_components(
        graph, boost::make_iterator_property_map(
                   component.begin(), boost::get(boost::vertex_index, graph))));
  }

  /// Parallel and not in a feedback loop, where later input is not possible.
  bool mayWait(PopulationOp population,
               const std::vector<unsigned> &component) {
    unsigned self = nodes.lookup(population.getSignal());
    return population.getParadigm() == Paradigm::Parallel &&
           llvm::none_of(edges, [&](const Edge &edge) {
             return edge.to == self && component[edge.from] == component[self];
           });
  }

  /// One product of 16-bit weights has no idle rows to give away.
  bool isNarrow(PopulationOp population) {
    unsigned self = nodes.lookup(population.getSignal());
    return llvm::any_of(edges, [&](Edge &edge) {
      QuantAttr quant = edge.op.getQuantAttr();
      return edge.to == self && quant && quant.getBits() == 8;
    });
  }

  /// How many ticks each component moves: the longest chain of demands.
  std::vector<int64_t> moves(const std::vector<unsigned> &component,
                             unsigned components,
                             const std::vector<int64_t> &needed) {
    std::vector<int64_t> move(components, 0);
    for (unsigned c = components; c-- > 0;)
      for (const Edge &edge : edges) {
        if (component[edge.to] != c || component[edge.from] == c)
          continue;
        move[c] = std::max(move[c], move[component[edge.from]] +
                                        needed[edge.to] - edge.delay);
      }
    return move;
  }

  void move(NetworkOp network, llvm::ArrayRef<int64_t> moves,
            const std::vector<unsigned> &component) {
    Builder builder(&getContext());
    for (PopulationOp population : network.getOps<PopulationOp>()) {
      int64_t by = moves[component[nodes.lookup(population.getSignal())]];
      auto later = [&](std::optional<int64_t> value) {
        return builder.getI64IntegerAttr(value.value_or(0) + by);
      };
      population.setLatencyAttr(later(population.getLatency()));
      population.setStartAttr(later(population.getStart()));
    }
    for (Edge &edge : edges) {
      int64_t by = moves[component[edge.to]] - moves[component[edge.from]];
      if (by == 0)
        continue;
      auto values = ParamValues::get(
          edge.op.getDelay(), size_t(edge.op.numSources()), &getContext());
      llvm::SmallVector<double> shifted;
      for (size_t i = 0; i < values->size(); ++i)
        shifted.push_back(values->at(i) + double(by));
      edge.op.setDelayAttr(makeParam(
          &getContext(), (edge.op.getName() + ".delay").str(), shifted));
    }
  }

  llvm::MapVector<Value, unsigned> nodes;
  std::vector<Edge> edges;
};
} // namespace
} // namespace snnc::decide
