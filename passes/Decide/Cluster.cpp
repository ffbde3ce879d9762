//===- Cluster.cpp - Neurons with common sources stand together -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row of a weight-delay map is a (source, delay) that reaches any of sixteen
// neighbours. Connectivity that comes as a list often has an order in which
// neighbours share their sources, bands or groups, that the file's numbering
// hides. Reciprocal averaging finds it: sources stand at the mean of their
// targets, targets at the mean of their sources, and so on; what remains of a
// start by numbers is the correspondence analysis' first axis (Hill, Applied
// Statistics 23, 1974). The order is kept where it spares a tenth of the rows.

#include "passes/Decide/Passes.h"
#include "planner/NetworkInfo.h"
#include "planner/ProjectionView.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace snnc::decide {
#define GEN_PASS_DEF_FABRICCLUSTER
#include "passes/Decide/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {
constexpr unsigned kTurns = 30;
constexpr size_t kMostSynapses = 4 << 20; ///< more would take seconds
constexpr uint32_t kTile = 16;            ///< columns of the MAC array

/// All synapses into one population.
class Clusters {
public:
  Clusters(const NetworkInfo &info, uint32_t node) : info(info), node(node) {}

  LogicalResult read();
  /// Neuron by place; empty where no order is clearly better.
  std::vector<int32_t> best() const;

private:
  struct Synapse {
    uint32_t row, target; ///< row: a (projection, source, delay)
  };
  /// Rows by delay, until `visit` has enough.
  LogicalResult forEachRow(
      llvm::function_ref<bool(llvm::ArrayRef<snn::IntSynapse>)> visit) const;
  std::vector<double> average(const std::vector<double> &of, bool toTargets,
                              size_t size) const;
  std::vector<int32_t> sorted(const std::vector<double> &at) const;
  uint64_t rowsOf(const std::vector<int32_t> &neurons) const;

  const NetworkInfo &info;
  uint32_t node, rows = 0;
  bool isTooLarge = false;
  std::vector<Synapse> synapses; ///< ascending by row
};

LogicalResult Clusters::forEachRow(
    llvm::function_ref<bool(llvm::ArrayRef<snn::IntSynapse>)> visit) const {
  std::vector<snn::IntSynapse> row;
  for (uint32_t edge : info.nodes[node].incoming) {
    auto view = viewOf(info.edges[edge].op);
    if (!view)
      return failure();
    for (uint32_t source = 0; source < view->numSources(); ++source) {
      view->row(source, row);
      std::stable_sort(row.begin(), row.end(),
                       [](auto &a, auto &b) { return a.delay < b.delay; });
      if (!visit(row))
        return success();
    }
  }
  return success();
}

LogicalResult Clusters::read() {
  // Counted before they are stored: what is too large takes no memory.
  size_t count = 0;
  auto counted = forEachRow([&](auto row) {
    count += row.size();
    return count <= kMostSynapses;
  });
  isTooLarge = count > kMostSynapses;
  if (failed(counted) || isTooLarge)
    return counted;
  synapses.reserve(count);
  return forEachRow([&](auto row) {
    for (size_t i = 0; i < row.size(); ++i) {
      rows += i == 0 || row[i].delay != row[i - 1].delay;
      synapses.push_back({rows - 1, row[i].target});
    }
    return true;
  });
}

std::vector<double> Clusters::average(const std::vector<double> &of,
                                      bool toTargets, size_t size) const {
  std::vector<double> sum(size), count(size);
  for (const Synapse &synapse : synapses) {
    uint32_t from = toTargets ? synapse.row : synapse.target;
    uint32_t to = toTargets ? synapse.target : synapse.row;
    sum[to] += of[from];
    count[to] += 1;
  }
  for (size_t i = 0; i < size; ++i)
    sum[i] = count[i] > 0 ? sum[i] / count[i] : 0;
  return sum;
}

std::vector<int32_t> Clusters::sorted(const std::vector<double> &at) const {
  std::vector<int32_t> neurons(at.size());
  std::iota(neurons.begin(), neurons.end(), 0);
  std::stable_sort(neurons.begin(), neurons.end(), [&](int32_t a, int32_t b) {
    return at[size_t(a)] < at[size_t(b)];
  });
  return neurons;
}

/// Rows of a map without wide panels.
uint64_t Clusters::rowsOf(const std::vector<int32_t> &neurons) const {
  std::vector<uint32_t> tileOf(neurons.size());
  for (size_t place = 0; place < neurons.size(); ++place)
    tileOf[size_t(neurons[place])] = uint32_t(place) / kTile;
  std::vector<uint32_t> seen(neurons.size() / kTile + 1, UINT32_MAX);
  uint64_t count = 0;
  for (const Synapse &synapse : synapses) {
    uint32_t &last = seen[tileOf[synapse.target]];
    count += last != synapse.row;
    last = synapse.row;
  }
  return count;
}

std::vector<int32_t> Clusters::best() const {
  size_t size = info.nodes[node].size;
  if (isTooLarge)
    return {};
  std::vector<double> at(rows);
  std::iota(at.begin(), at.end(), 0.0);
  std::vector<int32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  uint64_t natural = rowsOf(order), least = natural;
  for (unsigned turn = 0; turn < kTurns; ++turn) {
    std::vector<double> targets = average(at, /*toTargets=*/true, size);
    if (turn == 0 || turn + 1 == kTurns) // by number of source; by structure
      if (auto candidate = sorted(targets); rowsOf(candidate) < least) {
        least = rowsOf(candidate);
        order = std::move(candidate);
      }
    at = average(targets, /*toTargets=*/false, rows);
    // The trivial axis is the constant one.
    double mean = std::accumulate(at.begin(), at.end(), 0.0) / double(rows);
    double norm = 0;
    for (double &x : at) {
      x -= mean;
      norm += x * x;
    }
    if (norm == 0)
      break;
    for (double &x : at)
      x /= std::sqrt(norm);
  }
  return 10 * least <= 9 * natural ? order : std::vector<int32_t>();
}

struct FabricClusterPass : impl::FabricClusterBase<FabricClusterPass> {
  using FabricClusterBase::FabricClusterBase;

  void runOnOperation() override {
    for (auto network : getOperation().getOps<snn::NetworkOp>())
      if (failed(order(network)))
        return signalPassFailure();
  }

  LogicalResult order(snn::NetworkOp network) {
    if (llvm::none_of(network.getOps<snn::ProjectionOp>(), isList))
      return success();
    auto info = NetworkInfo::read(network);
    if (failed(info))
      return failure();
    llvm::SmallVector<std::pair<Operation *, std::vector<int32_t>>> found;
    for (uint32_t node = 0; node < info->nodes.size(); ++node) {
      const NetworkNode &population = info->nodes[node];
      // Whatever is drawn, dense or folded has no hidden order.
      auto listed = [&](uint32_t edge) { return isList(info->edges[edge].op); };
      if (population.isInput || population.incoming.empty() ||
          population.op->hasAttr(kOrderName) ||
          !llvm::all_of(population.incoming, listed))
        continue;
      Clusters clusters(*info, node);
      if (failed(clusters.read()))
        return failure();
      if (auto order = clusters.best(); !order.empty())
        found.emplace_back(population.op, std::move(order));
    }
    for (auto &[op, order] : found)
      op->setAttr(kOrderName, DenseI32ArrayAttr::get(&getContext(), order));
    ordered += found.size();
    return success();
  }

  static bool isList(snn::ProjectionOp projection) {
    return snn::isListed(projection.getWeights());
  }
};
} // namespace
} // namespace snnc::decide
