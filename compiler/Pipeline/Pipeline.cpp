//===- Pipeline.cpp - The stages of the compiler --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipeline/Pipeline.h"

#include "compiler/Fabric/Fabric.h"
#include "compiler/Tick/Tick.h"

using namespace mlir;

namespace snnc::pipeline {

llvm::ArrayRef<Stage> stages() {
  using contracts::findContract;
  constexpr Dump none{"", Part::Module};
  static const std::array<Stage, stageCount> all = {{
      {StageId::Imported,
       "imported",
       "the user's file, nothing decided",
       {{{"imported", Part::Module}, none}},
       findContract("imported")},
      {StageId::Normalized,
       "normalized",
       "ticks and integers, what any backend can run",
       {{{"snn", Part::Module}, none}},
       findContract("normalized")},
      {StageId::Decided,
       "decided",
       "serial or parallel, order of neurons, ticks a product",
       {{{"decided", Part::Module}, none}},
       findContract("decided")},
      {StageId::Sliced,
       "sliced",
       "populations cut so that each slice fits a core",
       {{{"sliced", Part::Machines}, none}},
       findContract("sliced")},
      {StageId::Placed,
       "placed",
       "a core for every slice",
       {{{"placed", Part::Machines}, none}},
       findContract("placed")},
      {StageId::Routed,
       "routed",
       "keys and the router's entries",
       {{{"routed", Part::Machines}, none}},
       findContract("routed")},
      {StageId::LaidOut,
       "laid-out",
       "an address for every buffer",
       {{{"laid-out", Part::Machines}, none}},
       findContract("laid-out")},
      {StageId::Programs,
       "programs",
       "what the cores run",
       {{{"fabric", Part::Machines}, {"tick", Part::Programs}}},
       findContract("programs")},
  }};
  return all;
}

const Stage &stageOf(StageId id) { return stages()[size_t(id)]; }

std::pair<const Stage *, const Dump *> findDump(llvm::StringRef name) {
  for (const Stage &stage : stages())
    for (const Dump &dump : stage.dumps)
      if (!name.empty() && name == dump.name)
        return {&stage, &dump};
  return {};
}

std::vector<std::string> dumpNames(StageId first, StageId last) {
  std::vector<std::string> names;
  for (const Stage &stage : stages())
    for (const Dump &dump : stage.dumps)
      if (stage.id >= first && stage.id <= last && *dump.name)
        names.emplace_back(dump.name);
  return names;
}

void print(ModuleOp module, Part part, llvm::raw_ostream &out) {
  if (part == Part::Module) {
    module.print(out);
    out << "\n";
    return;
  }
  for (Operation &op : *module.getBody())
    if (part == Part::Machines ? isa<fabric::MachineOp>(op)
                               : isa<tick::ProgramOp>(op)) {
      op.print(out);
      out << "\n";
    }
}

void Pipeline::set(StageId id, Passes passes, Check check) {
  entries[size_t(id)] = {std::move(passes), std::move(check)};
}

LogicalResult Pipeline::run(ModuleOp module, StageId from, StageId to) const {
  for (size_t i = size_t(from) + 1; i <= size_t(to); ++i) {
    const Entry &entry = entries[i];
    PassManager manager(module.getContext());
    if (entry.passes)
      entry.passes(manager);
    if (failed(manager.run(module)))
      return failure();
    if (failed(entry.check ? entry.check(module)
                           : stages()[i].contract->check(module)))
      return failure();
  }
  return success();
}

void Pipeline::append(OpPassManager &manager, StageId id) const {
  if (const Passes &passes = entries[size_t(id)].passes)
    passes(manager);
  contracts::CheckContractOptions options;
  options.stage = stageOf(id).name;
  manager.addPass(contracts::createCheckContract(options));
}

} // namespace snnc::pipeline
