//===- Temporaries.h - What must go when the process ends early -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A signal, or memory that runs out, ends the process at any moment. Files that
// are not whole yet are entered here before they are created.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_TEMPORARIES_H
#define SNNC_RUNTIME_SUPPORT_TEMPORARIES_H

#include <string>

namespace snnc {

/// A file or an empty folder that goes with the object or, should the process
/// be ended first, with removeTemporaries().
class Temporary {
public:
  explicit Temporary(std::string path);
  ~Temporary();
  Temporary(const Temporary &) = delete;
  Temporary &operator=(const Temporary &) = delete;
  const std::string &path() const { return name; }
  /// It is no longer temporary: nothing removes it.
  void keep();

private:
  std::string name;
  int slot = -1;
  bool kept = false;
};

/// Removes what is entered, folders last. Async-signal-safe.
void removeTemporaries();

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_TEMPORARIES_H
