//===- DrivenInputs.cpp - Inputs that the host makes ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/DrivenInputs.h"

#include "compiler/SNN/ParamValues.h"
#include "runtime/host/Inputs.h"
#include "runtime/support/Poisson.h"

#include <fmt/format.h>
#include <map>

using namespace mlir;

namespace snnc {

namespace {
/// How many samples and ticks every array of a run has.
struct Extent {
  bool hasSamplesAxis = false;
  uint64_t samples = 1, ticks = 0;
};
} // namespace

/// Tables of means are worth their while where many channels share one.
static constexpr size_t kMostTables = 64;

namespace {
/// The counts of a Poisson input, tick by tick.
class PoissonFill {
public:
  PoissonFill(const snn::PoissonRates &rates, PhiloxKey key, uint64_t channels)
      : rates(rates), key(key), channels(channels) {}
  void tick(uint64_t sample, uint64_t tick, std::span<uint16_t> counts);

private:
  /// Neighbours with one mean.
  struct Group {
    uint64_t begin, end;
    double mean;
  };
  void group(uint64_t tick);
  /// Null where there are too many means.
  const PoissonTable *tableOf(double mean);

  const snn::PoissonRates &rates;
  PhiloxKey key;
  uint64_t channels;
  std::map<double, PoissonTable> tables;
  std::vector<Group> groups; ///< of the last tick
};
} // namespace

const PoissonTable *PoissonFill::tableOf(double mean) {
  auto known = tables.find(mean);
  if (known == tables.end() && tables.size() < kMostTables)
    known = tables.try_emplace(mean, mean).first;
  return known == tables.end() ? nullptr : &known->second;
}

void PoissonFill::group(uint64_t tick) {
  groups.clear();
  for (uint64_t c = 0; c < channels; ++c) {
    double mean = rates.at(tick, c);
    if (groups.empty() || groups.back().mean != mean)
      groups.push_back({c, c, mean});
    groups.back().end = c + 1;
  }
}

/// Groups are drawn together.
void PoissonFill::tick(uint64_t sample, uint64_t tick,
                       std::span<uint16_t> counts) {
  if (groups.empty() || rates.length())
    group(tick);
  for (auto [c, end, mean] : groups) {
    if (const PoissonTable *table = tableOf(mean)) {
      drawPoisson(*table, key, tick, uint32_t(sample), uint32_t(c),
                  counts.subspan(c, end - c));
      continue;
    }
    for (; c < end; ++c) {
      PhiloxCounter w = philox4x32(
          {uint32_t(c), uint32_t(tick), uint32_t(tick >> 32), uint32_t(sample)},
          key);
      counts[c] = poissonCount(mean, unitInterval(w[0], w[1]));
    }
  }
}

/// False when the rates are damaged.
static bool fillPoisson(snn::PoissonAttr drive, const Extent &extent,
                        uint64_t channels, std::optional<uint64_t> seed,
                        std::span<uint16_t> counts) {
  auto rates = snn::PoissonRates::get(drive, channels);
  if (!rates)
    return false;
  PhiloxKey key = streamKey(seed.value_or(uint64_t(drive.getSeed())),
                            uint64_t(drive.getStream()));
  PoissonFill fill(*rates, key, channels);
  for (uint64_t s = 0; s < extent.samples; ++s)
    for (uint64_t t = 0; t < extent.ticks; ++t)
      fill.tick(s, t,
                counts.subspan((s * extent.ticks + t) * channels, channels));
  return true;
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

Status addDrivenInputs(snn::NetworkOp network,
                       std::span<const runtime::InputEntry> inputs,
                       const DriveOptions &options, runtime::ArrayMap &arrays) {
  llvm::SmallVector<snn::InputOp> driven;
  bool onlyInput = inputs.size() == 1 && arrays.count("");
  for (snn::InputOp input : network.getOps<snn::InputOp>())
    if (input.getDrive() && !arrays.count(input.getName().str()) && !onlyInput)
      driven.push_back(input);
  if (driven.empty())
    return {};
  auto extent = extentOf(driven, inputs, options, arrays);
  if (!extent)
    return extent.takeError();
  for (snn::InputOp input : driven) {
    uint64_t channels = uint64_t(input.getSignal().getType().getNumElements());
    std::vector<uint64_t> shape{extent->ticks, channels};
    if (extent->hasSamplesAxis)
      shape.insert(shape.begin(), extent->samples);
    auto count = runtime::elementCount(shape);
    if (!count || *count > (uint64_t(1) << 29))
      return makeError("SNN1015", {"", input.getName().str(), 0, 0},
                       fmt::format("the spikes of this input would be an array "
                                   "of {}, the limit is 2^29 counts",
                                   runtime::shapeText(shape)),
                       {"run fewer ticks at once"});
    auto array = runtime::NdArray::zeros(runtime::DType::U16, shape);
    auto counts = array.as<uint16_t>();
    auto rates = dyn_cast<snn::PoissonAttr>(*input.getDrive());
    bool good =
        rates ? fillPoisson(rates, *extent, channels, options.seed, counts)
              : fillList(cast<snn::SpikeListAttr>(*input.getDrive()), *extent,
                         channels, counts);
    if (!good)
      return makeError("SNN1015", {"", input.getName().str(), 0, 0},
                       "the rates or spikes of this input are damaged",
                       {"compile the network again"});
    arrays[input.getName().str()] = std::move(array);
  }
  return {};
}

} // namespace snnc
