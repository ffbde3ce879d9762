//===- InternalTest.cpp - Errors to which no input leads ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a command line cannot reach: each part is given what snnc never makes.

#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirPrimitive.h"
#include "compiler/Import/NIRToSNN/NIRToSNN.h"
#include "compiler/Target/NativeCode.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/Trace/ChipTrace.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace snnc;
using testing::HasSubstr;

namespace {

class Internal : public testing::Test {
protected:
  Internal()
      : context(createContext()),
        bridge(std::make_unique<MessageBridge>(context.get(), sink)) {}
  const snnc::Diagnostic &last() const { return sink.all().back(); }

  DiagnosticSink sink;
  std::unique_ptr<MLIRContext> context;
  std::unique_ptr<MessageBridge> bridge;
};

} // namespace

TEST_F(Internal, MlirsOwnMessagesHaveACode) {
  EXPECT_FALSE(parseSourceString<ModuleOp>(
      "snn.network @n { %x = snn.nothing }", context.get()));
  ASSERT_FALSE(sink.all().empty());
  EXPECT_EQ(last().code, "SNN0900");
  EXPECT_EQ(exitCodeOf(sink, 0), 70);
}

TEST_F(Internal, WhatIsNoObjectIsNotLinked) {
  auto linked = s2::linkProgram({"no object"}, {0x2000, 0x8000});
  ASSERT_FALSE(linked);
  EXPECT_EQ(linked.error().code, "SNN0391");
  EXPECT_THAT(linked.error().message, HasSubstr("part0.o"));
}

TEST_F(Internal, AFunctionThatIsNotThereIsNotCompiled) {
  context->loadDialect<LLVM::LLVMDialect>();
  auto module = parseSourceString<ModuleOp>(
      "llvm.func @other() { llvm.return }", context.get());
  ASSERT_TRUE(module);
  target::NativeCode code;
  auto added = code.add(*module, "model", "key");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, "SNN0650");
  EXPECT_EQ(code.find("key"), nullptr);
}

/// Of 256 MiB in the tool: minutes of a chip.
TEST_F(Internal, ATraceEndsAtItsLargestSize) {
  trace::ChipTrace trace(1 << 20);
  runtime::Manifest manifest;
  manifest.cores.resize(1);
  MachineModel machine = *builtinMachine(defaultMachineName());
  trace.begin(manifest, machine);
  emulator::TickPhases phases;
  phases.rows = 10, phases.neurons = 20, phases.end = 30;
  const emulator::TickPhases *pes[] = {&phases};
  uint64_t tick = 0;
  while (!trace.shortage("t.pftrace") && tick < 100'000)
    trace.onTick(tick++, 1000, pes, {}, 0);
  EXPECT_GT(tick, 1000u);
  ASSERT_TRUE(trace.shortage("t.pftrace"));
  auto shortage = *trace.shortage("t.pftrace");
  EXPECT_EQ(shortage.code, "SNN0451");
  EXPECT_THAT(shortage.message,
              HasSubstr("1 MiB; ticks from " + std::to_string(tick - 1)));
  // As its hint says: so many ticks have room.
  trace::ChipTrace fewer(1 << 20);
  fewer.begin(manifest, machine);
  for (uint64_t i = 0; i < tick - 1; ++i)
    fewer.onTick(i, 1000, pes, {}, 0);
  EXPECT_FALSE(fewer.shortage("t.pftrace"));
}

/// NIR files are refused before (SNN0234).
TEST_F(Internal, AnOutputHasNothingToRead) {
  nir::Graph graph;
  graph.path = "/node";
  auto add = [&](const char *name, const char *kind) {
    nir::Node node;
    node.name = name;
    node.path = std::string("/node/nodes/") + name;
    node.kind = nir::findPrimitive(kind);
    node.inputShape = node.outputShape = {2};
    graph.nodes.push_back(std::move(node));
  };
  add("f", "Flatten");
  add("y", "Output");
  graph.edges = {{1, 0}};
  EXPECT_FALSE(translateNir(graph, context.get()));
  ASSERT_FALSE(sink.all().empty());
  EXPECT_EQ(last().code, "SNN0293");
  EXPECT_THAT(last().message, HasSubstr("'y' has no output to read"));
}
