//===- SliceEmitter.cpp - Slices as fabric ops ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/SliceEmitter.h"

#include "compiler/Fabric/Fabric.h"
#include "compiler/SNN/Pins.h"
#include "compiler/Support/Report.h"
#include "passes/Map/FlowEmitter.h"
#include "passes/Map/Support.h"

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

namespace {
class Emitter {
public:
  Emitter(const NetworkInfo &info, const LayerPlanner &plan, OpBuilder &builder)
      : info(info), plan(plan), b(builder), handles(info.nodes.size()),
        parts(info.nodes.size()), groups(info.nodes.size()) {}

  LogicalResult emit() {
    for (uint32_t node = 0; node < info.nodes.size(); ++node) {
      emitNode(node);
      if (failed(pin(node)))
        return failure();
    }
    for (uint32_t node = 0; node < info.nodes.size(); ++node)
      emitSynapses(node);
    emitFlows();
    return success();
  }

private:
  /// The cores that the network names.
  LogicalResult pin(uint32_t id) {
    const NetworkNode &node = info.nodes[id];
    auto cores = node.op->getAttrOfType<ArrayAttr>(snn::kCoresName);
    if (!cores)
      return success();
    llvm::SmallVector<Value> slices = handles[id];
    slices.append(parts[id]);
    if (cores.size() > slices.size()) {
      InFlightDiagnostic diag = report(node.op, "SNN0358")
                                << "population '" << node.name
                                << "' is pinned to " << cores.size()
                                << " cores, it takes " << slices.size();
      attachHelp(diag) << "name the first " << slices.size() << " or fewer";
      return failure();
    }
    for (auto [slice, name] : llvm::zip(slices, cores)) {
      auto text = dyn_cast<StringAttr>(name);
      auto core = text ? coreNamed(text.getValue()) : std::nullopt;
      if (!core)
        return report(node.op, "SNN0358")
               << "population '" << node.name << "' is pinned to " << name
               << ", which names no core";
      slice.getDefiningOp<SliceOp>().setAtAttr(toAttr(b.getContext(), *core));
    }
    return success();
  }

  void emitNode(uint32_t id) {
    const NetworkNode &node = info.nodes[id];
    Location loc = node.op->getLoc();
    auto type = SliceType::get(b.getContext());
    if (node.isInput) {
      handles[id].push_back(b.create<InputOp>(loc, type, node.name, node.size,
                                              /*unit=*/IntegerAttr(),
                                              /*key=*/IntegerAttr()));
      return;
    }
    for (Range range : plan.slices(id))
      handles[id].push_back(b.create<SliceOp>(
          loc, type, node.name, range.begin, range.end, PeAttr(), IntegerAttr(),
          FlatSymbolRefAttr(), plan.cut(id).parallel && !plan.cut(id).rows,
          IntegerAttr()));
    for (const RowPart &part : plan.cut(id).parts)
      parts[id].push_back(b.create<SliceOp>(
          loc, type, node.name, part.targets.begin, part.targets.end, PeAttr(),
          IntegerAttr(), FlatSymbolRefAttr(), /*parallel=*/true,
          b.getI64IntegerAttr(int64_t(
              sumKeys(part.targets.size(), node.receptors, sumsOf(part))))));
  }

  SumsAttr sumsOf(const RowPart &part) {
    return SumsAttr::get(b.getContext(), part.digits.digits, part.digits.bits);
  }

  void emitSynapses(uint32_t id) {
    if (info.nodes[id].isInput)
      return;
    for (auto [target, part] : llvm::zip_equal(parts[id], plan.cut(id).parts))
      emitMap(id, target, part.targets, plan.partMap(id, part));
    for (auto [target, range] : llvm::zip_equal(handles[id], plan.slices(id)))
      if (plan.cut(id).rows) {
        if (info.nodes[id].hasNear)
          emitRows(id, target, range);
        emitGather(id, target, range);
      } else if (plan.cut(id).parallel) {
        emitMap(id, target, range, plan.map(id));
      } else {
        emitRows(id, target, range);
      }
  }

  /// What blocks name as their source.
  Value allOf(uint32_t id) {
    if (handles[id].size() == 1)
      return handles[id].front();
    if (!groups[id])
      groups[id] =
          b.create<GroupOp>(info.nodes[id].op->getLoc(),
                            SliceType::get(b.getContext()), handles[id]);
    return groups[id];
  }

