//===- CycleModel.h - Cycles of one core in one tick ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Estimates of both paradigms, before any code exists. The constants are those
// of docs/cycles.md ("Estimates of the planner"), the only table of them;
// macCycles is the emulator's formula and a test holds the two equal.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PLANNER_CYCLEMODEL_H
#define SNNC_PLANNER_CYCLEMODEL_H

#include "compiler/Rows/RowFormat.h"
#include "planner/WeightDelayMap.h"
#include "runtime/machine/MachineModel.h"

namespace snnc::fabric {

/// Core cycles per unit of work.
struct CycleCosts {
  double packet = 0;    ///< serial: a packet finds its row
  double another = 0;   ///< serial: the row of its next table entry
  double mapPacket = 0; ///< parallel: note a packet, look up its positions
  double position = 0;  ///< one position of the operand
  double clear = 0;     ///< 16 B of the operand to zero
  double delay = 0;     ///< begin one (tick, delay) of the history
  double fullDelay = 0; ///< the same where it has packets, on top
  double cell = 0;      ///< subordinate: a partial sum, sent or not
  double sendSum = 0;   ///< subordinate: a digit of one that is sent, on top
  double takeSum = 0;   ///< dominant: a packet of a partial sum
  double width = 0;     ///< the same where sums are of several widths, on top
  double rows = 0;      ///< serial: on what a format says of its rows
  double search = 0;    ///< serial: an entry that the packet before had not
  double mapSearch = 0; ///< parallel: the same
  double lost = 0;      ///< a packet that has no entry
  double halving = 0;   ///< on top of all three, for every doubling
  double map = 0;       ///< parallel: once a tick
  double panel = 0;     ///< parallel: a panel, once a tick
  double product = 0;   ///< parallel: begin a product and wait for it
  double gaps = 0;      ///< serial: a packet, CoreWork::gaps
  double shared = 0;    ///< serial: a packet, CoreWork::shared
  double kind = 0;      ///< serial: a row, for each CoreWork::kinds but one

