//===- NativeCode.cpp - MLIR to machine code of this CPU ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Target/NativeCode.h"

#include "compiler/Target/Guard.h"
#include "compiler/Target/Optimize.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;

namespace snnc::target {

/// Enough for a loop over neurons without calls: it becomes vectors, and what
/// does not change moves out of it. CUBA and Brunel's network take no longer
/// than with O2, compiling a model takes half as long.
static constexpr const char *kLoopPasses =
    "function(sroa,early-cse,simplifycfg,loop(loop-rotate),loop-simplify,lcssa,"
    "instcombine,loop-mssa(licm),loop-vectorize,instcombine,simplifycfg)";

static snnc::Diagnostic jitError(const std::string &what) {
  return makeError("SNN0650", {}, "compiling for this CPU failed: " + what);
}

/// A branch on an open value is undefined, and LLVM may drop the rest of a
/// function from there.
static void freezeOpenResults(ModuleOp module) {
  module.walk([](Operation *op) {
    if (!isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp, arith::FPToSIOp>(
            op))
      return;
    if (op->getNumOperands() == 2) {
      auto by = op->getOperand(1).getDefiningOp<arith::ConstantOp>();
      auto bits = by ? dyn_cast<IntegerAttr>(by.getValue()) : IntegerAttr();
      if (bits && bits.getValue().ult(bits.getValue().getBitWidth()))
        return;
    }
    OpBuilder b(op->getContext());
    b.setInsertionPointAfter(op);
    Value open = op->getResult(0);
    auto frozen = b.create<LLVM::FreezeOp>(op->getLoc(), open);
    open.replaceAllUsesExcept(frozen.getResult(), frozen);
  });
}

LogicalResult lowerToLLVM(ModuleOp module) {
  freezeOpenResults(module);
  PassManager pm(module.getContext());
  pm.addPass(createConvertSCFToCFPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  return pm.run(module);
}

void registerNativeDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                  func::FuncDialect, LLVM::LLVMDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

NativeCode::NativeCode() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
}
NativeCode::~NativeCode() = default;

Status NativeCode::start() {
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return jitError(llvm::toString(builder.takeError()));
  // docs/semantics.md S3: no contraction of a multiply and an add.
  builder->getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
  auto forHost = builder->createTargetMachine();
  if (!forHost)
    return jitError(llvm::toString(forHost.takeError()));
  auto created = llvm::orc::LLJITBuilder()
                     .setJITTargetMachineBuilder(std::move(*builder))
                     .create();
  if (!created)
    return jitError(llvm::toString(created.takeError()));
  machine = std::move(*forHost);
  jit = std::move(*created);
  return {};
}

void *NativeCode::find(const std::string &key) const {
  auto known = functions.find(key);
  return known == functions.end() ? nullptr : known->second;
}

Expected<void *> NativeCode::add(ModuleOp module, const std::string &symbol,
                                 const std::string &key,
                                 std::optional<uint32_t> exhausted) {
  if (!jit)
    if (Status status = start(); !status)
      return status.takeError();
  auto context = std::make_unique<llvm::LLVMContext>();
  auto code = translateModuleToLLVMIR(module, *context, symbol);
  if (!code)
    return jitError("'" + symbol + "' has no LLVM form");
  code->setDataLayout(jit->getDataLayout());
  code->setTargetTriple(jit->getTargetTriple().str());
  optimize(*code, *machine, exhausted ? "default<O2>" : kLoopPasses);
  if (llvm::Function *function = code->getFunction(symbol);
      function && exhausted)
    boundSteps(*function, *exhausted);
  watchAccesses(*code);
  // A name may stand in many modules, and in the C library ("memset").
  std::string prefix = "snnc_" + std::to_string(modules++) + "_";
  for (llvm::Function &function : *code)
    if (!function.isDeclaration())
      function.setName(prefix + function.getName());
  if (auto error = jit->addIRModule(
          llvm::orc::ThreadSafeModule(std::move(code), std::move(context))))
    return jitError(llvm::toString(std::move(error)));
  auto address = jit->lookup(prefix + symbol);
  if (!address)
    return jitError(llvm::toString(address.takeError()));
  return functions[key] = address->toPtr<void *>();
}

} // namespace snnc::target
