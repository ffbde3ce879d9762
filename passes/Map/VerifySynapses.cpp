//===- VerifySynapses.cpp - Every synapse is on the core of its target ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Connectivity.h"
#include "passes/Map/MappingChecker.h"
#include "planner/MapCells.h"

#include <map>

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

namespace {
/// Which subordinate knows which (neuron, source) places of a projection.
class RowCover {
public:
  explicit RowCover(uint32_t neurons) : groupOf(neurons, 0), groups(1) {}

  /// False: some of these are known already.
  bool add(Range neurons, Range sources, Value part) {
    std::map<uint32_t, uint32_t> copies; ///< of groups, with the new sources
    for (uint32_t n = neurons.begin;
         n < std::min<uint32_t>(neurons.end, groupOf.size()); ++n) {
      auto [copy, isNew] = copies.try_emplace(groupOf[n], groups.size());
      if (isNew) {
        groups.push_back(groups[groupOf[n]]);
        for (const auto &[other, owner] : groups.back())
          if (other.begin < sources.end && sources.begin < other.end)
            return false;
        groups.back().push_back({sources, part});
      }
      groupOf[n] = copy->second;
    }
    return true;
  }
  /// Null: none.
  Value find(uint32_t neuron, uint32_t source) const {
    for (const auto &[range, part] : groups[groupOf[neuron]])
      if (source >= range.begin && source < range.end)
        return part;
    return Value();
  }

private:
  std::vector<uint32_t> groupOf; ///< by neuron
  std::vector<std::vector<std::pair<Range, Value>>> groups;
};

} // namespace

/// The places of the sources of `edge` with a synapse into each of `targets`,
/// from the synapses themselves.
std::vector<Range> MappingChecker::reachOf(uint32_t edge,
                                           ArrayRef<Value> targets) {
  std::vector<Range> reach(targets.size());
  auto view = snn::IntConnectivity::create(info.edges[edge].op);
  if (!view) {
    ok = false; // reported there
    return reach;
  }
  const NeuronOrder &from = info.nodes[info.edges[edge].source].order,
                    &to = info.nodes[info.edges[edge].target].order;
  std::vector<uint32_t> sliceOf(view->numTargets(), UINT32_MAX); // by neuron
  for (auto [i, target] : llvm::enumerate(targets)) {
    SliceInfo slice = infoOf(target);
    for (uint32_t n = slice.begin;
         n < std::min<uint32_t>(slice.end, sliceOf.size()); ++n)
      sliceOf[to.neuronAt(n)] = uint32_t(i);
  }
  bool isRowSplit = info.nodes[info.edges[edge].target].rowSplit;
  view->forEach([&](uint32_t source, const snn::IntSynapse &synapse) {
    if (isRowSplit && synapse.delay >= snn::kRowSplitDelay)
      return; // of a subordinate
    if (uint32_t slice = sliceOf[synapse.target]; slice != UINT32_MAX) {
      uint32_t place = from.placeOf(source);
      reach[slice] = hull(reach[slice], {place, place + 1});
    }
  });
  return reach;
}

/// Blocks know every source with a synapse into their slice. Two that read the
/// same keys know the same ones: the core looks for a range.
void MappingChecker::checkReach(uint32_t edge) {
  auto &targets = handles[info.edges[edge].target];
  std::vector<Range> reach = reachOf(edge, targets);
  for (size_t i = 0; i < targets.size(); ++i)
    for (BlockOp block :
         belongings.of(targets[i].getDefiningOp<SliceOp>()).blocks) {
      if (block.getProjection() >= info.edges.size() ||
          info.edges[block.getProjection()].source != info.edges[edge].source)
        continue;
      Range known = belongings.knownBy(block);
      if (hull(known, reach[i]) != known)
        error(block, "SNN0376")
            << "block " << int64_t(block.getProjection()) << " knows sources ["
            << known.begin << ", " << known.end << ") of '"
            << info.nodes[info.edges[edge].source].name << "', but ["
            << reach[i].begin << ", " << reach[i].end << ") have synapses into "
            << describe(targets[i].getDefiningOp<SliceOp>());
      rangeOf.try_emplace({info.edges[edge].source, targets[i]}, known);
      if (rangeOf[{info.edges[edge].source, targets[i]}] != known)
        error(block, "SNN0376")
            << "block " << int64_t(block.getProjection())
            << " and another one of "
            << describe(targets[i].getDefiningOp<SliceOp>())
            << " know different ranges of sources of '"
            << info.nodes[info.edges[edge].source].name << "'";
    }
}

