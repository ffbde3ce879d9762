//===- CompileProgram.cpp - A tick program becomes an Arm ELF -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Codegen/CompileProgram.h"

#include "backends/spinnaker2/S2/S2.h"
#include "passes/Program/Passes.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <fmt/format.h>
#include <mutex>
#include <set>
#include <thread>

using namespace mlir;

namespace snnc::s2 {

namespace {

constexpr const char *kTriple = "thumbv7em-none-eabihf";
constexpr const char *kCpu = "cortex-m4";
constexpr const char *kTickFunction = "tick";

std::unique_ptr<llvm::TargetMachine> createTargetMachine() {
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

/// A module of its own with the program's function, renamed to `tick`.
LogicalResult lowerToLLVMDialect(ModuleOp module, const MachineModel &machine,
                                 uint32_t headerAddress) {
  program::TickToLoopsOptions loops;
  loops.headerAddress = headerAddress;
  PassManager toLoops(module.getContext());
  toLoops.addPass(program::createTickToLoops(loops));
  if (failed(toLoops.run(module)) ||
      failed(lowerTickToS2(module, kTickFunction, headerAddress)) ||
      failed(lowerS2ToLLVM(module, machine)))
    return failure();
  PassManager toLLVM(module.getContext());
  toLLVM.addPass(createConvertSCFToCFPass());
  ConvertControlFlowToLLVMPassOptions cf;
  cf.indexBitwidth = 32;
  toLLVM.addPass(createConvertControlFlowToLLVMPass(cf));
  ArithToLLVMConversionPassOptions arith;
  arith.indexBitwidth = 32;
  toLLVM.addPass(createArithToLLVMConversionPass(arith));
  toLLVM.addPass(createConvertMathToLLVMPass());
  ConvertFuncToLLVMPassOptions func;
  func.indexBitwidth = 32;
  toLLVM.addPass(createConvertFuncToLLVMPass(func));
  return toLLVM.run(module);
}

/// Vector table: initial SP, reset, and a fault handler that stops the core.
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

void prepareFunctions(llvm::Module &module) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("no-builtins"); // a copy loop must not become memcpy
    function.addFnAttr("target-cpu", kCpu);
  }
  llvm::Function *tick = module.getFunction(kTickFunction);
  tick->setLinkage(llvm::GlobalValue::InternalLinkage);
  // The start function must not touch the FPU before it is enabled.
  tick->addFnAttr(llvm::Attribute::NoInline);
  module.getFunction("start")->addFnAttr(llvm::Attribute::NoReturn);
}

/// What pays on programs of a few nested loops without calls, in this order:
/// as fast code as that of O2 (docs/cycles.md, chip-loops) in a third of its
/// time. `lower-expect` comes first: rare branches must not share registers
/// with the loop around them.
constexpr const char *kPipeline =
    "function(lower-expect,sroa,early-cse<memssa>,simplifycfg,"
    "loop-mssa(loop-rotate,licm<allowspeculation>),loop(indvars),"
    "early-cse<memssa>,instcombine<no-verify-fixpoint>,reassociate,"
    "loop-mssa(licm<allowspeculation>),simplifycfg)";

void optimize(llvm::Module &module, llvm::TargetMachine &target) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&target);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  llvm::ModulePassManager passes;
  llvm::cantFail(builder.parsePassPipeline(passes, kPipeline));
  passes.run(module, modules);
}

std::string emitFile(llvm::Module &module, llvm::TargetMachine &target,
                     llvm::CodeGenFileType type) {
  llvm::SmallVector<char> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  target.addPassesToEmitFile(passes, stream, nullptr, type);
  passes.run(module);
  return std::string(bytes.begin(), bytes.end());
}

/// Bytes that the linked image puts into SRAM.
uint32_t imageBytes(const std::string &elf) {
  // ELF32 little endian: e_phoff 28, e_phnum 44; p_type 0, p_memsz 20.
  auto word = [&](size_t at) {
    uint32_t v = 0;
    std::memcpy(&v, elf.data() + at, 4);
    return v;
  };
  uint32_t total = 0, table = word(28);
  for (unsigned i = 0; i < (word(44) & 0xFFFF); ++i)
    if (word(table + i * 32) == 1)
      total += word(table + i * 32 + 20);
  return total;
}

/// One program on its way to an object file.
struct ProgramCode {
  tick::ProgramOp op;
  std::string text; ///< key in the cache
  std::string object, assembly;
};

/// A program as LLVM IR. Each has a context, so that threads share nothing.
struct ProgramIR {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module; ///< goes before its context
};

/// What decides the code of a program: its text without its name.
std::string textOf(tick::ProgramOp program, const CodegenOptions &options) {
  OwningOpRef<tick::ProgramOp> copy(program.clone());
  copy->setSymName(kTickFunction);
  std::string text = options.emitAssembly ? "asm\n" : "";
  llvm::raw_string_ostream stream(text);
  copy->print(stream);
  return text;
}

