//===- Guard.cpp - What keeps generated code in its bounds ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Target/Guard.h"

#include "compiler/Target/NativeCode.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SNNC_WATCH_ACCESSES
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Instrumentation/AddressSanitizer.h"
#endif
#endif

using namespace llvm;

namespace snnc::target {

/// The block where a program ends whose steps are used up.
static BasicBlock *exhaustedBlock(Function &program, uint32_t flag) {
  auto *block = BasicBlock::Create(program.getContext(), "exhausted", &program);
  IRBuilder<> b(block);
  Value *field =
      b.CreateConstInBoundsGEP1_32(b.getInt8Ty(), program.getArg(0), flag);
  b.CreateStore(b.getInt32(1), field);
  b.CreateRetVoid();
  return block;
}

void boundSteps(Function &program, uint32_t flag) {
  if (program.isDeclaration() || program.arg_size() != 1)
    return;
  SmallVector<std::pair<const BasicBlock *, const BasicBlock *>> edges;
  FindFunctionBackedges(program, edges);
  if (edges.empty())
    return;
  SetVector<BasicBlock *> latches;
  for (auto [latch, header] : edges)
    latches.insert(const_cast<BasicBlock *>(latch));
  IRBuilder<> b(&*program.getEntryBlock().getFirstInsertionPt());
  AllocaInst *steps = b.CreateAlloca(b.getInt64Ty());
  b.CreateStore(b.getInt64(kMostSteps), steps);
  BasicBlock *exhausted = exhaustedBlock(program, flag);
  for (BasicBlock *latch : latches) {
    BasicBlock *back = SplitBlock(latch, latch->getTerminator());
    latch->getTerminator()->eraseFromParent();
    b.SetInsertPoint(latch);
    Value *left =
        b.CreateSub(b.CreateLoad(b.getInt64Ty(), steps), b.getInt64(1));
    b.CreateStore(left, steps);
    b.CreateCondBr(b.CreateICmpEQ(left, b.getInt64(0)), exhausted, back);
  }
  DominatorTree dominators(program);
  PromoteMemToReg({steps}, dominators);
}

void watchAccesses([[maybe_unused]] Module &module) {
#ifdef SNNC_WATCH_ACCESSES
  for (Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr(Attribute::SanitizeAddress);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager graphs;
  ModuleAnalysisManager modules;
  PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  ModulePassManager passes;
  // Checks as calls: in line they are most of the code, and of the time that
  // compiling takes.
  AddressSanitizerOptions options;
  options.InstrumentationWithCallsThreshold = 0;
  passes.addPass(AddressSanitizerPass(options, /*UseGlobalGC=*/false,
                                      /*UseOdrIndicator=*/false,
                                      AsanDtorKind::None, AsanCtorKind::None));
  passes.run(module, modules);
#endif
}

} // namespace snnc::target
