//===- VerifyMemory.cpp - Buffers of a core against what it computes -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Connectivity.h"
#include "passes/Map/MappingChecker.h"
#include "planner/WeightDelayMap.h"
#include "runtime/abi/CoreHeader.h"
#include "runtime/support/Text.h"

#include <algorithm>
#include <bit>

namespace snnc::map {

using namespace mlir;
using namespace snnc::fabric;

/// Buffers are aligned, inside what the planner may use, and disjoint.
void MappingChecker::checkBuffers(SliceOp slice) {
  llvm::SmallVector<BufferOp> buffers, far;
  for (BufferOp buffer : belongings.of(slice).buffers)
    (buffer.getDram() ? far : buffers).push_back(buffer);
  checkDramBuffers(slice, far);
  for (BufferOp buffer : buffers)
    if (!buffer.getAt() || *buffer.getAt() % machine.sram.alignment != 0 ||
        *buffer.getAt() < machine.sram.program.end ||
        *buffer.getAt() + buffer.getBytes() > machine.sram.stack.begin) {
      error(buffer, "SNN0377")
          << "buffer '" << buffer.getName() << "' of " << describe(slice)
          << " is not inside [" << hex(machine.sram.program.end) << ", "
          << hex(machine.sram.stack.begin) << ") at a multiple of "
          << machine.sram.alignment << " B";
      return;
    }
  llvm::sort(buffers, [](BufferOp a, BufferOp b) {
    return std::pair(*a.getAt(), a.getBytes()) <
           std::pair(*b.getAt(), b.getBytes());
  });
  for (size_t i = 1; i < buffers.size(); ++i)
    if (*buffers[i].getAt() <
        *buffers[i - 1].getAt() + buffers[i - 1].getBytes())
      error(buffers[i], "SNN0377")
          << "buffers '" << buffers[i - 1].getName() << "' and '"
          << buffers[i].getName() << "' of " << describe(slice)
          << " overlap at " << hex(*buffers[i].getAt());
  buffers.append(far);
  checkContent(slice, buffers);
}

/// Rows in DRAM are aligned, inside one interface, and no other core's of the
/// chip.
void MappingChecker::checkDramBuffers(SliceOp slice,
                                      llvm::ArrayRef<BufferOp> buffers) {
  for (BufferOp buffer : buffers) {
    uint64_t at = buffer.getAt().value_or(0), end = at + buffer.getBytes();
    bool inside = false;
    for (uint32_t i = 0; machine.hasDram() && i < machine.dram->interfaces;
         ++i) {
      AddressRange range = machine.dramInterface(i);
      inside |= at >= range.begin && end <= range.end;
    }
    if (!inside || at % kTransferUnit != 0 || buffer.getName() != "rows") {
      error(buffer, "SNN0377")
          << "buffer '" << buffer.getName() << "' of " << describe(slice)
          << " is not rows inside one DRAM interface of its chip at a "
             "multiple of "
          << kTransferUnit << " B";
      continue;
    }
    ChipCoordinate chip = slice.getAtAttr() ? addressOf(slice.getAtAttr()).chip
                                            : ChipCoordinate();
    auto &taken = inDram[chip];
    auto next = taken.lower_bound(at);
    bool overlaps = (next != taken.end() && next->first < end) ||
                    (next != taken.begin() && std::prev(next)->second > at);
    if (overlaps)
      error(buffer, "SNN0377") << "rows of " << describe(slice)
                               << " overlap others in DRAM at " << hex(at);
    taken[at] = end;
  }
}

/// Every structure that the core program addresses is there and large enough.
void MappingChecker::checkContent(SliceOp slice,
                                  llvm::ArrayRef<BufferOp> buffers) {
  auto known = info.populationByName.find(slice.getPopulation());
  if (known == info.populationByName.end())
    return; // reported before
  const NetworkNode &node = info.nodes[known->second];
  uint32_t n = slice.numNeurons();
  llvm::SmallVector<std::pair<std::string, uint64_t>> least = {
      {"header", sizeof(SnncCoreHeader)}, {"table", 0}, {"fifo", 4}};
  if (!slice.getSubordinate()) {
    least.emplace_back("spikes", spikeBytes(n));
    for (const std::string &state : node.states)
      least.emplace_back("state." + state, uint64_t(n) * 4);
    for (const std::string &param : node.arrayParams)
      least.emplace_back("param." + param, uint64_t(n) * 4);
    least.emplace_back("record", recordTickBytes(info.demand(node, n)));
    if (uint64_t drives = info.demand(node, n).driveBytes)
      least.emplace_back("drives", drives);
  }
  if (!slice.getParallel())
    least.emplace_back("ring", ringSlotBytes(n, node.receptors));
  for (auto &[name, bytes] : least) {
    auto it = llvm::find_if(buffers, [&, &name = name](BufferOp buffer) {
      return buffer.getName() == name;
    });
    if (it == buffers.end() || BufferOp(*it).getBytes() < bytes)
      error(slice, "SNN0377") << describe(slice) << " need a buffer '" << name
                              << "' of " << bytes << " B or more";
    else if (name == "header" &&
             BufferOp(*it).getAt() != machine.sram.program.end)
      error(*it, "SNN0377")
          << "the header stands at " << hex(machine.sram.program.end)
          << ", not elsewhere";
  }
  checkParadigm(slice, node);
  checkFetch(slice, buffers);
  if (slice.getParallel()) {
    llvm::StringMap<uint64_t> bytes;
    for (BufferOp buffer : buffers)
      bytes[buffer.getName()] = buffer.getBytes();
    checkMap(slice, node, bytes);
    return;
  }
  llvm::DenseMap<uint64_t, uint64_t> rows;
  for (BufferOp buffer : buffers)
    if (buffer.getBlock())
      rows[*buffer.getBlock()] += buffer.getBytes();
  for (BlockOp block : belongings.of(slice).blocks)
    if (rows.lookup(block.getProjection()) != block.getBytes())
      error(block, "SNN0377")
          << "rows and index have " << rows.lookup(block.getProjection())
          << " B, the block " << block.getBytes() << " B";
}

/// Rows are where their encoding says, and there are row buffers for them.
void MappingChecker::checkFetch(SliceOp slice,
                                llvm::ArrayRef<BufferOp> buffers) {
  uint64_t buffer = 0, count = rowBuffers(machine);
  for (BufferOp op : buffers)
    if (op.getName() == "fetch")
      buffer = op.getBytes();
  for (BlockOp block : belongings.of(slice).blocks) {
    auto rows = dyn_cast<RowsAttr>(block.getEncoding());
    bool fetched = rows && isFetched(encodingOf(rows));
    for (BufferOp op : buffers)
      if (op.getName() == "rows" && op.getBlock() == block.getProjection() &&
          bool(op.getDram()) != fetched)
        error(op, "SNN0377")
            << "the rows of block " << int64_t(block.getProjection()) << " of "
            << describe(slice) << " are in "
            << (fetched ? "SRAM, their encoding says DRAM"
                        : "DRAM, their encoding says SRAM");
    if (fetched && (buffer == 0 || buffer % (count * kTransferUnit) != 0))
      error(slice, "SNN0377")
          << describe(slice) << " need a buffer 'fetch' of " << count
          << " times a multiple of " << kTransferUnit << " B for rows in DRAM";
  }
}

/// The slice is computed as the network asks, its blocks are encoded for it.
void MappingChecker::checkParadigm(SliceOp slice, const NetworkNode &node) {
  bool dominant = node.rowSplit && !slice.getSubordinate();
  if (slice.getParallel() != (node.parallel && !dominant))
    error(slice, "SNN1105") << describe(slice) << " are "
                            << (slice.getParallel() ? "parallel" : "serial")
                            << ", their population is not";
  Attribute first;
  for (BlockOp block : belongings.of(slice).blocks) {
    first = first ? first : block.getEncoding();
    bool isMap = isa<MapRowsAttr>(block.getEncoding());
    if (isMap != slice.getParallel() || (isMap && block.getEncoding() != first))
      error(block, "SNN1105")
          << "block " << int64_t(block.getProjection()) << " of "
          << describe(slice) << " is encoded as " << block.getEncoding()
          << ", which its core cannot read";
  }
}

/// The sizes of a weight-delay map agree with each other and with the network;
/// its content is compared when the image is written (SNN1106).
void MappingChecker::checkMap(SliceOp slice, const NetworkNode &node,
                              const llvm::StringMap<uint64_t> &bytes) {
  uint64_t sources = 0, spikes = 0, longest = 1, blocks = 0;
  for (uint32_t edge : node.incoming) {
    double delay = snn::longestDelay(info.edges[edge].op).value_or(1);
    longest = std::max(longest, uint64_t(std::clamp(delay, 1.0, 65535.0)));
  }
  for (BlockOp block : belongings.of(slice).blocks) {
    blocks += block.getBytes();
    uint64_t known = belongings.knownBy(block).size();
    sources += known;
    spikes +=
        historyRoom(known, info.inputRate(uint32_t(block.getProjection())));
  }
  auto refuse = [&](const char *what, uint64_t have) {
    error(slice, "SNN1105")
        << describe(slice) << ": " << have << " B of " << what
        << " do not belong to a weight-delay map of " << sources
        << " sources and delays up to " << longest;
  };
  uint64_t positions = bytes.lookup("positions"),
           weights = bytes.lookup("weights"), scatter = bytes.lookup("scatter"),
           history = bytes.lookup("history"),
           counts = bytes.lookup("history_count"),
           panels = bytes.lookup("panels");
  if (blocks != positions + weights || weights % machine.mac.columns != 0)
    refuse("weights and positions", positions + weights);
  // scatter = u16[delays * sources + 1], history one slot a tick of delay
  uint64_t entries = scatter / 2 - (scatter >= 2);
  uint64_t delays = sources ? entries / sources : 1;
  if (scatter < 2 || scatter % 2 || (sources && entries % sources) ||
      delays < 1 || delays > longest)
    refuse("the scatter table", scatter);
  if (counts / 2 < delays || counts / 2 > std::bit_ceil(longest) ||
      !llvm::isPowerOf2_64(counts / 2) || history != counts * spikes)
    refuse("history", history + counts);
  uint64_t columns = machine.mac.columns, n = slice.numNeurons();
  uint64_t most = (n + columns - 1) / columns * node.receptors;
  if (panels == 0 || panels % (node.receptors * sizeof(SnncPanel)) ||
      panels / sizeof(SnncPanel) > most)
    refuse("panels", panels);
  if (bytes.lookup("output") != most * columns * node.batch * sizeof(int32_t))
    refuse("results", bytes.lookup("output"));
  if (bytes.lookup("operand") % machine.mac.operandAlignment != 0 ||
      bytes.lookup("operand") < positions / 2 * node.batch)
    refuse("operand", bytes.lookup("operand"));
}

} // namespace snnc::map