/// Everything that touches MLIR; one at a time.
FailureOr<ProgramIR> translate(tick::ProgramOp program,
                               const MachineModel &machine,
                               uint32_t headerAddress) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(program.getLoc());
  auto copy = cast<tick::ProgramOp>(program->clone());
  copy.setSymName(kTickFunction);
  module->push_back(copy);
  if (failed(lowerToLLVMDialect(*module, machine, headerAddress)))
    return failure();
  ProgramIR ir;
  ir.context = std::make_unique<llvm::LLVMContext>();
  ir.module =
      translateModuleToLLVMIR(*module, *ir.context, program.getSymName());
  if (!ir.module)
    return failure();
  return ir;
}

/// Everything inside LLVM; programs do not share anything.
void generate(llvm::Module &module, ProgramCode &code,
              const MachineModel &machine, bool wantAssembly) {
  auto target = createTargetMachine();
  module.setTargetTriple(kTriple);
  module.setDataLayout(target->createDataLayout());
  addVectorTable(module, machine.sram.stack.end);
  prepareFunctions(module);
  optimize(module, *target);
  if (wantAssembly) {
    auto text = llvm::CloneModule(module);
    code.assembly =
        emitFile(*text, *target, llvm::CodeGenFileType::AssemblyFile);
  }
  code.object = emitFile(module, *target, llvm::CodeGenFileType::ObjectFile);
}

/// Programs in their order, one thread at a time, until one fails: errors do
/// not depend on the number of threads.
class Translator {
public:
  Translator(std::vector<ProgramCode> &codes, const MachineModel &machine,
             uint32_t headerAddress)
      : codes(codes), machine(machine), headerAddress(headerAddress) {}

  /// The next program and its IR; none after the last one or a failure.
  std::pair<ProgramCode *, ProgramIR> next() {
    std::lock_guard<std::mutex> lock(mutex);
    if (failure || started == codes.size())
      return {nullptr, ProgramIR{}};
    ProgramCode &code = codes[started++];
    auto ir = translate(code.op, machine, headerAddress);
    failure = failed(ir);
    if (failure)
      return {nullptr, ProgramIR{}};
    return {&code, std::move(*ir)};
  }
  bool hasFailed() const { return failure; }

private:
  std::mutex mutex; // MLIR's context is the one of all programs
  std::vector<ProgramCode> &codes;
  const MachineModel &machine;
  uint32_t headerAddress;
  size_t started = 0;
  bool failure = false;
};

/// No more programs are held as IR than there are threads.
LogicalResult generateAll(std::vector<ProgramCode> &codes,
                          const MachineModel &machine,
                          const CodegenOptions &options) {
  Translator translator(codes, machine, options.headerAddress);
  auto work = [&] {
    while (true) {
      auto [code, ir] = translator.next();
      if (!code)
        return;
      generate(*ir.module, *code, machine, options.emitAssembly);
    }
  };
  unsigned jobs =
      options.jobs ? options.jobs : std::thread::hardware_concurrency();
  jobs = unsigned(std::min<size_t>(std::max(1u, jobs), codes.size()));
  std::vector<std::thread> others;
  for (unsigned job = 1; job < jobs; ++job)
    others.emplace_back(work);
  work();
  for (std::thread &thread : others)
    thread.join();
  return success(!translator.hasFailed());
}

FailureOr<CompiledProgram> finish(ProgramCode &code,
                                  const MachineModel &machine) {
  CompiledProgram result;
  result.assembly = std::move(code.assembly);
  Expected<std::string> elf = linkProgram(code.object, machine.sram.program);
  if (!elf)
    return code.op.emitError(elf.error().code + ": " + elf.error().message);
  result.elf = std::move(*elf);
  result.textBytes = imageBytes(result.elf);
  if (result.textBytes > machine.sram.program.bytes())
    return code.op.emitError("SNN0390: the core program needs ")
           << result.textBytes << " B, the program range has "
           << machine.sram.program.bytes() << " B";
  return result;
}

} // namespace

FailureOr<std::vector<CompiledProgram>>
compilePrograms(llvm::ArrayRef<tick::ProgramOp> programs,
                const MachineModel &machine, const CodegenOptions &options) {
  std::vector<CompiledProgram> results;
  if (programs.empty())
    return results;
  tick::ProgramOp first = programs.front();
  MLIRContext *context = first.getContext();
  context->getOrLoadDialect<S2Dialect>();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  if (!createTargetMachine())
    return first.emitError("SNN0391: this LLVM cannot generate Arm code");
  ProgramCache own;
  ProgramCache &cache = options.cache ? *options.cache : own;
  std::vector<std::string> texts;
  std::vector<ProgramCode> codes;
  std::set<std::string> started;
  for (tick::ProgramOp program : programs) {
    texts.push_back(textOf(program, options));
    if (cache.find(texts.back()) || !started.insert(texts.back()).second)
      continue;
    codes.emplace_back();
    codes.back().op = program;
    codes.back().text = texts.back();
  }
  if (failed(generateAll(codes, machine, options)))
    return failure();
  for (ProgramCode &code : codes) {
    auto result = finish(code, machine);
    if (failed(result))
      return failure();
    cache.add(std::move(code.text), std::move(*result));
  }
  for (const std::string &text : texts)
    results.push_back(*cache.find(text));
  return results;
}

} // namespace snnc::s2
