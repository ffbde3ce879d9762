//===- CompileTrace.h - What the passes of a compilation took ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_TRACE_COMPILETRACE_H
#define SNNC_TOOLS_TRACE_COMPILETRACE_H

#include "tools/snnc/Trace/PerfettoWriter.h"

#include "mlir/IR/MLIRContext.h"

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace snnc::trace {

/// A track for each thread that runs passes, a slice for each run of a pass,
/// named after the pass and what it ran on: a network, a core program. Times
/// are this computer's.
class CompileTrace {
public:
  /// Listens to `context`'s passes as long as it lives; the context lives
  /// longer.
  CompileTrace(mlir::MLIRContext &context, std::string path);
  ~CompileTrace();
  CompileTrace(const CompileTrace &) = delete;
  CompileTrace &operator=(const CompileTrace &) = delete;

  Status write();

private:
  struct Slice {
    std::thread::id thread;
    uint64_t begin = 0, end = 0; ///< nanoseconds
    std::string name;
  };
  uint64_t now() const;

  mlir::MLIRContext &context;
  std::string path;
  std::chrono::steady_clock::time_point start;
  std::mutex lock;
  std::vector<Slice> slices;
};

} // namespace snnc::trace

#endif // SNNC_TOOLS_TRACE_COMPILETRACE_H
