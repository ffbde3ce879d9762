//===- ChooseBatch.cpp - Ticks per matrix product -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Or none, where parts of the sources on several cores are better. A
// batch spares cycles of the array and costs operand, results and, through
// longer delays, history: whether it pays is the planner's to say.

#include "compiler/Support/Report.h"
#include "passes/Decide/Machine.h"
#include "planner/LayerPlanner.h"
#include "planner/ParadigmPlans.h"

namespace snnc::decide {
#define GEN_PASS_DEF_SNNCHOOSEBATCH
#include "passes/Decide/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {
struct SnnChooseBatchPass : impl::SnnChooseBatchBase<SnnChooseBatchPass> {
  using SnnChooseBatchBase::SnnChooseBatchBase;
  std::shared_ptr<const MachineModel> given;

  void runOnOperation() override {
    given = resolveMachine(getOperation(), given, machineName);
    if (!given)
      return signalPassFailure();
    for (auto network : getOperation().getOps<snn::NetworkOp>())
      if (failed(choose(network)))
        return signalPassFailure();
  }

  LogicalResult choose(snn::NetworkOp network) {
    if (llvm::none_of(network.getOps<snn::PopulationOp>(), isParallel))
      return success();
    auto info = NetworkInfo::read(network);
    if (failed(info))
      return failure();
    double budget = tickSeconds > 0 ? tickCycles(*given, tickSeconds) : 0;
    Ranking ranking(objective, *given, tickSeconds);
    LayerPlanner planner(*info, *given, {0, maxSources});
    for (uint32_t node = 0; node < info->nodes.size(); ++node) {
      auto population = dyn_cast<snn::PopulationOp>(info->nodes[node].op);
      const NetworkNode &self = info->nodes[node];
      if (!population || !isParallel(population) || self.rowSplit ||
          !(self.mayBatch || self.mayRowSplit))
        continue;
      std::string obstacle;
      planner.setTickCycles(budget);
      auto plan = planIn(planner, node, /*parallel=*/true, ranking, obstacle);
      if (succeeded(plan) && !*plan && budget > 0) { // too slow: by bytes alone
        planner.setTickCycles(0);
        plan = planIn(planner, node, /*parallel=*/true, ranking, obstacle);
      }
      planner.forget(node);
      if (failed(plan))
        return failure();
      // Where nothing fits, fabric-slice says why.
      if (*plan && (*plan)->parts)
        population.setRowSplit(true);
      else if (self.mayBatch)
        population.setBatchAttr(
            Builder(&getContext())
                .getI64IntegerAttr(*plan ? (*plan)->batch : 1));
    }
    return success();
  }

  static bool isParallel(snn::PopulationOp population) {
    return population.getParadigm() == snn::Paradigm::Parallel;
  }
};
} // namespace

std::unique_ptr<Pass>
createSnnChooseBatch(std::shared_ptr<const MachineModel> machine,
                     double tickSeconds, Objective objective,
                     uint32_t maxSources) {
  SnnChooseBatchOptions options;
  options.objective = objective;
  options.maxSources = maxSources;
  options.tickSeconds = tickSeconds;
  auto pass = std::make_unique<SnnChooseBatchPass>(options);
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::decide
