//===- RowFormat.h - One way to keep synapses in a core ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything that the compiler has to know about a row format of the serial
// paradigm: its attribute, what it takes, how it is written, read back, timed
// and added up. The formats themselves belong to a target, which hands them in
// through the dialect (FabricDialect::rowFormats); the chip's stand in
// backends/spinnaker2/Formats, one folder each.
//
// A *block* is the synapses of one projection that end in one slice of targets.
// It has a row for each source of the range that its source slices cover, which
// need not begin at 0: what is outside has no synapse into the slice.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_ROWS_ROWFORMAT_H
#define SNNC_ROWS_ROWFORMAT_H

#include "compiler/Rows/Range.h"
#include "compiler/Rows/SynapseView.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SmallVector.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace snnc::tick {
class LoopEmitter;
struct RowContext;
} // namespace snnc::tick

namespace snnc::fabric {

class BlockStatistics;
class RowFormat;

/// The numbers of an encoding, as its format understands them.
using RowFields = llvm::SmallVector<uint32_t, 8>;

/// A format and its numbers: what an attribute `#fabric.<name><...>` says.
struct RowEncoding {
  const RowFormat *format = nullptr;
  RowFields fields;
  bool operator==(const RowEncoding &) const = default;
};
/// For reports: "dense<8>".
std::string toText(const RowEncoding &encoding);

/// Exact bytes of a block, each part a multiple of 4.
struct BlockSize {
  uint64_t rows = 0, index = 0;
  uint64_t total() const { return rows + index; }
  bool operator==(const BlockSize &) const = default;
};

/// Where a block's rows are and whose they are.
template <typename Byte> struct BlockBytes {
  Range targets, sources;
  uint32_t minDelay = 1;
  std::span<Byte> rows, index;
};
/// Fills one block, source by source, without gaps.
class BlockWriter {
public:
  virtual ~BlockWriter() = default;
  /// `row` ends in the block, ascending by target. False when a value or the
  /// size does not fit.
  virtual bool add(uint32_t source, std::span<const snn::IntSynapse> row) = 0;
  /// Whether all of the block is written.
  virtual bool end() { return true; }
};

enum class RowsIn : uint8_t { Sram, Dram };

/// What a format wants to know of a projection beyond BlockStatistics; sees all
/// rows of the one scan.
class RowProbe {
public:
  virtual ~RowProbe() = default;
  virtual void add(uint32_t source, std::span<const snn::IntSynapse> row) = 0;
  /// After the last row.
  virtual void end(const BlockStatistics &statistics) {}
};

/// A block as the closed formulas of the planner see it: expectations.
struct BlockShape {
  uint32_t neurons = 0;      ///< of the slice
  uint32_t layerNeurons = 0; ///< of the population
  unsigned bits = 8;         ///< of a weight
  bool oneDelay = true;
  unsigned delayBits = 0; ///< that tell the delays apart
  double rows = 0;        ///< sources in reach
  double synapses = 0;
  bool heaviest = true; ///< the slice with most, or the mean one
  const std::optional<ConvShape> *conv = nullptr;
};
struct BlockEstimate {
  RowEncoding encoding;
  double rows = 0, index = 0; ///< bytes
  double total() const { return rows + index; }
};

/// The ring buffer of weight sums of a core.
struct RingShape {
  uint64_t slots = 0; ///< 0: not known
  uint64_t slotBytes = 0;
};

/// What the packets of a block's sources make a core do in a tick.
struct RowWork {
  double sources = 0;
  uint32_t targets = 0;
  double synapses = 0; ///< of all these sources, into the slice
  double rate = 0;     ///< spikes of a source in the tick
  RingShape ring = {};
};

/// What of that comes out of DRAM in a tick.
struct RowTransfers {
  double count = 0;
  double bytes = 0; ///< of all
};

/// Of a row in DRAM, 32 bits each. No row where `count` is 0.
struct FetchedRow {
  mlir::Value from;  ///< address of its first byte
  mlir::Value bytes; ///< of the row
  mlir::Value count; ///< of what the format counts, for its loop
};

/// Stateless; one object a format, which lives as long as the program.
class RowFormat {
public:
  virtual ~RowFormat() = default;

  /// Attribute. "dense": the mnemonic behind `#fabric.`.
  virtual llvm::StringRef name() const = 0;
  /// What stands between < and >. parse() reads it, and emits errors.
  virtual std::string body(llvm::ArrayRef<uint32_t> fields) const = 0;
  virtual mlir::FailureOr<RowFields> parse(mlir::AsmParser &parser) const = 0;
  virtual mlir::LogicalResult
  verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
         llvm::ArrayRef<uint32_t> fields) const = 0;
  /// The same for reports, where that is too long.
  virtual std::string summary(llvm::ArrayRef<uint32_t> fields) const {
    return body(fields);
  }

  /// Measure. What scans are to note for size(); null: nothing more.
  virtual std::unique_ptr<RowProbe> probe(const SynapseView &view) const {
    return nullptr;
  }
  /// Encodings worth measuring for the synapses of `sources` into `targets`, in
  /// order; `place`: where their rows are.
  virtual void propose(const BlockStatistics &statistics, Range targets,
                       Range sources, RowsIn place,
                       llvm::SmallVectorImpl<RowEncoding> &to) const = 0;
  /// Exact bytes; nothing when the encoding cannot hold the block. `sources`
  /// holds at least BlockStatistics::sourcesOf(targets).
  virtual std::optional<BlockSize> size(llvm::ArrayRef<uint32_t> fields,
                                        const BlockStatistics &statistics,
                                        Range targets, Range sources) const = 0;
  /// Of those bytes, the ones before synapses are looked at.
  virtual uint64_t indexBytes(llvm::ArrayRef<uint32_t> fields,
                              Range sources) const {
    return 0;
  }