/// One block per projection and target slice, from the slices of its source.
void MappingChecker::checkBlocks() {
  llvm::DenseMap<std::pair<uint64_t, Value>, unsigned> seen;
  for (BlockOp block : op.getOps<BlockOp>()) {
    uint64_t id = block.getProjection();
    if (id >= info.edges.size()) {
      error(block, "SNN0376") << "there is no projection " << int64_t(id);
      continue;
    }
    const NetworkEdge &edge = info.edges[id];
    if (edge.isDrawn) {
      error(block, "SNN0376")
          << "block " << int64_t(id) << " is of projection '"
          << snn::ProjectionOp(edge.op).getName()
          << "', which the cores draw themselves";
      continue;
    }
    SliceInfo target = infoOf(block.getTarget());
    // Of a row split, dominant slices have rows of near synapses.
    bool isRows = isa<RowsAttr>(block.getEncoding());
    bool isRowSplit = info.nodes[edge.target].rowSplit;
    bool known = info.populationByName.contains(target.name) &&
                 info.populationByName.lookup(target.name) == edge.target &&
                 block.getTarget()
                         .getDefiningOp<SliceOp>()
                         .getSubordinate()
                         .has_value() == (isRowSplit && !isRows) &&
                 (!isRowSplit || !isRows || edge.isNear);
    if (!known || !comesFrom(block, edge.source))
      error(block, "SNN0376")
          << "block " << int64_t(id) << " of projection '"
          << snn::ProjectionOp(edge.op).getName()
          << "' does not lead from all slices of '"
          << info.nodes[edge.source].name << "' "
          << (block.getFirst() ? "in its range " : "") << "to a slice of '"
          << info.nodes[edge.target].name << "'";
    ++seen[{id, block.getTarget()}];
  }
  auto expectOne = [&](uint32_t id, ArrayRef<Value> targets) {
    for (Value target : targets)
      if (unsigned count = seen.lookup({id, target}); count != 1)
        error(target.getDefiningOp(), "SNN0376")
            << "projection '" << snn::ProjectionOp(info.edges[id].op).getName()
            << "' has " << count << " blocks in "
            << describe(target.getDefiningOp<SliceOp>()) << ", not 1";
  };
  // Those of a row split stand on its subordinates; near ones on its dominant
  // cores, too.
  auto forEach = [&](auto onParts, auto onSlices) {
    for (uint32_t id = 0; id < info.edges.size(); ++id) {
      const NetworkEdge &edge = info.edges[id];
      if (edge.isDrawn)
        continue;
      bool isRowSplit = info.nodes[edge.target].rowSplit;
      if (isRowSplit)
        onParts(id);
      if (!isRowSplit || edge.isNear)
        onSlices(id);
    }
  };
  forEach([&](uint32_t id) { expectOne(id, parts[info.edges[id].target]); },
          [&](uint32_t id) { expectOne(id, handles[info.edges[id].target]); });
  forEach([&](uint32_t id) { checkParts(id); },
          [&](uint32_t id) { checkReach(id); });
}

/// Every synapse of `edge` is in exactly one subordinate, with a delay that
/// leaves a tick for its partial sum.
void MappingChecker::checkParts(uint32_t edge) {
  const NetworkEdge &self = info.edges[edge];
  RowCover cover(info.nodes[self.target].size);
  for (Value part : parts[self.target])
    for (BlockOp block : belongings.of(part.getDefiningOp<SliceOp>()).blocks) {
      if (block.getProjection() != edge)
        continue;
      Range known = belongings.knownBy(block);
      SliceInfo slice = infoOf(part);
      if (known.size() && !cover.add({slice.begin, slice.end}, known, part))
        error(block, "SNN0376")
            << "block " << int64_t(edge) << " knows sources [" << known.begin
            << ", " << known.end << ") for neurons [" << slice.begin << ", "
            << slice.end << ") of '" << slice.name
            << "', another subordinate knows some of them too";
    }
  auto view = snn::IntConnectivity::create(self.op);
  if (!view) {
    ok = false; // reported there
    return;
  }
  const NeuronOrder &from = info.nodes[self.source].order,
                    &to = info.nodes[self.target].order;
  snn::ProjectionOp projection = self.op;
  uint64_t receptor = projection.getReceptor(),
           times = info.nodes[self.source].mostOfOne();
  std::vector<snn::IntSynapse> row;
  std::vector<MapCell> added; // a source's synapses with one delay and target
  for (uint32_t source = 0; source < view->numSources(); ++source) {
    view->row(source, row);
    uint32_t place = from.placeOf(source);
    addUp(row, added);
    for (const MapCell &synapse : added) {
      uint32_t neuron = to.placeOf(synapse.target);
      bool late = synapse.delay < snn::kRowSplitDelay;
      if (late && self.isNear)
        continue; // in the rows of a dominant slice: checkReach
      Value part = late ? Value() : cover.find(neuron, place);
      if (part) {
        SliceInfo slice = infoOf(part);
        auto &cells = sumsOfPart[part];
        cells.resize(size_t(slice.size()) * info.nodes[self.target].receptors);
        SumRange sum;
        sum.add(synapse.weight);
        cells[receptor * slice.size() + neuron - slice.begin].add(sum, times);
        continue;
      }
      error(projection, "SNN0376")
          << "the synapse of source " << source << " and neuron "
          << synapse.target << " of '" << info.nodes[self.target].name << "' "
          << (late ? "has a delay of 1 tick, too short for a partial sum"
                   : "is in no subordinate");
      return;
    }
  }
}

