//===- ListConnectivity.cpp - Synapses that a file lists ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Connectivity.h"
#include "compiler/SNN/ParamValues.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::snn {

namespace {
/// The blobs of a list, sorted by source, then target.
class ListConnectivity : public Connectivity {
public:
  ListConnectivity(uint32_t numSources, uint32_t numTargets) {
    sources = numSources;
    targets = numTargets;
    begins.assign(size_t(numSources) + 1, 0);
  }

  /// False and `error` set when a number is no neuron or no delay.
  bool fill(const ParamValues &from, const ParamValues &to,
            const ParamValues &weights, const ParamValues *delays, size_t count,
            std::string &error);
  uint32_t maxExtraDelay() const override { return longest; }
  std::optional<uint64_t> cheapCount() const override {
    return synapses.size();
  }
  void row(uint32_t source, std::vector<Synapse> &row) const override {
    row.assign(synapses.begin() + int64_t(begins[source]),
               synapses.begin() + int64_t(begins[source + 1]));
  }

private:
  std::vector<uint64_t> begins;
  std::vector<Synapse> synapses;
  uint32_t longest = 0;
};

bool ListConnectivity::fill(const ParamValues &from, const ParamValues &to,
                            const ParamValues &weights,
                            const ParamValues *delays, size_t count,
                            std::string &error) {
  auto isBelow = [](double value, uint32_t limit) {
    return value >= 0 && value < limit && value == std::floor(value);
  };
  for (size_t i = 0; i < count; ++i) {
    bool sourceBad = !isBelow(from.at(i), sources);
    if (sourceBad || !isBelow(to.at(i), targets)) {
      error = fmt::format("entry {} of the list names {} {}, there are {}", i,
                          sourceBad ? "source" : "target",
                          sourceBad ? from.at(i) : to.at(i),
                          sourceBad ? sources : targets);
      return false;
    }
    if (delays && !isBelow(delays->at(i), 65536)) {
      error = fmt::format("entry {} of the list has {} ticks in addition to "
                          "the projection's delay, 0 to 65535 are possible",
                          i, delays->at(i));
      return false;
    }
    if (float(weights.at(i)) != 0)
      ++begins[uint32_t(from.at(i)) + 1];
  }
  for (size_t i = 1; i < begins.size(); ++i)
    begins[i] += begins[i - 1];
  synapses.resize(begins.back());
  std::vector<uint64_t> next(begins.begin(), begins.end() - 1);
  for (size_t i = 0; i < count; ++i) {
    Synapse synapse{uint32_t(to.at(i)), float(weights.at(i)),
                    delays ? uint32_t(delays->at(i)) : 0};
    longest = std::max(longest, synapse.delay);
    if (synapse.weight != 0)
      synapses[next[uint32_t(from.at(i))]++] = synapse;
  }
  for (uint32_t s = 0; s < sources; ++s)
    std::sort(synapses.begin() + int64_t(begins[s]),
              synapses.begin() + int64_t(begins[s + 1]), Synapse::isBefore);
  return true;
}
} // namespace

std::unique_ptr<Connectivity> createListed(ListAttr list, uint32_t sources,
                                           uint32_t targets,
                                           std::string &error) {
  MLIRContext *context = list.getContext();
  size_t count = size_t(list.getSources().getType().getNumElements());
  auto from = ParamValues::get(list.getSources(), count, context);
  auto to = ParamValues::get(list.getTargets(), count, context);
  auto values = ParamValues::get(list.getWeights(), count, context);
  std::optional<ParamValues> delays;
  if (list.getDelays())
    delays = ParamValues::get(list.getDelays(), count, context);
  if (!from || !to || !values || (list.getDelays() && !delays)) {
    error = fmt::format("the numbers of a list are missing or not {}", count);
    return nullptr;
  }
  auto result = std::make_unique<ListConnectivity>(sources, targets);
  if (!result->fill(*from, *to, *values, delays ? &*delays : nullptr, count,
                    error))
    return nullptr;
  return result;
}

} // namespace snnc::snn
