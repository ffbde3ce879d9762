//===- Hdf5.cpp - The HDF5 C library behind RAII --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Hdf5.h"

#include "runtime/support/Text.h"

namespace snnc::hdf5 {

static herr_t keepFirst(unsigned, const H5E_error2_t *entry, void *text) {
  auto &message = *static_cast<std::string *>(text);
  if (message.empty() && entry->desc)
    message = entry->desc;
  return 0;
}

std::string lastError() {
  std::string message;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keepFirst, &message);
  return message.empty() ? "no reason given" : printable(message, 200);
}

} // namespace snnc::hdf5