/// No sum of a subordinate leaves its digits: what its synapses add up to when
/// all sources spike as often as they may, or what the array holds.
void MappingChecker::checkSums() {
  SumRange most = accumulatorRange(machine.mac);
  for (const auto &slices : parts)
    for (Value part : slices) {
      SumsAttr attr = sumsOf(part.getDefiningOp<SliceOp>());
      if (!attr || attr.getBits() == 0)
        continue; // checkGathers
      SumRange range;
      for (const SumRange &cell : sumsOfPart.lookup(part))
        range.widen(
            {std::min(cell.plus, most.plus), std::min(cell.minus, most.minus)});
      if (!SumDigits{attr.getDigits(), attr.getBits()}.holds(range))
        error(part.getDefiningOp(), "SNN1109")
            << "sums of a subordinate for "
            << describe(part.getDefiningOp<SliceOp>()) << " are "
            << (range.minus ? "-" : "") << int64_t(range.minus) << " to "
            << int64_t(range.plus) << ", which " << attr << " cannot send";
    }
}

/// One gather per dominant slice, of all subordinates of its neurons; one
/// dominant slice per subordinate.
void MappingChecker::checkGathers() {
  llvm::DenseMap<Value, unsigned> gathered;
  for (GatherOp gather : op.getOps<GatherOp>())
    for (Value part : gather.getSources())
      ++gathered[part];
  for (uint32_t id = 0; id < parts.size(); ++id) {
    const NetworkNode &node = info.nodes[id];
    for (Value handle : handles[id])
      if (auto slice = handle.getDefiningOp<SliceOp>();
          slice && bool(belongings.of(slice).gather) != node.rowSplit)
        error(slice, "SNN1109")
            << describe(slice)
            << (node.rowSplit ? " are split by sources, but nothing "
                                "gathers their partial sums"
                              : " gather partial sums, but their "
                                "population is not split by sources");
    for (Value part : parts[id]) {
      auto slice = part.getDefiningOp<SliceOp>();
      if (!node.rowSplit || gathered.lookup(part) != 1)
        error(slice, "SNN1109")
            << "the sums of a subordinate for " << describe(slice)
            << " are gathered by " << gathered.lookup(part)
            << " dominant slices, not 1";
    }
  }
  for (GatherOp gather : op.getOps<GatherOp>())
    for (auto [i, part] : llvm::enumerate(gather.getSources()))
      if (SliceInfo sender = infoOf(part);
          info.populationByName.contains(sender.name) &&
          sender.keys !=
              sumKeys(sender.size(),
                      info.nodes[info.populationByName.lookup(sender.name)]
                          .receptors,
                      gather.encodingOf(i)))
        error(part.getDefiningOp(), "SNN1109")
            << "a subordinate sends with " << int64_t(sender.keys)
            << " keys, not as many as its sums of " << gather.encodingOf(i)
            << " take";
}

/// Whether a block names all slices of `node`, or no source at all and no
/// range.
bool MappingChecker::comesFrom(BlockOp block, uint32_t node) {
  Value source = block.getSource();
  if (!source)
    return !block.getFirst();
  auto [at, isNew] = sourceNodes.try_emplace(source, UINT32_MAX);
  if (isNew) {
    auto members = membersOf(source);
    llvm::stable_sort(members, [](Value a, Value b) {
      return infoOf(a).begin < infoOf(b).begin;
    });
    uint32_t named = nodeOf(members.front());
    if (llvm::equal(members, handles[named]))
      at->second = named;
  }
  return at->second == node;
}

} // namespace snnc::map
