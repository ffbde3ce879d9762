//===- NirReader.cpp - Read a NIR file ------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The HDF5 library runs in a child process (Support/ChildProcess.h); its crash,
// endless loop or exhausted memory becomes a finding here.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirReader.h"
#include "compiler/Import/NIR/NirFile.h"
#include "compiler/Import/NIR/NirWalk.h"
#include "compiler/Import/NIR/NirWire.h"
#include "runtime/support/ChildProcess.h"

#include <fmt/format.h>

namespace snnc::nir {

static Diagnostic endError(const std::string &path, const ChildFailure &failure,
                           const ReadLimits &limits, double seconds) {
  SourceSpot spot{path, "", 0, 0};
  ChildEnd end = failure.end;
  if (end == ChildEnd::NotStarted)
    return makeError("SNN0219", spot,
                     fmt::format("cannot start the process that reads the "
                                 "file: {}",
                                 failure.why),
                     {"free some memory or processes and try again"});
  if (end == ChildEnd::TimedOut)
    return makeError("SNN0205", spot,
                     fmt::format("the file is damaged or hostile: reading it "
                                 "takes more than {:.3g} seconds of computing",
                                 seconds),
                     {"export or copy the file again"});
  if (end == ChildEnd::OutOfMemory)
    return makeError(
        "SNN0206", spot,
        fmt::format("reading the file takes more memory than allowed, {} MiB",
                    (limits.totalBytes + limits.tensorBytes) >> 20));
  return makeError("SNN0204", spot,
                   "the file is damaged: the HDF5 library failed on it",
                   {"export or copy the file again",
                    "h5debug and h5dump show where the damage is"});
}

static Expected<Graph> readIsolated(const std::string &path, uint64_t fileBytes,
                                    DiagnosticSink &findings,
                                    const ReadLimits &limits) {
  ChildLimits child;
  child.seconds = limits.seconds + double(fileBytes >> 21);
  // Decompression and conversion need room beside the tensors themselves.
  child.memoryBytes =
      limits.totalBytes + limits.tensorBytes + (uint64_t(512) << 20);
  child.resultBytes = 2 * limits.totalBytes + (uint64_t(1) << 30);
  child.showErrors = limits.showChildErrors;
  auto outcome = runInChild(
      [&](int fd) {
        DiagnosticSink found;
        Expected<Graph> graph = walkFile(path, fileBytes, found, limits);
        return sendResult(fd, found.all(), graph);
      },
      child);
  if (auto *failure = std::get_if<ChildFailure>(&outcome))
    return endError(path, *failure, limits, child.seconds);
  std::optional<Expected<Graph>> graph =
      receiveResult(std::get<Descriptor>(outcome).get(), findings);
  if (!graph)
    return endError(path, {}, limits, child.seconds);
  return std::move(*graph);
}

Expected<Graph> readNir(const std::string &path, DiagnosticSink &findings,
                        const ReadLimits &limits) {
  try {
    Expected<uint64_t> bytes = checkFile(path, limits.fileBytes);
    if (!bytes)
      return bytes.takeError();
    Expected<Graph> graph = limits.isolate
                                ? readIsolated(path, *bytes, findings, limits)
                                : walkFile(path, *bytes, findings, limits);
    if (graph)
      graph->file = path;
    return graph;
  } catch (const std::exception &e) {
    return makeError("SNN0206", {path, "", 0, 0},
                     fmt::format("reading the file failed: {}", e.what()),
                     {"the model may need more memory than there is"});
  }
}

} // namespace snnc::nir
