//===- CompileTrace.cpp - What the passes of a compilation took -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Trace/CompileTrace.h"

#include "mlir/IR/Action.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"

#include <algorithm>
#include <map>

namespace snnc::trace {

using namespace mlir;

/// "snn-quantize" or "convert-func-to-llvm: p0".
static std::string nameOf(const PassExecutionAction &action) {
  const Pass &pass = action.getPass();
  std::string name = pass.getArgument().str();
  if (name.empty())
    name = pass.getName().str();
  if (Operation *op = action.getOp())
    if (auto symbol =
            op->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName()))
      name += ": " + symbol.str();
  return name;
}

CompileTrace::CompileTrace(MLIRContext &context, std::string path)
    : context(context), path(std::move(path)),
      start(std::chrono::steady_clock::now()) {
  context.registerActionHandler(
      [this](llvm::function_ref<void()> act, const tracing::Action &action) {
        auto *pass = llvm::dyn_cast<PassExecutionAction>(&action);
        if (!pass)
          return act();
        // The pass may erase what it runs on.
        Slice slice{std::this_thread::get_id(), now(), 0, nameOf(*pass)};
        act();
        slice.end = now();
        std::lock_guard guard(lock);
        slices.push_back(std::move(slice));
      });
}

CompileTrace::~CompileTrace() { context.registerActionHandler(nullptr); }

uint64_t CompileTrace::now() const {
  return uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::steady_clock::now() - start)
                      .count());
}

Status CompileTrace::write() {
  std::lock_guard guard(lock);
  // A slice around others comes before them.
  std::ranges::stable_sort(slices, [](const Slice &a, const Slice &b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  PerfettoWriter writer;
  std::map<std::thread::id, PerfettoWriter::Track> tracks;
  for (const Slice &slice : slices) {
    PerfettoWriter::Track &track = tracks[slice.thread];
    if (!track)
      track = writer.addTrack("thread " + std::to_string(tracks.size()));
    writer.addSlice(track, slice.begin, slice.end, slice.name);
  }
  return writer.write(path);
}

} // namespace snnc::trace
