//===- ListConnectivity.cpp - Synapses that a file lists ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A `#snn.csr` is read as it stands. A `#snn.list` (bundles of older versions,
// IR by hand) is sorted into the same rows when its view is made.
//
//===----------------------------------------------------------------------===//

#include "compiler/SNN/Csr.h"
#include "compiler/SNN/ParamValues.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::snn {

namespace {
/// The numbers of a list, row by row.
class List {
public:
  List(ListAttr list, uint32_t sources, uint32_t targets, std::string &error)
      : sources(sources), targets(targets),
        count(size_t(list.getSources().getType().getNumElements())) {
    MLIRContext *context = list.getContext();
    from = ParamValues::get(list.getSources(), count, context);
    to = ParamValues::get(list.getTargets(), count, context);
    weights = ParamValues::get(list.getWeights(), count, context);
    if (list.getDelays())
      delays = ParamValues::get(list.getDelays(), count, context);
    if (!from || !to || !weights || (list.getDelays() && !delays))
      error = fmt::format("the numbers of a list are missing or not {}", count);
  }

  /// What is wrong with row i; else `entry` is it.
  std::string read(size_t i, CsrBuilder::Entry &entry) const {
    auto isBelow = [](double value, uint32_t limit) {
      return value >= 0 && value < limit && value == std::floor(value);
    };
    double source = from->at(i), target = to->at(i), weight = weights->at(i);
    bool sourceBad = !isBelow(source, sources);
    if (sourceBad || !isBelow(target, targets))
      return fmt::format("entry {} of the list names {} {}, there are {}", i,
                         sourceBad ? "source" : "target",
                         sourceBad ? source : target,
                         sourceBad ? sources : targets);
    if (delays && !isBelow(delays->at(i), 65536))
      return fmt::format("entry {} of the list has {} ticks in addition to "
                         "the projection's delay, 0 to 65535 are possible",
                         i, delays->at(i));
    if (!std::isfinite(float(weight)))
      return fmt::format("entry {} of the list has the weight {}, which is no "
                         "finite number of float32",
                         i, weight);
    entry = {uint32_t(source), uint32_t(target), float(weight),
             delays ? uint32_t(delays->at(i)) : 0};
    return "";
  }
  size_t size() const { return count; }

private:
  uint32_t sources, targets;
  size_t count;
  std::optional<ParamValues> from, to, weights, delays;
};
} // namespace

static std::optional<CsrTable> sortList(ListAttr attr, uint32_t sources,
                                        uint32_t targets, std::string &error) {
  List list(attr, sources, targets, error);
  if (!error.empty())
    return std::nullopt;
  CsrBuilder builder(sources, targets);
  CsrBuilder::Entry entry;
  for (size_t i = 0; i < list.size(); ++i) {
    error = list.read(i, entry);
    if (!error.empty())
      return std::nullopt;
    builder.count(entry);
  }
  builder.start();
  for (size_t i = 0; i < list.size(); ++i) {
    list.read(i, entry);
    builder.place(entry);
  }
  return builder.finish();
}

/// The blobs behind the attribute; kinds and sizes are createCsr's to check.
static std::optional<CsrTable> readCsr(CsrAttr csr, uint32_t sources,
                                       uint32_t targets, std::string &error) {
  ParameterStore &store = paramsOf(csr.getContext());
  auto blob = [&](ParamRefAttr ref) -> ParameterBlob {
    const ParameterBlob *found = store.find(ref.getKey());
    if (!found)
      error = fmt::format("there are no numbers '{}'", ref.getKey().str());
    return found ? *found : ParameterBlob();
  };
  CsrTable table;
  table.sources = sources;
  table.targets = targets;
  table.offsets = blob(csr.getOffsets());
  table.columns = blob(csr.getTargets());
  if (auto number = dyn_cast<FloatAttr>(csr.getWeights()))
    table.weight = float(number.getValueAsDouble());
  else
    table.weights = blob(cast<ParamRefAttr>(csr.getWeights()));
  if (csr.getDelays())
    table.delays = blob(csr.getDelays());
  return error.empty() ? std::optional(std::move(table)) : std::nullopt;
}

bool isListed(Attribute weights) { return isa<CsrAttr, ListAttr>(weights); }

std::unique_ptr<Connectivity> createListed(Attribute weights, uint32_t sources,
                                           uint32_t targets,
                                           std::string &error) {
  auto csr = dyn_cast<CsrAttr>(weights);
  auto table = csr ? readCsr(csr, sources, targets, error)
                   : sortList(cast<ListAttr>(weights), sources, targets, error);
  return table ? createCsr(std::move(*table), error) : nullptr;
}

} // namespace snnc::snn
