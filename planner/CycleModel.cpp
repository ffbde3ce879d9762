//===- CycleModel.cpp - Cycles of one core in one tick --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/CycleModel.h"

#include <algorithm>
#include <cmath>

namespace snnc::fabric {

CycleCosts CycleCosts::expected() {
  return {.packet = 62,
          .another = 42,
          .mapPacket = 29,
          .position = 11,
          .clear = 5.3,
          .delay = 20,
          .fullDelay = 13,
          .cell = 7,
          .sendSum = 18,
          .takeSum = 37,
          .width = 11,
          .rows = 1,
          .search = 45,
          .mapSearch = 62,
          .lost = 70,
          .halving = 13,
          .map = 45,
          .panel = 18,
          .product = 25,
          .gaps = 6,
          .shared = 4,
          .kind = 5};
}

CycleCosts CycleCosts::worst() {
  return {.packet = 110,
          .another = 80,
          .mapPacket = 45,
          .position = 18,
          .clear = 7.5,
          .delay = 30,
          .fullDelay = 20,
          .cell = 12,
          .sendSum = 30,
          .takeSum = 65,
          .width = 15,
          .rows = 1.3,
          .search = 110,
          .mapSearch = 110,
          .lost = 110,
          .halving = 20,
          .map = 90,
          .panel = 30,
          .product = 40,
          .gaps = 10,
          .shared = 8,
          .kind = 8};
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
  const DmaUnit &unit = machine.dram->dma;
  return {none, machine.dmaByteCycles(1024, readers) / 1024,
          double(unit.setupCycles), double(unit.queue)};
}

TransferCost TransferCost::ofPlan(const MachineModel &machine,
                                  uint64_t fetching) {
  uint64_t most = std::max<uint64_t>(1, machine.pes.size());
  return of(machine, double(std::clamp<uint64_t>(fetching, 1, most)));
}

/// What a stream of `packets` rows takes of which the core works `core` cycles.
static double streamCycles(const RowTransfers &moved, double packets,
                           double core, const TransferCost &transfer) {
  double bytes = moved.bytes * transfer.byte;
  double whole = moved.count * transfer.each + bytes;
  if (transfer.queue <= 1) // one by one, those that rows go on with too
    return std::max(core, whole);
  double more = std::max(0.0, moved.count - packets);
  double rows = moved.count > 0 ? 1 - more / moved.count : 0; // share
  return std::max({core, rows * bytes, rows * moved.count * transfer.setup,
                   rows * whole / transfer.queue}) +
         (1 - rows) * whole;
}

void addRows(CoreWork &work, const RowEncoding &encoding, const RowWork &rows,
             const TransferCost &transfer, double scatter) {
  double packets = rows.sources * rows.rate;
  double own = encoding.format->cycles(encoding.fields, rows);
  if (isFetched(encoding)) {
    RowTransfers moved = encoding.format->transfers(encoding.fields, rows);
    double found = packets * CycleCosts::expected().packet;
    own = streamCycles(moved, packets, found + own, transfer) - found;
    // Nothing runs beside the first transfer of a tick.
    own += std::min(1.0, moved.count) * transfer.each;
  }
  work.packets += packets;
  work.rowCycles += own;
  if (packets > 0) {
    double each = CycleCosts::expected().packet + own / packets;
    work.variance += scatter * packets * each * each;
  }
}

void addPositions(CoreWork &work, const MapLayout &layout, double sources,
                  double positions, double rate, double scatter) {
  CycleCosts costs = CycleCosts::expected();
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

void addSender(CoreWork &work, const Sender &sender, bool parallel, double rate,
               double scatter) {
  double entries = sender.entries, found = sender.known * rate;
  double lost = sender.unknown * rate;
  if (sender.copies > 1)
    work.others += (sender.copies - 1) * found;
  // The entry that is kept for the next packet is the only one of its keys.
  if (parallel && sender.copies > 1)
    work.searches += found;
  else if (entries > 0)
    work.searches += entries * (1 - std::exp(-found / entries));
  work.lost += lost;
  work.entries += entries * sender.copies;
  work.variance += scatter * lost * CycleCosts::expected().lost *
                   CycleCosts::expected().lost;
}

void addSums(CoreWork &work, double sums, double receptors) {
  work.sums += sums;
  work.searches += receptors * (1 - std::exp(-sums / receptors));
  work.entries += receptors;
}

/// `search`: of an entry that is there.
static double searchCycles(const CoreWork &work, double search,
                           const CycleCosts &costs) {
  double halvings = costs.halving * std::log2(std::max(1.0, work.entries));
  return work.searches * (search + halvings) +
         work.lost * (costs.lost + halvings);
}

CycleEstimate CycleEstimate::busiest(const CycleEstimate &a,
                                     const CycleEstimate &b) {
  // The spread of the core whose peak and spread are longest is not known
  // here: that of either is a bound.
  return {std::max(a.expected, b.expected), std::max(a.worst, b.worst),
          std::max(a.peak, b.peak), std::max(a.spread, b.spread)};
}

double serialCycles(const CoreWork &work, const CycleCosts &costs) {
  double packet = costs.packet + (work.gaps ? costs.gaps : 0) +
                  (work.shared ? costs.shared : 0);
  return (work.packets - work.others) * packet + work.others * costs.another +
         work.packets * costs.kind * std::max(0.0, work.kinds - 1) +
         costs.rows * work.rowCycles + work.neuronCycles +
         work.sums * (costs.takeSum + (work.widths ? costs.width : 0)) +
         searchCycles(work, costs.search, costs);
}

double coreCycles(const CoreWork &work, const CycleCosts &costs) {
  return work.neuronCycles + work.cells * costs.cell +
         work.sums * costs.sendSum;
}

/// Every packet is looked up at every delay of the map. Ticks without packets,
/// whose sources spike independently, are passed over.
static double lookUp(const CoreWork &work, const MapLayout &layout,
                     const CycleCosts &costs) {
  double full = 1 - std::exp(-work.packets);
  return double(layout.delays()) * (work.packets * costs.mapPacket * kLookUp +
                                    costs.delay + full * costs.fullDelay);
}

static double take(const CoreWork &work, const CycleCosts &costs) {
  return costs.map + work.packets * costs.mapPacket * (1 - kLookUp) +
         searchCycles(work, costs.mapSearch, costs);
}

double panelCycles(double panels, double batch, bool begins,
                   const CycleCosts &costs) {
  return panels * (costs.panel + costs.product / (begins ? 1 : batch));
}

/// What the core waits for the array in a tick that multiplies, where its
/// neurons take `core`. Products run one panel ahead: beside the update of a
/// window of neurons runs the next one's product of the first receptor, those
/// of the others and the first window's are waited for.
static double waitsFor(const MacArray &mac, const MapLayout &layout,
                       double core) {
  double waits = layout.format.batch * macCyclesPerTick(mac, layout), all = 0;
  for (const MapPanel &panel : layout.panels)
    all += panel.receptor == 0 ? panel.neurons.size() : 0;
  double before = 0; // neurons of the window before
  for (const MapPanel &panel : layout.panels) {
    if (panel.receptor != 0 || all == 0)
      continue;
    auto product =
        double(macCycles(mac, layout.format.batch, panel.columns, panel.rows,
                         layout.format.weightBits == 16));
    waits -= std::min(product, core * before / all);
    before = panel.neurons.size();
  }
  return waits;
}

/// The same of a core with that work, in a tick that multiplies.
static double waitsFor(const MacArray &mac, const MapLayout &layout,
                       const CoreWork &work, const CycleCosts &costs) {
  return waitsFor(mac, layout, coreCycles(work, costs) - work.recording);
}

double parallelCycles(const CoreWork &work, const MacArray &mac,
                      const MapLayout &layout, const CycleCosts &costs) {
  double scatter =
      take(work, costs) + lookUp(work, layout, costs) +
      work.positions * costs.position +
      panelCycles(double(layout.panels.size()), layout.format.batch,
                  /*begins=*/false, costs) +
      double(layout.operandBytes()) / 16 * costs.clear / layout.format.batch;
  double core = coreCycles(work, costs);
  return scatter + core +
         waitsFor(mac, layout, work, costs) / layout.format.batch;
}

double parallelPeakCycles(const CoreWork &work, const MacArray &mac,
                          const MapLayout &layout, const CycleCosts &costs) {
  double batch = layout.format.batch;
  double scatter =
      take(work, costs) +
      batch * (lookUp(work, layout, costs) + work.positions * costs.position) +
      panelCycles(double(layout.panels.size()), batch, /*begins=*/true, costs) +
      double(layout.operandBytes()) / 16 * costs.clear;
  double core = coreCycles(work, costs);
  return scatter + core + waitsFor(mac, layout, work, costs);
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