  /// Place. Whether the rows are in DRAM, from where the core fetches the row
  /// of each packet; the index is in SRAM.
  virtual bool isFetched(llvm::ArrayRef<uint32_t> fields) const {
    return false;
  }
  /// Bytes of the longest transfer of a block: what a row buffer has to hold.
  virtual uint64_t longestTransfer(llvm::ArrayRef<uint32_t> fields,
                                   const BlockStatistics &statistics,
                                   Range targets) const {
    return 0;
  }
  virtual RowTransfers transfers(llvm::ArrayRef<uint32_t> fields,
                                 const RowWork &work) const {
    return {};
  }
  /// Whether a block of `bytes` is better than the best so far. A format whose
  /// events cost more may ask for more than a byte less.
  virtual bool isBetter(double bytes, double best) const {
    return bytes < best;
  }
  /// The encoding that a block like `shape` would get, and its bytes; nothing
  /// when there is none or the closed formulas leave the format out.
  virtual std::optional<BlockEstimate> estimate(const BlockShape &shape) const {
    return std::nullopt;
  }

  /// Write and read. Null when the sizes of `block` are not this format's.
  virtual std::unique_ptr<BlockWriter> write(llvm::ArrayRef<uint32_t> fields,
                                             const BlockBytes<std::byte> &block,
                                             const SynapseView &view) const = 0;
  /// Appends the synapses of one source; targets are local to the slice, what
  /// adds zero is left out.
  virtual void read(llvm::ArrayRef<uint32_t> fields,
                    const BlockBytes<const std::byte> &block, uint32_t source,
                    std::vector<snn::IntSynapse> &row) const = 0;

  /// Cost. Core cycles beyond those of finding the rows; measured on the
  /// emulated core (docs/cycles.md).
  virtual double cycles(llvm::ArrayRef<uint32_t> fields,
                        const RowWork &work) const = 0;
  /// Whether a row has a number for every pair, zeros too.
  virtual bool holdsZeros() const { return false; }

  /// The numbers without those that the loop reads from the table entry: blocks
  /// that differ in nothing else have one loop.
  virtual RowFields forLoop(llvm::ArrayRef<uint32_t> fields) const {
    return RowFields(fields);
  }
  /// Where a source's row is in DRAM; only where isFetched().
  virtual FetchedRow emitFind(tick::LoopEmitter &e,
                              llvm::ArrayRef<uint32_t> fields,
                              const tick::RowContext &row) const {
    return {};
  }
  /// Loop. Adds one source's row into the ring buffer; a fetched one from
  /// where tick::RowContext::fetched says.
  virtual void emitLoop(tick::LoopEmitter &e, llvm::ArrayRef<uint32_t> fields,
                        const tick::RowContext &row) const = 0;
  /// Whether the loop is a shorter one where the ring has `slots` slots of
  /// `slotBytes` (tick.ring_add's `joined`).
  virtual bool joins(llvm::ArrayRef<uint32_t> fields, uint64_t slots,
                     uint64_t slotBytes) const {
    return false;
  }

  /// Where a fetched row goes on that its transfer did not hold all of; no
  /// synapses there: `count` 0. tick::RowContext as for emitLoop, after it.
  virtual FetchedRow emitRest(tick::LoopEmitter &e,
                              llvm::ArrayRef<uint32_t> fields,
                              const tick::RowContext &row) const {
    return {};
  }
  /// Whether rows may go on like that.
  virtual bool hasRest(llvm::ArrayRef<uint32_t> fields) const { return false; }

  /// Table entry: rows_base, index_base, length. Keys, kind, target and delay
  /// are there already.
  struct EntryPlace {
    uint32_t rows = 0, index = 0; ///< addresses
    Range targets, sources;       ///< of the block
  };
  virtual void fill(llvm::ArrayRef<uint32_t> fields, const EntryPlace &place,
                    SnncTableEntry &entry) const = 0;
};

inline bool isFetched(const RowEncoding &encoding) {
  return encoding.format->isFetched(encoding.fields);
}

/// Transfers begin and end at multiples of so many bytes, and rows in DRAM
/// start there where a format can choose (facts A4).
inline constexpr uint32_t kTransferUnit = 16;

/// The formats of a target, in the order in which they are tried.
class RowFormats {
public:
  void add(const RowFormat &format) { formats.push_back(&format); }
  /// Null when there is none of that name.
  const RowFormat *find(llvm::StringRef name) const;
  bool empty() const { return formats.empty(); }
  auto begin() const { return formats.begin(); }
  auto end() const { return formats.end(); }

  /// The best of what the formats estimate; nothing when there is none.
  std::optional<BlockEstimate> estimate(const BlockShape &shape) const;

private:
  llvm::SmallVector<const RowFormat *, 4> formats;
};

} // namespace snnc::fabric

#endif // SNNC_ROWS_ROWFORMAT_H
