//===- Gate.h - Nobody forks while somebody compiles ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_API_GATE_H
#define SNNC_TOOLS_API_GATE_H

namespace snnc::api {

/// A child has only the thread that forked: a lock that another one held would
/// never be freed. LLVM has locks for the whole process, so this is one for the
/// whole process too: while a Pass lives no fork begins, and the other way
/// round. Not to be nested: a fork that waits lets nobody in.
class Pass {
public:
  Pass() { enter(); }
  ~Pass() { leave(); }
  Pass(const Pass &) = delete;
  static void enter();
  static void leave();
};

} // namespace snnc::api

#endif // SNNC_TOOLS_API_GATE_H
