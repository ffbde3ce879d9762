//===- PlannedBytes.cpp - Planned bytes are written bytes -----------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plan is the list of buffers in report.json. What was written is found
// without it: from a core's image as the core itself reads it, by the addresses
// and counts of its header, table, index and panels.
//
//===----------------------------------------------------------------------===//

#include "runtime/abi/CoreHeader.h"
#include "tests/property/Check.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <optional>

namespace snnc::property {

namespace {

using nlohmann::json;

struct Buffer {
  std::string name;
  uint64_t at = 0, bytes = 0;
  /// What the image's own structures say; nothing: not seen.
  std::optional<uint64_t> begin, end;
};

class CoreWalk {
public:
  CoreWalk(const runtime::Bundle &bundle, const runtime::CoreEntry &core,
           const json &report);
  /// The first disagreement; empty when there is none.
  std::string check();
  size_t size() const { return buffers.size(); }

private:
  template <typename T> T read(uint64_t address) const {
    T value{};
    uint64_t at = address - core.imageBase;
    if (address >= core.imageBase && at + sizeof value <= image.size())
      std::memcpy(&value, image.data() + at, sizeof value);
    return value;
  }
  Buffer *find(uint64_t address);
  void written(uint64_t begin, uint64_t bytes);
  void walkRows();
  void walkMap();
  void walkCommon();
  void walkDrives();
  void walkNoises();
  std::string checkLayout() const;

