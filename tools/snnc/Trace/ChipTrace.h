//===- ChipTrace.h - A run of the emulated chip as a trace ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TOOLS_TRACE_CHIPTRACE_H
#define SNNC_TOOLS_TRACE_CHIPTRACE_H

#include "runtime/bundle/Bundle.h"
#include "runtime/emulator/TickObserver.h"
#include "tools/snnc/Trace/PerfettoWriter.h"

#include <optional>

namespace snnc::trace {

/// A track for every PE with its phases, below it the MAC array and what it
/// sent, and the keys that waited; the packets of a tick, of all routers and of
/// each link that carries any. The clock is the chip's; a tick in which a PE
/// takes longer than a tick is as long as that PE takes, as on the emulated
/// chip.
class ChipTrace final : public emulator::TickObserver {
public:
  /// Up to so many bytes: later ticks are left out.
  static constexpr size_t kMostBytes = size_t(256) << 20;
  explicit ChipTrace(size_t mostBytes = kMostBytes) : mostBytes(mostBytes) {}

  /// Before the first tick.
  void begin(const runtime::Manifest &manifest, const MachineModel &machine);
  void onTick(uint64_t tick, double tickCycles,
              std::span<const emulator::TickPhases *const> pes,
              std::span<const runtime::LinkStatistics> links,
              uint64_t packets) override;

  /// SNN0451 where ticks are not in the trace: the first of them, counted over
  /// all samples.
  std::optional<Diagnostic> shortage(const std::string &path) const;
  Status write(const std::string &path) const { return writer.write(path); }

private:
  struct PeTracks {
    PerfettoWriter::Track phases = 0, mac = 0, send = 0, queue = 0;
    uint32_t waiting = 0; ///< as the counter says it
    std::string name;
  };
  void addPe(PeTracks &tracks, const emulator::TickPhases &phases);
  void addLinks(std::span<const runtime::LinkStatistics> links);
  /// Nanoseconds of the trace, `cycles` after the tick began.
  uint64_t at(uint64_t cycles) const {
    return uint64_t((begun + double(cycles)) * nanoseconds);
  }

  size_t mostBytes;
  PerfettoWriter writer;
  PerfettoWriter::Track ticks = 0, routed = 0;
  std::vector<PeTracks> pes;
  std::map<ChipLink, std::pair<PerfettoWriter::Track, uint64_t>> links;
  double nanoseconds = 0; ///< of a cycle
  double begun = 0;       ///< cycles before this tick
  uint64_t count = 0, packetsBefore = 0;
  std::optional<uint64_t> leftOut;
};

} // namespace snnc::trace

#endif // SNNC_TOOLS_TRACE_CHIPTRACE_H
