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

namespace snnc::runtime {

struct InputOptions {
  double dtSeconds = 0; ///< model time of one tick; 0: not known
  ArrayLimits limits;
};

/// Arrays by the name of the network's input.
///   .npy  one array under the name "" (the network's only input)
///   .npz  one array for each member; the member "meta" of writeOutputs and
///         nothing else is left out
///   .h5   NIRData: the observable "spikes" of a node, or its only one, under
///         the node's name
/// Errors SNN0401 to SNN0407; SNN0405 for another extension.
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
/// `meta` (backend, versions, digests, seeds; any JSON) becomes the uint8 array
/// "meta" of the .npz, JSON text, and the attribute "snnc" of the .h5. Errors
/// SNN0405 (extension), SNN0408.
Status writeOutputs(const std::string &path, ArrayMap arrays, double dtSeconds,
                    const nlohmann::json &meta);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_IO_ARRAYFILE_H
