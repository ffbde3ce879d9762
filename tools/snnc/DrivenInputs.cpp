//===- DrivenInputs.cpp - Inputs that the host makes ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/DrivenInputs.h"

#include "compiler/SNN/ParamValues.h"
#include "runtime/host/Inputs.h"

#include <fmt/format.h>

using namespace mlir;

namespace snnc {

namespace {
/// How many samples and ticks every array of a run has.
struct Extent {
  bool hasSamplesAxis = false;
  uint64_t samples = 1, ticks = 0;
};
} // namespace

/// Null when the rates are damaged.
static std::shared_ptr<const runtime::PoissonDrive>
driveOf(snn::PoissonAttr drive, uint64_t channels,
        std::optional<uint64_t> seed) {
  auto rates = snn::PoissonRates::get(drive, channels);
  if (!rates)
    return nullptr;
  std::vector<double> means;
  uint64_t rows = rates->length().value_or(1);
  for (uint64_t t = 0; t < rows; ++t)
    for (uint64_t c = 0; c < channels; ++c)
      means.push_back(rates->at(t, c));
  PhiloxKey key = streamKey(seed.value_or(uint64_t(drive.getSeed())),
                            uint64_t(drive.getStream()));
  return std::make_shared<runtime::PoissonDrive>(
      key, uint32_t(channels), std::move(means), rates->length().has_value());
}

static std::optional<snn::ParamValues> numbersOf(snn::ParamRefAttr ref) {
  return snn::ParamValues::get(ref, size_t(ref.getType().getNumElements()),
                               ref.getContext());
}

/// Every sample gets the same list; spikes after the end are left out.
static bool fillList(snn::SpikeListAttr drive, const Extent &extent,
                     uint64_t channels, std::span<uint16_t> counts) {
  auto ticks = numbersOf(drive.getTicks()),
       indices = numbersOf(drive.getChannels());
  if (!ticks || !indices)
    return false;
  size_t n = size_t(drive.getTicks().getType().getNumElements());
  for (size_t i = 0; i < n; ++i) {
    double tick = ticks->at(i), channel = indices->at(i);
    if (!(tick >= 0 && channel >= 0 && channel < double(channels)))
      return false;
    for (uint64_t s = 0; s < extent.samples && tick < double(extent.ticks);
         ++s) {
      uint16_t &count = counts[(s * extent.ticks + uint64_t(tick)) * channels +
                               uint64_t(channel)];
      count = uint16_t(std::min<unsigned>(65535, count + 1u));
    }
  }
  return true;
}

static uint64_t ticksOfList(snn::SpikeListAttr drive) {
  auto ticks = numbersOf(drive.getTicks());
  double last = -1;
  for (int64_t i = 0, n = drive.getTicks().getType().getNumElements();
       ticks && i < n; ++i)
    last = std::max(last, ticks->at(size_t(i)));
  return uint64_t(last + 1);
}

/// From the arrays that the user gave, from --ticks, or from the lists.
static Expected<Extent> extentOf(llvm::ArrayRef<snn::InputOp> driven,
                                 std::span<const runtime::InputEntry> inputs,
                                 const DriveOptions &options,
                                 const runtime::ArrayMap &arrays) {
  Extent extent{options.repeat.has_value(), options.repeat.value_or(1), 0};
  std::vector<runtime::InputEntry> given;
  for (const runtime::InputEntry &input : inputs)
    if (arrays.count(input.name))
      given.push_back(input);
  if (!given.empty()) {
    auto resolved = runtime::resolveInputs(given, arrays);
    if (!resolved)
      return resolved.takeError();
    return Extent{resolved->hasSamplesAxis, resolved->samples, resolved->ticks};
  }
  if (options.ticks) {
    extent.ticks = *options.ticks;
    return extent;
  }
  for (snn::InputOp input : driven) {
    if (auto drive = dyn_cast<snn::PoissonAttr>(*input.getDrive())) {
      auto table = dyn_cast<snn::ParamRefAttr>(drive.getRate());
      if (table && table.getType().getRank() == 2) {
        extent.ticks = std::max(extent.ticks,
                                uint64_t(table.getType().getShape().front()));
        continue;
      }
    }
    auto list = dyn_cast<snn::SpikeListAttr>(*input.getDrive());
    if (!list)
      return makeError(
          "SNN1015", {"", input.getName().str(), 0, 0},
          "this input is drawn by the host, but for how many ticks is not "
          "known",
          {"give --ticks N"});
    extent.ticks = std::max(extent.ticks, ticksOfList(list));
  }
  extent.ticks = std::max<uint64_t>(extent.ticks, 1);
  return extent;
}

static Diagnostic damaged(snn::InputOp input) {
  return makeError("SNN1015", {"", input.getName().str(), 0, 0},
                   "the rates or spikes of this input are damaged",
                   {"compile the network again"});
}

static Expected<runtime::NdArray> listed(snn::InputOp input,
                                         const Extent &extent) {
  uint64_t channels = uint64_t(input.getSignal().getType().getNumElements());
  std::vector<uint64_t> shape{extent.ticks, channels};
  if (extent.hasSamplesAxis)
    shape.insert(shape.begin(), extent.samples);
  auto count = runtime::elementCount(shape);
  if (!count || *count > (uint64_t(1) << 29))
    return makeError("SNN1015", {"", input.getName().str(), 0, 0},
                     fmt::format("the spikes of this input would be an array "
                                 "of {}, the limit is 2^29 counts",
                                 runtime::shapeText(shape)),
                     {"run fewer ticks at once"});
  auto array = runtime::NdArray::zeros(runtime::DType::U16, shape);
  if (!fillList(cast<snn::SpikeListAttr>(*input.getDrive()), extent, channels,
                array.as<uint16_t>()))
    return damaged(input);
  return array;
}

Expected<runtime::Drives>
addDrivenInputs(snn::NetworkOp network,
                std::span<const runtime::InputEntry> inputs,
                const DriveOptions &options, runtime::ArrayMap &arrays) {
  llvm::SmallVector<snn::InputOp> driven;
  bool onlyInput = inputs.size() == 1 && arrays.count("");
  for (snn::InputOp input : network.getOps<snn::InputOp>())
    if (input.getDrive() && !arrays.count(input.getName().str()) && !onlyInput)
      driven.push_back(input);
  if (driven.empty())
    return runtime::Drives();
  auto extent = extentOf(driven, inputs, options, arrays);
  if (!extent)
    return extent.takeError();
  runtime::Drives drives{
      {}, extent->hasSamplesAxis, extent->samples, extent->ticks};
  for (snn::InputOp input : driven) {
    std::string name = input.getName().str();
    if (auto rates = dyn_cast<snn::PoissonAttr>(*input.getDrive())) {
      auto drive =
          driveOf(rates, uint64_t(input.getSignal().getType().getNumElements()),
                  options.seed);
      if (!drive)
        return damaged(input);
      drives.byInput.emplace(name, std::move(drive));
      continue;
    }
    auto array = listed(input, *extent);
    if (!array)
      return array.takeError();
    arrays[name] = std::move(*array);
  }
  return drives;
}

} // namespace snnc
