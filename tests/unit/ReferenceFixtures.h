//===- ReferenceFixtures.h - Networks for the reference tests ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From text or a NIR file through passes to the interpreter.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_UNIT_REFERENCEFIXTURES_H
#define SNNC_TESTS_UNIT_REFERENCEFIXTURES_H

#include "compiler/Reference/RunReference.h"
#include "passes/Normalize/Passes.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <gtest/gtest.h>
#include <string>

namespace snnc::reference {

/// A context, a module and everything that was reported about it.
class TestNetwork {
public:
  TestNetwork()
      : handler(&context, [this](mlir::Diagnostic &diagnostic) {
          messages += diagnostic.str() + "\n";
          return mlir::success();
        }) {
    context.disableMultithreading();
    context.loadDialect<snn::SNNDialect>();
    [[maybe_unused]] static bool once =
        (normalize::registerNormalizePasses(), true);
  }

  bool parse(llvm::StringRef text) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text.str(), &context);
    return bool(module);
  }

  /// `passes` as on the command line of snnc-opt: "a,b{c=d}".
  bool run(llvm::StringRef passes) {
    mlir::PassManager manager(&context);
    return mlir::succeeded(mlir::parsePassPipeline(passes, manager)) &&
           mlir::succeeded(manager.run(*module));
  }

  snn::NetworkOp network() {
    auto networks = module->getOps<snn::NetworkOp>();
    return networks.empty() ? snn::NetworkOp() : *networks.begin();
  }

  std::unique_ptr<Interpreter> interpret(Precision precision) {
    auto interpreter = Interpreter::create(network(), precision);
    return mlir::succeeded(interpreter) ? std::move(*interpreter) : nullptr;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string messages;

private:
  mlir::ScopedDiagnosticHandler handler;
};

/// One tick with the counts of every input.
inline Status tick(Interpreter &interpreter,
                   std::vector<std::vector<uint16_t>> inputs) {
  std::vector<std::span<const uint16_t>> rows(inputs.begin(), inputs.end());
  return interpreter.tick(rows);
}

} // namespace snnc::reference

#endif // SNNC_TESTS_UNIT_REFERENCEFIXTURES_H
