//===- Slicer.cpp - The search for slices that fit -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/Slicer.h"

#include "planner/DramOrder.h"

#include "llvm/ADT/STLExtras.h"

#include <utility>

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

/// Standard deviations above the mean tick, the first that the machine has
/// cores for (docs/cycles.md, "Room for ticks above the mean").
static constexpr double kHeadrooms[] = {3, 2, 1, 0.5};

uint64_t Slicer::coresOf(uint32_t node) const {
  return planner.sliceCount(node) + planner.cut(node).parts.size();
}

uint64_t Slicer::cores() const {
  uint64_t needed = 0;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!info.nodes[node].isInput)
      needed += coresOf(node);
  return needed;
}

/// The fewest slices of `node` that fit, or why there are none.
Slicer::Outcome Slicer::shrink(uint32_t node) {
  Limits limits = untimed[node] ? Limits::Bytes : Limits::BytesAndTime;
  if (planner.shrink(node, limits))
    return Outcome::Fits;
  if (planner.cut(node).fullRing) {
    planner.start(node, info.nodes[node].parallel, /*fullRing=*/false);
    return shrink(node);
  }
  if (inDram && !planner.cut(node).parallel && !planner.mayUseDram(node)) {
    planner.allowDram(node);
    planner.start(node, /*parallel=*/false, /*fullRing=*/true);
    return shrink(node);
  }
  if (limits == Limits::BytesAndTime && planner.shrink(node, Limits::Bytes)) {
    slow = slowestSlice(info, planner, node);
    // Each slice by itself would keep the tick: there are too many of them.
    if (slow.cycles.peak <= planner.tickCycles())
      slow.where = {};
    return Outcome::Slow;
  }
  (void)refuseNeuron(node);
  return Outcome::Refused;
}

/// Looks at all populations until none is cut any further: again at those whose
/// sources were cut since.
Slicer::Outcome
Slicer::untilSettled(llvm::function_ref<Outcome(uint32_t)> look) {
  uint64_t clock = 1;
  std::vector<uint64_t> lastSeen(info.nodes.size(), 0),
      lastCut(info.nodes.size(), 0);
  auto isStale = [&](uint32_t node) {
    return !lastSeen[node] || planner.cut(node).rows ||
           llvm::any_of(info.nodes[node].incoming, [&](uint32_t edge) {
             return lastCut[info.edges[edge].source] > lastSeen[node];
           });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t node = 0; node < info.nodes.size(); ++node) {
      if (info.nodes[node].isInput || !isStale(node))
        continue;
      uint32_t before = planner.cut(node).chunk;
      lastSeen[node] = clock++;
      if (Outcome outcome = look(node); outcome != Outcome::Fits)
        return outcome;
      if (planner.cut(node).chunk == before)
        continue;
      lastCut[node] = clock++;
      changed = true;
    }
  }
  return Outcome::Fits;
}

/// Slices only get smaller, which makes more of them, until all fit.
Slicer::Outcome Slicer::cutAll(bool fullRings) {
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    planner.start(node, info.nodes[node].parallel, fullRings);
  uint64_t needed = cores();
  return untilSettled([&](uint32_t node) {
    uint64_t before = coresOf(node);
    Outcome outcome = shrink(node);
    needed += coresOf(node) - before;
    return outcome == Outcome::Fits && onlyFits && needed > room
               ? Outcome::Crowded
               : outcome;
  });
}

/// Packet rings that hold every source while there are cores to spare.
Slicer::Outcome Slicer::cutWithin() {
  for (bool fullRings : {true, false})
    if (Outcome outcome = cutAll(fullRings);
        outcome != Outcome::Fits && outcome != Outcome::Crowded)
      return outcome;
    else if (outcome == Outcome::Fits && cores() <= room)
      return Outcome::Fits;
  return Outcome::Crowded;
}

