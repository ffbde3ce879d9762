//===- PerfettoWriter.h - Traces that ui.perfetto.dev opens -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Perfetto's TrackEvent protobufs, as far as tracks, slices and counters need
// them; field numbers are those of perfetto_trace.proto. Debian has no library
// that writes them.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_TRACE_PERFETTOWRITER_H
#define SNNC_TOOLS_TRACE_PERFETTOWRITER_H

#include "runtime/support/Diagnostic.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace snnc::trace {

class PerfettoWriter {
public:
  using Track = uint64_t; ///< never 0

  /// A track below another; 0: at the top.
  Track addTrack(std::string_view name, Track parent = 0);
  /// A track of numbers; `unit`: "packets".
  Track addCounter(std::string_view name, std::string_view unit,
                   Track parent = 0);
  /// Nanoseconds. Slices of one track nest or follow each other; an empty one
  /// is left out. `count` stands beside it under `countName`, unless that is
  /// empty.
  void addSlice(Track track, uint64_t begin, uint64_t end,
                std::string_view name, std::string_view countName = {},
                uint64_t count = 0);
  void setCounter(Track track, uint64_t at, int64_t value);

  size_t bytes() const { return out.size(); }
  Status write(const std::string &path) const;

private:
  Track describe(std::string_view name, Track parent, std::string_view counter);
  void addEvent(uint64_t at, const std::string &event);
  void addPacket(const std::string &body);
  /// The number of a name that was written before, or is now.
  uint64_t intern(std::map<std::string, uint64_t, std::less<>> &known,
                  std::string_view name, unsigned field);

  std::string out;
  std::map<std::string, uint64_t, std::less<>> events, annotations;
  Track last = 0;
  bool begun = false;
};

} // namespace snnc::trace

#endif // SNNC_TOOLS_TRACE_PERFETTOWRITER_H
