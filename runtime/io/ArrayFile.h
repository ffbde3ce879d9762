//===- ArrayFile.h - Inputs and results by file extension -------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `snnc run` reads and writes: .npy, .npz and NIRData (.h5).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_IO_ARRAYFILE_H
#define SNNC_RUNTIME_IO_ARRAYFILE_H

#include "runtime/io/Npy.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace snnc::runtime {

struct InputOptions {
  double dtSeconds = 0; ///< model time of one tick; 0: not known
  ArrayLimits limits;
};

enum class ArrayFormat { Npy, Npz, NirData };

/// By the extension; of a stream (/dev/stdin) by its first bytes. Nothing where
/// neither is known.
std::optional<ArrayFormat> readableFormat(const std::string &path);
/// What writeOutputs() makes there: of a stream .npz.
std::optional<ArrayFormat> writableFormat(const std::string &path);

/// Arrays by the name of the network's input.
///   .npy  one array under the name "" (the network's only input)
///   .npz  one array for each member; the member "meta" of writeOutputs and
///         nothing else is left out
///   .h5   NIRData: the observable "spikes" of a node, or its only one, under
///         the node's name
/// Errors SNN0401 to SNN0407; SNN0405 for another format.
Expected<ArrayMap> readInputs(const std::string &path,
                              const InputOptions &options = {});

/// As readInputs, but every array under its full name ("node:observable").
Expected<ArrayMap> readArrays(const std::string &path,
                              const InputOptions &options = {});

/// Can writeOutputs() write there? For the beginning of a command. Errors
/// SNN0405 (extension), SNN0003 and SNN0851 of checkOutput().
Status checkOutputs(const std::string &path,
                    const std::vector<std::string> &inputs);

/// Writes recordings named "population:variable" as .npz or NIRData .h5.
/// A stream gets .npz. `meta` (backend, versions, digests, seeds; any JSON)
/// becomes the uint8 array "meta" of the .npz, JSON text, and the attribute
/// "snnc" of the .h5. Errors SNN0405 (extension), SNN0408.
Status writeOutputs(const std::string &path, ArrayMap arrays, double dtSeconds,
                    const nlohmann::json &meta);

/// A recording in a .npy of its own (GrowingArray.h): rows (tick, neuron) of
/// uint32, or rows x neurons of float32.
struct ArrayPart {
  std::string name, file;
  uint64_t rows = 0, columns = 0;
  uint64_t neurons = 0, ticks = 0; ///< of the recording
  uint64_t every = 1;              ///< ticks from row to row
  bool isEvents = false;
};

/// Writes such recordings to `file`, in the format of `path`'s extension, with
/// memory that does not grow with them: .npz members as they are, NIRData
/// events and grids. Errors SNN0405, SNN0408.
Status writePartsAs(const std::string &path, const std::string &file,
                    const std::vector<ArrayPart> &parts, double dtSeconds,
                    const nlohmann::json &meta);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_ARRAYFILE_H