  /// The subordinates of one dominant slice.
  void emitGather(uint32_t id, Value target, Range range) {
    llvm::SmallVector<Value> sources;
    llvm::SmallVector<Attribute> encodings;
    for (auto [handle, part] : llvm::zip_equal(parts[id], plan.cut(id).parts))
      if (part.targets.begin >= range.begin && part.targets.end <= range.end) {
        sources.push_back(handle);
        encodings.push_back(sumsOf(part));
      }
    b.create<GatherOp>(target.getLoc(), sources, target,
                       b.getArrayAttr(encodings));
  }

  /// A range that is all of the source is not written.
  void emitBlock(uint32_t edge, Value target, Range sources, Attribute encoding,
                 uint64_t bytes) {
    snn::ProjectionOp projection = info.edges[edge].op;
    Value source;
    if (sources.size())
      source = allOf(info.edges[edge].source);
    IntegerAttr first, last;
    if (sources.size() &&
        sources.size() != info.nodes[info.edges[edge].source].size) {
      first = b.getI64IntegerAttr(sources.begin);
      last = b.getI64IntegerAttr(sources.end);
    }
    b.create<BlockOp>(projection.getLoc(), edge, projection.getName(), source,
                      first, last, target, encoding, bytes);
  }

  void emitRows(uint32_t id, Value target, Range range) {
    LayerPlanner::Choices blocks = plan.choices(id, range);
    for (auto [edge, sources, best] : llvm::zip_equal(
             info.nodes[id].incoming, plan.allSourcesOf(id, range), blocks)) {
      if (plan.cut(id).rows && !info.edges[edge].isNear)
        continue;
      emitBlock(edge, target, sources,
                fabric::toAttr(b.getContext(), best->encoding),
                best->size.total());
    }
    if (uint64_t bytes = plan.fetchBytes(id, range, blocks))
      emitBuffer(target, "fetch", bytes);
  }

  /// A size that only the synapses tell.
  void emitBuffer(Value target, llvm::StringRef name, uint64_t bytes) {
    b.create<BufferOp>(target.getLoc(), target, b.getStringAttr(name),
                       IntegerAttr(), b.getI64IntegerAttr(int64_t(bytes)),
                       IntegerAttr(), UnitAttr());
  }

  /// The blocks share one map, whose sizes are kept as buffers.
  void emitMap(uint32_t id, Value target, Range range,
               const MapStatistics &map) {
    MapLayout layout = map.layout(range);
    auto encoding = MapRowsAttr::get(b.getContext(), layout.format.weightBits);
    for (auto [number, edge] : llvm::enumerate(info.nodes[id].incoming))
      emitBlock(edge, target, layout.sourcesOf[number], encoding,
                map.bytesOf(uint32_t(number), layout, range));
    for (auto &[name, bytes] : mapBuffers(fabric::demandOf(layout)))
      emitBuffer(target, name, bytes);
  }

  /// A slice without flow sends nothing. The host sends all channels of an
  /// input that has a projection, wanted or not.
  void emitFlows() {
    FlowEmitter flows(cast<MachineOp>(b.getInsertionBlock()->getParentOp()));
    for (uint32_t id = 0; id < info.nodes.size(); ++id) {
      bool isFed = info.nodes[id].isInput &&
                   llvm::any_of(info.edges, [&](const NetworkEdge &edge) {
                     return edge.source == id && !edge.isDrawn;
                   });
      for (Value sender : handles[id])
        if (!flows.add(sender) && isFed)
          flows.addUnheard(sender);
      for (Value sender : parts[id])
        flows.add(sender);
    }
    flows.emit(b);
  }

  const NetworkInfo &info;
  const LayerPlanner &plan;
  OpBuilder &b;
  std::vector<llvm::SmallVector<Value>> handles; ///< per node
  std::vector<llvm::SmallVector<Value>> parts;   ///< subordinates, per node
  std::vector<Value> groups; ///< of handles, per node that blocks come from
};
} // namespace

LogicalResult emitSlices(const NetworkInfo &info, const LayerPlanner &plan,
                         OpBuilder &builder) {
  return Emitter(info, plan, builder).emit();
}

} // namespace snnc::map
