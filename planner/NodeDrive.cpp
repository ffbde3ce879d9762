//===- NodeDrive.cpp - Poisson inputs that cores draw ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/NodeDrive.h"

#include "compiler/SNN/ParamValues.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Poisson.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace mlir;

namespace snnc::fabric {

static constexpr uint32_t kBins = 1u << SNNC_DRIVE_GUIDE_BITS;
static constexpr unsigned kBinShift = kUniformBits - SNNC_DRIVE_GUIDE_BITS;

/// The limits without the last one's repetitions, of which rounding makes
/// hundreds where the sum stops short of 1.
static std::span<const uint64_t> differentLimits(const PoissonTable &table) {
  auto limits = table.thresholds();
  while (limits.size() > 1 && limits.back() == limits[limits.size() - 2])
    limits = limits.first(limits.size() - 1);
  return limits;
}

std::vector<uint32_t> driveTable(double mean) {
  PoissonTable table(mean);
  auto limits = differentLimits(table);
  std::vector<uint32_t> words{uint32_t(limits.size()),
                              uint32_t(table.thresholds().size())};
  auto reached = [&](uint64_t bits) { // as u ends there, limits up to it
    return uint32_t(std::ranges::upper_bound(limits, bits) - limits.begin());
  };
  auto countOf = [&](uint32_t reached) {
    return reached == limits.size() ? words[1] : reached;
  };
  constexpr uint32_t kMost = SNNC_DRIVE_UNSETTLED - 1; // of an entry
  for (uint64_t bin = 0; bin < kBins; bin += 4) {
    uint32_t word = 0;
    for (uint64_t k = 0; k < 4; ++k) {
      uint64_t first = (bin + k) << kBinShift;
      uint32_t low = reached(first),
               high = reached(first + (uint64_t(1) << kBinShift) - 1);
      bool isSettled = low == high && countOf(low) <= kMost;
      uint32_t entry = isSettled ? countOf(low)
                                 : std::min(low, kMost) | SNNC_DRIVE_UNSETTLED;
      word |= entry << (8 * k);
    }
    words.push_back(word);
  }
  for (uint64_t limit : limits)
    words.push_back(uint32_t(limit >> kOtherBits));
  words.push_back(1u << kFirstBits);
  for (uint64_t limit : limits)
    words.push_back(uint32_t(limit));
  return words;
}

/// One synapse to each neuron.
static bool isOneToOne(Attribute weights) {
  auto drawn = dyn_cast<snn::ProceduralAttr>(weights);
  return isa<snn::OneToOneAttr>(weights) ||
         (drawn && drawn.getKind() == snn::ConnectorKind::OneToOne &&
          drawn.getAutapses() == 1);
}

/// Ticks that every synapse of "one to each neuron" adds to its projection's;
/// nothing for other connectors and delays that differ.
static std::optional<double> ownDelay(Attribute weights) {
  auto drawn = dyn_cast<snn::ProceduralAttr>(weights);
  if (!isOneToOne(weights) ||
      (drawn && drawn.getDelay().getKind() != snn::DistKind::Constant))
    return std::nullopt;
  if (!drawn)
    return 0;
  double delay = drawn.getDelay().values().front();
  return delay >= 0 && delay == std::trunc(delay) ? std::optional(delay)
                                                  : std::nullopt;
}

/// Of all synapses, ticks; nothing where it is no drive.
static std::optional<double> delayOf(snn::ProjectionOp op) {
  auto common = dyn_cast<FloatAttr>(op.getDelay());
  auto own = ownDelay(op.getWeights());
  if (!common || !own)
    return std::nullopt;
  double delay = common.getValueAsDouble() + *own;
  return delay >= 1 && delay <= UINT16_MAX ? std::optional(delay)
                                           : std::nullopt;
}

/// What of the projection keeps cores from drawing its input.
static std::optional<DriveObstacle> obstacleOf(snn::ProjectionOp op) {
  if (op.numSources() != op.numTargets() || op.getPoolAttr() ||
      !isOneToOne(op.getWeights()))
    return DriveObstacle{
        "it is not connected one to one",
        "where each neuron may have spikes of its own, give the input as many "
        "channels as '" +
            op.targetPopulation().getName().str() +
            "' has neurons and connect it one_to_one, at the summed rate"};
  if (!op.getSource().hasOneUse())
    return DriveObstacle{"it has several projections",
                         "give each an input of its own"};
  if (!delayOf(op))
    return DriveObstacle{"its synapses differ in their delay",
                         "give all the same delay, of whole ticks"};
  return std::nullopt;
}

std::optional<std::vector<double>> drawableMeans(snn::ProjectionOp op,
                                                 DriveObstacle *why) {
  auto input = op.getSource().getDefiningOp<snn::InputOp>();
  auto drive = input ? dyn_cast_or_null<snn::PoissonAttr>(input.getDriveAttr())
                     : snn::PoissonAttr();
  if (!drive || !op.getQuantAttr())
    return std::nullopt;
  auto refuse = [&](DriveObstacle obstacle) {
    if (why)
      *why = std::move(obstacle);
    return std::nullopt;
  };
  if (auto obstacle = obstacleOf(op))
    return refuse(std::move(*obstacle));
  size_t channels = size_t(op.numSources());
  auto rates = snn::PoissonRates::get(drive, channels);
  if (!rates)
    return std::nullopt;
  if (rates->length())
    return refuse({"its rates change over time", "give it constant rates"});
  bool isOne = isa<FloatAttr>(drive.getRate());
  std::vector<double> means;
  std::set<double> different;
  for (size_t c = 0; c < (isOne ? 1 : channels); ++c) {
    means.push_back(rates->at(0, c));
    different.insert(means.back());
  }
  if (different.size() > kMostMeans)
    return refuse({"its channels have " + std::to_string(different.size()) +
                       " different rates, of which a core has tables for " +
                       std::to_string(kMostMeans),
                   "round the rates to " + std::to_string(kMostMeans) +
                       " different ones"});
  return means;
}

namespace {
/// Steps of the search in a table.
struct Search {
  double unsettled = 0; ///< share of draws
  double expected = 0;  ///< limits looked at, of all draws
  double worst = 0;
};
} // namespace

static Search searchOf(double mean) {
  PoissonTable table(mean);
  std::map<uint64_t, uint32_t> steps; // limits in a bin
  Search search;
  for (uint64_t limit : differentLimits(table)) {
    uint64_t bin = limit >> kBinShift,
             inside = limit & ((1ull << kBinShift) - 1);
    ++steps[bin];
    search.expected +=
        (1 - std::ldexp(double(inside), -int(kBinShift))) / kBins;
  }
  search.unsettled = double(steps.size()) / kBins;
  search.expected += search.unsettled;
  for (auto [bin, count] : steps)
    search.worst = std::max(search.worst, count + 1.0);
  return search;
}

/// docs/cycles.md, "A drive".
static NeuronCycles cyclesOf(std::span<const double> ofChannels) {
  constexpr double kDrawn = 22.1, kAdd = 4.9, kOne = 25.8, kSearch = 19.9,
                   kLimit = 8.4, kTable = 5.4, kOnce = 50, kEnds = 220,
                   kTie = 300;
  NeuronCycles cycles;
  Search most;
  std::map<double, size_t> means;
  for (double mean : ofChannels)
    ++means[mean];
  for (auto [mean, channels] : means) {
    Search search = searchOf(mean);
    // Of four channels the guide leaves one open, all are gone over one by one,
    // and with the first four of a block the others.
    double open = 1 - std::pow(1 - search.unsettled, 4);
    double byOne = open + (1 - open) * open / 2;
    double some = std::max(0.0, 1 - std::exp(-4 * mean) - open);
    cycles.expected += (byOne * kOne + search.unsettled * kSearch +
                        search.expected * kLimit + some * kAdd) *
                       double(channels) / double(ofChannels.size());
    most.worst = std::max(most.worst, search.worst);
  }
  double table = means.size() > 1 ? kTable : 0;
  cycles.expected += kDrawn + table;
  cycles.worst = kDrawn + table + kOne + kSearch + most.worst * kLimit;

  cycles.once = kOnce + kEnds; // few cores begin and end with a block
  cycles.onceWorst = kOnce + 2 * kEnds + kTie;
  return cycles;
}

std::optional<NodeDrive> NodeDrive::read(snn::ProjectionOp op, uint32_t edge) {
  auto means = drawableMeans(op);
  if (!means)
    return std::nullopt;
  NodeDrive drive;
  drive.edge = edge;
  drive.receptor = unsigned(op.getReceptor());
  drive.delay = uint64_t(*delayOf(op));
  std::map<double, uint16_t> places;
  for (double mean : std::set<double>(means->begin(), means->end())) {
    drive.means.push_back(mean);
    places[mean] = uint16_t(drive.tables.size());
    auto table = driveTable(mean);
    drive.tables.insert(drive.tables.end(), table.begin(), table.end());
  }
  size_t numbers = drive.means.size() > 1 ? means->size() : 1;
  for (size_t c = 0; c < numbers; ++c)
    drive.tableOf.push_back(places[(*means)[c]]);
  drive.cycles = cyclesOf(*means);
  return drive;
}

uint64_t NodeDrive::bytes(uint32_t neurons) const {
  uint64_t array = (uint64_t(neurons) * sizeof(uint16_t) + 3) / 4 * 4;
  return sizeof(SnncDrive) + array * (isUniform() ? 1 : 2) +
         tables.size() * sizeof(uint32_t);
}

} // namespace snnc::fabric
