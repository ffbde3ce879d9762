//===- SNNOps.cpp - Verifiers and accessors of the snn ops ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/SNN.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace snnc::snn;

#define GET_OP_CLASSES
#include "compiler/SNN/SNNOps.cpp.inc"

RegionKind NetworkOp::getRegionKind(unsigned) { return RegionKind::Graph; }

//===----------------------------------------------------------------------===//
// Printed names are the user's node names
//===----------------------------------------------------------------------===//

template <typename OpTy>
static void nameResult(OpTy op, OpAsmSetValueNameFn setName) {
  // The printer replaces characters that SSA names cannot hold.
  setName(op.getSignal(), op.getName());
}

#define SNNC_NAMED(OpTy)                                                       \
  void OpTy::getAsmResultNames(OpAsmSetValueNameFn setName) {                  \
    nameResult(*this, setName);                                                \
  }
SNNC_NAMED(InputOp)
SNNC_NAMED(PopulationOp)
SNNC_NAMED(OdeOp)
SNNC_NAMED(LinearOp)
SNNC_NAMED(ConvOp)
SNNC_NAMED(PoolOp)
SNNC_NAMED(ScaleOp)
SNNC_NAMED(FlattenOp)
SNNC_NAMED(DelayOp)
#undef SNNC_NAMED

//===----------------------------------------------------------------------===//
// snn.neuron
//===----------------------------------------------------------------------===//

LogicalResult NeuronOp::verify() {
  Block &block = getBody().front();
  unsigned expected = numReceptors() + numStates() + numParams();
  if (block.getNumArguments() != expected)
    return emitOpError("needs one block argument per receptor, state and "
                       "parameter: ")
           << expected << ", found " << block.getNumArguments();
  for (BlockArgument arg : block.getArguments())
    if (!arg.getType().isF32())
      return emitOpError("block arguments are f32, found ") << arg.getType();
  auto yield = dyn_cast_or_null<YieldOp>(
      block.empty() ? nullptr : &block.back());
  if (!yield)
    return emitOpError("ends with snn.yield");
  if (yield.getStates().size() != numStates())
    return emitOpError("yields ")
           << yield.getStates().size() << " states, declares " << numStates();
  return success();
}

bool NeuronOp::isSpiking() {
  return bool(cast<YieldOp>(getBody().front().back()).getSpike());
}
llvm::StringRef NeuronOp::stateName(unsigned i) {
  return cast<StringAttr>(getStates()[i]).getValue();
}
llvm::StringRef NeuronOp::paramName(unsigned i) {
  return cast<StringAttr>(getParams()[i]).getValue();
}
BlockArgument NeuronOp::stateArg(unsigned i) {
  return getBody().getArgument(numReceptors() + i);
}
BlockArgument NeuronOp::paramArg(unsigned i) {
  return getBody().getArgument(numReceptors() + numStates() + i);
}

//===----------------------------------------------------------------------===//
// snn.population, snn.projection
//===----------------------------------------------------------------------===//

LogicalResult PopulationOp::verify() {
  if (numNeurons() <= 0)
    return emitOpError("has no neurons");
  if (std::optional<int64_t> latency = getLatency(); latency && *latency < 0)
    return emitOpError("latency is negative");
  return success();
}

NeuronOp PopulationOp::neuron() {
  return SymbolTable::lookupNearestSymbolFrom<NeuronOp>(
      getOperation()->getParentOfType<ModuleOp>(), getModelAttr());
}

LogicalResult ProjectionOp::verify() {
  if (!isa<DenseAttr, ConvAttr, OneToOneAttr>(getWeights()))
    return emitOpError("weights are #snn.dense, #snn.conv or #snn.one_to_one");
  if (PoolAttr pool = getPoolAttr())
    if (pool.getIn().size() != 3 || pool.getKernel().size() != 2 ||
        pool.getStride().size() != 2 || pool.getPadding().size() != 2)
      return emitOpError("pool needs C x H x W and two numbers a dimension");
  return success();
}

PopulationOp ProjectionOp::targetPopulation() {
  return getTarget().getDefiningOp<PopulationOp>();
}

llvm::StringRef ProjectionOp::sourceName() {
  if (Operation *op = getSource().getDefiningOp())
    if (auto name = op->getAttrOfType<StringAttr>("name"))
      return name.getValue();
  return "";
}
