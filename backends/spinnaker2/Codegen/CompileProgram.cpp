//===- CompileProgram.cpp - A tick program becomes an Arm ELF -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers are compiled on their own and linked: programs differ in how their
// row formats and neurons meet, of which a network has far fewer apart. The two
// calls cost a core some 30 cycles a tick.

#include "backends/spinnaker2/Codegen/CompileProgram.h"

#include "backends/spinnaker2/Codegen/EmitObject.h"
#include "backends/spinnaker2/S2/Passes.h"
#include "compiler/Support/Report.h"
#include "passes/Program/Passes.h"
#include "runtime/support/Digest.h"
#include "runtime/support/Threads.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/Module.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <mutex>
#include <set>

using namespace mlir;

namespace snnc::s2 {

namespace {

/// In the order in which a tick calls them.
constexpr tick::Event kHandlers[] = {tick::Event::Spike, tick::Event::Timer};

/// Of the function.
std::string nameOf(tick::Event handler) {
  return ("on_" + tick::stringifyEvent(handler)).str();
}

/// A part on its way to an object file: a handler of some program, or the start
/// that all programs share.
struct Part {
  std::string digest;
  OwningOpRef<tick::ProgramOp> handler; ///< none: the start
  ObjectCode code;
};

/// A part as LLVM IR. Each has a context, so that threads share nothing.
struct PartIR {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module; ///< goes before its context
};

/// The program without its other handlers, named after the one it has.
OwningOpRef<tick::ProgramOp> handlerOf(tick::ProgramOp program,
                                       tick::Event handler) {
  OwningOpRef<tick::ProgramOp> part(program.clone());
  part->setSymName(nameOf(handler));
  for (auto on :
       llvm::make_early_inc_range(part->getBody().getOps<tick::OnOp>()))
    if (on.getEvent() != handler)
      on.erase();
  return part;
}

/// What decides the code.
std::string textOf(tick::ProgramOp handler) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  handler.print(stream);
  return text;
}

LogicalResult lowerToLLVMDialect(ModuleOp module) {
  PassManager toLLVM(module.getContext());
  toLLVM.enableVerifier(false); // once, at the end
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
  return success(succeeded(toLLVM.run(module)) && succeeded(verify(module)));
}

LogicalResult lowerHandler(ModuleOp module, const MachineModel &machine,
                           uint32_t headerAddress) {
  program::TickToLoopsOptions loops;
  loops.headerAddress = headerAddress;
  loops.fetchQueue = machine.dram ? machine.dram->dma.queue : 1;
  PassManager toLoops(module.getContext());
  toLoops.addPass(program::createTickToLoops(loops));
  return toLoops.run(module);
}

/// Everything that touches MLIR; one at a time.
FailureOr<PartIR> translate(Part &part, Location where,
                            const MachineModel &machine,
                            uint32_t headerAddress) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(where);
  bool isStart = !part.handler;
  if (isStart) {
    llvm::SmallVector<std::string> handlers;
    for (tick::Event handler : kHandlers)
      handlers.push_back(nameOf(handler));
    addStart(*module, handlers, headerAddress);
  } else {
    module->push_back(part.handler.release());
    if (failed(lowerHandler(*module, machine, headerAddress)))
      return failure();
  }
  if (failed(lowerPeToS2(*module, headerAddress)) ||
      failed(lowerS2ToLLVM(*module, machine)) ||
      failed(lowerToLLVMDialect(*module)))
    return failure();
  PartIR ir;
  ir.context = std::make_unique<llvm::LLVMContext>();
  ir.module = translateModuleToLLVMIR(*module, *ir.context);
  if (!ir.module)
    return failure();
  if (isStart)
    addVectorTable(*ir.module, machine.sram.stack.end);
  return ir;
}

/// Parts in their order, one thread at a time, until one fails: errors do not
/// depend on the number of threads.
class Translator {
public:
  Translator(std::vector<Part> &parts, Location where,
             const MachineModel &machine, uint32_t headerAddress)
      : parts(parts), where(where), machine(machine),
        headerAddress(headerAddress) {}

  /// The next part and its IR; none after the last one or a failure.
  std::pair<Part *, PartIR> next() {
    std::lock_guard<std::mutex> lock(mutex);
    if (failure || started == parts.size())
      return {nullptr, PartIR{}};
    Part &part = parts[started++];
    auto ir = translate(part, where, machine, headerAddress);
    failure = failed(ir);
    if (failure)
      return {nullptr, PartIR{}};
    return {&part, std::move(*ir)};
  }
  bool hasFailed() const { return failure; }

private:
  std::mutex mutex; // MLIR's context is the one of all parts
  std::vector<Part> &parts;
  Location where;
  const MachineModel &machine;
  uint32_t headerAddress;
  size_t started = 0;
  bool failure = false;
};

