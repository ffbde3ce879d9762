//===- SelectParadigm.cpp - Serial or parallel, population by population --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Report.h"
#include "passes/Decide/Machine.h"
#include "passes/Decide/ModelAdviser.h"
#include "passes/Decide/LayerPlans.h"
#include "passes/Decide/MoveToDram.h"

#include <fmt/format.h>

namespace snnc::decide {
#define GEN_PASS_DEF_SNNSELECTPARADIGM
#include "passes/Decide/Passes.h.inc"

using namespace mlir;
using namespace snnc::fabric;

namespace {

struct SnnSelectParadigmPass
    : impl::SnnSelectParadigmBase<SnnSelectParadigmPass> {
  using SnnSelectParadigmBase::SnnSelectParadigmBase;
  SelectContext context;

  void runOnOperation() override {
    if (failed(readOptions()) ||
        (mode == ParadigmMode::Auto && failed(openAdviser())))
      return signalPassFailure();
    for (auto network : getOperation().getOps<snn::NetworkOp>())
      if (failed(decide(network)))
        return signalPassFailure();
  }

  LogicalResult readOptions() {
    auto layers = SelectorBudget::parse(budget.getValue());
    if (!layers)
      return report(getOperation(), "SNN1112")
             << "selector budget '" << budget
             << "' is no count, no share of 0 to 100 % and not 'all'";
    twoPlans = *layers;
    context.machine =
        resolveMachine(getOperation(), context.machine, machineName);
    return success(context.machine != nullptr);
  }

  static bool isPinned(snn::PopulationOp population) {
    return population.getParadigm().value_or(snn::Paradigm::Auto) !=
           snn::Paradigm::Auto;
  }

  /// Whether somebody wants to see plans that decide nothing.
  bool showsPlans() const { return explain || context.decisions; }

  LogicalResult decide(snn::NetworkOp network) {
    bool fixed = mode == ParadigmMode::Serial || mode == ParadigmMode::Parallel;
    if (fixed && !showsPlans()) {
      for (auto population : network.getOps<snn::PopulationOp>())
        if (!isPinned(population))
          pin(population, mode == ParadigmMode::Parallel);
      return success();
    }
    auto info = NetworkInfo::read(network);
    if (failed(info))
      return failure();
    LayerPlans plans(*info, *context.machine, objective, context.tickSeconds);
    std::vector<OpenChoice> open, done;
    for (uint32_t node = 0; node < info->nodes.size(); ++node)
      if (auto population = dyn_cast<snn::PopulationOp>(info->nodes[node].op))
        (isPinned(population) ? done : open).push_back(start(*info, node));
    if (failed(chooseAll(plans, open)))
      return failure();
    llvm::append_range(done, open);
    llvm::sort(done, [](const OpenChoice &a, const OpenChoice &b) {
      return a.node < b.node;
    });
    if (mode != ParadigmMode::Parallel &&
        failed(moveToDram(plans, mode == ParadigmMode::CostModel, done)))
      return failure();
    return finish(plans, done);
  }

  static OpenChoice start(const NetworkInfo &info, uint32_t node) {
    OpenChoice choice{node, {}};
    auto population = cast<snn::PopulationOp>(info.nodes[node].op);
    choice.decision.population = population.getName().str();
    choice.decision.neurons = info.nodes[node].size;
    choice.decision.rule = Rule::Pinned;
    choice.decision.parallel =
        population.getParadigm() == snn::Paradigm::Parallel;
    return choice;
  }

  LogicalResult chooseAll(LayerPlans &plans,
                          llvm::MutableArrayRef<OpenChoice> open) {
    if (mode == ParadigmMode::Auto)
      return autoSelect(plans, context.adviser, twoPlans, open);
    for (OpenChoice &choice : open)
      if (failed(chooseOne(plans, choice)))
        return failure();
    return success();
  }

  /// A model that somebody names has to be usable. Where the tool's own is not,
  /// for example on a user's machine, the planner decides.
  LogicalResult openAdviser() {
    if (context.adviser)
      return success();
    auto opened = openModel(model, objective, *context.machine);
    if (opened) {
      context.adviser =
          adviserOf(std::move(*opened), context.machine, context.tickSeconds);
      return success();
    }
    const snnc::Diagnostic &why = opened.error();
    bool named = !model.empty();
    Location where = getOperation().getLoc();
    if (!why.spot.file.empty())
      where = FileLineColLoc::get(&getContext(), why.spot.file,
                                  unsigned(why.spot.line),
                                  unsigned(why.spot.column));
    InFlightDiagnostic finding =
        named ? report(where, why.code) << why.message
              : report(where, "SNN1111")
                    << "every layer that is not pinned is planned both ways: "
                    << why.message;
    for (const std::string &hint : why.hints)
      attachHelp(finding) << hint;
    return failure(named);
  }

  LogicalResult chooseOne(LayerPlans &plans, OpenChoice &choice) {
    Decision &decision = choice.decision;
    switch (mode) {
    case ParadigmMode::Oracle:
      decision.rule = Rule::Oracle;
      for (bool parallel : {false, true})
        if (failed(plans.plan(choice.node, parallel, decision)))
          return failure();
      decision.parallel = plans.prefersParallel(decision);
      return success();
    case ParadigmMode::CostModel:
      decision.rule = Rule::CostModel;
      if (failed(plans.estimate(choice.node, decision)))
        return failure();
      decision.parallel = plans.prefersParallel(decision);
      return success();
    default:
      decision.rule = Rule::Asked;
      decision.parallel = mode == ParadigmMode::Parallel;
      return success();
    }
  }

  /// Writes the choices into the network, shows what was asked to be shown.
  LogicalResult finish(LayerPlans &plans,
                       llvm::MutableArrayRef<OpenChoice> choices) {
    for (OpenChoice &choice : choices) {
      Decision &decision = choice.decision;
      if (showsPlans() &&
          failed(plans.plan(choice.node, decision.parallel, decision)))
        return failure();
      auto population =
          cast<snn::PopulationOp>(plans.network().nodes[choice.node].op);
      if (decision.rule != Rule::Pinned)
        pin(population, decision.parallel);
      twice += decision.serial.planned && decision.parallels.planned;
      if (explain)
        remark(population, decision);
      if (context.decisions)
        context.decisions->push_back(decision);
    }
    return success();
  }

  void pin(snn::PopulationOp population, bool parallel) {
    population.setParadigmAttr(snn::ParadigmAttr::get(
        &getContext(),
        parallel ? snn::Paradigm::Parallel : snn::Paradigm::Serial));
    parallels += parallel;
  }

  static void remark(snn::PopulationOp population, const Decision &decision) {
    InFlightDiagnostic remark = population.emitRemark() << headline(decision);
    remark.attachNote() << "serial: " << describe(decision.serial);
    remark.attachNote() << "parallel: " << describe(decision.parallels);
    if (std::string features = describeFeatures(decision); !features.empty())
      remark.attachNote() << "features: " << features;
  }

  SelectorBudget twoPlans;
};
} // namespace

std::unique_ptr<Pass>
createSnnSelectParadigm(const SnnSelectParadigmOptions &options,
                        SelectContext context) {
  auto pass = std::make_unique<SnnSelectParadigmPass>(options);
  pass->context = std::move(context);
  return pass;
}
} // namespace snnc::decide
