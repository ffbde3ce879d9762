//===- Recorded.cpp - Other people's rasters, as snnc has them ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Recorded.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>

namespace snnc {

using runtime::ArrayMap;
using runtime::DType;
using runtime::NdArray;
using runtime::RecordedSpike;
using runtime::SpikeList;
using runtime::SpikeLists;

namespace {

/// One recorded array on its way to the form of the run's own.
class Fit {
public:
  Fit(const std::string &file, const std::string &name, const NdArray &own,
      const NdArray &recorded)
      : spot{file, name, 0, 0}, own(own), recorded(recorded) {}

  Expected<NdArray> dense() const;
  Expected<NdArray> fromList() const;
  Expected<runtime::SpikeList> asList() const;
  bool hasShape() const { return joined(recorded.shape) == joined(own.shape); }
  /// A list of spikes: whole numbers, a row for each.
  bool isList() const {
    return own.dtype == DType::U8 && recorded.shape.size() == 2 &&
           recorded.shape[1] == own.shape.size() && !recorded.isFloat() &&
           recorded.dtype != DType::Bool;
  }
  Diagnostic refuse(std::string message) const {
    return makeError("SNN0911", spot, std::move(message),
                     {"record spikes as counts (0 and 1), states as numbers"});
  }
  Diagnostic refuseShape() const {
    return makeError(
        "SNN0430", spot,
        fmt::format("the recorded array is {} {}, the run's is {} {}",
                    name(recorded.dtype), runtime::shapeText(recorded.shape),
                    name(own.dtype), runtime::shapeText(own.shape)),
        {"record as many samples and ticks as the run has (--ticks), ticks "
         "before neurons",
         "or give the spikes as whole numbers, one row (tick, neuron) for each "
         "spike, as numpy.argwhere has them"});
  }

private:
  Status checkRow(uint64_t row) const;
  /// Samples, ticks and neurons, what stands behind the ticks as one axis,
  /// without axes of length 1: those move no element.
  std::vector<uint64_t> joined(const std::vector<uint64_t> &shape) const;
  std::string placeOf(uint64_t element) const;

  SourceSpot spot;
  const NdArray &own, &recorded;
};

} // namespace

std::vector<uint64_t> Fit::joined(const std::vector<uint64_t> &shape) const {
  uint64_t neurons = own.shape.back();
  std::vector<uint64_t> axes;
  std::ranges::copy_if(shape, std::back_inserter(axes),
                       [](uint64_t length) { return length != 1; });
  // Channels x height x width: from behind, as long as they are neurons.
  while (axes.size() > 1 && axes.back() != neurons && axes.back() != 0 &&
         neurons % axes.back() == 0) {
    axes[axes.size() - 2] *= axes.back();
    axes.pop_back();
  }
  return axes;
}

/// "[3, 12, 5]".
std::string Fit::placeOf(uint64_t element) const {
  std::vector<uint64_t> index;
  for (size_t axis = recorded.shape.size(); axis-- > 0;) {
    index.insert(index.begin(), element % recorded.shape[axis]);
    element /= recorded.shape[axis];
  }
  return fmt::format("[{}]", fmt::join(index, ", "));
}

Expected<NdArray> Fit::dense() const {
  NdArray result = NdArray::zeros(own.dtype, own.shape);
  for (uint64_t i = 0; i < recorded.size(); ++i) {
    double value = recorded.at(i);
    if (own.dtype == DType::F32) {
      result.as<float>()[i] = float(value);
      continue;
    }
    if (!(value >= 0 && value <= 255) || value != std::floor(value))
      return refuse(fmt::format("element {} of the recorded raster is {}, no "
                                "spike count",
                                placeOf(i), value));
    result.as<uint8_t>()[i] = uint8_t(value);
  }
  return result;
}

Status Fit::checkRow(uint64_t row) const {
  size_t axes = own.shape.size();
  for (size_t axis = 0; axis < axes; ++axis) {
    double index = recorded.at(row * axes + axis);
    if (!(index >= 0 && index < double(own.shape[axis])))
      return refuse(
          fmt::format("row {} of the list of spikes names {} {}, the run has "
                      "{}",
                      row,
                      axis + 1 == axes   ? "neuron"
                      : axis + 2 == axes ? "tick"
                                         : "sample",
                      index, own.shape[axis]));
  }
  return {};
}

Expected<NdArray> Fit::fromList() const {
  NdArray result = NdArray::zeros(own.dtype, own.shape);
  size_t axes = own.shape.size();
  for (uint64_t row = 0; row < recorded.shape[0]; ++row) {
    if (Status s = checkRow(row); !s)
      return s.takeError();
    uint64_t element = 0;
    for (size_t axis = 0; axis < axes; ++axis)
      element =
          element * own.shape[axis] + uint64_t(recorded.at(row * axes + axis));
    if (result.as<uint8_t>()[element]++ == 255)
      return refuse(fmt::format("row {} of the list of spikes is the 256th of "
                                "one neuron and tick",
                                row));
  }
  return result;
}

Expected<SpikeList> Fit::asList() const {
  if (hasShape()) {
    auto raster = dense();
    return raster ? Expected(runtime::listOf(*raster)) : raster.takeError();
  }
  size_t axes = own.shape.size();
  std::vector<std::vector<RecordedSpike>> samples(axes > 2 ? own.shape[0] : 1);
  for (uint64_t row = 0; row < recorded.shape[0]; ++row) {
    if (Status s = checkRow(row); !s)
      return s.takeError();
    auto at = [&](size_t axis) {
      return uint64_t(recorded.at(row * axes + axis));
    };
    samples[axes > 2 ? at(0) : 0].push_back(
        {uint32_t(at(axes - 2)), uint32_t(at(axes - 1))});
  }
  std::vector<std::vector<std::byte>> lists;
  for (std::vector<RecordedSpike> &sample : samples) {
    std::ranges::sort(sample);
    auto bytes = std::as_bytes(std::span(sample));
    lists.emplace_back(bytes.begin(), bytes.end());
  }
  return runtime::joined(own.shape, std::move(lists));
}

Expected<ArrayMap> fitRecorded(const ArrayMap &run, const ArrayMap &recorded,
                               const std::string &file) {
  ArrayMap result;
  for (const auto &[name, array] : recorded) {
    auto own = run.find(name);
    if (own == run.end())
      continue;
    Fit fit(file, name, own->second, array);
    bool dense = fit.hasShape();
    if (!dense && !fit.isList())
      return fit.refuseShape();
    Expected<NdArray> fitted = dense ? fit.dense() : fit.fromList();
    if (!fitted)
      return fitted.takeError();
    result.emplace(name, std::move(*fitted));
  }
  return result;
}

Expected<SpikeLists> fitLists(const SpikeLists &run, const ArrayMap &recorded,
                              const std::string &file) {
  SpikeLists result;
  for (const auto &[name, list] : run) {
    auto array = recorded.find(name);
    if (array == recorded.end())
      continue;
    NdArray own{list.shape, DType::U8, {}}; // dense() looks at its shape alone
    Fit fit(file, name, own, array->second);
    if (!fit.hasShape() && !fit.isList())
      return fit.refuseShape();
    auto fitted = fit.asList();
    if (!fitted)
      return fitted.takeError();
    result.emplace(name, std::move(*fitted));
  }
  return result;
}

} // namespace snnc
