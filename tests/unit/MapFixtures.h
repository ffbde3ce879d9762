//===- MapFixtures.h - Random networks for the mapping tests ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TESTS_UNIT_MAPFIXTURES_H
#define SNNC_TESTS_UNIT_MAPFIXTURES_H

#include "backends/spinnaker2/Formats/Formats.h"
#include "compiler/Fabric/NeuronOrder.h"
#include "passes/Map/Passes.h"
#include "planner/NetworkInfo.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace snnc::map::test {

using namespace mlir;
using namespace snnc::fabric;

inline constexpr const char *models = R"(
snn.neuron @lif receptors ["input"] states ["v"] params ["alpha", "threshold"] {
^bb0(%x: f32, %v: f32, %alpha: f32, %threshold: f32):
  %d = arith.mulf %v, %alpha : f32
  %v1 = arith.addf %d, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
snn.neuron @two receptors ["exc", "inh"] states ["v", "i"] params ["threshold", "alpha"] {
^bb0(%e: f32, %h: f32, %v: f32, %i: f32, %threshold: f32, %alpha: f32):
  %x = arith.subf %e, %h : f32
  %i1 = arith.addf %i, %x : f32
  %v1 = arith.mulf %i1, %alpha : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1, %i1 : f32, f32
}
)";

/// Builds random Normalized networks through the OpBuilder.
class RandomNetwork {
public:
  RandomNetwork(MLIRContext &context, unsigned seed)
      : random(seed), b(&context),
        module(parseSourceString<ModuleOp>(models, &context)) {
    b.setInsertionPointToEnd(module->getBody());
    network = b.create<snn::NetworkOp>(b.getUnknownLoc(), "net",
                                       b.getF64FloatAttr(1e-3));
    b.setInsertionPointToStart(&network.getBody().emplaceBlock());
    unsigned inputs = number(1, 2), populations = number(1, 4);
    for (unsigned i = 0; i < inputs; ++i)
      signals.push_back(b.create<snn::InputOp>(
          b.getUnknownLoc(), type(number(1, 90), b.getF32Type()),
          "in" + std::to_string(i)));
    for (unsigned i = 0; i < populations; ++i)
      addPopulation(i);
    for (unsigned i = 0; i < populations + number(0, 3); ++i)
      addProjection(i);
    for (auto population : network.getOps<snn::PopulationOp>())
      addBatch(population);
    for (Value signal : signals)
      if (number(0, 2) == 0)
        addOrder(signal.getDefiningOp());
  }

