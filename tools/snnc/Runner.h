//===- Runner.h - One run on one backend ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_RUNNER_H
#define SNNC_TOOLS_RUNNER_H

#include "compiler/Target/Target.h"
#include "runtime/bundle/Bundle.h"
#include "runtime/host/Session.h"
#include "tools/snnc/Network.h"
#include "tools/snnc/Options.h"

namespace snnc::snn {
class DrawnPatterns;
}

namespace snnc {

struct SubjectNeeds {
  std::vector<std::string> backends; ///< that will run
  /// False: an entry whose digest is wrong is a warning, as for `verify`, whose
  /// purpose is to find out what such a change does.
  bool digests = true;
  /// True: a bundle will not do, its integers have lost the user's weights.
  bool networkFile = false;
};

/// Whether the file is a zip archive, by content. What is missing or no regular
/// file is none; what cannot be read is an error (SNN0001): a network would run
/// on another backend than the bundle that it may be.
Expected<bool> looksLikeBundle(const std::string &path);

/// Of a subject that several threads use, one at a time: a run steps out while
/// it needs nothing of the subject, so that others come in.
struct Turn {
  std::function<void()> leave, enter;
};

/// What a run command works on: a network, or a bundle and the network in it;
/// and what the targets make of it.
class RunSubject {
public:
  RunSubject();
  ~RunSubject();
  RunSubject(RunSubject &&) = delete;

  /// Drawn synapses that other networks made, before open().
  void shareDrawn(std::shared_ptr<snn::DrawnPatterns> patterns);
  /// Once `stop` is true no more passes begin, and what compiles fails;
  /// an empty function: they do.
  void stopWhen(std::function<bool()> stop);

  /// Reads a bundle, or imports a network file and compiles it where a backend
  /// runs bundles. Findings go to `sink`; false after an error.
  bool open(const RunOptions &options, SubjectNeeds needs,
            DiagnosticSink &sink);

  /// The description of inputs and populations, whatever the subject is.
  const runtime::Manifest &manifest() const { return description; }
  const runtime::Bundle *bundle() const { return file.get(); }
  /// What is known of the artifact that `backend` ran, one line each.
  std::vector<std::string> facts(const std::string &backend) const;
  /// Was it a bundle that the user named?
  bool isBundleFile() const { return namesBundle; }
  /// The network behind it, read from the bundle where it must be; null where
  /// the bundle has lost it.
  snn::NetworkOp network();

  /// What --input gives, analog arrays encoded; an error is in `sink`
  /// otherwise. The first call takes it.
  std::optional<runtime::ArrayMap> readInputs(const RunOptions &options,
                                              DiagnosticSink &sink);

  /// What the network draws itself (YAML: poisson) of what `inputs` lacks, and
  /// arrays of its spike lists; nothing after an error in `sink`.
  std::optional<runtime::Drives> addDrivenInputs(runtime::ArrayMap &inputs,
                                                 const RunOptions &options,
                                                 DiagnosticSink &sink);

  /// Makes now what `backend` runs, which the first run would. False after an
  /// error in `sink`.
  bool build(const std::string &backend, const RunOptions &options,
             DiagnosticSink &sink);

  /// Runs on `backend`; an error is reported to `sink` and nothing returned.
  std::optional<runtime::RunResult>
  run(const std::string &backend, const RunOptions &options,
      const runtime::ArrayMap &inputs, const runtime::RunOptions &runOptions,
      DiagnosticSink &sink, const Turn *turn = nullptr);

private:
  bool openBundle(const RunOptions &options, const SubjectNeeds &needs,
                  DiagnosticSink &sink);
  bool openNetwork(const RunOptions &options, const SubjectNeeds &needs,
                   DiagnosticSink &sink);
  bool buildBundle(const RunOptions &options, target::Target &target,
                   DiagnosticSink &sink);
  /// What is recorded: as asked, else the probes, else everything. Nothing
  /// after an error in `sink`.
  std::optional<std::vector<std::string>> requestsOf(const RunOptions &options,
                                                     DiagnosticSink &sink);
  /// A device of `backend` with what was built for it; null after an error.
  std::unique_ptr<runtime::Device> openDevice(const std::string &backend,
                                              const RunOptions &options,
                                              DiagnosticSink &sink);
  /// What `target` made of the network, now or before. Null after an error.
  std::shared_ptr<const target::Artifact>
  artifactOf(target::Target &target, target::Precision precision,
             DiagnosticSink &sink);
  std::optional<runtime::RunResult>
  runReference(const std::vector<std::string> &requests,
               const RunOptions &options, const runtime::ArrayMap &inputs,
               const runtime::RunOptions &runOptions, DiagnosticSink &sink);
  bool loadNetwork(DiagnosticSink &sink);
  void noteRecords(const RunOptions &options);
  bool countInputs(const RunOptions &options, DiagnosticSink &sink);
  void addOrigin(Diagnostic &error, const RunOptions &options,
                 const runtime::ArrayMap &inputs,
                 const std::vector<std::string> &requests,
                 runtime::RunOptions runOptions);

  std::unique_ptr<mlir::MLIRContext> context;
  target::Registry targets;
  std::map<std::string, std::shared_ptr<const target::Artifact>> artifacts;
  std::shared_ptr<const runtime::Bundle> file;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  runtime::Manifest description;
  bool namesBundle = false;
  /// Read before the network was mapped, so that its rings hold their spikes.
  std::optional<runtime::ArrayMap> given;
};

} // namespace snnc

#endif // SNNC_TOOLS_RUNNER_H