/// With the rows in DRAM of as few populations as fit the room, those on most
/// cores in SRAM first.
Slicer::Outcome Slicer::moveToDram() {
  std::vector<bool> before = planner.dramAllowed();
  std::vector<uint32_t> movable;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!info.nodes[node].isInput && !planner.cut(node).parallel &&
        !before[node])
      movable.push_back(node);
  auto within = [&](size_t moved) {
    planner.allowDram(before);
    for (uint32_t node : llvm::ArrayRef(movable).take_front(moved))
      planner.allowDram(node);
    return cutWithin();
  };
  Outcome all = within(movable.size());
  if (all != Outcome::Fits)
    return all;
  // Their order needs the cores of every one.
  bool giveUp = std::exchange(onlyFits, false);
  Outcome none = within(0);
  onlyFits = giveUp;
  if (none == Outcome::Fits)
    return none;
  sortForDram<uint32_t>(movable, [&](uint32_t node) { return coresOf(node); });
  return within(fewest(movable.size(), [&](size_t moved) {
    return within(moved) == Outcome::Fits;
  }));
}

Slicer::Outcome Slicer::attempt(double tick) {
  planner.setTickCycles(tickCycles(machine, tick));
  Outcome outcome = inDram ? moveToDram() : cutWithin();
  if (outcome != Outcome::Crowded)
    return outcome;
  slow = {};
  slow.cores = cores();
  return Outcome::Slow;
}

/// Shrinks what is cut already until ticks of that many standard deviations
/// above the mean fit; a population that no slice helps stays as it is.
bool Slicer::cutFurther(double headroom) {
  std::vector<double> wanted(info.nodes.size(), headroom);
  return Outcome::Fits == untilSettled([&](uint32_t node) {
           Limits limits = untimed[node] ? Limits::Bytes : Limits::BytesAndTime;
           LayerCut before = planner.cut(node);
           planner.setHeadroom(wanted[node]);
           if (planner.shrink(node, limits))
             return Outcome::Fits;
           planner.restore(node, before);
           planner.setHeadroom(wanted[node] = 0);
           return planner.shrink(node, limits) ? Outcome::Fits
                                               : Outcome::Refused;
         });
}

/// Ticks fluctuate: cores to spare are for those above the mean.
void Slicer::leaveRoom() {
  if (planner.tickCycles() <= 0)
    return;
  std::vector<LayerCut> before = planner.allCuts();
  for (double headroom : kHeadrooms) {
    bool fits = cutFurther(headroom) && cores() <= machine.coreCount();
    planner.setHeadroom(0);
    if (fits)
      return;
    planner.restore(before);
  }
}

SlicedLayers::Plans Slicer::layers(uint64_t fetching) {
  planner.setFetching(fetching);
  SlicedLayers::Plans found;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    if (!info.nodes[node].isInput)
      found.emplace(info.nodes[node].name, planner.planOf(node));
  planner.setFetching(UINT64_MAX);
  return found;
}

/// The least longer tick of 1, 2, 5, 10 ... of the stated one that the machine
/// keeps, or 0.
double Slicer::tickThatFits(double tick, const Slowness &reason) {
  RealTime longer{tick, /*stated=*/false};
  if (reason.where.size())
    longer.tickSeconds =
        roundedUp(reason.cycles.peak / machine.level().clockHz);
  ScopedDiagnosticHandler unheard(info.network->getContext(),
                                  [](mlir::Diagnostic &) {});
  for (double tried : ticksToTry(longer))
    if (tried > tick)
      if (Outcome outcome = attempt(tried); outcome != Outcome::Slow)
        return outcome == Outcome::Fits ? tried : 0;
  return 0;
}

/// The stated tick, or none: what misses it on rates that nobody stated is cut
/// by bytes alone.
Slicer::Outcome Slicer::keepTick(double tick) {
  for (;;) {
    Outcome outcome = attempt(tick);
    if (outcome != Outcome::Slow)
      return outcome;
    bool timed = tick > 0 && llvm::is_contained(untimed, false);
    if (!timed) {
      (void)checkCores();
      return Outcome::Refused;
    }
    Slowness reason = slow;
    if (Outcome anyTick = reason.node ? Outcome::Fits : attempt(0);
        anyTick != Outcome::Fits) {
      if (anyTick == Outcome::Slow) // no tick would do
        (void)checkCores();
      return Outcome::Refused;
    }
    if (ratesStated(info, reason)) {
      wanted = reason.cores;
      refuseTick(info, machine, tick, reason, tickThatFits(tick, reason));
      return Outcome::Refused;
    }
    if (reason.node)
      untimed[*reason.node] = true;
    else
      untimed.assign(untimed.size(), true);
    warnTick(info, machine, tick, reason);
  }
}

