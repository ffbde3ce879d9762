//===- StreamedRun.h - Runs whose results stream to disk --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_STREAMEDRUN_H
#define SNNC_TOOLS_STREAMEDRUN_H

#include "runtime/host/ResultFiles.h"
#include "tools/snnc/Runner.h"

namespace snnc {

/// --events, --checkpoint or --resume.
bool wantsStream(const RunOptions &options);

/// The files of one run, and the checkpoint from which it goes on.
class StreamedRun {
public:
  /// Errors SNN0384 (no output that could be streamed to), SNN0444, SNN0445,
  /// and those of reading the inputs for their digest.
  static std::unique_ptr<StreamedRun> open(const RunOptions &options,
                                           const runtime::Manifest &manifest,
                                           DiagnosticSink &sink);
  /// Results go to the files; SIGINT and SIGTERM end the run between two ticks,
  /// a second one at once.
  void prepare(runtime::RunOptions &session);
  /// Puts the output together of what was run. An interrupted run says so and
  /// keeps its checkpoint.
  void finish(const std::optional<runtime::RunResult> &result,
              const RunOptions &options, const runtime::Manifest &manifest,
              const nlohmann::json &meta, DiagnosticSink &sink);

private:
  /// Where --resume goes on.
  void sayWhere(const std::string &output, DiagnosticSink &sink) const;
  StreamedRun(const RunOptions &options, std::string digest)
      : files(options.output, std::move(digest)) {}

  runtime::ResultFiles files;
  std::optional<runtime::Checkpoint> from;
  uint64_t done = 0; ///< chip ticks
};

} // namespace snnc

#endif // SNNC_TOOLS_STREAMEDRUN_H
