//===- Words.cpp - A word per synapse -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Formats/words/Words.h"

#include "backends/spinnaker2/Formats/Fields.h"
#include "compiler/Rows/BlockStatistics.h"
#include "compiler/Rows/RowBytes.h"

#include <bit>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;
using namespace snnc::fabric;
using snnc::snn::IntSynapse;

namespace snnc::s2 {

/// One synapse: without a delay field, with one that is a number together with
/// the index (joinsWords), with one of its own.
static constexpr double kSynapseCycles = 6.8, kJoinedCycles = 8.5,
                        kDelayCycles = 13;

std::string bodyOf(const WordFields &fields) {
  return fmt::format("{}, index = {}, delay = {}, weight = {}", fields.word,
                     fields.indexBits, fields.delayBits, fields.weightBits);
}

ParseResult parseWord(AsmParser &parser, MutableArrayRef<uint32_t> fields) {
  return failure(parser.parseInteger(fields[0]) ||
                 parseField(parser, "index", fields[1]) ||
                 parseField(parser, "delay", fields[2]) ||
                 parseField(parser, "weight", fields[3]));
}

LogicalResult verifyWord(llvm::function_ref<InFlightDiagnostic()> emitError,
                         const WordFields &fields) {
  if (fields.word != 16 && fields.word != 32)
    return emitError() << "a synaptic word has 16 or 32 bits, not "
                       << fields.word;
  if (fields.weightBits < 8)
    return emitError() << "a synaptic weight has at least 8 bits, not "
                       << fields.weightBits;
  if (uint64_t(fields.indexBits) + fields.delayBits + fields.weightBits !=
      fields.word)
    return emitError() << "index " << fields.indexBits << ", delay "
                       << fields.delayBits << " and weight "
                       << fields.weightBits << " do not add up to the word's "
                       << fields.word << " bits";
  return success();
}

SmallVector<WordFields, 2> proposeWords(const BlockStatistics &statistics,
                                        Range targets) {
  unsigned delayBits =
      unsigned(std::bit_width(statistics.maxDelay() - statistics.minDelay()));
  unsigned weightBits = statistics.wideWeights(8, targets) == 0 ? 8 : 16;
  bool repeats = statistics.repeats(targets) != 0;
  // The widths add up to the word. Spare bits go to the index; with delays to
  // the weight, because an index just as wide as a ring slot makes index and
  // delay one number (joinsWords).
  unsigned indexBits = unsigned(std::bit_width(targets.size() - 1));
  SmallVector<WordFields, 2> words;
  for (unsigned word : {16u, 32u}) {
    if (delayBits + weightBits >= word)
      continue;
    unsigned index = word - delayBits - weightBits;
    if (word == 32 && delayBits != 0)
      index = std::min(index, std::max(1u, indexBits));
    words.push_back(
        {word, index, delayBits, word - index - delayBits, repeats});
  }
  return words;
}

SmallVector<WordFields, 2> proposeWords(const BlockShape &shape) {
  SmallVector<WordFields, 2> words;
  unsigned used = shape.delayBits + shape.bits;
  for (unsigned word : {16u, 32u})
    if (used < word && uint64_t(shape.neurons - 1) >> (word - used) == 0)
      words.push_back({word, word - used, shape.delayBits, shape.bits});
  return words;
}

bool holds(const WordFields &fields, const BlockStatistics &statistics,
           Range targets) {
  unsigned weight = fields.weightBits < 16 ? 8 : 16;
  return uint64_t(targets.size() - 1) >> fields.indexBits == 0 &&
         uint64_t(statistics.maxDelay() - statistics.minDelay()) >>
                 fields.delayBits ==
             0 &&
         statistics.wideWeights(weight, targets) == 0 &&
         (fields.repeats || statistics.repeats(targets) == 0);
}

std::optional<uint32_t> pack(const WordFields &fields, uint32_t target,
                             uint32_t delay, int32_t weight) {
  if (uint64_t(target) >> fields.indexBits ||
      uint64_t(delay) >> fields.delayBits ||
      !fitsSigned(weight, fields.weightBits))
    return std::nullopt;
  uint64_t mask = (uint64_t(1) << fields.weightBits) - 1;
  return uint32_t(target | uint64_t(delay) << fields.indexBits |
                  (uint64_t(uint32_t(weight)) & mask)
                      << (fields.indexBits + fields.delayBits));
}

IntSynapse unpack(const WordFields &fields, uint32_t word, uint32_t minDelay) {
  auto field = [&](unsigned at, unsigned bits) {
    return uint32_t(uint64_t(word) >> at & ((uint64_t(1) << bits) - 1));
  };
  unsigned weightAt = fields.indexBits + fields.delayBits;
  return {field(0, fields.indexBits),
          signExtend(field(weightAt, fields.weightBits), fields.weightBits),
          minDelay + field(fields.indexBits, fields.delayBits)};
}

bool repeatsAny(std::span<const IntSynapse> row) {
  for (size_t i = 0, end; i < row.size(); i = end) {
    for (end = i + 1; end < row.size() && row[end].target == row[i].target;)
      ++end;
    if (repeatsDelay(row.subspan(i, end - i)))
      return true;
  }
  return false;
}

double synapseCycles(const WordFields &fields, const RingShape &ring) {
  if (fields.delayBits == 0)
    return kSynapseCycles;
  return !ring.slots || joinsWords(fields, ring.slots, ring.slotBytes)
             ? kJoinedCycles
             : kDelayCycles;
}

double rowCycles(const RowWork &work) {
  constexpr double kLong = 16, kShort = 10, kWords = 12;
  double words = work.sources > 0 ? work.synapses / work.sources : 0;
  return kLong - kShort * std::exp(-words / kWords);
}

bool joinsWords(const WordFields &fields, uint64_t slots, uint64_t slotBytes) {
  return fields.delayBits > 0 && slots == uint64_t(1) << fields.delayBits &&
         slotBytes == uint64_t(4) << fields.indexBits;
}

} // namespace snnc::s2
