//===- PlanLayers.cpp - Layers planned for real, on all cores -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/PlanLayers.h"

#include "classifier/LayerNetwork.h"
#include "planner/LayerPlanner.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <thread>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::selector {

uint64_t layerIndex(const DatasetRequest &request, uint64_t position) {
  if (request.set == LayerSet::Wide || request.count == kGridLayers)
    return position;
  // Evenly over the grid; 7,919 is a prime, so all axes are mixed.
  return position * 7919 % kGridLayers;
}

/// Features and plans of the network's only population.
static FailureOr<LayerRecord> measure(snn::NetworkOp network,
                                      const MachineModel &machine) {
  auto info = NetworkInfo::read(network);
  if (failed(info))
    return failure();
  uint32_t node = info->populationByName.lookup("layer");
  auto shape = shapeOf(*info, node);
  if (failed(shape))
    return failure();
  LayerRecord record;
  record.features = featuresOf(*shape, machine, kTickSeconds);
  // One planner, so that its scans serve both.
  LayerPlanner planner(*info, machine, CoreLimits());
  for (bool parallel : {false, true}) {
    planner.setTickCycles(tickCycles(machine, kTickSeconds));
    auto timed = candidatesIn(planner, node, parallel);
    bool same = !planner.timeMattered();
    planner.setTickCycles(0);
    auto untimed = same ? timed : candidatesIn(planner, node, parallel);
    if (failed(timed) || failed(untimed))
      return failure();
    for (Objective objective : kObjectives) {
      auto &from = objective == Objective::Memory ? *untimed : *timed;
      ParadigmPlans &both = record.plans(objective);
      auto &to = parallel ? both.parallel : both.serial;
      if (auto *best = from.best(Ranking(objective, machine, kTickSeconds)))
        to = *best;
    }
    planner.start(node, info->nodes[node].parallel, /*fullRing=*/true);
  }
  return record;
}

namespace {

/// Finished layers, handed over in order.
class Queue {
public:
  explicit Queue(uint64_t begin) : next(begin) {}

  void put(uint64_t position, std::optional<LayerRecord> record) {
    std::lock_guard lock(mutex);
    done.emplace(position, std::move(record));
    ready.notify_one();
  }
  /// Waits a moment for the next layer; false when it is not there yet.
  bool take(std::optional<LayerRecord> &record) {
    std::unique_lock lock(mutex);
    ready.wait_for(lock, std::chrono::milliseconds(100),
                   [&] { return done.count(next) != 0; });
    auto it = done.find(next);
    if (it == done.end())
      return false;
    record = std::move(it->second);
    done.erase(it);
    ++next;
    return true;
  }

private:
  std::mutex mutex;
  std::condition_variable ready;
  std::map<uint64_t, std::optional<LayerRecord>> done;
  uint64_t next;
};

} // namespace

static void work(const DatasetRequest &request, const MachineModel &machine,
                 std::atomic<uint64_t> &position, std::atomic<bool> &stop,
                 Queue &queue) {
  LayerBuilder builder(request.formats);
  for (;;) {
    uint64_t own = position++;
    if (own >= request.count || stop)
      return;
    LayerSpec spec =
        makeLayer(request.set, layerIndex(request, own), request.seed);
    snn::NetworkOp network = builder.build(spec);
    auto record = measure(network, machine);
    if (failed(record)) {
      queue.put(own, std::nullopt);
      return;
    }
    record->set = spec.set;
    record->index = spec.index;
    record->structure = spec.structure;
    queue.put(own, std::move(*record));
  }
}

Status planLayers(const DatasetRequest &request, const MachineModel &machine,
                  uint64_t begin, const TakeRecord &take, const Watch &watch) {
  unsigned jobs = request.jobs
                      ? request.jobs
                      : usableCores();
  std::atomic<uint64_t> position = begin;
  std::atomic<bool> stop = false;
  Queue queue(begin);
  std::vector<std::jthread> threads;
  startThreads(threads, jobs,
               [&] { work(request, machine, position, stop, queue); });
  if (threads.empty())
    return makeError("SNN0853", {}, "the system starts no thread",
                     {"raise the limits on memory and processes (ulimit -v, "
                      "-u)"});
  Status result;
  for (uint64_t done = begin; done < request.count && result;) {
    std::optional<LayerRecord> record;
    if (!watch(done, request.count)) {
      result = makeError("SNN0427", {}, "interrupted");
    } else if (queue.take(record)) {
      if (record)
        result = take(std::move(*record));
      else
        result = makeError(
            "SNN0901", {},
            fmt::format("layer {} of the data set cannot be planned", done));
      ++done;
    }
  }
  stop = true;
  return result;
}

Expected<Dataset> planDataset(const DatasetRequest &request,
                              const MachineModel &machine, const Watch &watch) {
  Dataset dataset;
  dataset.reserve(request.count);
  auto keep = [&](LayerRecord record) -> Status {
    dataset.push_back(std::move(record));
    return {};
  };
  Status status = planLayers(request, machine, 0, keep, watch);
  if (!status)
    return status.takeError();
  return dataset;
}

} // namespace snnc::selector