LogicalResult Slicer::scanAll() {
  for (uint32_t node = 0; node < info.nodes.size(); ++node) {
    if (failed(planner.scan(node)))
      return failure();
    if (planner.cut(node).parallel && failed(checkParallel(node)))
      return failure();
  }
  return success();
}

/// Cuts for that tick that take no more cores, or leaves things as they were,
/// without a word.
bool Slicer::attemptWithin(uint64_t limit, bool dram, double tick) {
  ScopedDiagnosticHandler silent(info.network->getContext(),
                                 [](mlir::Diagnostic &) { return success(); });
  std::vector<LayerCut> before = planner.allCuts();
  bool dramBefore = std::exchange(inDram, dram);
  room = limit;
  planner.setRoom(limit);
  onlyFits = true;
  bool fits = attempt(tick) == Outcome::Fits;
  onlyFits = false;
  room = machine.coreCount();
  planner.setRoom(room);
  if (fits)
    return true;
  inDram = dramBefore;
  planner.restore(std::move(before));
  planner.forbidDram();
  return false;
}

/// On a machine of several chips: a network that one chip's SRAM has no room
/// for takes the fewer cores, be that with rows in SRAM or in DRAM. False:
/// neither keeps the tick.
bool Slicer::gather(double tick) {
  uint64_t chip = coresBeforeDram(machine, /*spread=*/false);
  if (attemptWithin(chip, /*dram=*/false, tick) ||
      attemptWithin(chip, /*dram=*/true, tick))
    return true;
  for (uint32_t node = 0; node < info.nodes.size(); ++node)
    planner.allowDram(node);
  if (!attemptWithin(machine.coreCount(), /*dram=*/true, tick))
    return false;
  // Where DRAM saves no core rows stay in SRAM.
  planner.forbidDram();
  (void)attemptWithin(cores(), /*dram=*/false, tick);
  return true;
}

FailureOr<double> Slicer::solve(const RealTime &wish, bool spread) {
  FailureOr<double> tick = solveMean(wish, spread);
  if (succeeded(tick))
    leaveRoom();
  return tick;
}

/// As if there was no DRAM, so that what fits stays as it is; then with rows
/// there. The first attempt's findings are told if it succeeds.
FailureOr<double> Slicer::solveMean(const RealTime &wish, bool spread) {
  if (failed(rejectHopeless()) || failed(checkFormats()) || failed(scanAll()))
    return failure();
  bool serial = llvm::any_of(info.nodes, [](const NetworkNode &node) {
    return !node.isInput && !node.parallel && !node.incoming.empty();
  });
  if (!machine.hasDram() || !serial)
    return solveOnce(wish);
  if (machine.chipCount() > 1 && !spread && gather(wish.tickSeconds))
    return wish.tickSeconds;
  FailureOr<double> found = failure();
  std::vector<mlir::Diagnostic> findings;
  {
    ScopedDiagnosticHandler held(info.network->getContext(),
                                 [&](mlir::Diagnostic &finding) {
                                   findings.push_back(std::move(finding));
                                 });
    found = solveOnce(wish);
  }
  if (succeeded(found)) {
    DiagnosticEngine &engine = info.network->getContext()->getDiagEngine();
    for (mlir::Diagnostic &finding : findings)
      engine.emit(std::move(finding));
    return found;
  }
  inDram = true;
  wanted = 0;
  untimed.assign(untimed.size(), false);
  return solveOnce(wish);
}

FailureOr<double> Slicer::solveOnce(const RealTime &wish) {
  std::optional<Slowness> first;
  if (!wish.stated && wish.tickSeconds > 0)
    for (double tick : ticksToTry(wish)) {
      Outcome outcome = attempt(tick);
      if (outcome == Outcome::Refused)
        return failure();
      if (outcome == Outcome::Fits) {
        if (first)
          warnSlowerTick(info, machine, wish.tickSeconds, tick, *first);
        return tick;
      }
      if (!first)
        first = slow;
    }
  // Too large for any tick: by bytes alone it fits, or is refused for them.
  double tick = wish.stated ? wish.tickSeconds : 0;
  if (keepTick(tick) != Outcome::Fits)
    return failure();
  return wish.tickSeconds;
}

} // namespace snnc::map
