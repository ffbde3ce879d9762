//===- ResultFiles.h - Results of a long run on disk ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// While a run goes on, OUTPUT.parts/ holds one .npy for each request, which
// grows and can be read at any moment, index.json, which names them, and the
// last checkpoint. At the end OUTPUT is made of them at once.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_RESULTFILES_H
#define SNNC_RUNTIME_HOST_RESULTFILES_H

#include "runtime/host/Recording.h"
#include "runtime/host/ResultSink.h"
#include "runtime/io/GrowingArray.h"

#include <nlohmann/json.hpp>

namespace snnc::runtime {

/// Which neurons and ticks the states have that are not recorded whole, as the
/// `chosen` of a result's meta: {NAME: {neurons, every}}; neurons empty: all.
nlohmann::json chosenOf(std::span<const RecordRequest> requests);

/// What a checkpoint holds.
struct Checkpoint {
  Moment moment;
  std::vector<uint64_t> rows; ///< per request
};

class ResultFiles : public ResultSink {
public:
  /// `run`: a digest of everything that the results depend on.
  ResultFiles(std::string output, std::string run);

  /// The last checkpoint that a run of this output left; none. Errors SNN0444
  /// (of another run), SNN0445 (damaged).
  Expected<std::optional<Checkpoint>> lastCheckpoint();

  Status begin(std::span<const RecordRequest> requests,
               const Manifest &manifest) override;
  Status addSpikes(size_t request,
                   std::span<const RecordedSpike> spikes) override;
  Status addStates(size_t request, std::span<const float> rows) override;
  Status flush() override;
  Status keep(const Moment &moment) override;

  /// Puts the output together: `ticks` rows. .npz: spikes as rows (tick,
  /// neuron) of uint32; NIRData .h5: events.
  Status finish(uint64_t ticks, double dtSeconds, nlohmann::json meta);
  /// Removes the folder, but not what others put there.
  void removeParts();
  const std::string &folder() const { return parts; }

private:
  struct Part {
    std::string name;
    GrowingArray array;
    uint64_t neurons = 0, every = 1;
    bool isSpikes = false;
  };
  Status openParts(std::span<const RecordRequest> requests,
                   const Manifest &manifest);
  Status assemble(const std::string &file, uint64_t ticks, double dtSeconds,
                  const nlohmann::json &meta);

  std::string output, run, parts;
  std::optional<std::vector<uint64_t>> resumed; ///< rows per request
  std::vector<Part> arrays;
  nlohmann::json chosen; ///< neurons and ticks of states, by name
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_RESULTFILES_H
