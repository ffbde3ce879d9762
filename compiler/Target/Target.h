//===- Target.h - The seam between networks and what runs them --*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A target takes a Normalized network (compiler/Contracts) and can say what
// running it needs (`plan`), make what runs (`build`) and open that on one of
// its devices (`open`). The tools reach every backend through this interface
// only; docs/targets.md says how to add one.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TARGET_TARGET_H
#define SNNC_TARGET_TARGET_H

#include "compiler/SNN/SNN.h"
#include "runtime/Device.h"
#include "runtime/bundle/Bundle.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snnc::target {

/// Weights: the integers of snn-quantize, or the user's float32 (S4.4).
enum class Precision { Quantized, Float };

/// The module's only network; null without one.
snn::NetworkOp networkOf(mlir::ModuleOp module);

/// One way in which a target runs what it built.
struct DeviceInfo {
  std::string name;    ///< what `--backend` takes
  std::string summary; ///< half a sentence for --help
  bool floats = false; ///< runs Precision::Float too
};

/// One thing that takes room, and how much.
struct Piece {
  std::string name; ///< the user's own: a population or projection
  uint64_t neurons = 0, synapses = 0, bytes = 0;
};

/// What running a network needs, before anything is made.
struct Plan {
  std::vector<Piece> pieces;
  uint64_t bytes = 0;    ///< together
  uint64_t limit = 0;    ///< bytes that there are; 0: not known
  std::string limitName; ///< where the limit comes from
  bool fits() const { return limit == 0 || bytes <= limit; }
};

/// What a build made. Immutable: several devices may share one.
class Artifact {
public:
  virtual ~Artifact() = default;
  /// Names, shapes, latencies and variables of inputs and populations.
  virtual const runtime::Manifest &manifest() const = 0;
  /// The file that holds it; null where the target has none.
  virtual std::shared_ptr<const runtime::Bundle> bundle() const {
    return nullptr;
  }
  /// Facts for the user, one line each: sizes.
  virtual std::vector<std::string> facts() const { return {}; }
};

/// Errors: of the network at its ops, through the handlers of its context;
/// others to the sink. Either way nothing is returned.
class Target {
public:
  virtual ~Target() = default;
  virtual std::string name() const = 0;
  /// At least one; the first is the usual one.
  virtual std::vector<DeviceInfo> devices() const = 0;
  /// Long names of the command line's options that only this target reads.
  /// Who gives one of them asks for this target.
  virtual std::vector<std::string> options() const { return {}; }

  /// How a network that is too large for another target runs on this one, as a
  /// help line; empty: it is no larger.
  virtual std::string advice() const { return {}; }

  /// Its artifacts are bundles, and its devices run those of a file.
  virtual bool readsBundles() const { return false; }

  /// Error when an Imported network is hopeless by its sheer numbers: asked
  /// before anything is drawn.
  virtual mlir::LogicalResult admit(mlir::ModuleOp imported,
                                    DiagnosticSink &sink) {
    return mlir::success();
  }
  virtual std::optional<Plan> plan(mlir::ModuleOp normalized,
                                   Precision precision,
                                   DiagnosticSink &sink) = 0;
  /// May change the module.
  virtual std::shared_ptr<const Artifact> build(mlir::ModuleOp normalized,
                                                Precision precision,
                                                DiagnosticSink &sink) = 0;
  /// `device`: a name of devices(). `artifact`: of this target's build.
  virtual Expected<std::unique_ptr<runtime::Device>>
  open(std::shared_ptr<const Artifact> artifact, const std::string &device) = 0;

  /// What `compile --emit` can print on the way to an artifact.
  virtual std::vector<std::string> stages() const { return {}; }
  /// `stage`: one of stages(). May change the module.
  virtual mlir::LogicalResult print(mlir::ModuleOp normalized,
                                    const std::string &stage,
                                    llvm::raw_ostream &out,
                                    DiagnosticSink &sink) {
    return mlir::failure();
  }
};

/// The targets of one command, in the order in which they are preferred. Made
/// and filled by the tool; there is no global one.
class Registry {
public:
  void add(std::unique_ptr<Target> target) {
    targets.push_back(std::move(target));
  }
  /// Null when there is none of that name.
  Target *find(const std::string &name) const;
  /// The target with that device, or null.
  Target *findDevice(const std::string &device) const;
  /// Null when no target has it.
  std::optional<DeviceInfo> device(const std::string &name) const;
  std::vector<DeviceInfo> devices() const;
  const std::vector<std::unique_ptr<Target>> &all() const { return targets; }

private:
  std::vector<std::unique_ptr<Target>> targets;
};

} // namespace snnc::target

#endif // SNNC_TARGET_TARGET_H