  uint32_t number(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }
  ModuleOp operator*() { return *module; }
  snn::NetworkOp network;

private:
  static RankedTensorType type(int64_t n, Type element) {
    return RankedTensorType::get({n}, element);
  }
  Attribute numbers(int64_t n, double low, double high) {
    std::uniform_real_distribution<double> value(low, high);
    std::vector<double> values(n);
    for (double &v : values)
      v = value(random);
    return DenseElementsAttr::get(type(n, b.getF64Type()),
                                  llvm::ArrayRef(values));
  }
  void addPopulation(unsigned i) {
    uint32_t n = number(1, 150);
    NamedAttrList params;
    params.set("alpha", b.getF64FloatAttr(0.5));
    params.set("threshold", number(0, 1) ? numbers(n, 1, 2)
                                         : Attribute(b.getF64FloatAttr(1)));
    signals.push_back(b.create<snn::PopulationOp>(
        b.getUnknownLoc(), type(n, b.getI1Type()), "pop" + std::to_string(i),
        number(0, 1) ? "lif" : "two", params.getDictionary(b.getContext()),
        DictionaryAttr(), b.getI64IntegerAttr(i), b.getI64IntegerAttr(i)));
    if (number(0, 1))
      signals.back().getDefiningOp<snn::PopulationOp>().setParadigmAttr(
          snn::ParadigmAttr::get(b.getContext(), snn::Paradigm::Parallel));
  }
  /// As many ticks at once as the least delay allows, two or four.
  void addBatch(snn::PopulationOp population) {
    double least = 4;
    bool driven = false;
    for (auto projection : network.getOps<snn::ProjectionOp>())
      if (projection.getTarget() == population.getSignal()) {
        auto delay = dyn_cast<FloatAttr>(projection.getDelay());
        least = std::min(least, delay ? delay.getValueAsDouble() : 2);
        driven = true;
      }
    if (driven && least >= 2 &&
        population.getParadigm() == snn::Paradigm::Parallel)
      population.setBatchAttr(b.getI64IntegerAttr(least >= 4 ? 4 : 2));
  }
  void addOrder(Operation *node) {
    auto size =
        cast<RankedTensorType>(node->getResult(0).getType()).getNumElements();
    std::vector<int32_t> neurons(static_cast<size_t>(size));
    std::iota(neurons.begin(), neurons.end(), 0);
    std::shuffle(neurons.begin(), neurons.end(), random);
    node->setAttr(kOrderName, b.getDenseI32ArrayAttr(neurons));
  }
  void addProjection(unsigned i) {
    Value source = signals[number(0, uint32_t(signals.size() - 1))];
    Value target;
    while (!target || !target.getDefiningOp<snn::PopulationOp>())
      target = signals[number(0, uint32_t(signals.size() - 1))];
    int64_t from = cast<RankedTensorType>(source.getType()).getNumElements();
    int64_t to = cast<RankedTensorType>(target.getType()).getNumElements();
    std::vector<double> weights(size_t(from * to));
    std::uniform_real_distribution<double> value(-1, 1);
    std::bernoulli_distribution hit(number(0, 100) / 100.0);
    for (double &w : weights)
      w = hit(random) ? value(random) : 0;
    Attribute matrix = DenseElementsAttr::get(
        RankedTensorType::get({to, from}, b.getF64Type()),
        llvm::ArrayRef(weights));
    std::vector<double> ticks(size_t(from), 1.0);
    for (double &t : ticks)
      t = number(2, 9);
    Attribute delay = number(0, 1)
                          ? Attribute(b.getF64FloatAttr(number(1, 4)))
                          : DenseElementsAttr::get(type(from, b.getF64Type()),
                                                   llvm::ArrayRef(ticks));
    unsigned bits = number(0, 1) ? 8 : 16;
    double scale = bits == 8 ? 127 : 32767;
    auto receptors =
        target.getDefiningOp<snn::PopulationOp>().neuron().numReceptors();
    b.create<snn::ProjectionOp>(
        b.getUnknownLoc(), "w" + std::to_string(i), source, target,
        snn::DenseAttr::get(b.getContext(), matrix), snn::PoolAttr(), delay,
        number(0, receptors - 1),
        snn::QuantAttr::get(b.getContext(), bits, snn::Rounding::NearestEven,
                            b.getF64FloatAttr(scale)));
  }

  std::mt19937 random;
  OpBuilder b;
  OwningOpRef<ModuleOp> module;
  std::vector<Value> signals;
};

class MapPasses : public testing::TestWithParam<unsigned> {
protected:
  MapPasses() {
    DialectRegistry registry;
    registry.insert<snn::SNNDialect, FabricDialect, arith::ArithDialect>();
    s2::registerRowFormats(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.disableMultithreading();
    context.printOpOnDiagnostic(false);
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diag) {
      messages += diag.str() + "\n";
      for (auto &note : diag.getNotes())
        messages += "  " + note.str() + "\n";
      return success();
    });
    machine = std::make_shared<const MachineModel>(
        *builtinMachine(defaultMachineName()));
  }

  LogicalResult map(ModuleOp module, uint32_t maxNeurons) {
    PassManager pm(&context);
    map::FabricSliceOptions slice;
    slice.maxNeurons = maxNeurons;
    pm.addPass(map::createFabricSlice(machine, slice));
    pm.addPass(map::createFabricPlace(machine));
    pm.addPass(map::createFabricAssignKeys());
    pm.addPass(map::createFabricRoute(machine));
    pm.addPass(map::createFabricPlanMemory(machine));
    pm.addPass(map::createFabricVerifyMapping(machine));
    return pm.run(module);
  }
  LogicalResult verifyMapping(ModuleOp module) {
    PassManager pm(&context);
    pm.addPass(map::createFabricVerifyMapping(machine));
    return pm.run(module);
  }
  static std::string print(ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream);
    return text;
  }
  template <typename OpTy> static std::vector<OpTy> all(ModuleOp module) {
    std::vector<OpTy> ops;
    module.walk([&](OpTy op) { ops.push_back(op); });
    return ops;
  }

  MLIRContext context;
  std::shared_ptr<const MachineModel> machine;
  std::string messages;
};

} // namespace snnc::map::test

#endif // SNNC_TESTS_UNIT_MAPFIXTURES_H
