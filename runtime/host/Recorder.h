//===- Recorder.h - Recording buffers on the cores --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to runtime/host: the host's side of the recording contract of
// runtime/abi/CoreHeader.h. A core appends to its buffer every tick, in this
// order: the spike bitmap (ceil(n / 32) words) when record_flags bit 0 is set,
// then n float32 for each flagged state in ascending order. The host reads and
// rewinds before the buffer is full.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_RECORDER_H
#define SNNC_RUNTIME_HOST_RECORDER_H

#include "runtime/abi/CoreHeader.h"
#include "runtime/cores/CoreMachine.h"
#include "runtime/host/Recording.h"

namespace snnc::runtime {

Expected<SnncCoreHeader> readHeader(CoreMachine &machine,
                                    const CoreEntry &core);

class Recorder {
public:
  Recorder(const Bundle &bundle, CoreMachine &machine,
           std::span<const RecordRequest> requests);

  /// After load() or reset(): writes flags and cursors, finds the window.
  /// Errors SNN0423 (buffer too small), SNN0425 (header is not the bundle's),
  /// SNN0506 (order of neurons).
  Status arm();
  /// Ticks that every buffer can hold; UINT64_MAX when nothing is recorded.
  uint64_t window() const { return windowTicks; }
  /// Puts the last `ticks` ticks behind what `recordings` holds, spikes in the
  /// order of the cores, and rewinds. Error SNN0424.
  Status drain(uint64_t ticks, Recordings &recordings);

private:
  /// One slice of a recorded population.
  struct Part {
    const CoreEntry *core;
    const PopulationEntry *population;
    SliceEntry slice;
    uint32_t flags = 0; ///< record_flags
    uint64_t bytesPerTick = 0;
    uint32_t recordBase = 0;
    std::vector<size_t> spikeTargets; ///< requests that want the bitmap
    /// For each flagged state, ascending: the requests that want it.
    std::vector<std::vector<size_t>> stateTargets;
    std::vector<uint32_t> order; ///< neuron by place of the slice; or empty

    uint32_t neurons() const { return slice.end - slice.begin; }
    uint32_t bitmapWords() const { return (neurons() + 31) / 32; }
  };

  void addParts(size_t population);
  Status readOrders();
  Status armPart(Part &part);
  Status drainPart(const Part &part, uint64_t ticks, Recordings &recordings);
  void decodeTick(const Part &part, uint64_t row, const std::byte *bytes,
                  Recordings &recordings) const;
  Status writeWord(const Part &part, size_t offset, uint32_t value);
  SourceSpot spotOf(const Part &part) const;

  const Bundle &bundle;
  CoreMachine &machine;
  std::span<const RecordRequest> requests;
  std::vector<Part> parts;
  std::vector<std::byte> buffer;
  uint64_t windowTicks = UINT64_MAX;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_RECORDER_H
