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

#include "passes/Decide/FixedOrder.h"
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
  /// Of every source, until `visit` has enough.
  LogicalResult forEachRow(
      llvm::function_ref<bool(llvm::MutableArrayRef<snn::IntSynapse>)> visit)
      const;
  std::vector<double> ofTargets(const std::vector<double> &rowsAt) const;
  std::vector<double> ofRows(const std::vector<double> &targetsAt) const;
  std::vector<int32_t> sorted(const std::vector<double> &at) const;
  uint64_t rowsOf(const std::vector<int32_t> &neurons) const;

  const NetworkInfo &info;
  uint32_t node, rows = 0;
  bool isTooLarge = false;
  std::vector<Synapse> synapses; ///< ascending by row
  std::vector<double> inDegrees; ///< by target
};

LogicalResult Clusters::forEachRow(
    llvm::function_ref<bool(llvm::MutableArrayRef<snn::IntSynapse>)> visit)
    const {
  std::vector<snn::IntSynapse> row;
  for (uint32_t edge : info.nodes[node].incoming) {
    auto view = viewOf(info.edges[edge].op);
    if (!view)
      return failure();
    for (uint32_t source = 0; source < view->numSources(); ++source) {
      view->row(source, row);
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
  inDegrees.assign(info.nodes[node].size, 0);
  auto isBefore = [](auto &a, auto &b) { return a.delay < b.delay; };
  return forEachRow([&](auto row) {
    if (!std::is_sorted(row.begin(), row.end(), isBefore))
      std::stable_sort(row.begin(), row.end(), isBefore);
    for (size_t i = 0; i < row.size(); ++i) {
      rows += i == 0 || row[i].delay != row[i - 1].delay;
      synapses.push_back({rows - 1, row[i].target});
      inDegrees[row[i].target] += 1;
    }
    return true;
  });
}

/// Of every target, the mean of its rows.
std::vector<double>
Clusters::ofTargets(const std::vector<double> &rowsAt) const {
  std::vector<double> at(inDegrees.size());
  for (const Synapse &synapse : synapses)
    at[synapse.target] += rowsAt[synapse.row];
  for (size_t i = 0; i < at.size(); ++i)
    at[i] = inDegrees[i] > 0 ? at[i] / inDegrees[i] : 0;
  return at;
}

/// Of every row, the mean of its targets.
std::vector<double>
Clusters::ofRows(const std::vector<double> &targetsAt) const {
  std::vector<double> at(rows);
  for (size_t i = 0; i < synapses.size();) {
    uint32_t row = synapses[i].row;
    double sum = 0;
    size_t first = i;
    for (; i < synapses.size() && synapses[i].row == row; ++i)
      sum += targetsAt[synapses[i].target];
    at[row] = sum / double(i - first);
  }
  return at;
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
    std::vector<double> targets = ofTargets(at);
    if (turn == 0 || turn + 1 == kTurns) // by number of source; by structure
      if (auto candidate = sorted(targets); rowsOf(candidate) < least) {
        least = rowsOf(candidate);
        order = std::move(candidate);
      }
    at = ofRows(targets);
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
          hasOrder(population.op) || keepsNumbers(population.op) ||
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
