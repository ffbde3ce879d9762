//===- NirDataset.h - One HDF5 data set as a field --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the NIR reader: reads one data set of a hostile file after its
// storage, filters, type and size have been found acceptable.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRDATASET_H
#define SNNC_IMPORT_NIR_NIRDATASET_H

#include "compiler/Import/NIR/NirReader.h"
#include "runtime/support/Hdf5.h"
#include "runtime/support/Text.h"

namespace snnc::nir {

/// What the file has cost so far.
struct Budget {
  const ReadLimits &limits;
  uint64_t fileBytes = 0;
  uint64_t tensorBytes = 0; ///< of all fields so far

  explicit Budget(const ReadLimits &limits, uint64_t fileBytes)
      : limits(limits), fileBytes(fileBytes) {}
};

/// The measured-against-limit error, SNN0206.
Diagnostic tooMuch(const SourceSpot &spot, const char *what, uint64_t measured,
                   uint64_t limit, const char *unit);

/// A number, an array of numbers or one string. Errors SNN0203, SNN0206,
/// SNN0207, SNN0208, SNN0210 and SNN0212 (a type that no NIR field has).
Expected<Field> readField(hid_t dataset, const SourceSpot &spot,
                          Budget &budget);

/// The rows of an `edges` data set, at most `maxRows`. A data set without
/// elements, of any type, holds no edge. Error SNN0213 besides those above.
Expected<std::vector<NamedEdge>> readEdgeNames(hid_t dataset,
                                               const SourceSpot &spot,
                                               Budget &budget,
                                               uint64_t maxRows);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRDATASET_H
