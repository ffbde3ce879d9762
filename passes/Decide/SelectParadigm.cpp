//===- SelectParadigm.cpp - Serial or parallel, population by population --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/LayerEstimate.h"
#include "compiler/Fabric/ParadigmPlans.h"
#include "passes/Decide/Passes.h"

#include <fmt/format.h>

namespace snnc::decide {
#define GEN_PASS_DEF_SNNSELECTPARADIGM
#include "passes/Decide/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {

/// Of the energy estimate, which this choice does not use.
constexpr double kTickSeconds = 1e-3;

std::string describe(const std::optional<LayerPlan> &plan,
                     const std::string &obstacle) {
  if (!plan)
    return obstacle.empty() ? "does not fit" : obstacle;
  return fmt::format("{} PE(s), {} B, {:.0f} cycles a tick (worst {:.0f})",
                     plan->pes, plan->bytes, plan->cycles.expected,
                     plan->cycles.worst);
}

struct SnnSelectParadigmPass
    : impl::SnnSelectParadigmBase<SnnSelectParadigmPass> {
  using SnnSelectParadigmBase::SnnSelectParadigmBase;
  std::shared_ptr<const MachineModel> given;

  void runOnOperation() override {
    auto machine = resolve();
    if (!machine)
      return signalPassFailure();
    for (auto network : getOperation().getOps<snn::NetworkOp>())
      if (failed(decide(network, *machine)))
        return signalPassFailure();
  }

  std::shared_ptr<const MachineModel> resolve() {
    if (given)
      return given;
    auto model = builtinMachine(machineName.empty() ? defaultMachineName()
                                                    : machineName);
    if (model)
      return std::make_shared<const MachineModel>(std::move(*model));
    getOperation().emitError("SNN1110: ") << model.error().message;
    return nullptr;
  }

  static bool isPinned(snn::PopulationOp population) {
    return population.getParadigm().value_or(snn::Paradigm::Auto) !=
           snn::Paradigm::Auto;
  }

  void pin(snn::PopulationOp population, bool parallel) {
    population.setParadigmAttr(snn::ParadigmAttr::get(
        &getContext(),
        parallel ? snn::Paradigm::Parallel : snn::Paradigm::Serial));
    parallels += parallel;
  }

  LogicalResult decide(snn::NetworkOp network, const MachineModel &machine) {
    bool plans = explain || mode == ParadigmMode::Oracle ||
                 mode == ParadigmMode::CostModel;
    if (!plans) {
      for (auto population : network.getOps<snn::PopulationOp>())
        if (!isPinned(population))
          pin(population, mode == ParadigmMode::Parallel);
      return success();
    }
    auto info = NetworkInfo::read(network);
    if (failed(info))
      return failure();
    LayerPlanner planner(*info, machine);
    for (uint32_t node = 0; node < info->nodes.size(); ++node) {
      auto population = dyn_cast<snn::PopulationOp>(info->nodes[node].op);
      if (!population || (isPinned(population) && !explain))
        continue;
      auto both = mode == ParadigmMode::CostModel
                      ? estimates(*info, node, machine)
                      : planBoth(planner, *info, node);
      if (failed(both))
        return failure();
      choose(population, *both, machine);
    }
    return success();
  }

  static FailureOr<ParadigmPlans> estimates(const NetworkInfo &info,
                                            uint32_t node,
                                            const MachineModel &machine) {
    auto shape = shapeOf(info, node);
    if (failed(shape))
      return failure();
    ParadigmPlans both;
    if (auto serial = estimate(*shape, machine, false))
      both.serial = serial->plan;
    if (auto parallel = estimate(*shape, machine, true))
      both.parallel = parallel->plan;
    return both;
  }

  void choose(snn::PopulationOp population, const ParadigmPlans &both,
              const MachineModel &machine) {
    bool pinned = isPinned(population);
    if (!pinned)
      pin(population,
          mode == ParadigmMode::Serial ? false
          : mode == ParadigmMode::Parallel
              ? true
              : prefersParallel(both, Objective::Pes, machine, kTickSeconds));
    if (!explain)
      return;
    bool parallel = population.getParadigm() == snn::Paradigm::Parallel;
    InFlightDiagnostic remark = population.emitRemark("population '")
                                << population.getName() << "' is "
                                << (parallel ? "parallel" : "serial")
                                << (pinned ? ", pinned" : "");
    remark.attachNote() << "serial: " << describe(both.serial, "");
    remark.attachNote() << "parallel: "
                        << describe(both.parallel, both.obstacle);
  }
};
} // namespace

std::unique_ptr<Pass>
createSnnSelectParadigm(std::shared_ptr<const MachineModel> machine,
                        ParadigmMode mode, bool explain) {
  SnnSelectParadigmOptions options;
  options.mode = mode;
  options.explain = explain;
  auto pass = std::make_unique<SnnSelectParadigmPass>(options);
  pass->given = std::move(machine);
  return pass;
}
} // namespace snnc::decide
