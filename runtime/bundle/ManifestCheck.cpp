//===- ManifestCheck.cpp - Cross references of a manifest -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/abi/CoreHeader.h"
#include "runtime/bundle/ManifestJson.h"
#include "runtime/bundle/MemberCheck.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <set>
#include <span>

namespace snnc::runtime {

namespace {

/// Reports SNN0510 at a manifest path such as "cores[3].program".
class CrossCheck {
public:
  CrossCheck(const Manifest &manifest, const std::string &file)
      : m(manifest), file(file) {}

  Status run();

private:
  Status fail(const std::string &where, std::string message) const {
    return makeError("SNN0510", {file, where, 0, 0}, std::move(message),
                     {"the bundle is inconsistent; compile the network again"});
  }
  Status uniqueName(std::set<std::string> &names, const std::string &name,
                    const std::string &where);
  Status shape(const std::vector<uint32_t> &dims, uint32_t size,
               const std::string &where) const;
  Status programs();
  Status cores();
  Status populations();
  Status slices(const PopulationEntry &population, const std::string &where);
  Status variables(const PopulationEntry &population,
                   const std::string &where) const;
  Status inputs();
  Status routes() const;

  const Manifest &m;
  const std::string &file;
  std::set<std::string> populationNames, inputNames; ///< one of each may agree
  std::set<uint32_t> slicedCores; ///< a core header describes one slice
};

} // namespace

Status CrossCheck::uniqueName(std::set<std::string> &names,
                              const std::string &name,
                              const std::string &where) {
  if (name.empty())
    return fail(where, "the name is empty");
  if (!names.insert(name).second)
    return fail(where, fmt::format("the name '{}' is used twice", name));
  return {};
}

Status CrossCheck::shape(const std::vector<uint32_t> &dims, uint32_t size,
                         const std::string &where) const {
  if (dims.empty())
    return {};
  uint64_t product = 1; // dims and size are below 2^29, so this cannot wrap
  for (uint32_t dim : dims)
    product = std::min<uint64_t>(product * dim, UINT32_MAX);
  if (product == size)
    return {};
  return fail(where, fmt::format("the shape [{}] has {} elements, not {}",
                                 fmt::join(dims, ", "), product, size));
}

Status CrossCheck::programs() {
  std::set<std::string> seen;
  for (size_t i = 0; i < m.programs.size(); ++i) {
    const ProgramEntry &p = m.programs[i];
    std::string where = fmt::format("programs[{}]", i);
    if (p.name.empty() || !seen.insert(p.name).second)
      return fail(where, fmt::format("the program name '{}' is empty or used "
                                     "twice",
                                     p.name));
    if (p.elf.empty() && p.tick.empty())
      return fail(where, "the program has neither an ELF nor tick text");
  }
  return {};
}

Status CrossCheck::cores() {
  std::set<CoreAddress> seen;
  for (size_t i = 0; i < m.cores.size(); ++i) {
    const CoreEntry &c = m.cores[i];
    std::string where = fmt::format("cores[{}]", i);
    if (c.at.pe.x > 7 || c.at.pe.y > 7 || c.at.pe.p > 3)
      return fail(where, toText(c.at) + " has no hardware id");
    if (!seen.insert(c.at).second)
      return fail(where, toText(c.at) + " is used twice");
    if (c.program >= m.programs.size())
      return fail(where, fmt::format("program {} of {} does not exist",
                                     c.program, m.programs.size()));
    if (c.image.empty())
      return fail(where, "the core has no image");
  }
  return {};
}

Status CrossCheck::slices(const PopulationEntry &p, const std::string &where) {
  uint32_t next = 0;
  for (size_t i = 0; i < p.slices.size(); ++i) {
    const SliceEntry &s = p.slices[i];
    std::string at = fmt::format("{}.slices[{}]", where, i);
    if (s.core >= m.cores.size())
      return fail(at, fmt::format("core {} of {} does not exist", s.core,
                                  m.cores.size()));
    if (!slicedCores.insert(s.core).second)
      return fail(at, fmt::format("core {} holds two slices", s.core));
    if (s.begin != next || s.end <= s.begin)
      return fail(at, fmt::format("the slice is [{}, {}), expected one that "
                                  "begins at {}",
                                  s.begin, s.end, next));
    next = s.end;
  }
  for (size_t i = 0; i < p.subordinates.size(); ++i) {
    const SliceEntry &s = p.subordinates[i];
    std::string at = fmt::format("{}.subordinates[{}]", where, i);
    if (s.core >= m.cores.size() || !slicedCores.insert(s.core).second)
      return fail(at, fmt::format("core {} of {} does not exist or holds a "
                                  "slice",
                                  s.core, m.cores.size()));
    if (s.begin >= s.end || s.end > p.neurons)
      return fail(at,
                  fmt::format("there are no neurons [{}, {})", s.begin, s.end));
  }
  if (next != p.neurons)
    return fail(where, fmt::format("the slices cover {} of {} neurons", next,
                                   p.neurons));
  return {};
}

Status CrossCheck::variables(const PopulationEntry &p,
                             const std::string &where) const {
  std::set<std::string> seen = {"spikes"};
  for (size_t i = 0; i < p.variables.size(); ++i) {
    const VariableEntry &v = p.variables[i];
    std::string at = fmt::format("{}.variables[{}]", where, i);
    if (v.name.empty() || v.name.find(':') != std::string::npos)
      return fail(at, fmt::format("'{}' cannot name a variable", v.name));
    if (!seen.insert(v.name).second)
      return fail(at, fmt::format("the variable '{}' exists twice", v.name));
    if (v.state >= SNNC_MAX_STATES)
      return fail(at, fmt::format("state {} is out of range, the core header "
                                  "holds {}",
                                  v.state, SNNC_MAX_STATES));
    if (v.scales.empty() && (!std::isfinite(v.scale) || v.scale == 0))
      return fail(at, fmt::format("the scale {} is unusable", v.scale));
  }
  return {};
}

Status CrossCheck::populations() {
  for (size_t i = 0; i < m.populations.size(); ++i) {
    const PopulationEntry &p = m.populations[i];
    std::string where = fmt::format("populations[{}]", i);
    if (Status s = uniqueName(populationNames, p.name, where); !s)
      return s;
    if (p.neurons == 0 || p.neurons > ManifestLimits::neurons)
      return fail(where, fmt::format("{} neurons, expected 1 to {}", p.neurons,
                                     ManifestLimits::neurons));
    if (p.latency > m.latency)
      return fail(where, fmt::format("latency {} exceeds the network's {} "
                                     "ticks",
                                     p.latency, m.latency));
    if (Status s = shape(p.shape, p.neurons, where); !s)
      return s;
    if (Status s = slices(p, where); !s)
      return s;
    if (Status s = variables(p, where); !s)
      return s;
    for (const NoiseEntry &noise : p.noises)
      for (const DrawnEntry &drawn : noise.records)
        if (drawn.core >= m.cores.size())
          return fail(where,
                      fmt::format("its noise is drawn by core {}, there are {}",
                                  drawn.core, m.cores.size()));
  }
  return {};
}

Status CrossCheck::inputs() {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (size_t i = 0; i < m.inputs.size(); ++i) {
    const InputEntry &in = m.inputs[i];
    std::string where = fmt::format("inputs[{}]", i);
    if (Status s = uniqueName(inputNames, in.name, where); !s)
      return s;
    if (in.channels == 0 || in.channels > ManifestLimits::neurons)
      return fail(where, fmt::format("{} channels, expected 1 to {}",
                                     in.channels, ManifestLimits::neurons));
    if (Status s = shape(in.shape, in.channels, where); !s)
      return s;
    for (const DrawnEntry &drawn : in.drawn)
      if (drawn.core >= m.cores.size())
        return fail(where, fmt::format("it is drawn by core {}, there are {}",
                                       drawn.core, m.cores.size()));
    uint64_t end = uint64_t(in.keyBase) + in.channels;
    if (end > uint64_t(UINT32_MAX) + 1)
      return fail(where, "the keys exceed 32 bits");
    ranges.emplace_back(in.keyBase, end);
  }
  std::sort(ranges.begin(), ranges.end());
  for (size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first < ranges[i - 1].second)
      return fail("inputs", fmt::format("two inputs send the key {:#x}",
                                        ranges[i].first));
  return {};
}

Status CrossCheck::routes() const {
  for (size_t i = 0; i < m.routes.size(); ++i) {
    const RouteEntry &r = m.routes[i];
    std::string where = fmt::format("routes[{}]", i);
    if (r.key & ~r.mask)
      return fail(where, fmt::format("key {:#010x} can never match under mask "
                                     "{:#010x}",
                                     r.key, r.mask));
    std::set<uint32_t> seen;
    for (uint32_t core : r.cores) {
      if (core >= m.cores.size() || !seen.insert(core).second)
        return fail(where, fmt::format("core {} of {} does not exist or is "
                                       "listed twice",
                                       core, m.cores.size()));
      if (m.cores[core].at.chip != r.chip)
        return fail(where,
                    fmt::format("the router of {} cannot reach {}",
                                toText(r.chip), toText(m.cores[core].at)));
    }
  }
  return {};
}

Status CrossCheck::run() {
  if (!(m.tickSeconds >= 0) || !(m.dtSeconds >= 0) ||
      !std::isfinite(m.tickSeconds) || !std::isfinite(m.dtSeconds))
    return fail("tickSeconds", fmt::format("{} s a tick on the chip and {} s "
                                           "in the model: not a time",
                                           m.tickSeconds, m.dtSeconds));
  for (auto check : {&CrossCheck::programs, &CrossCheck::cores,
                     &CrossCheck::populations, &CrossCheck::inputs})
    if (Status s = (this->*check)(); !s)
      return s;
  return routes();
}

Status checkManifest(const Manifest &manifest, const std::string &shownPath) {
  return CrossCheck(manifest, shownPath).run();
}

//===----------------------------------------------------------------------===//
// Against the machine and the entries
//===----------------------------------------------------------------------===//

static Status missingEntry(const std::string &path, const std::string &where,
                           const std::string &name) {
  return makeError("SNN0506", {path, where, 0, 0},
                   fmt::format("the entry '{}' is not in the bundle", name),
                   {"the bundle is incomplete; compile the network again"});
}

static Status doesNotFit(const std::string &path, const std::string &where,
                         std::string message) {
  return makeError("SNN0511", {path, where, 0, 0}, std::move(message),
                   {"compile the network for the machine it shall run on"});
}

/// The rows of a core in DRAM are inside one interface of its chip.
static Status checkDram(const Bundle &bundle, const CoreEntry &core,
                        const std::string &where, const std::string &path) {
  if (core.dram.empty())
    return {};
  const MachineModel &machine = bundle.machine;
  std::optional<uint64_t> rows = bundle.sizeOf(core.dram);
  if (!rows)
    return missingEntry(path, where, core.dram);
  for (uint32_t i = 0; machine.hasDram() && i < machine.dram->interfaces; ++i) {
    AddressRange range = machine.dramInterface(i);
    if (core.dramBase >= range.begin && core.dramBase + *rows <= range.end)
      return {};
  }
  return doesNotFit(path, where,
                    fmt::format("{} bytes of rows at {:#x} are not inside one "
                                "DRAM interface of the machine '{}'",
                                *rows, core.dramBase, machine.name));
}

/// Rows of two cores of a chip do not overlap.
static Status checkDrams(const Bundle &bundle, const std::string &path) {
  std::map<std::pair<ChipCoordinate, uint64_t>, size_t> byPlace;
  const std::vector<CoreEntry> &cores = bundle.manifest.cores;
  for (size_t i = 0; i < cores.size(); ++i)
    if (!cores[i].dram.empty() && *bundle.sizeOf(cores[i].dram) &&
        !byPlace.try_emplace({cores[i].at.chip, cores[i].dramBase}, i).second)
      return doesNotFit(path, fmt::format("cores[{}]", i),
                        "its rows in DRAM begin where another core's do");
  for (auto here = byPlace.begin(); here != byPlace.end(); ++here) {
    auto next = std::next(here);
    uint64_t end =
        here->first.second + *bundle.sizeOf(cores[here->second].dram);
    if (next != byPlace.end() && next->first.first == here->first.first &&
        next->first.second < end)
      return doesNotFit(path, fmt::format("cores[{}]", next->second),
                        "its rows in DRAM overlap another core's");
  }
  return {};
}

static Status checkCore(const Bundle &bundle, size_t index,
                        const std::string &path) {
  const CoreEntry &core = bundle.manifest.cores[index];
  const MachineModel &machine = bundle.machine;
  std::string where = fmt::format("cores[{}]", index);
  std::optional<uint64_t> image = bundle.sizeOf(core.image);
  if (!image)
    return missingEntry(path, where, core.image);
  if (!machine.has(core.at))
    return doesNotFit(path, where,
                      fmt::format("the machine '{}' has no usable {}",
                                  machine.name, toText(core.at)));
  if (Status s = checkDram(bundle, core, where, path); !s)
    return s;
  uint64_t end = core.imageBase + *image;
  if (end > machine.sram.bytes)
    return doesNotFit(path, where,
                      fmt::format("the image ends at byte {}, the SRAM has {}",
                                  end, machine.sram.bytes));
  if (core.headerAddress % 4 || core.headerAddress < core.imageBase ||
      uint64_t(core.headerAddress) + sizeof(SnncCoreHeader) > end)
    return doesNotFit(path, where,
                      fmt::format("the core header at {:#x} ({} bytes) is not "
                                  "inside the image [{:#x}, {:#x})",
                                  core.headerAddress, sizeof(SnncCoreHeader),
                                  core.imageBase, end));
  return checkCoreHeader(bundle.headerOf(core), core, machine.sram.bytes, path);
}

/// The manifest's neurons are those of the cores, so that no manifest can claim
/// more than memory holds.
static Status checkNeurons(const Bundle &bundle, const PopulationEntry &p,
                           const std::string &path) {
  for (const SliceEntry &slice : p.slices) {
    const CoreEntry &core = bundle.manifest.cores[slice.core];
    uint32_t held = bundle.headerOf(core).n_neurons;
    if (held != slice.end - slice.begin)
      return doesNotFit(path, p.name,
                        fmt::format("{} holds {} neurons, the manifest says {}",
                                    toText(core.at), held,
                                    slice.end - slice.begin));
  }
  return {};
}

static Status checkScales(const Bundle &bundle, const PopulationEntry &p,
                          const VariableEntry &v, const std::string &path) {
  if (v.scales.empty())
    return {};
  std::string where = p.name + ":" + v.name;
  const std::string *bytes = bundle.entry(v.scales);
  if (!bytes)
    return missingEntry(path, where, v.scales);
  if (bytes->size() != uint64_t(p.neurons) * sizeof(double))
    return makeError("SNN0506", {path, where, 0, 0},
                     fmt::format("the entry '{}' has {} bytes, {} neurons need "
                                 "{}",
                                 v.scales, bytes->size(), p.neurons,
                                 uint64_t(p.neurons) * sizeof(double)));
  for (uint32_t n = 0; n < p.neurons; ++n) {
    double scale;
    std::memcpy(&scale, bytes->data() + n * sizeof scale, sizeof scale);
    if (!std::isfinite(scale) || scale == 0)
      return makeError("SNN0506", {path, where, 0, 0},
                       fmt::format("the scale of neuron {} is {}", n, scale));
  }
  return {};
}

Expected<std::vector<uint32_t>>
orderOf(const Bundle &bundle, const std::string &order, uint32_t count,
        const std::string &where, const std::string &path) {
  std::vector<uint32_t> places;
  if (order.empty())
    return places;
  const std::string *bytes = bundle.entry(order);
  bool isPermutation =
      bytes && bytes->size() == uint64_t(count) * sizeof(uint32_t);
  if (isPermutation) {
    places.resize(count);
    std::memcpy(places.data(), bytes->data(), bytes->size());
    std::vector<bool> seen(count);
    for (uint32_t neuron : places) {
      isPermutation &= neuron < count && !seen[neuron];
      if (!isPermutation)
        break;
      seen[neuron] = true;
    }
  }
  if (!isPermutation)
    return makeError("SNN0506", {path, where, 0, 0},
                     fmt::format("the entry '{}' is missing or does not name "
                                 "each of {} neurons or channels once",
                                 order, count),
                     {"compile the network again"});
  return places;
}

/// Every chip's routes: on live chips, over live links, no more than fit.
static Status checkTables(const Bundle &bundle, const std::string &path) {
  const MachineModel &machine = bundle.machine;
  const std::vector<RouteEntry> &routes = bundle.manifest.routes;
  std::map<ChipCoordinate, uint32_t> entries;
  for (size_t i = 0; i < routes.size(); ++i) {
    const RouteEntry &route = routes[i];
    std::string where = fmt::format("routes[{}]", i);
    if (!machine.has(route.chip))
      return doesNotFit(path, where,
                        fmt::format("the machine '{}' has no {}", machine.name,
                                    toText(route.chip)));
    for (unsigned link = 0; link < kLinksPerChip; ++link)
      if ((route.links >> link & 1) && !machine.neighbour(route.chip, link))
        return doesNotFit(path, where,
                          fmt::format("the machine '{}' has no live link {} of "
                                      "{}",
                                      machine.name, kLinkNames[link],
                                      toText(route.chip)));
    if (++entries[route.chip] > machine.router.entries)
      return doesNotFit(path, "routes",
                        fmt::format("more routing entries for {} than its "
                                    "router holds, {}",
                                    toText(route.chip),
                                    machine.router.entries));
  }
  return {};
}

/// What the host writes to before a run is a record of the image.
static Status checkDrawn(const Bundle &bundle,
                         std::span<const DrawnEntry> records, size_t size,
                         const std::string &whose, const std::string &path) {
  for (const DrawnEntry &drawn : records) {
    const CoreEntry &core = bundle.manifest.cores[drawn.core];
    uint64_t bytes = *bundle.sizeOf(core.image);
    if (drawn.at % 4 == 0 &&
        drawn.at >= core.headerAddress + sizeof(SnncCoreHeader) &&
        drawn.at + size <= core.imageBase + bytes)
      continue;
    return makeError(
        "SNN0560", {path, core.image, 0, 0},
        fmt::format("{}: the record of {} at {:#x} is not inside its image",
                    toText(core.at), whose, drawn.at),
        {"the bundle is damaged or was edited; compile the network again"});
  }
  return {};
}

Status checkContents(const Bundle &bundle, const std::string &path) {
  const Manifest &m = bundle.manifest;
  for (size_t i = 0; i < m.programs.size(); ++i)
    for (const std::string *name : {&m.programs[i].elf, &m.programs[i].tick})
      if (!name->empty() && !bundle.entry(*name))
        return missingEntry(path, fmt::format("programs[{}]", i), *name);
  for (size_t i = 0; i < m.cores.size(); ++i)
    if (Status s = checkCore(bundle, i, path); !s)
      return s;
  if (Status s = checkDrams(bundle, path); !s)
    return s;
  if (Status s = checkTables(bundle, path); !s)
    return s;
  for (const InputEntry &i : m.inputs)
    if (Status s = checkDrawn(bundle, i.drawn, sizeof(SnncDrive),
                              fmt::format("input '{}'", i.name), path);
        !s)
      return s;
  for (const PopulationEntry &p : m.populations)
    for (const NoiseEntry &noise : p.noises)
      if (Status s = checkDrawn(bundle, noise.records, sizeof(SnncNoise),
                                fmt::format("the noise of '{}'", p.name), path);
          !s)
        return s;
  for (const PopulationEntry &p : m.populations)
    if (Status s = checkNeurons(bundle, p, path); !s)
      return s;
  for (const PopulationEntry &p : m.populations)
    for (const VariableEntry &v : p.variables)
      if (Status s = checkScales(bundle, p, v, path); !s)
        return s;
  for (const PopulationEntry &p : m.populations)
    if (auto order = orderOf(bundle, p.order, p.neurons, p.name, path); !order)
      return order.takeError();
  for (const InputEntry &i : m.inputs)
    if (auto order = orderOf(bundle, i.order, i.channels, i.name, path); !order)
      return order.takeError();
  return checkReport(bundle, path);
}

} // namespace snnc::runtime
