//===- CycleModel.cpp - Cycles of one core in one tick --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/CycleModel.h"

#include <algorithm>
#include <cmath>

namespace snnc::fabric {

CycleCosts CycleCosts::worst() {
  return {110, 45, 18, 7.5, 40, 35, 80, 1.3, 110, 20, 100, 10, 8};
}

/// Start-up of a product and results a cycle on their way to SRAM, as
/// runtime/emulator/MacDevice.cpp.
static constexpr uint64_t kMacStart = 10, kMacLanes = 4;

/// What of `mapPacket` is looking up the positions at one delay; the rest is
/// taking the packet.
static constexpr double kLookUp = 13. / 29;

uint64_t macCycles(const MacArray &mac, uint64_t m, uint64_t n, uint64_t k,
                   bool wide) {
  uint64_t tileRows =
      std::max<uint64_t>(1, wide ? mac.rows / 4 : uint64_t(mac.rows));
  uint64_t columns = std::max<uint64_t>(1, mac.columns);
  uint64_t cycles = kMacStart;
  for (uint64_t row = 0; row < m; row += tileRows)
    cycles += (n + columns - 1) / columns *
              (k + std::min(tileRows, m - row) * columns / kMacLanes);
  return cycles;
}

double macCyclesPerTick(const MacArray &mac, const MapLayout &layout) {
  double cycles = 0;
  for (const MapPanel &panel : layout.panels)
    cycles += double(macCycles(mac, layout.format.batch, panel.columns,
                               panel.rows, layout.format.weightBits == 16));
  return cycles / layout.format.batch;
}

TransferCost TransferCost::of(const MachineModel &machine, double readers) {
  if (!machine.hasDram())
    return {};
  double none = machine.dmaCycles(0, readers);
  return {none, (machine.dmaCycles(1024, readers) - none) / 1024};
}

void addRows(CoreWork &work, const RowEncoding &encoding, const RowWork &rows,
             const TransferCost &transfer, double scatter) {
  double packets = rows.sources * rows.rate;
  double own = encoding.format->cycles(encoding.fields, rows);
  if (isFetched(encoding)) {
    RowTransfers moved = encoding.format->transfers(encoding.fields, rows);
    double unit = moved.count * transfer.each + moved.bytes * transfer.byte;
    own = std::max(own, unit - packets * CycleCosts().packet);
    // Nothing runs beside the first transfer of a tick.
    own += std::min(1.0, moved.count) * transfer.each;
  }
  work.packets += packets;
  work.rowCycles += own;
  if (packets > 0) {
    double each = CycleCosts().packet + own / packets;
    work.variance += scatter * packets * each * each;
  }
}

void addPositions(CoreWork &work, const MapLayout &layout, double sources,
                  double positions, double rate, double scatter) {
  CycleCosts costs;
  double packets = sources * rate;
  work.packets += packets;
  work.positions += positions * rate;
  if (packets > 0) {
    double each =
        costs.mapPacket * (1 - kLookUp + kLookUp * double(layout.delays())) +
        costs.position * positions / sources;
    work.variance += scatter * packets * each * each;
  }
}

void addSender(CoreWork &work, double known, double unknown, double entries,
               double rate, double scatter) {
  double search = CycleCosts().search, lost = unknown * rate;
  if (entries > 0)
    work.searches += entries * (1 - std::exp(-known * rate / entries));
  work.searches += lost;
  work.entries += entries;
  work.variance += scatter * lost * search * search;
}

static double searchCycles(const CoreWork &work, const CycleCosts &costs) {
  double halvings = std::log2(std::max(1.0, work.entries));
  return work.searches * (costs.search + costs.halving * halvings);
}

CycleEstimate CycleEstimate::busiest(const CycleEstimate &a,
                                     const CycleEstimate &b) {
  // The spread of the core whose peak and spread are longest is not known
  // here: that of either is a bound.
  return {std::max(a.expected, b.expected), std::max(a.worst, b.worst),
          std::max(a.peak, b.peak), std::max(a.spread, b.spread)};
}

double expectedSums(const CoreWork &work, uint32_t neurons, uint32_t receptors,
                    const MapLayout &layout, bool worst) {
  double cells = double(neurons) * receptors;
  double active =
      work.positions / double(std::max<size_t>(1, layout.panels.size()));
  return cells * (worst ? 2 : 1 - std::exp(-active));
}

double serialCycles(const CoreWork &work, const CycleCosts &costs) {
  double packet = costs.packet + (work.gaps ? costs.gaps : 0) +
                  (work.shared ? costs.shared : 0);
  return work.packets * packet + costs.rows * work.rowCycles +
         work.neuronCycles + work.sums * costs.takeSum +
         searchCycles(work, costs);
}

/// What the core does while the array multiplies.
static double coreCycles(const CoreWork &work, const CycleCosts &costs) {
  return work.neuronCycles + work.sums * costs.sendSum;
}

/// Every packet is looked up at every delay of the map.
static double lookUp(const CoreWork &work, const MapLayout &layout,
                     const CycleCosts &costs) {
  return work.packets * double(layout.delays()) * costs.mapPacket * kLookUp;
}

static double take(const CoreWork &work, const CycleCosts &costs) {
  return costs.map + work.packets * costs.mapPacket * (1 - kLookUp) +
         searchCycles(work, costs);
}

/// The products run one panel ahead: the first product and the neurons of the
/// last panel are alone.
static double sideBySide(double products, double core, size_t panels) {
  return std::max(products, core) +
         std::min(products, core) / double(std::max<size_t>(1, panels));
}

double parallelCycles(const CoreWork &work, const MacArray &mac,
                      const MapLayout &layout, const CycleCosts &costs) {
  double scatter =
      take(work, costs) + lookUp(work, layout, costs) +
      work.positions * costs.position + double(layout.delays()) * costs.delay +
      double(layout.operandBytes()) / 16 * costs.clear / layout.format.batch;
  return scatter + sideBySide(macCyclesPerTick(mac, layout),
                              coreCycles(work, costs), layout.panels.size());
}

double parallelPeakCycles(const CoreWork &work, const MacArray &mac,
                          const MapLayout &layout, const CycleCosts &costs) {
  double batch = layout.format.batch;
  double scatter =
      take(work, costs) +
      batch * (lookUp(work, layout, costs) + work.positions * costs.position +
               double(layout.delays()) * costs.delay) +
      double(layout.operandBytes()) / 16 * costs.clear;
  return scatter + sideBySide(batch * macCyclesPerTick(mac, layout),
                              coreCycles(work, costs), layout.panels.size());
}

CycleEstimate serialEstimate(const CoreWork &expected, const CoreWork &worst) {
  double cycles = serialCycles(expected);
  return {cycles, serialCycles(worst, CycleCosts::worst()), cycles,
          std::sqrt(expected.variance)};
}

CycleEstimate parallelEstimate(const CoreWork &expected, const CoreWork &worst,
                               const MacArray &mac, const MapLayout &layout) {
  // The tick that begins a batch has the packets of all its ticks.
  return {parallelCycles(expected, mac, layout),
          parallelPeakCycles(worst, mac, layout, CycleCosts::worst()),
          parallelPeakCycles(expected, mac, layout),
          std::sqrt(layout.format.batch * expected.variance)};
}

double tickCycles(const MachineModel &machine, double seconds) {
  return machine.level().clockHz * seconds;
}

} // namespace snnc::fabric