/// No more parts are held as IR than there are threads.
LogicalResult generateAll(std::vector<Part> &parts, Location where,
                          const MachineModel &machine,
                          const CodegenOptions &options) {
  Translator translator(parts, where, machine, options.headerAddress);
  snnc::parallelFor(options.jobs, parts.size(), [&](size_t) {
    if (auto [part, ir] = translator.next(); part)
      part->code = emitObject(*ir.module, options.emitAssembly);
  });
  return success(!translator.hasFailed());
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

FailureOr<CompiledProgram> link(tick::ProgramOp program,
                                llvm::ArrayRef<const ObjectCode *> parts,
                                const MachineModel &machine) {
  CompiledProgram result;
  llvm::SmallVector<llvm::StringRef> objects;
  for (const ObjectCode *part : parts) {
    objects.push_back(part->object);
    result.assembly += part->assembly;
  }
  Expected<std::string> elf = linkProgram(objects, machine.sram.program);
  if (!elf)
    return report(program, elf.error().code) << elf.error().message;
  result.elf = std::move(*elf);
  result.textBytes = imageBytes(result.elf);
  return result;
}

/// What a program is made of, by digest.
struct Wanted {
  std::string digest;
  std::vector<std::string> parts;
  const std::string *elf = nullptr; ///< where it was made before
};

/// Which parts have to be compiled, each once.
class Demand {
public:
  Demand(ProgramCache &cache, std::string ground, bool assembly)
      : cache(cache), ground(std::move(ground)), assembly(assembly) {}

  Wanted add(tick::ProgramOp program) {
    Wanted wanted;
    std::vector<Part> own;
    own.push_back({digestOf("start"), {}, {}});
    for (tick::Event event : kHandlers) {
      auto handler = handlerOf(program, event);
      std::string digest = digestOf(textOf(*handler));
      own.push_back({std::move(digest), std::move(handler), {}});
    }
    std::string all;
    for (const Part &part : own) {
      wanted.parts.push_back(part.digest);
      all += part.digest + "\n";
    }
    wanted.digest = sha256(all);
    if (!assembly)
      wanted.elf = cache.program(wanted.digest);
    ++cache.counts.programs;
    cache.counts.reused += wanted.elf != nullptr;
    for (Part &part : own)
      if (!wanted.elf && !cache.part(part.digest) &&
          started.insert(part.digest).second)
        missing.push_back(std::move(part));
    return wanted;
  }
  std::vector<Part> &parts() { return missing; }

private:
  std::string digestOf(const std::string &text) const {
    return sha256(ground + (assembly ? "\nasm\n" : "\n") + text);
  }

  ProgramCache &cache;
  std::string ground; ///< codeGround()
  bool assembly;
  std::vector<Part> missing;
  std::set<std::string> started;
};

FailureOr<CompiledProgram> finish(tick::ProgramOp program, const Wanted &wanted,
                                  const ProgramCache &cache,
                                  const MachineModel &machine) {
  CompiledProgram result;
  if (wanted.elf) {
    result.elf = *wanted.elf;
    result.textBytes = imageBytes(result.elf);
  } else {
    llvm::SmallVector<const ObjectCode *> objects;
    for (const std::string &digest : wanted.parts)
      objects.push_back(cache.part(digest));
    auto linked = link(program, objects, machine);
    if (failed(linked))
      return failure();
    result = std::move(*linked);
  }
  result.digest = wanted.digest;
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
  context->loadDialect<S2Dialect, arith::ArithDialect, func::FuncDialect,
                       scf::SCFDialect, LLVM::LLVMDialect>();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  if (!canEmitObjects())
    return report(first, "SNN0391") << "this LLVM cannot generate Arm code";
  ProgramCache own;
  ProgramCache &cache = options.cache ? *options.cache : own;
  Demand demand(cache, codeGround(machine, options.headerAddress),
                options.emitAssembly);
  std::vector<Wanted> wanted;
  for (tick::ProgramOp program : programs)
    wanted.push_back(demand.add(program));
  if (failed(generateAll(demand.parts(), first.getLoc(), machine, options)))
    return failure();
  for (Part &part : demand.parts())
    cache.addPart(std::move(part.digest), std::move(part.code));
  for (auto [program, want] : llvm::zip_equal(programs, wanted)) {
    auto result = finish(program, want, cache, machine);
    if (failed(result))
      return failure();
    if (!options.emitAssembly)
      cache.addProgram(result->digest, result->elf);
    results.push_back(std::move(*result));
  }
  return results;
}

} // namespace snnc::s2