  /// What docs/cycles.md says ("Estimates of the planner").
  static CycleCosts expected();
  /// For bounds: no measured core needs more.
  static CycleCosts worst();
};

/// What one core has to do in one tick; counts may be expectations.
struct CoreWork {
  double neuronCycles = 0; ///< of all its neurons, NeuronCycles
  double recording = 0;    ///< of these, what no product runs beside
  double packets = 0;      ///< (packet, table entry) pairs
  double others = 0;       ///< of those, behind the first of a packet
  double rowCycles = 0;    ///< of the rows that packets find, RowFormat::cycles
  double positions = 0;    ///< operand rows set
  double sums = 0;         ///< packets of partial sums, sent or received
  double cells = 0;        ///< of a subordinate: sums, sent or not
  double searches = 0;     ///< of the table, by packets that have an entry
  double lost = 0;         ///< packets that have none
  double entries = 0;      ///< of the table
  /// Of the cycles that packets take, between ticks: cycles squared. Packets of
  /// different sources come independently of each other.
  double variance = 0;
  /// What a serial core's program has to expect of all packets: keys between
  /// those of neighbouring sources that are nobody's, table entries with the
  /// same keys.
  bool gaps = false, shared = false;
  double kinds = 1; ///< loops of rows in that program: they are asked for
  /// The sums that a dominant core takes are of several widths: each packet's
  /// table entry tells.
  bool widths = false;
};

/// What a transfer from DRAM takes: MachineModel::dmaCycles.
struct TransferCost {
  double each = 0, byte = 0; ///< cycles
  double setup = 0;          ///< of `each`, what no two transfers share
  double queue = 1;          ///< transfers that run at a time
  /// While `readers` PEs of a chip fetch; nothing without DRAM.
  static TransferCost of(const MachineModel &machine, double readers);
  /// Of a plan in which `fetching` PEs have rows in DRAM, on one chip as far as
  /// there is room. What a tick takes is stated at this everywhere; plans are
  /// looked for as if all PEs of a chip did, of which nobody gets less.
  static TransferCost ofPlan(const MachineModel &machine, uint64_t fetching);
};

/// Adds what the packets of a block's sources do to a core. Transfers run
/// beside the work on the rows before: what takes longest counts of that work,
/// all bytes, and whole transfers of which `queue` run side by side. What a row
/// goes on with is waited for. `scatter`: variance over mean of the spikes of a
/// source in a tick (NetworkNode::scatter).
void addRows(CoreWork &work, const RowEncoding &encoding, const RowWork &rows,
             const TransferCost &transfer = {}, double scatter = 0);

/// Parallel: the same of sources with so many positions in the map.
void addPositions(CoreWork &work, const MapLayout &layout, double sources,
                  double positions, double rate, double scatter = 0);

/// The neurons and channels of a source: `known` to the core, and `unknown`
/// ones that are sent to it with them.
struct Sender {
  double known = 0, unknown = 0;
  double entries = 0; ///< of the table, for one projection
  double copies = 1;  ///< projections into the core: as many entries a packet
};

/// What looking for the table's entries of a source takes: its packets come in
/// runs, one an entry, and each unknown one is searched for; on a parallel core
/// also each that has several entries.
void addSender(CoreWork &work, const Sender &sender, bool parallel, double rate,
               double scatter = 0);

/// The sums of one subordinate and its `receptors` that a dominant core takes:
/// they come in runs, one a receptor.
void addSums(CoreWork &work, double sums, double receptors);

struct CycleEstimate {
  double expected = 0; ///< at the expected rates
  double worst = 0;    ///< every source spikes in the tick
  /// At the expected rates, in the tick that begins a batch; without batches
  /// the same as `expected`. This is what has to fit the tick.
  double peak = 0;
  /// Standard deviation of `peak` between ticks, of sources whose rates are
  /// stated.
  double spread = 0;
  /// So many standard deviations above the mean.
  double peakWith(double headroom) const { return peak + headroom * spread; }
  /// What takes longer of two cores, figure by figure.
  static CycleEstimate busiest(const CycleEstimate &a, const CycleEstimate &b);
  bool operator==(const CycleEstimate &) const = default;
};

/// Cycles of C[m][n] = A[k][m]^T B[k][n] on the MAC array; `wide`: int16.
uint64_t macCycles(const MacArray &mac, uint64_t m, uint64_t n, uint64_t k,
                   bool wide);

/// Cycles of all products of a map, per tick.
double macCyclesPerTick(const MacArray &mac, const MapLayout &layout);

/// What a core does for `panels` panels in a tick that multiplies, if `begins`,
/// or in the mean tick of a batch.
double panelCycles(double panels, double batch, bool begins,
                   const CycleCosts &costs = CycleCosts::expected());

/// What a parallel core does while the array multiplies.
double coreCycles(const CoreWork &work,
                  const CycleCosts &costs = CycleCosts::expected());

double serialCycles(const CoreWork &work,
                    const CycleCosts &costs = CycleCosts::expected());

/// The plan of a core from its expected and its worst work.
CycleEstimate serialEstimate(const CoreWork &expected, const CoreWork &worst);
CycleEstimate parallelEstimate(const CoreWork &expected, const CoreWork &worst,
                               const MacArray &mac, const MapLayout &layout);

/// Core cycles that a tick of `seconds` has at `machine`'s clock.
double tickCycles(const MachineModel &machine, double seconds);

/// The array multiplies one panel while the core updates the neurons of the
/// panel before it: the longer of both counts.
double parallelCycles(const CoreWork &work, const MacArray &mac,
                      const MapLayout &layout,
                      const CycleCosts &costs = CycleCosts::expected());

/// The same for the tick that begins a batch: it scatters the spikes of all its
/// ticks and multiplies for all of them.
double parallelPeakCycles(const CoreWork &work, const MacArray &mac,
                          const MapLayout &layout,
                          const CycleCosts &costs = CycleCosts::expected());

} // namespace snnc::fabric

#endif // SNNC_PLANNER_CYCLEMODEL_H
