//===- BlockStatistics.cpp - What one scan of a projection finds ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Rows/BlockStatistics.h"

#include "compiler/Rows/RowBytes.h"

using snnc::snn::IntSynapse;

namespace snnc::fabric {

bool repeatsDelay(std::span<const IntSynapse> synapses) {
  if (synapses.size() < 2)
    return false;
  std::vector<uint32_t> delays;
  for (const IntSynapse &synapse : synapses)
    delays.push_back(synapse.delay);
  std::sort(delays.begin(), delays.end());
  return std::adjacent_find(delays.begin(), delays.end()) != delays.end();
}

void BlockStatistics::addRow(uint32_t source, std::span<const IntSynapse> row) {
  largestRow = std::max<uint64_t>(largestRow, row.size());
  for (size_t i = 0; i < row.size();) {
    uint32_t target = row[i].target;
    reach[target] = hull(reach[target], {source, source + 1});
    int64_t sum = 0;
    size_t first = i;
    // Entry target + 1: the prefix sums are taken at the end of the scan.
    for (; i < row.size() && row[i].target == target; ++i) {
      sum += row[i].weight;
      ++prefix[Synapses][target + 1];
      prefix[WideWeight][target + 1] += !fitsSigned(row[i].weight, 8);
      prefix[HugeWeight][target + 1] += !fitsSigned(row[i].weight, 16);
    }
    prefix[WideSum][target + 1] += !fitsSigned(sum, 8);
    prefix[HugeSum][target + 1] += !fitsSigned(sum, 16);
    prefix[MostOfPair][target + 1] =
        std::max<uint64_t>(prefix[MostOfPair][target + 1], i - first);
    prefix[Repeats][target + 1] += repeatsDelay(row.subspan(first, i - first));
  }
}

BlockStatistics BlockStatistics::scan(const SynapseView &view,
                                      const RowFormats &formats) {
  BlockStatistics result;
  result.formats = formats;
  result.sources = view.numSources();
  result.leastDelay = view.minDelay();
  result.largestDelay = view.maxDelay();
  for (auto &column : result.prefix)
    column.assign(size_t(view.numTargets()) + 1, 0);
  result.reach.resize(view.numTargets());
  for (const RowFormat *format : formats)
    if (auto probe = format->probe(view))
      result.probes.emplace_back(format, std::move(probe));
  std::vector<IntSynapse> row;
  for (uint32_t source = 0; source < view.numSources(); ++source) {
    view.row(source, row);
    result.addRow(source, row);
    for (auto &[format, probe] : result.probes)
      probe->add(source, row);
  }
  for (auto &column : result.prefix)
    for (size_t t = 1; t < column.size(); ++t)
      column[t] += column[t - 1];
  result.keepTouched();
  for (auto &[format, probe] : result.probes)
    probe->end(result);
  return result;
}

void BlockStatistics::keepTouched() {
  auto isTouched = [](const Range &sources) { return sources.size() != 0; };
  auto first = std::find_if(reach.begin(), reach.end(), isTouched);
  auto last = std::find_if(reach.rbegin(), reach.rend(), isTouched).base();
  last = std::max(first, last);
  touched = {uint32_t(first - reach.begin()), uint32_t(last - reach.begin())};
  for (auto &column : prefix)
    column = std::vector<uint64_t>(column.begin() + touched.begin,
                                   column.begin() + touched.end + 1);
  reach = std::vector<Range>(first, last);
}

const RowProbe *BlockStatistics::probeOf(const RowFormat &format) const {
  for (auto &[other, probe] : probes)
    if (other == &format)
      return probe.get();
  return nullptr;
}

Range BlockStatistics::sourcesOf(Range targets) const {
  Range all;
  uint32_t begin = std::max(targets.begin, touched.begin),
           end = std::min(targets.end, touched.end);
  for (uint32_t target = begin; target < end; ++target)
    all = hull(all, reach[target - touched.begin]);
  return all;
}

std::vector<BlockStatistics::Choice>
BlockStatistics::legal(Range targets, Range sources, RowsIn place) const {
  std::vector<Choice> found;
  llvm::SmallVector<RowEncoding, 4> candidates;
  for (const RowFormat *format : formats) {
    candidates.clear();
    format->propose(*this, targets, sources, place, candidates);
    for (RowEncoding &encoding : candidates)
      if (auto bytes = size(encoding, targets, sources))
        found.push_back({std::move(encoding), *bytes});
  }
  return found;
}

std::optional<BlockStatistics::Choice>
BlockStatistics::choose(Range targets, Range sources, RowsIn place) const {
  std::optional<Choice> best;
  for (Choice &choice : legal(targets, sources, place))
    if (!best || choice.encoding.format->isBetter(double(choice.size.total()),
                                                  double(best->size.total())))
      best = std::move(choice);
  return best;
}

} // namespace snnc::fabric
