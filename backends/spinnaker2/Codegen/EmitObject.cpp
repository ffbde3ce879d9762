//===- EmitObject.cpp - LLVM IR becomes an Arm object ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Codegen/EmitObject.h"

#include "compiler/Target/Optimize.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/Cloning.h"

namespace snnc::s2 {

static constexpr const char *kTriple = "thumbv7em-none-eabihf";
static constexpr const char *kCpu = "cortex-m4";

static std::unique_ptr<llvm::TargetMachine> createTargetMachine() {
  LLVMInitializeARMTargetInfo();
  LLVMInitializeARMTarget();
  LLVMInitializeARMTargetMC();
  LLVMInitializeARMAsmPrinter();
  LLVMInitializeARMAsmParser();
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(kTriple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  options.FloatABIType = llvm::FloatABI::Hard;
  // docs/semantics.md S3: no contraction of a multiply and an add.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.FunctionSections = true;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      kTriple, kCpu, "", options, llvm::Reloc::Static, llvm::CodeModel::Small,
      llvm::CodeGenOptLevel::Aggressive));
}

bool canEmitObjects() { return createTargetMachine() != nullptr; }

void addVectorTable(llvm::Module &module, uint32_t stackTop) {
  llvm::LLVMContext &context = module.getContext();
  auto *i32 = llvm::Type::getInt32Ty(context);
  auto *pointer = llvm::PointerType::get(context, 0);
  auto *fault = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), false),
      llvm::GlobalValue::InternalLinkage, "fault", module);
  fault->addFnAttr(llvm::Attribute::NoInline);
  auto *entry = llvm::BasicBlock::Create(context, "", fault);
  auto *block = llvm::BasicBlock::Create(context, "stop", fault);
  llvm::IRBuilder<> b(entry);
  b.CreateBr(block);
  b.SetInsertPoint(block);
  b.CreateCall(llvm::InlineAsm::get(
      llvm::FunctionType::get(b.getVoidTy(), false), "bkpt #1", "", true));
  b.CreateBr(block);
  std::vector<llvm::Constant *> entries;
  entries.push_back(llvm::ConstantExpr::getIntToPtr(
      llvm::ConstantInt::get(i32, stackTop), pointer));
  entries.push_back(module.getFunction("start"));
  for (unsigned vector = 2; vector < 16; ++vector)
    entries.push_back(fault);
  auto *type = llvm::ArrayType::get(pointer, entries.size());
  auto *table = new llvm::GlobalVariable(
      module, type, true, llvm::GlobalValue::ExternalLinkage,
      llvm::ConstantArray::get(type, entries), "vectors");
  table->setSection(".vectors");
  table->setAlignment(llvm::Align(128));
}

static void prepareFunctions(llvm::Module &module) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("no-builtins"); // a copy loop must not become memcpy
    function.addFnAttr("target-cpu", kCpu);
  }
}

/// What pays on handlers of a few nested loops without calls, in this order: as
/// fast code as that of O2 (`benchmarks/run --only chip-loops`) in a third of
/// its time. `lower-expect` comes first: rare branches must not share registers
/// with the loop around them.
static constexpr const char *kPipeline =
    "function(lower-expect,sroa,early-cse<memssa>,simplifycfg,"
    "loop-mssa(loop-rotate,licm<allowspeculation>),"
    "loop(indvars),early-cse<memssa>,instcombine<no-verify-fixpoint>,"
    "reassociate,loop-mssa(licm<allowspeculation>),simplifycfg)";

static std::string emitFile(llvm::Module &module, llvm::TargetMachine &target,
                            llvm::CodeGenFileType type) {
  llvm::SmallVector<char> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  target.addPassesToEmitFile(passes, stream, nullptr, type);
  passes.run(module);
  return std::string(bytes.begin(), bytes.end());
}

ObjectCode emitObject(llvm::Module &module, bool wantAssembly) {
  auto target = createTargetMachine();
  module.setTargetTriple(kTriple);
  module.setDataLayout(target->createDataLayout());
  prepareFunctions(module);
  target::optimize(module, *target, kPipeline);
  ObjectCode code;
  if (wantAssembly) {
    auto copy = llvm::CloneModule(module);
    code.assembly =
        emitFile(*copy, *target, llvm::CodeGenFileType::AssemblyFile);
  }
  code.object = emitFile(module, *target, llvm::CodeGenFileType::ObjectFile);
  return code;
}

} // namespace snnc::s2
