//===- Retime.cpp - Latencies so that every hop takes a tick --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// d = delay + latency(target) - latency(source) >= 1: difference constraints,
// solved as shortest paths. docs/semantics.md S5.

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Normalize/Passes.h"

#include "llvm/ADT/MapVector.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/bellman_ford_shortest_paths.hpp>
#include <boost/graph/depth_first_search.hpp>

namespace snnc::normalize {
#define GEN_PASS_DEF_RETIME
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

struct Edge {
  ProjectionOp op;
  unsigned from, to;
  int64_t delay; ///< ticks in the user's network, the smallest of any synapse
};

using Graph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::no_property,
    boost::property<boost::edge_weight_t, int64_t,
                    boost::property<boost::edge_index_t, unsigned>>>;

/// Edges that close a cycle in a depth-first walk from the inputs: the
/// frameworks evaluate nodes in that order and see the previous step there.
struct BackEdges : boost::default_dfs_visitor {
  std::vector<bool> &isBack;
  explicit BackEdges(std::vector<bool> &isBack) : isBack(isBack) {}
  void back_edge(Graph::edge_descriptor e, const Graph &g) {
    isBack[boost::get(boost::edge_index, g, e)] = true;
  }
};

struct RetimePass : impl::RetimeBase<RetimePass> {
  using RetimeBase::RetimeBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>())
      if (failed(retime(network)))
        return signalPassFailure();
  }

  LogicalResult retime(NetworkOp network) {
    nodes.clear();
    edges.clear();
    // Inputs first: the walk that finds feedback edges starts there, wherever
    // they stand in the text.
    for (InputOp input : network.getOps<InputOp>())
      nodes.insert({input.getSignal(), unsigned(nodes.size())});
    for (PopulationOp population : network.getOps<PopulationOp>()) {
      if (population.getLatency())
        return success(); // already retimed: idempotent
      nodes.insert({population.getSignal(), unsigned(nodes.size())});
    }
    for (ProjectionOp op : network.getOps<ProjectionOp>()) {
      auto values = ParamValues::get(op.getDelay(), size_t(op.numSources()),
                                     &getContext());
      if (!values)
        return report(op, "SNN0320") << "the projection's delay is missing";
      double smallest = values->at(0);
      for (size_t i = 1; i < size_t(op.numSources()); ++i)
        smallest = std::min(smallest, values->at(i));
      edges.push_back({op, nodes.lookup(op.getSource()),
                       nodes.lookup(op.getTarget()), int64_t(smallest)});
    }
    // Who compares before the tick answers in it what arrived in the last one:
    // on the chip the spike is sent a tick ahead, so the neurons run a tick
    // late.
    for (Edge &edge : edges)
      shift(edge, ticksBehind(edge.op.getTarget().getDefiningOp()));
    addFeedbackTicks();
    std::vector<int64_t> latency;
    if (failed(solve(network, latency)))
      return failure();
    apply(network, latency);
    return success();
  }

  /// How many ticks after its signal's network tick a population computes it.
  static int64_t ticksBehind(Operation *population) {
    return population->hasAttr("compares_before") ? 1 : 0;
  }

  /// Feedback without a delay of its own takes one tick.
  void addFeedbackTicks() {
    Graph graph(nodes.size());
    for (unsigned i = 0; i < edges.size(); ++i)
      boost::add_edge(edges[i].from, edges[i].to, {0, i}, graph);
    std::vector<bool> isBack(edges.size());
    boost::depth_first_search(graph, boost::visitor(BackEdges(isBack)));
    for (unsigned i = 0; i < edges.size(); ++i)
      if (isBack[i] && edges[i].delay < 1)
        shift(edges[i], 1 - edges[i].delay);
  }

  void shift(Edge &edge, int64_t ticks) {
    if (ticks == 0)
      return;
    auto values = ParamValues::get(edge.op.getDelay(),
                                   size_t(edge.op.numSources()), &getContext());
    llvm::SmallVector<double> shifted;
    for (size_t i = 0; i < values->size(); ++i)
      shifted.push_back(values->at(i) + double(ticks));
    edge.op.setDelayAttr(makeParam(
        &getContext(), (edge.op.getName() + ".delay").str(), shifted));
    edge.delay += ticks;
  }

  LogicalResult solve(NetworkOp network, std::vector<int64_t> &latency) {
    for (unsigned round = 0;; ++round) {
      std::vector<unsigned> cycle;
      if (relaxed(latency, cycle))
        return success();
      int64_t have = 0;
      for (unsigned e : cycle)
        have += edges[e].delay;
      int64_t missing = int64_t(cycle.size()) - have;
      if (!relax || round > edges.size())
        return refuse(cycle, have);
      Edge &edge = edges[cycle.back()];
      report(edge.op, "SNN0322")
          << "--relax-timing: " << missing
          << " tick(s) added to this projection, its cycle has " << cycle.size()
          << " hops and " << have << " tick(s) of delay";
      shift(edge, missing);
    }
  }

  /// Bellman-Ford from a virtual source at distance 0 to every node. On a
  /// negative cycle fills `cycle` with its edges in order.
  bool relaxed(std::vector<int64_t> &latency, std::vector<unsigned> &cycle) {
    size_t n = nodes.size();
    Graph graph(n + 1);
    for (unsigned i = 0; i < edges.size(); ++i)
      boost::add_edge(edges[i].from, edges[i].to, {edges[i].delay - 1, i},
                      graph);
    for (unsigned v = 0; v < n; ++v)
      boost::add_edge(n, v, {0, ~0u}, graph);
    std::vector<int64_t> distance(n + 1);
    std::vector<size_t> parent(n + 1);
    for (size_t v = 0; v <= n; ++v)
      parent[v] = v;
    bool ok =
        boost::bellman_ford_shortest_paths(graph, int(n + 1),
                                           boost::root_vertex(n)
                                               .distance_map(distance.data())
                                               .predecessor_map(parent.data()));
    if (ok) {
      latency.assign(n, 0);
      for (size_t v = 0; v < n; ++v)
        latency[v] = -distance[v];
      return true;
    }
    findCycle(distance, parent, cycle);
    return false;
  }

  void findCycle(const std::vector<int64_t> &distance,
                 std::vector<size_t> &parent, std::vector<unsigned> &cycle) {
    // A node that can still be improved hangs below a negative cycle; n steps
    // up its parents end inside the cycle.
    size_t inside = 0;
    for (const Edge &e : edges)
      if (distance[e.from] + e.delay - 1 < distance[e.to]) {
        parent[e.to] = e.from;
        inside = e.to;
        break;
      }
    for (size_t step = 0; step < nodes.size(); ++step)
      inside = parent[inside];
    size_t at = inside;
    do {
      size_t before = parent[at];
      unsigned best = ~0u;
      for (unsigned i = 0; i < edges.size(); ++i)
        if (edges[i].from == before && edges[i].to == at &&
            (best == ~0u || edges[i].delay < edges[best].delay))
          best = i;
      cycle.push_back(best);
      at = before;
    } while (at != inside);
    std::reverse(cycle.begin(), cycle.end());
  }

  LogicalResult refuse(llvm::ArrayRef<unsigned> cycle, int64_t have) {
    std::string path;
    for (unsigned e : cycle)
      path += (edges[e].op.sourceName() + " -> ").str();
    path += edges[cycle[0]].op.sourceName();
    InFlightDiagnostic diag = report(edges[cycle[0]].op, "SNN0321")
                              << "the cycle ";
    diag << path << " has " << int64_t(cycle.size()) << " hops but only "
         << have << " tick(s) of delay; the chip needs one per hop";
    int64_t missing = int64_t(cycle.size()) - have;
    attachHelp(diag) << "add " << missing
                     << " tick(s) of delay to the cycle, or let --relax-timing "
                        "do it";
    return failure();
  }

  void apply(NetworkOp network, llvm::ArrayRef<int64_t> latency) {
    Builder builder(&getContext());
    for (PopulationOp population : network.getOps<PopulationOp>()) {
      int64_t ticks = latency[nodes.lookup(population.getSignal())];
      population.setLatencyAttr(builder.getI64IntegerAttr(ticks));
      population.setStartAttr(builder.getI64IntegerAttr(
          alignStart ? ticks + ticksBehind(population) : 0));
      population->removeAttr("compares_before");
    }
    for (Edge &edge : edges)
      shift(edge, latency[edge.to] - latency[edge.from]);
  }

  llvm::MapVector<Value, unsigned> nodes;
  std::vector<Edge> edges;
};
} // namespace
} // namespace snnc::normalize
