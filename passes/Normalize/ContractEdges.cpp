//===- ContractEdges.cpp - Chains of linear ops become projections --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks from every neuron op back to the signals that spike, collecting one
// linear map per path. A map keeps its shared form (dense, convolution, pool in
// front of either) as long as there is one.

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Normalize/Passes.h"

#include "llvm/ADT/TypeSwitch.h"

namespace snnc::normalize {
#define GEN_PASS_DEF_CONTRACTEDGES
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {

int64_t elements(Value v) {
  return cast<RankedTensorType>(v.getType()).getNumElements();
}

/// The linear map from `source` to the neuron op, collected so far.
struct LinearPath {
  Value source;
  Attribute weights;               ///< null: identity
  PoolAttr pool;                   ///< in front of `weights`
  llvm::SmallVector<double> delay; ///< one, or one per element of `source`
  std::string name;                ///< of the weight op nearest to the neuron
  Location loc;
  unsigned depth = 0; ///< ops walked through
};

/// More ops than that between two neuron layers is a loop or an attack, and
/// every one is a level of recursion here.
constexpr unsigned kDeepest = 256;

struct ContractEdgesPass : impl::ContractEdgesBase<ContractEdgesPass> {
  using ContractEdgesBase::ContractEdgesBase;

  void runOnOperation() override {
    for (NetworkOp network : getOperation().getOps<NetworkOp>()) {
      llvm::SmallVector<OdeOp> odes(network.getOps<OdeOp>());
      for (OdeOp ode : odes)
        if (failed(contract(ode)))
          return signalPassFailure();
      if (failed(checkProbes(network)))
        return signalPassFailure();
      eraseChains(network);
    }
  }

  LogicalResult contract(OdeOp ode) {
    target = ode;
    bias.assign(size_t(elements(ode.getSignal())), 0.0);
    pathCount = 0;
    for (Value input : ode.getInputs()) {
      LinearPath path{input, {}, {}, {0.0}, {}, ode.getLoc()};
      if (failed(walk(std::move(path))))
        return failure();
    }
    if (ode.getInputs().empty())
      return success();
    NamedAttrList params(ode.getParams());
    if (llvm::any_of(bias, [](double b) { return b != 0; }))
      params.set("bias", makeParam(&getContext(),
                                   (ode.getName() + ".bias").str(), bias));
    OpBuilder builder(ode);
    auto fresh = builder.create<OdeOp>(
        ode.getLoc(), ode.getSignal().getType(), ode.getNameAttr(),
        ode.getKindAttr(), params.getDictionary(&getContext()), ValueRange());
    ode.getSignal().replaceAllUsesWith(fresh.getSignal());
    ode.erase();
    return success();
  }

  LogicalResult walk(LinearPath path) {
    if (++pathCount > 4096)
      return report(target, "SNN0300") << "more than 4096 paths lead here";
    if (++path.depth > kDeepest)
      return report(target, "SNN0300") << "a path of more than " << kDeepest
                                       << " ops without a neuron leads here";
    Operation *op = path.source.getDefiningOp();
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<InputOp>([&](InputOp) { return emit(path); })
        .Case<OdeOp>([&](OdeOp source) { return fromNeurons(path, source); })
        .Case<FlattenOp>(
            [&](FlattenOp flatten) { return step(path, flatten.getInputs()); })
        .Case<LinearOp>([&](LinearOp o) { return throughLinear(path, o); })
        .Case<ConvOp>([&](ConvOp o) { return throughConv(path, o); })
        .Case<PoolOp>([&](PoolOp o) { return throughPool(path, o); })
        .Case<ScaleOp>([&](ScaleOp o) { return throughScale(path, o); })
        .Case<DelayOp>([&](DelayOp o) { return throughDelay(path, o); })
        .Default([&](Operation *o) {
          return report(o, "SNN0300") << "cannot be part of a projection";
        });
  }

  LogicalResult step(LinearPath path, OperandRange inputs) {
    for (Value input : inputs) {
      LinearPath next = path;
      next.source = input;
      if (failed(walk(std::move(next))))
        return failure();
    }
    return success();
  }

  LogicalResult fromNeurons(const LinearPath &path, OdeOp source) {
    OdeKind kind = source.getKind();
    if (kind == OdeKind::I || kind == OdeKind::LI || kind == OdeKind::CubaLI) {
      InFlightDiagnostic diag = report(source, "SNN0305")
                                << "this readout never spikes, yet it feeds '"
                                << target.getName()
                                << "'; only spikes travel between cores";
      if (target.getKind() == OdeKind::Threshold)
        attachHelp(diag) << "let it alone feed the Threshold, without "
                            "weights or delay between: then both are one "
                            "neuron";
      else
        attachHelp(diag) << "make it a spiking neuron (IF, LIF, "
                            "CubaLIF), or end the network here";
      return failure();
    }
    return emit(path);
  }

  //===--------------------------------------------------------------------===//
  // One op further back
  //===--------------------------------------------------------------------===//

  LogicalResult throughLinear(LinearPath path, LinearOp op) {
    takeName(path, op);
    if (failed(addBias(path, op, op.getBiasAttr())))
      return failure();
    return compose(std::move(path), op,
                   DenseAttr::get(&getContext(), op.getWeight()), PoolAttr(),
                   op.getInputs());
  }

  LogicalResult throughConv(LinearPath path, ConvOp op) {
    takeName(path, op);
    if (failed(addBias(path, op, op.getBiasAttr())))
      return failure();
    return compose(std::move(path), op, op.getKernel(), PoolAttr(),
                   op.getInputs());
  }

  LogicalResult throughPool(LinearPath path, PoolOp op) {
    takeName(path, op);
    if (path.weights && !path.pool && uniformDelay(path)) {
      path.pool = op.getWindow();
      return step(path, op.getInputs());
    }
    Builder builder(&getContext());
    return compose(
        std::move(path), op,
        OneToOneAttr::get(&getContext(), builder.getF64FloatAttr(1.0)),
        op.getWindow(), op.getInputs());
  }

  LogicalResult throughScale(LinearPath path, ScaleOp op) {
    takeName(path, op);
    return compose(std::move(path), op,
                   OneToOneAttr::get(&getContext(), op.getFactor()), PoolAttr(),
                   op.getInputs());
  }

  LogicalResult throughDelay(LinearPath path, DelayOp op) {
    size_t n = size_t(elements(op.getSignal()));
    auto values = ParamValues::get(op.getDelay(), n, &getContext());
    if (!values)
      return report(op, "SNN0302")
             << "the delay is missing or has a wrong size";
    llvm::SmallVector<double> sum;
    bool single = path.delay.size() == 1 && values->uniform();
    for (size_t i = 0; i < (single ? 1 : n); ++i)
      sum.push_back(path.delay[path.delay.size() == 1 ? 0 : i] + values->at(i));
    path.delay = std::move(sum);
    return step(path, op.getInputs());
  }

  static void takeName(LinearPath &path, Operation *op) {
    if (!path.name.empty())
      return;
    path.name = op->getAttrOfType<StringAttr>("name").getValue().str();
    path.loc = op->getLoc();
  }
  static bool uniformDelay(const LinearPath &path) {
    return path.delay.size() == 1;
  }

  /// The bias of `op`, seen through the map that follows it.
  LogicalResult addBias(const LinearPath &path, Operation *op, Attribute attr) {
    if (!attr)
      return success();
    size_t n = size_t(elements(op->getResult(0)));
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    bool perChannel = isa<ConvOp>(op);
    size_t stored = perChannel ? size_t(type.getShape()[0]) : n;
    auto values = ParamValues::get(attr, stored, &getContext());
    if (!values)
      return report(op, "SNN0301")
             << "the bias is missing or not " << stored << " numbers";
    size_t perValue = perChannel ? n / stored : 1;
    if (!path.weights) {
      for (size_t i = 0; i < n; ++i)
        bias[i] += values->at(i / perValue);
      return success();
    }
    std::string error;
    auto view = viewOf(path, error);
    if (!view)
      return report(op, "SNN0303") << error;
    std::vector<Synapse> row;
    for (size_t i = 0; i < n; ++i) {
      view->row(uint32_t(i), row);
      for (const Synapse &synapse : row)
        bias[synapse.target] +=
            double(synapse.weight) * values->at(i / perValue);
    }
    return success();
  }

  std::unique_ptr<Connectivity> viewOf(const LinearPath &path,
                                       std::string &error) {
    return Connectivity::create(path.weights, path.pool,
                                uint32_t(elements(path.source)),
                                uint32_t(bias.size()), error);
  }

  /// path := path after (weights, pool), which `op` applies to its inputs.
  LogicalResult compose(LinearPath path, Operation *op, Attribute weights,
                        PoolAttr pool, OperandRange inputs) {
    if (!uniformDelay(path))
      return refuseDelay(op);
    if (!path.weights) {
      path.weights = weights;
      path.pool = pool;
      return step(path, inputs);
    }
    if (inputs.empty())
      return success();
    int64_t sources = elements(inputs.front());
    if (sources * int64_t(bias.size()) > maxDense) {
      InFlightDiagnostic diag = report(op, "SNN0306")
                                << "two weight layers in a "
                                   "row would need a matrix of ";
      diag << sources << " x " << int64_t(bias.size())
           << " weights, the limit is " << maxDense.getValue();
      attachHelp(diag) << "put a neuron (for example IF) between them";
      return failure();
    }
    std::string error;
    auto after = viewOf(path, error);
    auto before =
        after ? Connectivity::create(weights, pool, uint32_t(sources),
                                     uint32_t(elements(path.source)), error)
              : nullptr;
    if (!before)
      return report(op, "SNN0303") << error;
    path.weights = multiply(*before, *after, path.name);
    path.pool = PoolAttr();
    report(op, "SNN0307") << "multiplied out with the weights after it to one "
                             "matrix of "
                          << sources << " x " << int64_t(bias.size());
    return step(path, inputs);
  }

  LogicalResult refuseDelay(Operation *op) {
    InFlightDiagnostic diag = report(op, "SNN0302")
                              << "different delays behind a weight layer: a "
                                 "synapse takes its delay from its source";
    attachHelp(diag) << "put the Delay node before the weights";
    return failure();
  }

  Attribute multiply(const Connectivity &before, const Connectivity &after,
                     llvm::StringRef name) {
    size_t sources = before.numSources(), targets = after.numTargets();
    std::vector<double> product(sources * targets, 0.0);
    std::vector<Synapse> first, second;
    for (uint32_t s = 0; s < sources; ++s) {
      before.row(s, first);
      for (const Synapse &a : first) {
        after.row(a.target, second);
        for (const Synapse &b : second)
          product[b.target * sources + s] +=
              double(a.weight) * double(b.weight);
      }
    }
    std::vector<float> rounded(product.begin(), product.end());
    std::string key =
        paramsOf(&getContext())
            .addF32((name + ".product").str(),
                    {int64_t(targets), int64_t(sources)}, rounded);
    Builder builder(&getContext());
    return DenseAttr::get(
        &getContext(),
        ParamRefAttr::get(
            &getContext(), key,
            RankedTensorType::get({int64_t(targets), int64_t(sources)},
                                  builder.getF32Type())));
  }

  LogicalResult emit(LinearPath path) {
    OpBuilder builder(target->getContext());
    builder.setInsertionPointToEnd(target->getBlock());
    if (!path.weights) {
      // A bare edge: weight 1.
      path.weights =
          OneToOneAttr::get(&getContext(), builder.getF64FloatAttr(1.0));
      path.name = (path.source.getDefiningOp()
                       ->getAttrOfType<StringAttr>("name")
                       .getValue() +
                   "->" + target.getName())
                      .str();
    }
    builder.create<ProjectionOp>(
        path.loc, builder.getStringAttr(path.name), path.source,
        target.getSignal(), path.weights, path.pool,
        makeParam(&getContext(), path.name + ".delay", path.delay),
        builder.getI64IntegerAttr(0), QuantAttr());
    ++contracted;
    return success();
  }

  //===--------------------------------------------------------------------===//
  // Clean up
  //===--------------------------------------------------------------------===//

  LogicalResult checkProbes(NetworkOp network) {
    for (ProbeOp probe : network.getOps<ProbeOp>())
      for (Value source : probe.getSources()) {
        Operation *op = source.getDefiningOp();
        while (isa_and_nonnull<FlattenOp>(op) && op->getNumOperands() == 1)
          op = op->getOperand(0).getDefiningOp();
        if (isa_and_nonnull<OdeOp, InputOp, PopulationOp>(op)) {
          source.replaceUsesWithIf(op->getResult(0), [&](OpOperand &use) {
            return use.getOwner() == probe;
          });
          continue;
        }
        InFlightDiagnostic diag =
            report(op, "SNN0308")
            << "output '" << probe.getName()
            << "' reads this weight layer directly; a chip sends spikes";
        attachHelp(diag) << "end the network in a neuron: LIF to spike, "
                            "LI to read its potential";
        return failure();
      }
    return success();
  }

  static void eraseChains(NetworkOp network) {
    bool changed = true;
    while (changed) {
      changed = false;
      for (Operation &op :
           llvm::make_early_inc_range(network.getBody().front()))
        if (isa<LinearOp, ConvOp, PoolOp, ScaleOp, FlattenOp, DelayOp>(op)) {
          if (!op.use_empty())
            continue;
          op.erase();
          changed = true;
        }
    }
  }

  OdeOp target;
  llvm::SmallVector<double> bias;
  unsigned pathCount = 0;
};
} // namespace
} // namespace snnc::normalize
