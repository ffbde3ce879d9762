//===- Specialize.cpp - Remove parameters that are 0 or 1 -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/NeuronLibrary.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Normalize/Passes.h"

#include "llvm/ADT/StringSet.h"

namespace snnc::normalize {
#define GEN_PASS_DEF_SPECIALIZE
#include "passes/Normalize/Passes.h.inc"

using namespace mlir;
using namespace snnc::snn;

namespace {
struct SpecializePass : impl::SpecializeBase<SpecializePass> {
  void runOnOperation() override {
    llvm::SmallVector<PopulationOp> populations;
    getOperation().walk([&](PopulationOp op) { populations.push_back(op); });
    for (PopulationOp population : populations)
      if (failed(specialize(population)))
        return signalPassFailure();
    eraseUnusedModels();
  }

  LogicalResult specialize(PopulationOp population) {
    NeuronOp model = population.neuron();
    if (!model)
      return report(population, "SNN0310")
             << "neuron model '" << population.getModel() << "' does not exist";
    llvm::SmallVector<KnownValue> known;
    for (unsigned i = 0; i < model.numParams(); ++i) {
      if (drawnParam(population, model.paramName(i))) {
        known.push_back(KnownValue::Unknown);
        continue;
      }
      auto values =
          ParamValues::get(population.getParams().get(model.paramName(i)),
                           size_t(population.numNeurons()), &getContext());
      if (!values)
        return report(population, "SNN0311")
               << "parameter '" << model.paramName(i)
               << "' is missing or does not have one "
               << "value or " << population.numNeurons() << " values";
      std::optional<double> value = values->uniform();
      bool negativeZero = value && *value == 0 && std::signbit(*value);
      known.push_back(!value || negativeZero ? KnownValue::Unknown
                      : *value == 0          ? KnownValue::Zero
                      : *value == 1          ? KnownValue::One
                                             : KnownValue::Unknown);
    }
    llvm::SmallVector<unsigned> kept;
    NeuronOp special = specializeModel(getOperation(), model, known, kept);
    NamedAttrList params;
    for (unsigned i : kept)
      params.set(model.paramName(i),
                 population.getParams().get(model.paramName(i)));
    removed += model.numParams() - unsigned(kept.size());
    population.setModel(special.getSymName());
    population.setParamsAttr(params.getDictionary(&getContext()));
    return success();
  }

  void eraseUnusedModels() {
    llvm::StringSet<llvm::MallocAllocator> used;
    getOperation().walk([&](PopulationOp op) { used.insert(op.getModel()); });
    for (NeuronOp model :
         llvm::make_early_inc_range(getOperation().getOps<NeuronOp>()))
      if (!used.contains(model.getSymName()))
        model.erase();
  }
};
} // namespace
} // namespace snnc::normalize