  const runtime::Bundle &bundle;
  const runtime::CoreEntry &core;
  std::shared_ptr<const std::string> loaded;
  const std::string &image;
  SnncCoreHeader header;
  std::vector<std::string> encodings;
  std::vector<Buffer> buffers; ///< by address
};

CoreWalk::CoreWalk(const runtime::Bundle &bundle,
                   const runtime::CoreEntry &core, const json &report)
    : bundle(bundle), core(core), loaded(*bundle.load(core.image)),
      image(*loaded), header(read<SnncCoreHeader>(core.headerAddress)),
      encodings(report.at("encodings")) {
  for (const json &buffer : report.at("buffers"))
    if (buffer.at("bytes") > 0)
      buffers.push_back(
          {buffer.at("name"), buffer.at("at"), buffer.at("bytes"), {}, {}});
  std::stable_sort(
      buffers.begin(), buffers.end(),
      [](const Buffer &a, const Buffer &b) { return a.at < b.at; });
}

Buffer *CoreWalk::find(uint64_t address) {
  for (Buffer &buffer : buffers)
    if (address >= buffer.at && address < buffer.at + buffer.bytes)
      return &buffer;
  return nullptr;
}

/// Extends what is known to be used of the buffer at `begin`.
void CoreWalk::written(uint64_t begin, uint64_t bytes) {
  Buffer *buffer = find(begin);
  if (!buffer || bytes == 0)
    return;
  buffer->begin = std::min(buffer->begin.value_or(begin), begin);
  buffer->end = std::max(buffer->end.value_or(0), begin + bytes);
}

/// "dense<8>", "sparse<16, ...": bits of a weight or of a word.
unsigned bitsOf(const std::string &encoding) {
  return unsigned(std::atoi(encoding.c_str() + encoding.find('<') + 1));
}

/// Serial: rows and index of every table entry.
void CoreWalk::walkRows() {
  for (uint32_t e = 0; e < header.table_count; ++e) {
    auto entry =
        read<SnncTableEntry>(header.table_base + e * sizeof(SnncTableEntry));
    if (entry.kind >= encodings.size())
      continue;
    const std::string &encoding = encodings[entry.kind];
    uint64_t bits = bitsOf(encoding);
    // Sources of the block up to the last one of the entry.
    uint32_t k = entry.key_first + entry.key_count - 1 - entry.origin;
    uint64_t sources = k - (k >> entry.shift) * entry.gap + entry.first + 1;
    if (encoding.starts_with("dense") || encoding.starts_with("strided"))
      written(entry.rows_base, sources * entry.index_base);
    if (entry.key_count == 0)
      continue;
    if (encoding.starts_with("bitmap")) {
      uint64_t groups = (sources + 31) / 32;
      auto bits32 = read<uint32_t>(entry.index_base + 4 * (groups - 1));
      auto place = uint32_t(read<uint16_t>(entry.length + 2 * (groups - 1)) +
                            std::popcount(bits32));
      auto words = read<uint16_t>(entry.length + 2 * place);
      // Room for as many rows as there may be.
      uint64_t rows = std::min<uint64_t>(words, sources);
      written(entry.index_base, 4 * groups + 2 * (groups + rows + 1));
      written(entry.rows_base, words * bits / 8);
    }
    if (!encoding.starts_with("sparse"))
      continue;
    if (encoding.find("dram") != std::string::npos) {
      // A record for every 32 sources: u32, u16 for each and one more.
      uint64_t full = (sources - 1) / 32, rest = sources - 32 * full;
      written(entry.index_base, 72 * full + 4 + 2 * (rest + 1));
      continue;
    }
    auto words = read<uint16_t>(entry.index_base + 2 * sources);
    written(entry.index_base, 2 * (sources + 1));
    written(entry.rows_base, words * bits / 8);
  }
}

/// Parallel: panels, weights, tables, operand, results, history.
void CoreWalk::walkMap() {
  written(header.panel_base, header.panel_count * sizeof(SnncPanel));
  uint64_t weightBytes = bitsOf(encodings.at(0)) / 8;
  for (uint32_t p = 0; p < header.panel_count; ++p) {
    auto panel = read<SnncPanel>(header.panel_base + p * sizeof(SnncPanel));
    written(panel.weights, panel.rows * panel.columns * weightBytes);
    written(panel.output, uint64_t(header.batch) * panel.columns * 4);
  }
  uint64_t delays = header.map_delays - header.map_delay_first + 1;
  uint64_t entries = delays * header.map_sources;
  written(header.scatter_base, 2 * (entries + 1));
  auto positions = read<uint16_t>(header.scatter_base + 2 * entries);
  written(header.position_base, 2 * uint64_t(positions));
  written(header.operand_base, header.operand_bytes);
  written(header.history_base,
          2 * uint64_t(header.history_slots) * header.history_length);
  written(header.history_count, 2 * uint64_t(header.history_slots));
}

void CoreWalk::walkCommon() {
  uint64_t array = 4 * uint64_t(header.n_neurons);
  written(core.headerAddress, sizeof header);
  written(header.table_base, header.table_count * sizeof(SnncTableEntry));
  written(header.spikes_base, (header.n_neurons + 31) / 32 * 4);
  written(header.fifo_base, header.fifo_end - header.fifo_base);
  written(header.record_base, header.record_end - header.record_base);
  for (uint32_t address : header.state)
    written(address, array);
  // A parameter is an address only where the plan has an array for it.
  for (uint32_t address : header.param)
    if (Buffer *buffer = find(address);
        buffer && buffer->name.starts_with("param."))
      written(address, array);
}

/// Inputs that the core draws, of one mean each: records, weights, tables.
void CoreWalk::walkDrives() {
  uint64_t array = 2 * uint64_t(header.n_neurons);
  for (const runtime::InputEntry &input : bundle.manifest.inputs)
    for (const runtime::DrawnEntry &drawn : input.drawn) {
      if (bundle.manifest.cores[drawn.core].at != core.at)
        continue;
      auto record = read<SnncDrive>(drawn.at);
      written(drawn.at, sizeof record);
      written(record.weights, array);
      auto table = read<SnncDriveTable>(record.tables);
      written(record.tables,
              sizeof table + 4 * (2 * uint64_t(table.count) + 1));
    }
}

/// Parameters that the core draws: records, the table that they share.
void CoreWalk::walkNoises() {
  for (const runtime::PopulationEntry &of : bundle.manifest.populations)
    for (const runtime::NoiseEntry &noise : of.noises)
      for (const runtime::DrawnEntry &drawn : noise.records) {
        if (bundle.manifest.cores[drawn.core].at != core.at)
          continue;
        auto record = read<SnncNoise>(drawn.at);
        written(drawn.at, sizeof record);
        written(record.table, SNNC_NORMAL_ROWS * 4 * sizeof(float));
      }
}

/// Buffers follow each other, at multiples of the machine's alignment.
std::string CoreWalk::checkLayout() const {
  uint64_t alignment = std::max<uint64_t>(4, bundle.machine.sram.alignment);
  uint64_t at = core.imageBase;
  for (const Buffer &buffer : buffers) {
    if (buffer.at != at)
      return fmt::format("'{}' is planned at {:#x}, the one before it ends at "
                         "{:#x}",
                         buffer.name, buffer.at, at);
    at = (buffer.at + buffer.bytes + alignment - 1) / alignment * alignment;
  }
  if (at > bundle.machine.sram.stack.begin)
    return fmt::format("the plan ends at {:#x}, the stack begins at {:#x}", at,
                       bundle.machine.sram.stack.begin);
  return "";
}

std::string CoreWalk::check() {
  if (std::string wrong = checkLayout(); !wrong.empty())
    return wrong;
  walkCommon();
  walkDrives();
  walkNoises();
  bool known = true; // row formats that this test can read
  if (header.panel_count) {
    walkMap();
  } else {
    const auto &dram = bundle.machine.dram;
    uint64_t buffers = dram ? dram->dma.queue + 1 : 0;
    written(header.fetch_base, buffers * header.fetch_bytes);
    written(header.ring_base,
            uint64_t(header.ring_slots) * header.ring_slot_bytes);
    for (const std::string &encoding : encodings)
      known &=
          encoding.starts_with("dense") || encoding.starts_with("sparse") ||
          encoding.starts_with("strided") || encoding.starts_with("bitmap");
    walkRows();
  }
  for (const Buffer &buffer : buffers) {
    bool rows = buffer.name == "rows" || buffer.name == "index";
    if (rows && !known)
      continue;
    if (!buffer.begin)
      return fmt::format("'{}', {} B, is planned and never used", buffer.name,
                         buffer.bytes);
    // Rows, index and positions are planned in whole words or less.
    uint64_t slack = rows ? 3 : 0, used = *buffer.end - buffer.at;
    if (*buffer.begin != buffer.at || used > buffer.bytes ||
        used + slack < buffer.bytes)
      return fmt::format("'{}' is planned as {} B at {:#x}, used is {:#x} to "
                         "{:#x}",
                         buffer.name, buffer.bytes, buffer.at, *buffer.begin,
                         *buffer.end);
  }
  return "";
}

} // namespace

std::string checkPlannedBytes(const runtime::Bundle &bundle,
                              uint64_t &buffers) {
  auto report = json::parse(*bundle.entry(runtime::Bundle::reportName));
  const runtime::Manifest &manifest = bundle.manifest;
  for (size_t c = 0; c < manifest.cores.size(); ++c) {
    CoreWalk walk(bundle, manifest.cores[c], report.at("cores").at(c));
    if (std::string wrong = walk.check(); !wrong.empty())
      return fmt::format("core {}: {}", c, wrong);
    buffers += walk.size();
  }
  return "";
}

} // namespace snnc::property
