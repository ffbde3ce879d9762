//===- SNNOps.cpp - Verifiers and accessors of the snn ops ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/SNN.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace snnc::snn;

#define GET_OP_CLASSES
#include "compiler/SNN/SNNOps.cpp.inc"

bool snnc::snn::isSignalType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return false;
  // Extent by extent: the product of hostile extents leaves 64 bits.
  int64_t elements = 1;
  for (int64_t extent : tensor.getShape()) {
    if (extent < 1 || extent > (int64_t(1) << 31) / elements)
      return false;
    elements *= extent;
  }
  return true;
}

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

/// Straight-line float32 code: what every backend can evaluate to equal bits.
/// i32 is there for the exponent field of a float (semantics S3.6).
static LogicalResult verifyRegionOp(NeuronOp model, Operation &op) {
  if (!isa<arith::ArithDialect, math::MathDialect>(op.getDialect()))
    return op.emitOpError("cannot be part of a neuron model; use arith and "
                          "math operations on f32 and i1");
  auto isScalar = [](Type type) {
    return type.isF32() || type.isInteger(1) || type.isInteger(32);
  };
  if (!llvm::all_of(op.getOperandTypes(), isScalar) ||
      !llvm::all_of(op.getResultTypes(), isScalar))
    return op.emitOpError("in a neuron model works on f32, i1 and i32 only");
  if (auto fast = dyn_cast<arith::ArithFastMathInterface>(op))
    if (arith::FastMathFlagsAttr flags = fast.getFastMathFlagsAttr())
      if (flags.getValue() != arith::FastMathFlags::none)
        return op.emitOpError("has fast-math flags; a neuron model is "
                              "evaluated as written");
  return success();
}

static LogicalResult verifyUniqueNames(NeuronOp model) {
  llvm::StringSet<> seen;
  for (ArrayAttr names :
       {model.getReceptors(), model.getStates(), model.getParams()})
    for (auto name : names.getAsValueRange<StringAttr>())
      if (name.empty() || !seen.insert(name).second)
        return model.emitOpError("needs a name of its own for every receptor, "
                                 "state and parameter, found '")
               << name << "'";
  return success();
}

LogicalResult NeuronOp::verify() {
  if (failed(verifyUniqueNames(*this)))
    return failure();
  Block &block = getBody().front();
  unsigned expected = numReceptors() + numStates() + numParams();
  if (block.getNumArguments() != expected)
    return emitOpError("needs one block argument per receptor, state and "
                       "parameter: ")
           << expected << ", found " << block.getNumArguments();
  for (BlockArgument arg : block.getArguments())
    if (!arg.getType().isF32())
      return emitOpError("block arguments are f32, found ") << arg.getType();
  auto yield =
      dyn_cast_or_null<YieldOp>(block.empty() ? nullptr : &block.back());
  if (!yield)
    return emitOpError("ends with snn.yield");
  if (yield.getStates().size() != numStates())
    return emitOpError("yields ")
           << yield.getStates().size() << " states, declares " << numStates();
  for (Operation &op : block.without_terminator())
    if (failed(verifyRegionOp(*this, op)))
      return failure();
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

LogicalResult InputOp::verify() {
  if (getDrive() && !isa<PoissonAttr, SpikeListAttr>(*getDrive()))
    return emitOpError("drive is #snn.poisson or #snn.spike_list");
  auto poisson = dyn_cast_or_null<PoissonAttr>(getDriveAttr());
  auto many = poisson ? dyn_cast<ParamRefAttr>(poisson.getRate()) : nullptr;
  int64_t channels = getSignal().getType().getNumElements();
  if (many && many.getType().getShape().back() != channels)
    return emitOpError("has ") << channels << " channels, its rates "
                               << many.getType().getShape().back();
  return success();
}

LogicalResult PopulationOp::verify() {
  if (std::optional<llvm::APFloat> rate = getRate();
      rate && (!rate->isFinite() || rate->isNegative()))
    return emitOpError("rate is not a finite number of at least 0");
  if (std::optional<int64_t> latency = getLatency(); latency && *latency < 0)
    return emitOpError("latency is negative");
  if (std::optional<int64_t> start = getStart(); start && *start < 0)
    return emitOpError("start is negative");
  return success();
}

NeuronOp PopulationOp::neuron() {
  return SymbolTable::lookupNearestSymbolFrom<NeuronOp>(
      getOperation()->getParentOfType<ModuleOp>(), getModelAttr());
}

LogicalResult ProjectionOp::verify() {
  bool drawn = isa<ProceduralAttr, ListAttr, CsrAttr>(getWeights());
  if (!drawn && !isa<DenseAttr, ConvAttr, OneToOneAttr>(getWeights()))
    return emitOpError("weights are #snn.dense, #snn.conv, #snn.one_to_one, "
                       "#snn.procedural, #snn.csr or #snn.list");
  if (drawn && getPool())
    return emitOpError("a pooling window needs #snn.dense, #snn.conv or "
                       "#snn.one_to_one behind it");
  if (auto csr = dyn_cast<CsrAttr>(getWeights()))
    if (int64_t rows = csr.getOffsets().getType().getNumElements();
        rows != int64_t(numSources()) + 1)
      return emitOpError("#snn.csr has ")
             << rows - 1 << " rows for " << numSources() << " sources";
  if (int64_t(getReceptor()) < 0)
    return emitOpError("receptor is negative");
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
